"""kill -9 at every boundary of publishing and confirming a notice: all of it has happened, or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from models.audit import AuditEvent
from models.credit import CreditListing
from models.database import reading
from models.letter import Letter
from models.notice import NoticeEntry, PublicNotice
from models.notification import Notification
from models.objection import Objection
from models.workflow import Timer
from tests.invariants import check_all
from tests.notice_board import Board
from tests.processes.killing import crash_everywhere
from tests.world import World, on

pytestmark = [pytest.mark.slow, pytest.mark.forks]
COUNTED = (
    AuditEvent, CreditListing, Letter, Notification, Objection, Timer,
)  # fmt: skip


def _seen() -> tuple[Any, ...]:
    with reading() as session:
        return (
            [session.scalar(select(func.count()).select_from(table)) for table in COUNTED],
            session.execute(select(PublicNotice.published_on, PublicNotice.confirmed_on)).all(),
            session.scalars(select(NoticeEntry.outcome).order_by(NoticeEntry.id)).all(),
        )


def test_a_notice_is_published_and_confirmed_whole_or_not_at_all(world: World, url: str) -> None:
    board = Board(world)
    with on(date(2026, 3, 2)):
        notice = board.opened(1)
        assert crash_everywhere(url, lambda: board.publish(notice), _seen) > 8
        case_id = board.object(notice)
    with on(date(2026, 3, 17)):
        board.verify(case_id, late_reason="核查耗时")
        world.fire_due()
        assert crash_everywhere(url, lambda: board.confirm(notice), _seen) > 8
    with reading() as session:
        assert session.scalars(select(NoticeEntry.outcome)).all() == ["listed"]
        assert session.scalar(select(func.count()).select_from(CreditListing)) == 1
        check_all(session)
