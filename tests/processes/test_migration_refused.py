"""Who may let cases go over, to what, and when not; each refusal with its reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.audit import AuditEvent
from models.calendar import end_of
from models.case import CaseFile
from models.database import reading, transaction
from models.migration import MigrationLine, MigrationPlan, PlanStatus
from models.notification import Notification
from models.people import User
from models.proposal import ProcessSetting
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.workflow import ARMED, DRAWN, STALLED, ProcessDefinition, Timer, UserTask
from processes import migration, migration_act, migration_run, withdrawal, worklist
from processes.publication import Publication, store
from processes.workflow import DEFINITIONS, SHIPPED
from tests.invariants import check_all
from tests.migrating import (
    FIVE,
    OWNER,
    SECOND,
    SEVEN,
    applied,
    drawing,
    next_version,
    planned,
    status_of,
    the_line,
    version_of,
)
from tests.world import World, answers, on
from webapp import handlers_migration

NINE = "working_days(9, accepted_on)"
MONDAY = date(2026, 3, 2)


@pytest.fixture
def reviewing(world: World) -> int:
    """A case accepted on Monday: the qualification review has 7 working days, to 11 March."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def task_of(world: World, case_id: int, element: str) -> UserTask:
    with reading() as session:
        return session.get_one(UserTask, world.open_tasks(case_id)[element])


def hold() -> None:
    with reading() as session:
        check_all(session)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"effective_at": end_of(date(2026, 5, 1))}, "尚未生效"),
        ({"withdrawn_at": end_of(date(2026, 3, 1))}, "已撤回"),
    ],
)
def test_only_the_version_in_force_is_a_target(
    world: World, reviewing: int, values: dict[str, datetime], words: str
) -> None:
    to_id = next_version((SEVEN, FIVE))
    plan_id = planned(world, to_id)
    with transaction() as session:
        session.execute(update(ProcessDefinition).where(ProcessDefinition.id == to_id).values(**values))
    with pytest.raises(Refusal, match=words):
        planned(world, to_id)
    with pytest.raises(Refusal, match=words):
        applied(world, plan_id)
    assert version_of(reviewing) == 1


def test_an_older_version_is_no_target(world: World, reviewing: int) -> None:
    to_id = next_version((SEVEN, FIVE))
    next_version((SEVEN, NINE))
    with pytest.raises(Refusal, match="只能迁移到现行版本"):
        planned(world, to_id)
    with pytest.raises(NotFound):
        planned(world, 9999)


def test_what_stands_still_is_due_or_has_ended_is_refused(world: World, reviewing: int) -> None:
    to_id = next_version((SEVEN, FIVE))
    mine = (Timer.case_id == reviewing, Timer.kind == DRAWN, Timer.status.in_((ARMED, STALLED)))
    for values, words in (
        ({"status": STALLED, "attempts": 8}, "已停滞"),
        ({"status": ARMED, "attempts": 0}, "尚未处理完毕"),
    ):
        with transaction() as session:
            session.execute(update(Timer).where(*mine).values(**values))
        with on(date(2026, 3, 12)):
            assert words in the_line(planned(world, to_id)).why
    plan_id = planned(world, to_id)
    with transaction() as session:
        withdrawal.withdraw(session, reviewing, world.user(session, "renshe1"), "不再申请")
    applied(world, plan_id)
    assert the_line(plan_id).verdict == "changed"
    with transaction() as session:
        migration.recheck(session, plan_id, world.user(session, OWNER))
    handlers_migration.check_plan(plan_id)
    assert the_line(plan_id).why == "案卷已办结。"


def test_another_department_takes_over_only_what_nobody_has_claimed(world: World, reviewing: int) -> None:
    # The lane of the step, and of what hangs on it, is that of the bank.
    text = drawing().decode()
    reference = "        <bpmn:flowNodeRef>qualification_review</bpmn:flowNodeRef>\n"
    lane = text.index('name="经办金融机构"')
    place = text.index(">", lane) + 1
    cut = text[:place] + "\n" + reference + text[place:]
    cut = cut.replace(reference, "", 1) if cut.index(reference) < place else cut
    plan_id = planned(world, next_version((text, cut)))
    before, after = the_line(plan_id).before["tasks"][0], the_line(plan_id).after["tasks"][0]
    assert (before["department"] != after["department"], "银行" in after["office"]) == (True, True)
    with transaction() as session:
        worklist.claim(session, before["id"], world.user(session, "renshe2"))
    applied(world, plan_id)
    assert the_line(plan_id).verdict == "changed"
    with transaction() as session:
        worklist.release(session, before["id"], world.user(session, "renshe2"))
        migration.recheck(session, plan_id, world.user(session, OWNER))
    handlers_migration.check_plan(plan_id)
    applied(world, plan_id)
    assert task_of(world, reviewing, "qualification_review").department_id == after["department"]
    with reading() as session:
        told = session.scalars(
            select(Notification.text).where(Notification.text.contains("案卷迁移方案"))
        ).all()
        assert told
    hold()


def test_four_eyes_and_the_second_click(world: World, reviewing: int) -> None:
    to_id = next_version((SEVEN, FIVE))
    plan_id = planned(world, to_id)
    with pytest.raises(Forbidden, match="双人复核"), transaction() as session:
        migration.begin(session, plan_id, world.user(session, OWNER))
    with pytest.raises(Forbidden), transaction() as session:
        migration.begin(session, plan_id, world.user(session, "renshe1"))
    with transaction() as session:
        migration.begin(session, plan_id, world.user(session, SECOND))
    for verb in (migration.begin, migration.recheck, migration.drop):
        with pytest.raises(Conflict), transaction() as session:
            verb(session, plan_id, world.user(session, SECOND))
    handlers_migration.apply_plan(plan_id)
    handlers_migration.apply_plan(plan_id)
    with reading() as session:
        query = select(func.count()).where(AuditEvent.action == "case.migrated")
        assert session.scalar(query) == 1
    with pytest.raises(Conflict):
        applied(world, plan_id)
    to_id = next_version((SEVEN, NINE))
    with transaction() as session:
        session.merge(ProcessSetting(key="combined_review", is_four_eyes=False, changed_at=end_of(MONDAY)))
    plan_id = planned(world, to_id)
    with transaction() as session:
        migration.begin(session, plan_id, world.user(session, OWNER))


def test_a_case_that_fails_is_where_it_was(
    world: World, reviewing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_id = planned(world, next_version((SEVEN, FIVE)))

    def broken(*_args: Any) -> None:
        raise KeyError("x")

    with monkeypatch.context() as patch:
        patch.setattr(migration_act, "_verify", broken)
        applied(world, plan_id)
    assert (the_line(plan_id).verdict, status_of(plan_id), version_of(reviewing)) == ("failed", "applied", 1)
    assert "程序错误" in the_line(plan_id).why
    assert world.deadlines(reviewing)["qualification"].length == 7
    hold()


def renamed(*more: tuple[str, str]) -> int:
    """The investigation has another id in the next version; the value of its form keeps its name."""
    text = drawing(*more).decode()
    form = 'name="form" value="pre_loan_investigation"'
    text = text.replace(form, "@").replace("pre_loan_investigation", "bank_investigation").replace("@", form)
    tables = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED["combined_review"]}
    with transaction() as session:
        return store(session, text.encode(), tables, None, Publication()).id


def test_who_has_done_a_renamed_step_stays_barred_after_the_migration(world: World) -> None:
    case_id = world.submitted()
    for element in ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation"):
        world.complete(case_id, element, answers(element))
    to_id = renamed()
    line = the_line(planned(world, to_id))
    assert line.verdict == "refused" and "岗位分离" in line.why and "请在方案中指定" in line.why
    applied(world, planned(world, to_id, {"pre_loan_investigation": "bank_investigation"}))
    assert version_of(case_id) == 2
    with transaction() as session:
        did = session.scalars(
            select(UserTask).where(UserTask.case_id == case_id, UserTask.element_id == "bank_investigation")
        ).one()
        investigator = session.get_one(User, did.done_by_id)
        with pytest.raises(Forbidden, match="岗位分离"):
            worklist.claim(session, world.open_tasks(case_id)["bank_acceptance"], investigator)
    hold()


def test_a_faulty_case_is_tried_alone_once_and_the_lost_job_is_begun_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [world.submitted() for _ in range(3)]
    for case_id in cases:
        world.complete(case_id, "acceptance", answers("acceptance"))
    real, tried = migration_run.effect_of, []

    def broken(session: Any, token: Any, target: Any, offices: Any) -> Any:
        tried.append(token.case.id)
        if token.case.id == cases[2]:
            raise RuntimeError("broken")
        return real(session, token, target, offices)

    monkeypatch.setattr(migration_run, "effect_of", broken)
    plan_id = planned(world, next_version((SEVEN, "working_days(7, received_on)")))
    assert len(tried) == 6, "together once, then each alone once"
    with reading() as session:
        rows = session.scalars(select(MigrationLine).order_by(MigrationLine.id)).all()
        assert [row.verdict for row in rows] == ["possible", "possible", "refused"]
    monkeypatch.undo()
    with transaction() as session:
        actor = world.user(session, OWNER)
        with pytest.raises(Conflict, match="没有需要继续的工作"):
            migration.resume(session, plan_id, actor)
        session.get_one(MigrationPlan, plan_id).status = PlanStatus.CHECKING
    with transaction() as session:
        migration.resume(session, plan_id, world.user(session, OWNER))
    with reading() as session:
        assert session.scalar(select(AuditEvent.id).where(AuditEvent.action == "migration.resumed"))


def test_a_clock_that_would_start_elsewhere_keeps_its_start_and_the_plan_says_so(
    world: World, reviewing: int
) -> None:
    plan_id = planned(world, next_version((SEVEN, "working_days(7, received_on)")))
    assert the_line(plan_id).after["notes"] == [], "received and accepted on the same day"
    with transaction() as session:
        session.get_one(CaseFile, reviewing).received_on = date(2026, 2, 27)
    plan_id = planned(world, next_version((SEVEN, "working_days(9, received_on)")))
    assert any("仍从原起算日计算" in note for note in the_line(plan_id).after["notes"])
