"""Laws of notices and objections: whatever people and time do, nobody is listed early, twice, or over an objection."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.case_status import CaseStatus
from models.credit import CreditListing
from models.database import reading
from models.notice import PublicNotice
from models.objection import Objection
from models.refusal import Refusal
from processes import document
from tests.invariants import check_all, check_case
from tests.notice_board import Board
from tests.world import World, on

EXAMPLES = int(os.environ.get("WALKS", "40")) // 4
# So that also the unknown year 2027 is walked into.
STARTS = (date(2026, 3, 2), date(2026, 9, 18), date(2026, 12, 10))
BREACHES = [["fraud"], ["defaulter", "criminal"]]


class Walk:
    """One list on its way; `choose` is the only source of chance."""

    def __init__(self, board: Board, choose: Any, number: int) -> None:
        self.board, self.world, self.choose = board, board.world, choose
        self.day = choose(STARTS)
        with on(self.day):
            self.notice = board.opened(choose([1, 2, 3]), first=number * 10 + 1)
        self.objections: list[int] = []

    def knock(self) -> None:
        """Somebody does something, or time passes; what a rule refuses changes nothing."""
        acts = [self.publish, self.object, self.decide, self.confirm, self.wait, self.wait, self.fire]
        act = self.choose(acts)
        with on(self.day, self.choose([0, 9, 23])):
            try:
                act()
            except Refusal:
                pass
            except KeyError:
                pass  # the step is not open

    def publish(self) -> None:
        self.board.publish(self.notice, self.day - timedelta(days=self.choose([-1, 0, 0, 1, 3])))

    def object(self) -> None:
        serial = self.choose(range(len(self.board.entries(self.notice)))) + 1
        self.objections.append(self.board.object(self.notice, serial))

    def decide(self) -> None:
        if self.objections:
            self._decide(self.choose(self.objections))

    def _decide(self, case_id: int) -> None:
        upheld = {"decision": "upheld", "breaches": self.choose(BREACHES)}
        self.board.verify(case_id, **self.choose([{}, upheld]), late_reason="补充核查")

    def confirm(self) -> None:
        self.board.confirm(self.notice)
        with reading() as session:
            notice = session.get_one(PublicNotice, self.notice.id)
            assert notice.last_on is not None and notice.last_on < self.day
            assert notice.last_on.year == 2026, "a provisional day confirms nothing"

    def wait(self) -> None:
        self.day += timedelta(days=self.choose([1, 2, 7, 14]))

    def fire(self) -> None:
        self.world.fire_due()

    def finish(self) -> None:
        """Good acts from here on end it, unless its period reaches into a year without a calendar."""
        with on(self.day):
            if "draft_notice" in self.world.open_tasks(self.notice.case_id):
                self.board.publish(self.notice)
        self.day += timedelta(days=30)
        with on(self.day):
            self.world.fire_due()
            for case_id in self.objections:
                if self.world.open_tasks(case_id):
                    self._decide(case_id)
            if "confirm_notice" in self.world.open_tasks(self.notice.case_id):
                self.confirm()

    def hold(self) -> None:
        """What must be true after every knock."""
        with reading() as session:
            notice = session.get_one(PublicNotice, self.notice.id)
            for case_id in (notice.case_id, *self.objections):
                check_case(session, case_id)
            made = list(session.scalars(select(Objection).where(Objection.notice_id == notice.id)))
            listed = set(
                session.scalars(select(CreditListing.subject_id).where(CreditListing.notice_id == notice.id))
            )
        entries = self.board.entries(self.notice)
        assert listed == {one.subject_id for one in entries if one.outcome == "listed"}
        proved = {one.entry_id for one in made if one.outcome == "upheld"}
        assert proved == {one.id for one in entries if one.outcome == "removed"}
        if notice.confirmed_on is None:
            assert not listed
        else:
            assert all(one.outcome for one in entries) and all(one.outcome for one in made)


@pytest.mark.slow
def test_nobody_is_listed_early_twice_or_over_an_objection(world: World, tmp_path: Path) -> None:
    document.bind_folder(tmp_path / "uploads")
    board, ended, count = Board(world), set(), iter(range(1000))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.data())
    def law(data: st.DataObject) -> None:
        def choose(options: Any) -> Any:
            return options[data.draw(st.integers(0, len(options) - 1))]

        walk = Walk(board, choose, next(count))
        for _knock in range(data.draw(st.integers(0, 14))):
            walk.knock()
            walk.hold()
        walk.finish()
        walk.hold()
        ended.add(world.status(walk.notice.case_id))

    law()
    assert CaseStatus.NOTICE_DONE in ended
    with reading() as session:
        check_all(session)
