"""The other cases of an applicant: named to those who may see them, only counted for others."""

from __future__ import annotations

import re

from sqlalchemy import select

from models.database import reading, transaction
from models.people import Region
from processes import case as case_verbs
from processes import withdrawal
from processes.seed import department_ids
from tests.examples import SPOUSE_ID
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World, answers

COUNT = re.compile(r"该申请人另有 (\d+) 件在办申请")
PAID = (
    "acceptance",
    "qualification_review",
    "due_diligence",
    "pre_loan_investigation",
    "bank_acceptance",
    "disbursement",
)


def page(sign_in: SignIn, who: str, case_id: int) -> str:
    return sign_in(who).get(f"/cases/{number_of(case_id)}").text


def named(text: str) -> list[tuple[str, str]]:
    """(number, status) as the hint lists them."""
    part = text.partition('id="siblings"')[2].partition("</section>")[0]
    return re.findall(r">(\w+)</a>　([^<]+)<", part)


def test_the_window_sees_open_and_paid_cases_of_the_applicant(world: World, sign_in: SignIn) -> None:
    paid, other, ended = world.submitted(), world.submitted(), world.submitted()
    for element in PAID:
        world.complete(paid, element, answers(element))
    with transaction() as session:
        withdrawal.withdraw(session, ended, world.user(session, "renshe1"), "不再需要")
    case_id = world.submitted()
    text = page(sign_in, "renshe1", case_id)
    assert named(text) == [(number_of(other), "已提交"), (number_of(paid), "已放款")]
    assert not COUNT.search(text)


def elsewhere(world: World, **over: str) -> int:
    """The id of a case submitted in the other 旗, by its own window."""
    with reading() as session:
        bank = department_ids(session)["bank_dlt"]
        region = session.scalars(select(Region.id).where(Region.code == "150621")).one()
    fields = {**world.person(**over), "bank": str(bank), "region": str(region)}
    with transaction() as session:
        actor = world.user(session, "dlt_renshe1")
        case = case_verbs.create_draft(session, "startup_loan", "person", fields, actor)
        case_verbs.submit(session, case.id, actor)
        return case.id


def test_an_office_elsewhere_is_told_only_how_many_are_open(world: World, sign_in: SignIn) -> None:
    near, far = world.submitted(), elsewhere(world)
    elsewhere(world, id_number=SPOUSE_ID)
    for who, mine, other in (("renshe1", near, far), ("dlt_renshe1", far, near)):
        text = page(sign_in, who, mine)
        assert named(text) == []
        assert COUNT.findall(text) == ["1"]
        assert number_of(other) not in text


def test_only_the_office_that_decides_about_the_person_is_told(world: World, sign_in: SignIn) -> None:
    first, case_id = world.submitted(), world.submitted(actor="shenqing")
    assert named(page(sign_in, "renshe2", case_id)) == [(number_of(first), "已提交")]
    for who in ("lingdao", "shenqing"):
        assert 'id="siblings"' not in page(sign_in, who, case_id)
    for element in ("acceptance", "qualification_review"):
        assert 'id="siblings"' in page(sign_in, "renshe2", case_id)
        world.complete(case_id, element, answers(element))
    assert 'id="siblings"' not in page(sign_in, "danbao1", case_id)


def test_the_hint_costs_one_question_however_many_cases(world: World, sign_in: SignIn) -> None:
    case_id, client = world.submitted(), sign_in("renshe1")
    place, costs = f"/cases/{number_of(case_id)}", []
    client.get(place)
    for _ in range(2):
        world.submitted()
        with counted() as asked:
            assert client.get(place).status_code == 200
        costs.append(len([statement for statement in asked if "identity_hash = " in statement]))
    assert costs == [1, 1]
