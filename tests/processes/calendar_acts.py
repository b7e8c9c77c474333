"""Acts of an administrator on the calendar, each in a transaction of its own."""

from __future__ import annotations

from datetime import date

from models.calendar_draft import Kind, Typed, read_rows
from models.calendar_text import read_text
from models.database import transaction
from processes import calendar as verbs
from tests.notices import notice
from tests.world import World


def proposed(world: World, year: int = 2027, region: str = "") -> int:
    with transaction() as session:
        return verbs.propose(session, read_text(notice(year)), world.user(session, "guanli"), region).id


def applied(world: World, notice_id: int) -> int:
    with transaction() as session:
        return verbs.apply(session, notice_id, world.user(session, "guanli")).moved


def undone(world: World, notice_id: int) -> None:
    with transaction() as session:
        verbs.undo(session, notice_id, world.user(session, "guanli"))


def single(world: World, kind: Kind, day: date, region: str = "") -> int:
    """The id of a notice that names one day."""
    with transaction() as session:
        rows = [Typed(day, None, kind, "测试假日")]
        draft = read_rows(day.year, "days", "测试文〔2026〕1号", rows)
        return verbs.propose(session, draft, world.user(session, "guanli"), region).id
