"""Room calendar: a notice as it was read, before it is stored: its days, and where it contradicts itself."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from models.refusal import Refusal, refuse
from models.working_days import SATURDAY, are_statutory_days_known, statutory_days

Kind = Literal["off", "work"]
HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
MAX_DAYS, MAX_NAME, MAX_DATA = 120, 40, 100_000
FIRST_YEAR, LAST_YEAR = 2008, 2100
WEEKDAYS = "一二三四五六日"
_ALIASES = {
    "新年": "元旦",
    "清明": "清明节",
    "五一": "劳动节",
    "国际劳动节": "劳动节",
    "五一国际劳动节": "劳动节",
    "端午": "端午节",
    "中秋": "中秋节",
    "国庆": "国庆节",
}
_QUOTES = re.compile(r"[“”\"'《》\s]")
_JOINTS = re.compile(r"[、和及与]")


@dataclass(frozen=True, order=True)
class NoticeDay:
    """One day of a notice, and the line (or the number of the row) that names it."""

    day: date
    kind: Kind
    name: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Draft:
    """What a notice says. `faults` are the contradictions met while reading."""

    year: int
    is_full_year: bool
    title: str
    source: str
    days: tuple[NoticeDay, ...]
    faults: tuple[str, ...] = ()

    @property
    def content(self) -> dict[date, str]:
        """Day → off or work."""
        return {row.day: row.kind for row in self.days}

    def as_json(self) -> list[dict[str, str]]:
        """The days as they are stored with the notice, in order of date."""
        return [{"day": row.day.isoformat(), "kind": row.kind, "name": row.name} for row in self.days]


def checked(draft: Draft) -> Draft:
    """The draft with its days in order, each once. Raises Refusal naming every contradiction."""
    refuse(Refusal(message, "text") for message in dict.fromkeys([*draft.faults, *_faults(draft)]))
    days = {row.day: row for row in reversed(draft.days)}
    return Draft(
        draft.year, draft.is_full_year, draft.title[:200], draft.source[:200], tuple(sorted(days.values()))
    )


def _faults(draft: Draft) -> Iterator[str]:
    if not FIRST_YEAR <= draft.year <= LAST_YEAR:
        yield f"年份 {draft.year} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。"
        return
    if not draft.days:
        yield "没有读到任何放假或上班的日期。"
        return
    if len(draft.days) > MAX_DAYS:
        yield f"日期过多（{len(draft.days)} 个），一份通知最多 {MAX_DAYS} 个。"
        return
    if not draft.title.strip() or not draft.source.strip():
        yield "请写明通知的名称和文号。"
    if _is_unwritable(draft.title + draft.source):
        yield "通知的名称或文号含有不可见的字符。"
    yield from _day_faults(draft)
    if draft.is_full_year:
        yield from _year_faults(draft)


def _day_faults(draft: Draft) -> Iterator[str]:
    kinds: dict[date, set[str]] = {}
    for row in draft.days:
        kinds.setdefault(row.day, set()).add(row.kind)
        if not _belongs(row.day, draft.year):
            yield f"{_at(row)}{chinese(row.day)}不属于 {draft.year} 年的安排。"
        if not row.name.strip() or len(row.name) > MAX_NAME:
            yield f"{_at(row)}节日名称应为 1 至 {MAX_NAME} 个字。"
        if _is_unwritable(row.name):
            yield f"{_at(row)}节日名称含有不可见的字符。"
        if draft.is_full_year and row.kind == "work" and row.day.weekday() < SATURDAY:
            yield f"{_at(row)}{chinese(row.day)}是{weekday(row.day)}，不是周末，不能作为调休上班日。"
    yield from (f"{chinese(day)}既放假又上班。" for day, both in sorted(kinds.items()) if len(both) > 1)


def _is_unwritable(text: str) -> bool:
    """JSON may spell out what no database keeps: NUL, half a character."""
    return any(unicodedata.category(char) in ("Cc", "Cs") for char in text)


def _belongs(day: date, year: int) -> bool:
    """The days of a year's notice: that year, the December before and the January after."""
    return day.year == year or (day.year, day.month) in ((year - 1, 12), (year + 1, 1))


def _year_faults(draft: Draft) -> Iterator[str]:
    named = {one for row in draft.days for one in holiday_names(row.name)}
    missing = [name for name in HOLIDAYS if name not in named]
    if missing:
        yield f"全年通知缺少：{'、'.join(missing)}。"
        return
    if not are_statutory_days_known(draft.year):
        return
    off = {row.day for row in draft.days if row.kind == "off"}
    for day, name in statutory_days(draft.year).items():
        if day not in off:
            yield f"{chinese(day)}（{name}）是法定节假日，通知没有安排放假。"


def holiday_names(text: str) -> list[str]:
    """“国庆、中秋节” → 国庆节 and 中秋节."""
    parts = [part for part in _JOINTS.split(_QUOTES.sub("", text)) if part]
    return [_ALIASES.get(part, part) for part in parts]


def weekday(day: date) -> str:
    """周一 … 周日."""
    return f"周{WEEKDAYS[day.weekday()]}"


def chinese(day: date) -> str:
    """2027年2月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _at(row: NoticeDay) -> str:
    return f"第 {row.line} 行：" if row.line else ""


def days_between(first: date, last: date) -> list[date]:
    """Both ends included; empty when `last` is before `first`; cut at one more than a notice may hold."""
    count = min((last - first).days + 1, MAX_DAYS + 1)
    return [first + timedelta(days=n) for n in range(count)]


def read_json(text: str) -> Draft:
    """The text of such a file. Raises Refusal when it is not one, or contradicts itself."""
    if len(text) > MAX_DATA:
        raise Refusal(f"内容过长，最多 {MAX_DATA} 字。", "text")
    try:
        return read_data(json.loads(text))
    except RecursionError as error:
        raise Refusal("JSON 嵌套过深。", "text") from error
    except ValueError as error:
        where = f"第 {error.lineno} 行" if isinstance(error, json.JSONDecodeError) else "内容"
        raise Refusal(f"{where}不是有效的 JSON。", "text") from error


def read_data(data: object) -> Draft:
    """`{"year", "papers", "days": [{"name", "date", "isOffDay"}]}`: a whole year. Raises Refusal."""
    if not isinstance(data, Mapping) or not isinstance(data.get("days"), list):
        raise Refusal("JSON 应为对象，含 year 和 days。", "text")
    year, papers = data.get("year"), data.get("papers") or []
    if isinstance(year, bool) or not isinstance(year, int):
        raise Refusal("JSON 的 year 应为年份数字。", "text")
    if len(data["days"]) > MAX_DAYS:
        raise Refusal(f"日期过多，一份通知最多 {MAX_DAYS} 个。", "text")
    days, faults = [], []
    for number, entry in enumerate(data["days"], 1):
        row = _entry(entry, number)
        if isinstance(row, str):
            faults.append(row)
        else:
            days.append(row)
    papers = papers if isinstance(papers, list) else [papers]
    source = next((str(paper) for paper in papers if paper), "")
    title = f"国务院办公厅关于{year}年部分节假日安排的通知"
    return checked(Draft(year, True, title, source or title, tuple(days), tuple(faults)))


def _entry(entry: object, number: int) -> NoticeDay | str:
    where = f"days 第 {number} 个："
    if not isinstance(entry, Mapping):
        return f"{where}应为对象。"
    name, day, is_off = entry.get("name"), entry.get("date"), entry.get("isOffDay")
    if not isinstance(name, str) or not isinstance(is_off, bool):
        return f"{where}应有 name（文字）和 isOffDay（true 或 false）。"
    try:
        found = date.fromisoformat(day) if isinstance(day, str) and len(day) == 10 else None
    except ValueError:
        found = None
    if found is None:
        shown = str(day)[:20].encode("utf-8", "replace").decode()
        return f"{where}日期“{shown}”不存在或不是 YYYY-MM-DD。"
    return NoticeDay(found, "off" if is_off else "work", "、".join(holiday_names(name)) or name, number)


@dataclass(frozen=True)
class Typed:
    """One row typed by hand: a day or a span of days."""

    first: date
    last: date | None
    kind: Kind
    name: str


def read_rows(year: int, scope: Literal["full", "days"], paper: str, rows: Sequence[Typed]) -> Draft:
    """Rows typed by hand for a whole year or single days, under their paper's name. Raises Refusal."""
    days, faults = [], []
    for number, row in enumerate(rows, 1):
        last = row.last or row.first
        if last < row.first:
            faults.append(f"第 {number} 行：末日早于首日。")
        days += [NoticeDay(day, row.kind, row.name, number) for day in days_between(row.first, last)]
    return checked(Draft(year, scope == "full", paper, paper, tuple(days), tuple(faults)))
