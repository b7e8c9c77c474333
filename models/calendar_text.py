"""Room calendar: reads the Chinese text of a notice (国办通知全文) into days off and make-up working days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from models.calendar_draft import (
    HOLIDAYS,
    MAX_DAYS,
    WEEKDAYS,
    Draft,
    Kind,
    NoticeDay,
    checked,
    chinese,
    days_between,
    holiday_names,
    weekday,
)
from models.refusal import Refusal
from models.working_days import SATURDAY

MAX_TEXT = 20_000
# No notice says more before the word that tells what its dates are for; reading on would take quadratic time.
_MAX_WORDS = 600
_DATE = r"(?<![共假\d])(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日((?:\([^()]*\))?)"
_SPAN = re.compile(rf"{_DATE}(?:\s*(?:至|到|[-–—~]+)\s*{_DATE})?")
_HEADING = re.compile(
    r"(?:^|(?<=[\n。;]))\s?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.]\s?([^:,。;\d]{1,30}?)\s?:"
)
_CLAUSE = re.compile(r"[^,。;()]*(?:\([^()]*\)[^,。;()]*)*[,。;]?")
_VERB = re.compile(r"(?<!不)(上班|放假|补休|调休)")
_DENIED = re.compile(r"不(?:上班|放假)")
_COUNT = re.compile(r"(?:共|放假)(\d{1,3})天")
_IGNORED = re.compile(r"法定节假日|公休|休息|农历|鼓励|批准|部分节假日|其中")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_TAIL = re.compile(
    r"节假日期间|各地区、?各部门|请各地|国务院办公厅\s*$|(?m:^[^\n]{0,20}20\d\d年\d{1,2}月\d{1,2}日\s*\Z)"
)
_TITLE = re.compile(r"[^\s,。:;]{2,30}关于[^。:;]{1,60}?的(?:通知|公告)")
_NUMBER = re.compile(
    r"(国办发明电|国办发|国发明电|国发|[一-鿿]{2,12})[〔\[(【](20\d\d)[〕\])】]第?(\d{1,4})号"
)
_YEARS = (r"关于[^。\n]{0,8}?(20\d\d)年", r"现将(20\d\d)年", r"(20\d\d)年[^。\n]{0,40}?(?:节假日|放假|假期)")
_AMENDS = re.compile(r"调整|延长|纪念日|临时")


def read_text(text: str) -> Draft:
    """What a notice says. Raises Refusal naming every contradiction with its line, and what is not understood."""
    if len(text) > MAX_TEXT:
        raise Refusal(f"通知过长，最多 {MAX_TEXT} 字。", "text")
    plain = "\n".join(" ".join(unicodedata.normalize("NFKC", line).split()) for line in text.splitlines())
    found = next((match for rule in _YEARS if (match := re.search(rule, plain))), None)
    if found is None:
        raise Refusal("没有找到年份：通知中应写明“关于××××年……安排的通知”。", "text")
    title = _TITLE.search(plain)
    name = re.sub(r"\s", "", title[0]) if title else f"{found[1]}年节假日安排"
    number = _NUMBER.search(plain)
    source = f"{number[1]}〔{number[2]}〕{number[3]}号" if number else name
    reader = _Reader(plain, int(found[1]))
    reader.read(name)
    is_full_year = not _AMENDS.search(name)
    return checked(Draft(int(found[1]), is_full_year, name, source, tuple(reader.days), tuple(reader.faults)))


@dataclass
class _Item:
    """One holiday of the notice while it is read."""

    name: str
    off: set[date] = field(default_factory=set)
    month: int | None = None


@dataclass
class _Reader:
    """Goes through the clauses of a notice; whatever names a date must be understood."""

    text: str
    year: int
    days: list[NoticeDay] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def read(self, title: str) -> None:
        """Read every item; a notice without numbered items is one item, named by its title."""
        for name, start, end in self._items(title):
            self._read_item(_Item(name), start, end)

    def _items(self, title: str) -> Iterator[tuple[str, int, int]]:
        tail = _TAIL.search(self.text)
        headings = list(_HEADING.finditer(self.text))
        last = (
            tail.start() if tail and (not headings or tail.start() > headings[-1].end()) else len(self.text)
        )
        if not headings:
            begun = self.text.find("如下")
            yield _named_in(title), max(begun, 0), max(last, begun)
        for heading, following in zip(headings, [*headings[1:], None], strict=False):
            name = "、".join(holiday_names(heading[1])) or heading[1]
            yield name, heading.end(), following.start() if following else last

    def _read_item(self, item: _Item, start: int, end: int) -> None:
        if self._is_unbalanced(start, end):
            return
        waiting = start
        for clause in _CLAUSE.finditer(self.text, start, end):
            words = self.text[waiting : clause.end()]
            is_last = clause[0].endswith(("。", ";")) or clause.end() >= end
            if self._read_clause(item, words, waiting) or is_last:
                waiting = clause.end()

    def _is_unbalanced(self, start: int, end: int) -> bool:
        depth = 0
        for position in range(start, end):
            depth += {"(": 1, ")": -1}.get(self.text[position], 0)
            if depth not in (0, 1):
                break
        if depth:
            self._fault(position, "括号不成对，或括号里还有括号。")
        return bool(depth)

    def _read_clause(self, item: _Item, words: str, position: int) -> bool:
        """Whether the clause is finished; dates without a word for them wait for the next clause."""
        spans = list(_SPAN.finditer(words))
        if _DENIED.search(words):
            self._fault(position, f"没有看懂“{words.strip()[:40]}”，请改为手工录入。")
            return True
        begun = 0
        for verb in _VERB.finditer(words):
            kind: Kind = "work" if verb[0] == "上班" else "off"
            for span in (one for one in spans if begun <= one.start() < verb.start()):
                self._take(item, kind, span, position)
            begun = verb.end()
        left = [span for span in spans if span.start() >= begun]
        if left and not _IGNORED.search(words):
            if begun or len(words) > _MAX_WORDS or words.rstrip().endswith(("。", ";")):
                self._fault(position + left[0].start(), f"没有看懂“{words.strip()[:40]}”。")
                return True
            return False
        for span in left:
            self._dates(item, span, position)
        self._count(item, words, position)
        return True

    def _take(self, item: _Item, kind: Kind, span: re.Match[str], position: int) -> None:
        ends = self._dates(item, span, position)
        if ends is None:
            return
        if ends[1] < ends[0] or (ends[1] - ends[0]).days > MAX_DAYS:
            self._fault(position + span.start(), f"“{span[0]}”的起止日期颠倒或过长。")
            return
        line = self._line(position + span.start())
        for day in days_between(*ends):
            self.days.append(NoticeDay(day, kind, item.name, line))
            if kind == "off":
                item.off.add(day)

    def _dates(self, item: _Item, span: re.Match[str], position: int) -> tuple[date, date] | None:
        """First and last day of a span; None when one does not exist or has another weekday than written."""
        parts = span.groups()
        first = self._date(item, parts[:4], position + span.start())
        if first is None or parts[6] is None:
            return (first, first) if first else None
        if parts[4] is None and parts[5] is None:
            item.month = first.month
        last = self._date(item, (parts[4] or _same_year(parts, first), *parts[5:]), position + span.start())
        return (first, last) if last else None

    def _date(self, item: _Item, parts: tuple[str | None, ...], position: int) -> date | None:
        year, month, day, note = parts
        item.month = int(month) if month else item.month
        if item.month is None or day is None:
            self._fault(position, f"“{day}日”没有写明月份。")
            return None
        # 元旦 is the only holiday whose days reach into the December before.
        turned = self.year - 1 if item.month == 12 and item.name.startswith("元旦") else self.year
        try:
            found = date(int(year) if year else turned, item.month, int(day))
        except ValueError:
            self._fault(position, f"“{year or turned}年{item.month}月{day}日”不存在。")
            return None
        written = _WEEKDAY.search(note or "")
        if written and WEEKDAYS.index(written[1].replace("天", "日")) != found.weekday():
            self._fault(position, f"{chinese(found)}写作{written[0]}，实为{weekday(found)}。")
            return None
        return found

    def _count(self, item: _Item, words: str, position: int) -> None:
        if "与周末连休" in words:
            self._join_weekend(item, self._line(position))
        for count in _COUNT.finditer(words):
            if item.off and int(count[1]) != len(item.off):
                self._fault(
                    position + count.start(), f"{item.name}写作{count[0]}，列出的是 {len(item.off)} 天。"
                )

    def _join_weekend(self, item: _Item, line: int) -> None:
        """与周末连休: the weekend that touches the days off."""
        for step in (timedelta(days=-1), timedelta(days=1)):
            day = (min(item.off) if step.days < 0 else max(item.off)) + step if item.off else None
            while day is not None and day.weekday() >= SATURDAY:
                self.days.append(NoticeDay(day, "off", item.name, line))
                item.off.add(day)
                day += step

    def _fault(self, position: int, message: str) -> None:
        self.faults.append(f"第 {self._line(position)} 行：{message}")

    def _line(self, position: int) -> int:
        skipped = len(self.text[position:]) - len(self.text[position:].lstrip())
        return self.text.count("\n", 0, position + skipped) + 1


def _same_year(parts: tuple[str | None, ...], first: date) -> str | None:
    """The year of the last day of a span when only the first one names it, or turns the year."""
    month = int(parts[5] or first.month)
    return str(first.year + (first.month == 12 and month == 1))


def _named_in(title: str) -> str:
    found = [name for name in HOLIDAYS if name in title]
    return "、".join(found) or "放假安排"
