"""The stalled board's edges: what is an act, numbers that are kept, screens of halls, work given on by managers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, update

from models import board_cache, board_list, board_totals
from models.audit_looks import LOOKS
from models.board_asked import Asked, asked
from models.case import CaseDepartment, CaseFile, locked
from models.database import DbSession, reading, transaction
from models.hall import HallScreen
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.task_review import ReviewKind
from models.workflow import STALLED, Timer, UserTask
from processes import (
    broken,
    comment,
    dossier,
    hall,
    reassignment,
    withdrawal,
    worklist,
)
from processes import case as case_verbs
from processes.bulk import OPERATIONS
from processes.bulk_check import candidates, supervises
from processes.supervision_order import Demand, order_task
from tests.offices import Office
from tests.webapp.api import Caller
from tests.webapp.knock import counted, number_of
from tests.world import World, answers, on

SignIn = Callable[[str], FlaskClient]
FIRST, LATER = date(2026, 3, 20), date(2026, 4, 3)


@pytest.fixture
def office(world: World) -> Iterator[Office]:
    with on(FIRST):
        yield Office(world)


def refused(operation: str, task_id: int, world: World, who: str) -> str:
    """What the preview of an act says to a person; empty: it will be done."""
    with reading() as session:
        actor = world.user(session, who)
        return OPERATIONS[operation].check(candidates(session, actor, [task_id])[0], actor)


def test_a_draft_thrown_away_was_never_ended_by_the_office(world: World) -> None:
    with on(date(2026, 3, 19)):
        ended = world.submitted()
    with on(FIRST):
        world.complete(ended, "acceptance", answers("acceptance"))  # its legal day is that of receipt
        with transaction() as session:
            clerk = world.user(session, "renshe1")
            draft = case_verbs.create_draft(session, "startup_loan", "person", world.person(), clerk)
            screen = hall.open_screen(session, "大屏", 1, world.user(session, "guanli"))[0].id
            for case_id in (draft.id, ended):
                withdrawal.withdraw(session, case_id, clerk, "不办了")
        with reading() as session:
            shown = hall.shown(session, session.get_one(HallScreen, screen))
            assert (shown.submitted, shown.accepted, shown.closed) == (0, 1, 1)
            assert [one.status for one in shown.recent] == ["已办结"]
            assert draft.number not in {one.number for one in shown.recent}


def test_a_screen_asks_the_tables_once_a_minute(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(board_cache, "monotonic", lambda: clock[0])
    with on(FIRST):
        with transaction() as session:
            screen = hall.open_screen(session, "大屏", 1, world.user(session, "guanli"))[0].id
        seen = []
        for later in (0, 30, 30):
            clock[0] += later
            world.submitted()
            with reading() as session, counted() as asked_for:
                found = hall.shown(session, session.get_one(HallScreen, screen))
            seen.append((found.submitted, len(asked_for)))
    assert [number for number, _asked in seen] == [1, 1, 3] and seen[1][1] < seen[0][1] == seen[2][1]


def test_looking_and_talking_are_no_acts(office: Office) -> None:
    with on(LATER), transaction() as session:
        case = locked(session, office.case_id)
        before, number = case.acted_at, case.number
        comment.say(session, case, "请留意", [], office.world.user(session, "renshe1"))
        dossier.ask(session, number, "归档", False, office.world.user(session, "shenji"))
    with on(LATER), reading() as session:
        case = session.get_one(CaseFile, office.case_id)
        (line,) = board_list.page(session, office.world.user(session, "lingdao"), Asked(), {}).lines
        assert case.acted_at == before and line.detail.act is not None and line.detail.act.at == before
    with on(LATER):
        office.does("renshe2", worklist.claim)
        with reading() as session:
            assert session.get_one(CaseFile, office.case_id).acted_at != before
    assert {"comment.made", "dossier.asked", "copy.read", "supervision.closed"} <= LOOKS


def test_a_number_and_its_list_agree_while_the_number_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large county: what has changed since shows in both at once, a minute later."""
    clock = [1000.0]
    monkeypatch.setattr(board_cache, "monotonic", lambda: clock[0])
    monkeypatch.setattr(board_cache, "LARGE", 1)
    wishes = [
        {}, {"window": "over"}, {"window": "ok"}, {"why": "unclaimed"}, {"provisional": "1"}, {"forecast": "1"},
        {"unit": "case", "state": "quiet"}, {"unit": "case", "ordered": "1"}, {"scheme": "startup_loan"},
        {"step": office.row().element_id, "window": "ok"}, {"person": "0"}, {"region": "999"},
        {"department": str(office.row().department_id)},
    ]  # fmt: skip

    def numbers(session: DbSession) -> list[int]:
        leader = office.world.user(session, "lingdao")
        return [board_totals.rows_of(session, leader, asked(wish), {}) for wish in wishes]

    with reading() as session:
        counted_now = numbers(session)
        found = board_totals.totals(session, office.world.user(session, "lingdao"), {})
        assert [found.number(asked(wish)) for wish in wishes] == counted_now
        assert (
            found.number(asked({"text": "王"}))
            is found.number(asked({"forecast": "1", "within": "3"}))
            is None
        )
    office.world.submitted()
    with reading() as session:
        assert numbers(session) == counted_now
        clock[0] += 61
        assert numbers(session)[0] == counted_now[0] + 1


def test_nothing_is_kept_longer_than_a_minute(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A knock that took a lower number of the log may commit after a higher one: its work is seen a minute later."""
    clock, made = [1000.0], iter(range(9))
    monkeypatch.setattr(board_cache, "monotonic", lambda: clock[0])
    with on(FIRST), reading() as session:
        found = []
        for later in (0, 59, 2):
            clock[0] += later
            found.append(board_cache.kept(session, "x", lambda: next(made), lambda _one: 0))
    assert found == [0, 0, 1]


def test_the_list_is_found_by_pairs_of_characters(office: Office) -> None:
    with on(FIRST), reading() as session:
        leader, case = office.world.user(session, "lingdao"), session.get_one(CaseFile, office.case_id)
        for text, rows in (
            (case.applicant_name[:2], 1),
            (case.number, 1),
            (case.number[-4:], 1),
            ("欧阳锋", 0),
        ):
            with counted() as asked_for:
                assert board_list.counted(session, leader, asked({"text": text}), {}) == rows
            assert any("case_bigram" in statement for statement in asked_for)


def test_what_stands_still_is_named_by_one_statement(office: Office) -> None:
    def asked_for() -> int:
        with transaction() as session:
            session.execute(update(Timer).values(status=STALLED, fault="示例故障"))
        with reading() as session, counted() as statements:
            found = broken.broken(session, office.world.user(session, "lingdao"))
        names.append({one.what for one in found if one.timer_id})
        return len(statements)

    names: list[set[str]] = []
    few = asked_for()
    for _case in range(3):
        office.world.complete(office.world.submitted(), "acceptance", answers("acceptance"))
    assert asked_for() == few and names[0] and names[0] <= names[1]


def test_a_preview_of_orders_knows_the_window_of_every_scheme(office: Office) -> None:
    """A firm's case is led by the financial centre, not by the 人社 office that is named in it; by nobody without one."""
    demand, world = Demand("请办结", LATER), office.world
    with transaction() as session:
        centre, bank = (world.user(session, who).department_id for who in ("jinrong0", "yinhang0"))
        session.execute(update(CaseFile).values(scheme="credit_loan"))
        session.execute(update(UserTask).where(UserTask.id == office.task_id).values(department_id=bank))
        taking = [{"case_id": office.case_id, "department_id": one} for one in (centre, bank)]
        session.execute(delete(CaseDepartment).where(CaseDepartment.department_id.in_([centre, bank])))
        session.execute(insert(CaseDepartment), taking)
    assert refused("supervise", office.task_id, world, "renshe0") == "您不能督办该部门。"
    with pytest.raises(Forbidden):
        office.does("renshe0", order_task, demand)
    with reading() as session:
        head = world.user(session, "jinrong0")
        (candidate,) = candidates(session, head, [office.task_id])
        session.expunge(head)
        head.department_id = None
        assert not supervises(replace(candidate, window_id=None), head)
    for who in ("jinrong0", "yinhang0", "lingdao"):
        assert refused("supervise", office.task_id, world, who) == ""
    office.does("jinrong0", order_task, demand)


def test_a_preview_knows_whose_opinion_was_heard(office: Office) -> None:
    world, bank = office.world, office
    office.submits("renshe2")
    bank.task_id = world.open_tasks(bank.case_id)["pre_loan_investigation"]
    bank.does("yinhang1", worklist.claim)
    bank.ask("yinhang2", ReviewKind.BEFORE, "yinhang1")
    bank.answers("yinhang2", True, "同意")
    for element in ("due_diligence", "pre_loan_investigation"):
        world.complete(bank.case_id, element, answers(element))
    bank.task_id = world.open_tasks(bank.case_id)["bank_acceptance"]
    for who in ("yinhang1", "yinhang2"):
        assert "岗位分离" in refused("claim", bank.task_id, world, who)
        with pytest.raises(Forbidden, match="贷前调查"):
            bank.does(who, worklist.claim)


def test_a_preview_of_releases_says_what_the_release_says(office: Office) -> None:
    office.does("renshe2", worklist.claim)
    office.ask("renshe1", ReviewKind.AFTER)
    office.submits("renshe2")
    assert "正在等待会签意见" in refused("release", office.task_id, office.world, "renshe2")
    with pytest.raises(Conflict, match="正在等待会签意见"):
        office.does("renshe2", worklist.release)
    assert refused("release", office.task_id, office.world, "renshe0") == ""
    office.does("renshe0", worklist.release)


def test_a_manager_gives_steps_on_within_their_office(office: Office, app: Flask, sign_in: SignIn) -> None:
    world, leader = office.world, sign_in("lingdao")
    with on(FIRST):
        other = world.submitted()
        tasks = [office.task_id, world.open_tasks(other)["acceptance"]]
        office.does("renshe2", worklist.claim)
        assert "批量转办" in leader.get("/board/cases").text
        sent = {"operation": "reassign", "task_id": [str(task) for task in tasks], "back": "/board/cases"}
        page = leader.post("/bulk/preview", data=sent).text
        assert "2 件可以转办" in page and "李四" in page and "周五" not in page
        stranger = {**sent, "assignee": str(office.id("danbao1")), "reason": "忙"}
        assert leader.post("/bulk", data=stranger).status_code == 422
        answer = leader.post(
            "/bulk", data={**sent, "assignee": str(office.id("renshe0")), "reason": "人手不足"}
        )
        assert answer.status_code == 302
    assert [office.row(task).assignee_id for task in tasks] == [office.id("renshe0")] * 2
    assert office.log("task.reassigned") == ["朱十七将“资格审核”转办给李四：人手不足"]
    assert any("转办给您：人手不足" in text for text in office.told("renshe0"))
    assert any("转由李四办理" in text for text in office.told("renshe2"))
    with on(FIRST):
        assert leader.post("/bulk/1/undo").status_code == 302
    assert [office.row(task).assignee_id for task in tasks] == [office.id("renshe2"), None]


def test_a_manager_gives_one_step_on_from_its_row_and_its_case(
    office: Office, app: Flask, sign_in: SignIn, caller: Callable[[str], Caller]
) -> None:
    leader, task, one = sign_in("lingdao"), office.task_id, f"reassign.{office.task_id}"
    with on(FIRST):
        rows = leader.get("/board/cases").text
        case = leader.get(f"/cases/{number_of(office.case_id)}").text
        assert all(
            f'name="one" value="{act}.{task}"' in page
            for page in (rows, case)
            for act in ("urge", "supervise", "reassign")
        )
        assert f'value="{one}"' not in sign_in("renshe1").get(f"/cases/{number_of(office.case_id)}").text
        page = leader.post("/bulk/preview", data={"one": one, "back": "/board/cases"}).text
        assert '<h1 class="h5">转办</h1>' in page and "1 件可以转办" in page
        given = {"assignee": office.id("renshe0"), "reason": "人手不足"}
        caller("danbao0").post(f"/tasks/{task}/reassign", given, 404)
        caller("shenji").post(f"/tasks/{task}/reassign", given, 403)
        said = caller("lingdao").post(f"/tasks/{task}/reassign", given)
        assert said["id"] == task and office.row(task).assignee_id == office.id("renshe0")
        run = app.test_cli_runner().invoke
        done = run(args=["tasks", "reassign", str(task), "renshe2", "--reason", "回岗", "--by", "lingdao"])
        assert done.exit_code == 0, done.output
    assert office.row(task).assignee_id == office.id("renshe2")
    assert len(office.log("task.reassigned")) == 2


def test_nobody_gives_on_the_steps_of_offices_that_he_may_not_order(office: Office) -> None:
    give = reassignment.reassign
    with pytest.raises(Refusal, match="本部门") as told:
        office.does("lingdao", give, office.id("danbao1"), "忙")
    assert told.value.field == "assignee"
    for who in ("danbao0", "dlt_renshe1", "shenji", "guanli"):
        assert refused("reassign", office.task_id, office.world, who)
        with pytest.raises(NotFound):
            office.does(who, give, office.id("renshe1"), "忙")
    office.submits("renshe2")
    with pytest.raises(Conflict, match="已终止"):
        office.does("lingdao", give, office.id("renshe1"), "忙")
    assert refused("reassign", office.task_id, office.world, "lingdao") == "该事项已办理或已终止。"
