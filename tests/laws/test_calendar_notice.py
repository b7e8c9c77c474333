"""Laws of reading notices: the real texts give the official days; what is written is read back; contradictions are named."""

from __future__ import annotations

import json
from datetime import date, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar_draft import HOLIDAYS, MAX_DAYS, Draft, NoticeDay, Typed, read_json, read_rows
from models.calendar_text import MAX_TEXT, read_text
from models.refusal import Refusal
from models.working_days import Calendar, official_calendar, official_rows
from tests.notices import YEARS, notice, written

OFFICIAL = official_calendar()
# The notice for 2019 was amended in March: its own text differs from the calendar in force on these days.
AMENDED = {date(2019, 4, 28), date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 5)}
LABOUR_DAY = """国务院办公厅关于调整2019年劳动节假期安排的通知
国办发明电〔2019〕3号
经国务院批准，现对2019年劳动节假期安排调整如下：
2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。"""


def calendar_of(draft: Draft) -> Calendar:
    off = frozenset(row.day for row in draft.days if row.kind == "off")
    work = frozenset(row.day for row in draft.days if row.kind == "work")
    return Calendar(off, work, frozenset({draft.year}), 1)


def days_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


@pytest.mark.parametrize("year", YEARS)
def test_the_real_texts_give_the_official_days(year: int) -> None:
    draft = read_text(notice(year))
    assert (draft.year, draft.is_full_year) == (year, True)
    assert draft.title == f"国务院办公厅关于{year}年部分节假日安排的通知"
    read = calendar_of(draft)
    wrong = {day for day in days_of(year) if read.is_working_day(day) != OFFICIAL.is_working_day(day)}
    assert wrong == {day for day in AMENDED if day.year == year}
    shipped = {row.day: row.kind for row in official_rows()}
    assert all(shipped.get(row.day, row.kind) == row.kind for row in draft.days if row.day not in AMENDED)


def test_the_newest_text_gives_the_shipped_rows_and_its_number() -> None:
    draft = read_text(notice(2026))
    shipped = [(row.day, row.kind, row.name) for row in official_rows() if row.day.year == 2026]
    assert [(row.day, row.kind, row.name) for row in draft.days] == shipped
    assert draft.source == "国办发明电〔2025〕7号"


def test_an_amendment_names_its_days_only() -> None:
    draft = read_text(LABOUR_DAY)
    assert (draft.is_full_year, len(draft.days), {row.name for row in draft.days}) == (False, 6, {"劳动节"})
    assert {row.day for row in draft.days} >= AMENDED - {date(2019, 5, 5)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("（", "("),
        ("：", ":"),
        ("，共3天", "，共３天"),
        ("\n部分", "部分"),
        ("放假调休，共7天。", "放假调休，\n共7天。"),
        ("2月14日（周六）、2月28日（周六）上班", "2月14日（周六），2月28日（周六）上班"),
        ("1日（周四）至3日", "1日（周四）-3日"),
        ("周日", "星期天"),
    ],
)
def test_ways_of_writing_are_read_alike(old: str, new: str) -> None:
    assert old in notice(2026)
    assert read_text(notice(2026).replace(old, new)).days == read_text(notice(2026)).days


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1月1日（周四）", "1月1日（周五）", "第 7 行：2026年1月1日写作周五，实为周四"),
        (
            "至3日（周六）放假调休，共3天",
            "至3日（周六）放假调休，共4天",
            "第 7 行：元旦写作共4天，列出的是 3 天",
        ),
        ("1月4日（周日）上班", "1月3日（周六）上班", "2026年1月3日既放假又上班"),
        ("1月4日（周日）上班", "1月5日（周一）上班", "2026年1月5日是周一，不是周末"),
        ("1月4日（周日）上班", "2月30日上班", "2026年2月30日”不存在"),
        ("1月4日（周日）上班", "2028年1月1日上班", "2028年1月1日不属于 2026 年"),
        ("五、端午节", "五、儿童节", "全年通知缺少：端午节"),
        ("5月5日（周二）", "4月5日（周日）", "起止日期颠倒"),
        ("1月4日（周日）上班。", "1月4日（周日）值班。", "没有看懂"),
        ("1月4日（周日）上班。", "1月4日（周日）不上班。", "没有看懂"),
        ("1月4日（周日）", "1月4日（周日", "括号不成对"),
        ("关于2026年", "关于", "没有找到年份"),
    ],
)
def test_contradictions_are_named(old: str, new: str, message: str) -> None:
    text = notice(2026).replace("5日（周二）放假", "5月5日（周二）放假")
    text = text.replace("现将2026年", "现将") if "年份" in message else text
    assert old in text
    with pytest.raises(Refusal) as refused:
        read_text(text.replace(old, new))
    assert message in " ".join([refused.value.message, *(o.message for o in refused.value.others)])


def test_a_statutory_day_must_be_off_and_absurd_sizes_are_refused() -> None:
    with pytest.raises(Refusal, match=r"2027年6月9日（端午节）是法定节假日"):
        read_text(notice(2027).replace("6月9日（周三）放假", "6月10日（周四）放假"))
    for text in ("", "一" * (MAX_TEXT + 1), "(" * MAX_TEXT, "关于2026年的通知" + "一、元旦：" * 2000, "\0"):
        with pytest.raises(Refusal):
            read_text(text)


HEAD = "国务院办公厅关于2027年部分节假日安排的通知\n现将2027年安排如下\n"


@pytest.mark.parametrize(
    "body",
    [
        "1日," * 6000,
        "1日" + "," * 19_000,
        "\n" * 19_000,
        "一、" + "\u3000" * 15_000 + "元",
        "\x1c\x1d" * 9_000,
    ],
    ids=["dates", "commas", "blank lines", "blanks", "odd line ends"],
)
def test_no_text_takes_long_to_read(body: str) -> None:
    begun = process_time()
    with pytest.raises(Refusal):
        read_text((HEAD + body)[:MAX_TEXT])
    assert process_time() - begun < 4  # once 10 to 40 s each, with the database locked


@given(st.text(alphabet="关于2026年的通知一二、：:元旦1月日（周四）至3放假共天上班。，\n", max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        draft = read_text(text)
    except Refusal:
        return
    assert 0 < len(draft.days) <= MAX_DAYS


@st.composite
def years_of_days(draw: st.DrawFn) -> tuple[int, list[NoticeDay]]:
    """A year with its seven holidays, each a span of days off, and make-up days on weekends between them."""
    year = draw(st.integers(2008, 2024))  # from 2025 on the statutory days must be off
    days: dict[date, NoticeDay] = {}
    for number, name in enumerate(HOLIDAYS):
        first = date(year, 1, 1) + timedelta(days=number * 50 + draw(st.integers(0, 20)))
        for n in range(draw(st.integers(1, 9))):
            days[first + timedelta(days=n)] = NoticeDay(first + timedelta(days=n), "off", name)
        for n in draw(st.sets(st.integers(11, 28), max_size=3)):
            later = first + timedelta(days=n)
            if later.weekday() >= 5:
                days.setdefault(later, NoticeDay(later, "work", name))
    return year, list(days.values())


@given(years_of_days())
def test_what_is_written_is_read_back(drawn: tuple[int, list[NoticeDay]]) -> None:
    year, days = drawn
    assert list(read_text(written(year, days)).days) == sorted(days)


@given(years_of_days())
def test_public_data_is_read_back(drawn: tuple[int, list[NoticeDay]]) -> None:
    year, days = drawn
    rows = [{"name": d.name, "date": d.day.isoformat(), "isOffDay": d.kind == "off"} for d in days]
    draft = read_json(json.dumps({"year": year, "papers": ["http://example.invalid/paper"], "days": rows}))
    assert list(draft.days) == sorted(days)
    assert draft.source == "http://example.invalid/paper"


NEW_YEAR = {"name": "元旦", "date": "2026-01-01", "isOffDay": True}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "第 1 行不是有效的 JSON"),
        ("[" * 50_000, "JSON"),
        ("[]", "应为对象"),
        ('{"year": true, "days": []}', "年份数字"),
        ('{"year": 2026, "days": []}', "没有读到"),
        (
            '{"year": 2026, "days": [{"name": "元旦", "date": "2026-02-30", "isOffDay": true}]}',
            "days 第 1 个：日期",
        ),
        ('{"year": 2026, "days": [{"name": 1, "date": "2026-01-01", "isOffDay": true}]}', "应有 name"),
        ('{"year": 2026, "days": [7]}', "应为对象"),
        (json.dumps({"year": 2026, "days": [{}] * 200}), "日期过多"),
        # JSON can spell out NUL and half a character, which no database keeps and no page can show.
        (json.dumps({"year": 2026, "papers": ["文\0号"], "days": [NEW_YEAR]}), "文号含有不可见"),
        (json.dumps({"year": 2026, "days": [{**NEW_YEAR, "name": "元旦\ud800"}]}), "名称含有不可见"),
        (json.dumps({"year": 2026, "days": [{**NEW_YEAR, "date": "\ud800"}]}), r"日期“\?”不存在"),
        (
            '{"year": 99999999999999999999, "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}]}',
            "年份",
        ),
    ],
)
def test_broken_data_is_refused(text: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        read_json(text)


def test_rows_by_hand() -> None:
    day = date(2026, 8, 3)
    rows = [Typed(day, date(2026, 8, 5), "off", "那达慕"), Typed(date(2026, 8, 8), None, "work", "那达慕")]
    draft = read_rows(2026, "days", "鄂政发〔2026〕1号", rows)
    assert [(row.day.day, row.kind) for row in draft.days] == [
        (3, "off"),
        (4, "off"),
        (5, "off"),
        (8, "work"),
    ]
    with pytest.raises(Refusal, match="第 1 行：末日早于首日"):
        read_rows(2026, "days", "文", [Typed(day, date(2026, 8, 1), "off", "那达慕")])
    with pytest.raises(Refusal, match="日期过多"):
        read_rows(2026, "days", "文", [Typed(day, date(9999, 1, 1), "off", "那达慕")])
