"""Attacks that once went through: NUL bytes, cursors beyond a column, races, a step taken from the applicant."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import audit
from models.database import reading, transaction
from models.people import User
from models.refusal import Refusal
from processes import worklist
from tests.webapp.knock import SignIn, number_of, post, typed
from tests.world import World, answers


@pytest.mark.parametrize(
    "address",
    [
        "/tasks?q=a%00b",
        "/tasks?step=%00",
        "/tasks?light=%00&scope=%00",
        "/cases?q=a%00b",
        "/cases?after=20260101T000000.000000-99999999999",
        "/cases?after=20260101T000000.000000-999999999999999999",
        "/notifications?after=20260101T000000.000000-999999999999999999",
    ],
)
def test_no_query_string_is_a_fault(world: World, sign_in: SignIn, address: str) -> None:
    assert sign_in("renshe1").get(address).status_code in (200, 422)


def test_a_nul_in_a_reason_or_a_name_is_a_fault_of_the_typist(
    world: World, sign_in: SignIn, app: Flask
) -> None:
    place = f"/cases/{number_of(world.submitted())}/reveal"
    client = sign_in("renshe1")
    assert client.post(place, data={"reason": "\0\u202e\n"}).status_code == 422
    assert client.post(place, data={"reason": "核对\0\u202e来信"}).status_code == 200
    assert "查看完整个人信息：核对来信" in sign_in("shenji").get("/audit").text
    wrong = {"username": "ren\0she1", "password": "x" * 12}
    assert app.test_client().post("/login", data=wrong).status_code == 422


def test_the_applicants_own_step_cannot_be_given_to_a_clerk(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(actor="shenqing")
    item = {"material": "id_card", "problem": "不清晰", "requirement": "重新扫描"}
    asked = answers("acceptance", result="incomplete", items=[item], delivery_method="direct")
    world.complete(case_id, "acceptance", asked)
    task_id = world.open_tasks(case_id)["supplement"]
    with reading() as session:
        clerk = world.user(session, "renshe1").id
    answer = sign_in("renshe0").post(f"/tasks/{task_id}/assign", data={"assignee": str(clerk)})
    assert answer.status_code == 422
    with transaction() as session, pytest.raises(Refusal):
        worklist.assign(session, task_id, clerk, world.user(session, "renshe0"))


def test_parallel_guesses_are_counted_one_by_one(world: World, app: Flask) -> None:
    wrong = {"username": "danbao1", "password": "wrong-password"}
    clients = [app.test_client() for _ in range(12)]
    codes = _at_once([_knock(client, "/login", wrong) for client in clients])
    assert codes == {422: 5, 429: 7}
    with reading() as session:
        user = session.scalars(select(User).where(User.username == "danbao1")).one()
        assert user.locked_until is not None


def test_a_case_that_everybody_grabs_at_once_never_faults(world: World, sign_in: SignIn) -> None:
    clerks = [sign_in(name) for name in ("renshe1", "renshe2", "renshe0")]
    owners = [sign_in("shenqing") for _ in range(3)]
    for _round in range(4):
        case_id = world.submitted(actor="shenqing")
        place, task = f"/cases/{number_of(case_id)}", f"/tasks/{world.open_tasks(case_id)['acceptance']}"
        knocks = [_knock(client, task, typed("acceptance")) for client in clerks]
        knocks += [_knock(client, f"{task}/claim", {}) for client in clerks]
        knocks += [_knock(client, f"{place}/reveal", {"reason": "x"}) for client in clerks]
        knocks += [_knock(client, f"{place}/withdraw", {"reason": "x"}) for client in owners]
        codes = _at_once(knocks)
        # The still clock of the tests is not seen in other threads: there the step may be late (422).
        assert set(codes) <= {200, 302, 409, 422}, codes
    with reading() as session:
        assert list(audit.verify(session)) == []


@pytest.mark.parametrize(("term", "status"), [(12, 422), (13, 302)])
def test_a_loan_of_a_year_refers_to_the_one_year_rate(
    world: World, sign_in: SignIn, term: int, status: int
) -> None:
    case_id = world.submitted(term_months=term)
    _reach_bank(world, case_id)
    over: dict[str, Any] = {"approved_term": term, "lpr_tenor": "5y", "rate": "4.6"}
    assert post(sign_in, world, case_id, "bank_acceptance", **over).status_code == status


@pytest.mark.parametrize("kind", ["surety", "mortgage", "pledge", "combined", "other"])
def test_security_by_another_name_is_a_demand_too(world: World, sign_in: SignIn, kind: str) -> None:
    evidence = {"waiver_ground": "honour", "waiver_evidence_text": "市级荣誉证书"}
    case_id = world.submitted(amount="150000.00", total_amount="150000.00", **evidence)
    _reach_bank(world, case_id)
    over = {"approved_amount": "150000.00", "guarantee_type": kind}
    answer = post(sign_in, world, case_id, "bank_acceptance", **over)
    assert answer.status_code == 422
    assert "免除反担保的特定群体" in answer.text
    over |= {"counter_guarantee": "mortgage", "exception_reason": "抵押物由本人提出"}
    assert post(sign_in, world, case_id, "bank_acceptance", **over).status_code == 302


def _knock(client: FlaskClient, path: str, data: Mapping[str, Any]) -> Callable[[], int]:
    return lambda: client.post(path, data=dict(data)).status_code


def _reach_bank(world: World, case_id: int) -> None:
    for element in ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation"):
        world.complete(case_id, element, answers(element))


def _at_once(knocks: list[Callable[[], int]]) -> Counter[int]:
    """The status codes of knocks that arrive together."""
    codes: list[int] = []
    gate = threading.Barrier(len(knocks))

    def run(knock: Callable[[], int]) -> None:
        gate.wait()
        codes.append(knock())

    threads = [threading.Thread(target=run, args=(knock,)) for knock in knocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(codes)
