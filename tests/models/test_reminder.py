"""The ladder of warnings: how it is written, on which days it falls, and that it never says a thing twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.refusal import Refusal
from models.reminder import DEFAULT, MAX_TEXT, Ladder, Recipient, parse
from models.working_days import due_on, official_calendar

CALENDAR = official_calendar()
ASSIGNEE, SUPERVISOR, MANAGER = Recipient


def days(ladder: Ladder, start: date, due: date, last: date) -> list[tuple[str, str]]:
    """Month-day and recipients of every warning when each is told on its day."""
    told, today, reminded = [], start, None
    while (day := ladder.next_on(start, due, reminded, today, CALENDAR)) is not None and day <= last:
        who = ladder.owed(start, due, reminded, day, CALENDAR)
        told.append((f"{day:%m-%d}", ",".join(sorted(who))))
        reminded = today = day
    return told


def test_the_default_is_two_days_before_on_the_day_on_the_miss_and_then_daily() -> None:
    # 7 working days from 2026-09-18 end on 09-29; 10-01 to 10-07 are off, 10-10 is a working Saturday.
    assert due_on(date(2026, 9, 18), 7, CALENDAR).due_on == date(2026, 9, 29)
    assert days(parse(""), date(2026, 9, 18), date(2026, 9, 29), date(2026, 10, 12)) == [
        ("09-24", "assignee"),
        ("09-29", "assignee"),
        ("09-30", "assignee,supervisor"),
        ("10-08", "supervisor"),
        ("10-09", "supervisor"),
        ("10-10", "supervisor"),
        ("10-12", "supervisor"),
    ]


@pytest.mark.parametrize(
    ("text", "start", "due", "told"),
    [
        # A calendar-day clock that ends in the holidays is warned of on the last working day before.
        ("0=assignee; 1=manager", (9, 1), (10, 3), [("09-30", "assignee"), ("10-08", "manager")]),
        ("-1=assignee; 1=manager", (9, 1), (10, 3), [("09-29", "assignee"), ("10-08", "manager")]),
        # Rungs before the event and on its day are not told: it was told then itself.
        ("-2=assignee; -1=assignee; 1=manager", (9, 1), (9, 2), [("09-03", "manager")]),
        # Full-width signs, as an official types them; once and no more.
        ("－1＝assignee，manager；＋2＝supervisor", (9, 1), (9, 8), [("09-07", "assignee,manager"), ("09-10", "supervisor")]),
    ],
)  # fmt: skip
def test_rungs_fall_on_working_days(
    text: str, start: tuple[int, int], due: tuple[int, int], told: list[tuple[str, str]]
) -> None:
    assert days(parse(text), date(2026, *start), date(2026, *due), date(2026, 12, 31)) == told


def test_what_an_outage_has_missed_is_told_once_to_all_whom_it_concerned() -> None:
    start, due, back = date(2026, 3, 2), date(2026, 3, 11), date(2026, 3, 14)  # a Saturday
    ladder = parse(DEFAULT)
    assert ladder.next_on(start, due, None, back, CALENDAR) == date(2026, 3, 16)
    assert ladder.owed(start, due, None, date(2026, 3, 16), CALENDAR) == {ASSIGNEE, SUPERVISOR}
    assert ladder.next_on(start, due, date(2026, 3, 16), date(2026, 3, 16), CALENDAR) == date(2026, 3, 17)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2", "应写成"),
        ("two=assignee; daily=supervisor", "应写成"),
        ("²=assignee; daily=supervisor", "应写成"),
        ("1=", "提醒对象“”不存在"),
        ("1=boss", "提醒对象“boss”不存在，可用：assignee（经办人"),
        ("61=assignee", "-60 至 60"),
        ("1=assignee; +1=manager", "“1”重复"),
        ("daily=assignee; daily=manager", "“daily”重复"),
        ("-2=assignee; 0=assignee", "应写明超期后的提醒"),
        (";" * 5, "应写明超期后的提醒"),
        ("; ".join(f"{n}=assignee" for n in range(1, 14)), "不得超过 12 级"),
        ("1=assignee" + " " * MAX_TEXT, "不得超过 300 字"),
    ],
)
def test_a_ladder_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        parse(text)


@st.composite
def ladders(draw: st.DrawFn) -> str:
    offsets = draw(st.sets(st.integers(-10, 10), max_size=5)) | {draw(st.integers(1, 10))}
    who = st.sets(st.sampled_from([one.value for one in Recipient]), min_size=1).map(",".join)
    rungs = [f"{offset}={draw(who)}" for offset in offsets]
    return "; ".join([*rungs, *([f"daily={draw(who)}"] if draw(st.booleans()) else [])])


@given(
    text=ladders(),
    start=st.dates(date(2024, 1, 1), date(2026, 10, 1)),
    length=st.integers(0, 90),
    outages=st.lists(st.integers(0, 12), max_size=30),
)
def test_every_warning_is_on_a_working_day_after_the_event_and_once(
    text: str, start: date, length: int, outages: list[int]
) -> None:
    ladder, due = parse(text), start + timedelta(days=length)
    today, reminded, told, heard = start, None, list[date](), set[Recipient]()
    for outage in outages:
        today += timedelta(days=outage)
        day = ladder.next_on(start, due, reminded, today, CALENDAR)
        if day is None:
            break
        assert CALENDAR.is_working_day(day)
        assert day >= today
        assert day > max([start, *told])
        between = (today + timedelta(days=n) for n in range((day - today).days))
        waited = [one for one in between if CALENDAR.is_working_day(one)]
        assert not any(ladder.owed(start, due, reminded, one, CALENDAR) for one in waited)
        owed = ladder.owed(start, due, reminded, day, CALENDAR)
        assert owed
        heard |= owed
        told.append(day)
        today = reminded = day
    # Nobody is left out: whom a rung names up to the last digest has been told.
    last = max([start, *told])
    named = {who for rung in ladder.rungs if start < rung.day(due, CALENDAR) <= last for who in rung.who}
    if start < last and last > due:
        named |= ladder.daily
    assert heard == named
    assert len(told) <= len(ladder.rungs) or ladder.daily
