"""Room demo: loads the sample county with about fifty invented cases, each act at its own instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from models.calendar import SHANGHAI, calendar, end_of, fixed_at, now, today
from models.database import DbSession, reading, transaction
from processes.seed import SAMPLE_PASSWORD, seed_sample_county
from webapp import jobs
from webapp.demo import credit_plan, general_plan, office_plan
from webapp.demo.acts import parse
from webapp.demo.names import Names
from webapp.demo.plan import STORIES
from webapp.demo.play import Player

_FIRST_HOUR = 9 * 60
_REPORT_EVERY = 60


@dataclass(frozen=True)
class Event:
    """Something that happens at an instant; the order of events is the order of their instants."""

    at: datetime
    act: Callable[[DbSession], None] | None = None
    # Opens its own transactions.
    run: Callable[[], None] | None = None


def load(say: Callable[[str], object]) -> int:
    """Fill an empty, seeded training database; returns the number of cases."""
    with transaction() as session:
        seed_sample_county(session)
    events = sorted(_events(), key=lambda event: event.at)
    say(f"正在载入演示数据：{len(STORIES)} 件案卷，{len(events)} 个环节……")
    for number, event in enumerate(events, 1):
        _carry_out(event)
        if number % _REPORT_EVERY == 0:
            say(f"  已完成 {number}/{len(events)}")
    jobs.run_due()
    say(
        f"演示数据已载入：创业担保贷款 {len(STORIES)} 件，信保贷两个申报窗口，补贴申领 6 件。所有示例账号的密码均为 {SAMPLE_PASSWORD}。"
    )
    return len(STORIES)


def _carry_out(event: Event) -> None:
    with fixed_at(event.at):
        if event.act is None:
            (event.run or jobs.run_due)()
            return
        with transaction() as session:
            event.act(session)


def _events() -> Iterator[Event]:
    """Every act of every story, and each night what has become due."""
    names = Names()
    with reading() as session:
        days, until, last = _working_days_before_today(), now(), today()
        planned = [
            *credit_plan.planned(session, last),
            *general_plan.planned(last),
            *office_plan.planned(last),
        ]
        yield from (Event(at, run=run) for at, run in planned if at < until)
    for index, story in enumerate(STORIES):
        yield from _story_events(Player(story, names), index, days)
    night = days[-max(story.start for story in STORIES)]
    while night < last:
        night += timedelta(days=1)
        midnight = end_of(night - timedelta(days=1))
        if midnight < until:
            yield Event(midnight + timedelta(minutes=5))


def _story_events(player: Player, index: int, days: list[date]) -> Iterator[Event]:
    position, minute = len(days) - player.story.start, _FIRST_HOUR + index % 40
    yield Event(_at(days[position], minute), player.open)
    for word, after in parse(player.story.acts):
        position, minute = position + after, minute + 45

        def act(session: DbSession, word: str = word) -> None:
            player.do(session, word)

        yield Event(_at(days[position], minute), act)


def _working_days_before_today() -> list[date]:
    """The last sixty days' working days, oldest first, without today."""
    days = (today() - timedelta(days=back) for back in range(60, 0, -1))
    return [day for day in days if calendar().is_working_day(day)]


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(*divmod(minute, 60)), SHANGHAI).astimezone(UTC)
