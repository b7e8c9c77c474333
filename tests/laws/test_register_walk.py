"""Law: whatever people and time do to a firm of the register, it leaves once, for good, and only a decision blacklists."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.blacklisting import Blacklisting, BlacklistReceipt
from models.calendar import today
from models.case import CaseFile
from models.case_status import CaseStatus
from models.credit import Exclusion, ExclusionCause, ExitWarning, ListingEvent
from models.database import reading, transaction
from models.people import User
from models.refusal import Refusal
from models.scheme import Scheme
from models.workflow import OPEN, UserTask
from processes import blacklist_receipt, credit
from tests import register
from tests.invariants import check_all, check_case
from tests.world import World, on

WALKS = int(os.environ.get("WALKS", "40")) // 10
GOOD: dict[str, dict[str, Any]] = {key: dict(given) for key, given in reversed(register.FORMS)}
OTHER_WAYS = {"exit_check": [register.REJECTED], "blacklist_decision": [{"decision": "refuse"}]}
WHO = {
    "exit_preservation": ("yinhang1", "yinhang2"),
    "guarantor_preservation": ("danbao1", "danbao0"),
    "blacklist_decision": ("xiaozu1", "xiaozu0"),
}
_walks = settings(
    max_examples=WALKS,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Life:
    """One firm and what is done to it; `choose` is the only source of chance."""

    world: World
    choose: Callable[[Any], Any]
    code: str
    is_listed: bool
    day: date = date(2026, 3, 2)
    firm: int = 0
    log: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """It is on the register, or has only applied."""
        with on(self.day):
            if self.is_listed:
                self.firm = register.listed(self.world, self.code, self.code, self.code)
                return
            with transaction() as session:
                self.firm = register.firm(session, self.code, self.code, self.code).id

    def knock(self) -> None:
        """One act of anybody, or time passing; what a rule refuses is part of life."""
        acts = [self.answer] * 5 + [self.report, self.propose, self.receive, self.wait, self.intrude]
        act = self.choose(acts)
        self.log.append(f"{self.day} {act.__name__}")
        with on(self.day):
            try:
                act()
            except Refusal as refusal:
                self.log.append(refusal.message)

    def report(self) -> None:
        register.reported(self.world, self.firm, self.choose(["yinhang1", "danbao1", "jinrong1", "shuiwu1"]))

    def propose(self) -> None:
        register.proposed(
            self.world, self.firm, ground=self.choose(["fraud", "misuse", "evasion", "arrears"])
        )

    def wait(self) -> None:
        self.day += timedelta(days=self.choose([1, 3, 9]))
        with on(self.day):
            self.world.fire_due()

    def receive(self) -> None:
        with transaction() as session:
            case_id = session.scalars(
                select(Blacklisting.case_id).where(Blacklisting.subject_id == self.firm)
            ).first()
            if case_id is None:
                raise Refusal("没有通报。")
            actor = self.world.user(session, self.choose(["shuiwu1", "renshe1", "yinhang1", "xiaozu1"]))
            blacklist_receipt.take_note(session, case_id, "无", actor)

    def answer(self) -> None:
        task = self.choose(self.tasks())
        ways = [{}, {}, *OTHER_WAYS.get(task.form_key, [])]
        self.complete(
            task, self.choose(WHO.get(task.element_id, ("jinrong1", "jinrong2"))), self.choose(ways)
        )

    def intrude(self) -> None:
        with reading() as session:
            names = session.scalars(select(User.username).order_by(User.id)).all()
        self.complete(self.choose(self.tasks()), self.choose(names), {})

    def complete(self, task: UserTask, who: str, over: dict[str, Any]) -> None:
        days = {name: today() for name in ("stated_on",) if name in GOOD[task.form_key]}
        if task.form_key == "blacklist_decision":
            register.prove(self.world, task.case_id)
            over = {"meeting_id": str(register.met(self.world)), **over}
        given = {**GOOD[task.form_key], **days, "late_reason": "补充核查", **over}
        self.world.complete(task.case_id, task.element_id, given, who)

    def tasks(self) -> list[UserTask]:
        """The open steps of the firm's cases. Raises Refusal when there is none."""
        with reading() as session:
            query = select(UserTask).join(CaseFile, CaseFile.id == UserTask.case_id)
            query = query.where(CaseFile.subject_id == self.firm, UserTask.status == OPEN).order_by(
                UserTask.id
            )
            found = list(session.scalars(query))
        if not found:
            raise Refusal("没有待办。")
        return found

    def finish(self) -> None:
        """What has not happened yet happens, with good answers and receipts from here on: every case must end."""
        with on(self.day):
            for begin in (
                lambda: register.reported(self.world, self.firm),
                lambda: register.proposed(self.world, self.firm),
            ):
                with suppress(Refusal):
                    begin()
        for _knock in range(20):
            with on(self.day):
                self._receive_all()
                try:
                    task = self.tasks()[0]
                except Refusal:
                    return
                self.complete(task, WHO.get(task.element_id, ("jinrong1",))[0], {})
        raise AssertionError(self.log)

    def _receive_all(self) -> None:
        mine = select(BlacklistReceipt).join(Blacklisting, Blacklisting.case_id == BlacklistReceipt.case_id)
        owed = mine.where(Blacklisting.subject_id == self.firm, BlacklistReceipt.received_at.is_(None))
        with transaction() as session:
            center = self.world.user(session, "jinrong1")
            for row in session.scalars(owed).all():
                blacklist_receipt.note_paper(session, row.case_id, row.department_id, "无", today(), center)

    def hold(self) -> set[str]:
        """What must be true now; the causes of exclusion."""
        with reading() as session:
            for case_id in session.scalars(select(CaseFile.id).where(CaseFile.subject_id == self.firm)).all():
                check_case(session, case_id)
            causes = set(session.scalars(select(Exclusion.cause).where(Exclusion.subject_id == self.firm)))
            events = session.scalars(
                select(ListingEvent.kind).where(ListingEvent.subject_id == self.firm)
            ).all()
            decided = select(func.count()).where(
                Blacklisting.subject_id == self.firm, Blacklisting.is_approved
            )
            assert (ExclusionCause.BLACKLIST in causes) == bool(session.scalar(decided)), self.log
            assert events.count("cancelled") == (ExclusionCause.EXIT in causes) <= 1, self.log
            assert events.count("blacklisted") == (ExclusionCause.BLACKLIST in causes) <= 1, self.log
            warned = select(func.count(ExitWarning.department_id)).join(
                CaseFile, CaseFile.id == ExitWarning.case_id
            )
            count = session.scalar(warned.where(CaseFile.subject_id == self.firm))
            assert count == (13 if ExclusionCause.EXIT in causes else 0), self.log
            assert bool(credit.exclusion(session, self.code, [])) == bool(causes)
        if "listed" in events:
            assert register.listing(self.firm).is_live == (not causes), self.log
        return causes


@pytest.mark.slow
def test_a_firm_leaves_once_for_good_and_only_a_decision_blacklists(world: World) -> None:
    seen: set[str] = set()
    statuses: set[str] = set()
    lives = 0

    @_walks
    @given(st.data())
    def law(data: st.DataObject) -> None:
        nonlocal lives
        lives += 1

        def choose(options: Any) -> Any:
            return options[data.draw(st.integers(0, len(options) - 1))]

        life = Life(world, choose, f"91150627MA0{lives:07d}", is_listed=lives % 3 != 0)
        life.begin()
        for _knock in range(data.draw(st.integers(4, 22))):
            life.knock()
            life.hold()
        life.finish()
        seen.update(life.hold())
        for scheme in (Scheme.CREDIT_EXIT, Scheme.BLACKLISTING):
            statuses.update(case.status for case in register.cases(scheme, life.firm))

    law()
    assert seen == {ExclusionCause.EXIT, ExclusionCause.BLACKLIST}
    assert all(CaseStatus(status).is_final for status in statuses)
    assert CaseStatus.BLACKLISTED in statuses
    with reading() as session:
        check_all(session)
