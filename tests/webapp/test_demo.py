"""Tests of the demonstration data: real verbs, sound applications, something for every eye."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from forms.application import validate_application
from models import audit, database
from models.case import CaseFile
from models.case_status import CaseStatus
from models.comment import CaseComment
from models.copying import CaseCopy
from models.credit import CreditListing
from models.database import DbSession
from models.deadline import Deadline
from models.document import Document
from models.explanation import explanation_of
from models.follow_up import TaskFollowUp
from models.inbox import Filters, Scope, page
from models.letter import Letter
from models.pause import Pause
from models.people import Department, user_named
from models.review import Supplement
from models.scheme import Scheme
from models.substitute import Substitute
from models.supervision import Supervision
from models.task_review import TaskReview
from models.urging import TaskUrging
from models.workflow import OPEN, UserTask
from models.working_days import Light
from processes.workflow import definition_of, newest_definition
from tests.webapp.test_cli import make_app
from tests.world import on

WEDNESDAY = date(2026, 11, 18)


@pytest.fixture
def training(url: str, tmp_path: Path) -> Iterator[Flask]:
    """A training server on an empty database, on a Wednesday at ten."""
    with on(WEDNESDAY, 10):
        yield make_app(url, tmp_path)
    database.bound().dispose()


def command(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def check_office(session: DbSession) -> None:
    """What an office does beside its steps is there to look at: each of its lists has a line."""
    for table in (CaseComment, CaseCopy, TaskUrging, Supervision, TaskReview, TaskFollowUp, Substitute):
        assert session.query(table).count(), table
    aside = session.query(UserTask).where(UserTask.set_aside_until.is_not(None)).count()
    lent = session.query(UserTask).where(UserTask.owner_id.is_not(None)).count()
    assert (aside, lent) == (1, 1)


def snapshot(session: DbSession) -> list[tuple[object, ...]]:
    """What two loads must have in common."""
    return [
        (case.number, case.status, case.application, case.opened_at)
        for case in session.query(CaseFile).order_by(CaseFile.number)
    ]


def test_demo_load_and_reset(training: Flask, tmp_path: Path) -> None:
    begun = time.process_time()
    assert "演示数据已载入" in command(training, "demo", "load", "--if-empty")
    assert time.process_time() - begun < 20
    with database.reading() as session:
        before = snapshot(session)
        files = {document.storage_key for document in session.query(Document)}
        check_variety(session)
        check_applications(session)
        check_credit(session)
        check_counts(session)
        check_office(session)
        assert list(audit.verify(session)) == []
    assert "保留不变" in command(training, "demo", "load", "--if-empty")
    refused = training.test_cli_runner().invoke(args=["demo", "load"])
    assert (refused.exit_code, "demo reset" in refused.output) == (1, True)
    command(training, "demo", "reset")
    with database.reading() as session:
        assert snapshot(session) == before
        kept = {document.storage_key for document in session.query(Document)}
    assert not files & kept
    assert {path.name for path in (tmp_path / "uploads").iterdir()} == kept


def check_variety(session: DbSession) -> None:
    """Every status; late, today, soon, paused; paid in full; letters; both counties; the applicant's own."""
    cases = session.query(CaseFile).filter_by(scheme=Scheme.STARTUP_LOAN).all()
    assert {case.status for case in cases} == _statuses_of(session, Scheme.STARTUP_LOAN)
    assert len(cases) >= 40
    assert {case.applicant_type for case in cases} >= {"person", "sole_trader", "small_enterprise"}
    assert Counter(case.amount for case in cases)[Decimal("100000.00")] >= 3
    assert len({case.group_code for case in cases}) >= 8
    assert len({case.bank_id for case in cases}) == 3
    lights = Counter(clock.light for clock in session.query(Deadline) if clock.is_running)
    assert lights.keys() >= {Light.OVER, Light.TODAY, Light.SOON, Light.OK, Light.PAUSED}
    pauses = session.query(Pause)
    assert {(row.is_open, row.is_asked) for row in pauses} == {(True, False), (False, True), (False, False)}
    assert session.query(Deadline).filter(Deadline.missed_at.is_not(None)).count() > lights[Light.OVER]
    assert session.query(Deadline).filter_by(key="bank").filter(Deadline.extension_days > 0).count() == 2
    assert session.query(Supplement).filter_by(is_repeated=True).count() == 1
    assert session.query(Letter).count() > 30
    refusing = session.query(UserTask).filter(UserTask.form_key == "refusal_notice", UserTask.status == OPEN)
    kinds = {session.get_one(Department, task.department_id).kind for task in refusing}
    assert kinds == {"hrss", "guarantor", "bank"}
    applicant = user_named(session, "shenqing")
    assert applicant is not None
    assert [item.step for item in page(session, applicant, Scope.MINE, Filters()).items] == ["补正材料"]
    claimed = session.query(UserTask).filter(UserTask.status == OPEN, UserTask.claimed_at.is_not(None))
    assert claimed.count() >= 5


def _statuses_of(session: DbSession, scheme: Scheme) -> set[str]:
    """Every status that the drawing of a scheme gives to a case, and the draft before it."""
    drawing = definition_of(session, newest_definition(session, scheme.process).id).drawing
    drawn = [*(step.status for step in drawing.steps.values()), *drawing.endings.values()]
    return {status for status in drawn if status} | {CaseStatus.DRAFT}


def check_credit(session: DbSession) -> None:
    """信保贷: a case of every kind, a round closed and one in hand, loans in order, late and in 代偿."""
    kinds = set(session.scalars(select(CaseFile.scheme).distinct()))
    assert kinds == {scheme.value for scheme in Scheme}
    shown = set(session.scalars(select(CaseFile.status).where(CaseFile.scheme != Scheme.STARTUP_LOAN)))
    assert shown >= {
        *(
            "listed",
            "not_passed",
            "screening",
            "giving_opinions",
            "collecting",
            "round_closed",
            "notice_done",
        ),
        *("objection_dismissed", "loan_active", "loan_signing", "loan_investigating", "arrears_collecting"),
        *("consent_pending", "exit_checking", "exiting", "hearing"),
    }
    assert session.scalar(select(func.count()).select_from(CreditListing)) == 9


def check_counts(session: DbSession) -> None:
    """“Why this date” counts to the very day that every clock shows."""
    for clock in session.query(Deadline):
        why = explanation_of(session, session.get_one(CaseFile, clock.case_id), clock.id)
        assert why.days[0].date == clock.start_on
        if clock.cancelled_on is None and not clock.is_paused:
            assert (why.days[-1].date, why.counted) == (clock.due_on, clock.length + clock.extension_days)


def check_applications(session: DbSession) -> None:
    """What was stored is what the forms accept."""
    from webapp.context import application_context

    submitted = session.query(CaseFile).filter(
        CaseFile.scheme == Scheme.STARTUP_LOAN, CaseFile.status != CaseStatus.DRAFT
    )
    for case in submitted:
        faults = validate_application(case.applicant_type, case.application, application_context(session))
        assert faults == {}, (case.number, faults)
