"""Policy sets and LPR quotes: looked at, copied, added; what a case was accepted under never changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.audit import AuditEvent
from models.case import CaseFile
from models.database import reading, transaction
from models.policy import LprQuote, PolicySet, lpr_on, policy_on, policy_sets
from models.refusal import Forbidden, Refusal
from processes import policy
from processes.facts import CaseFacts
from tests.world import World, answers, on

SignIn = Callable[[str], FlaskClient]
FIRST_DAY = date(2026, 4, 1)


def current() -> PolicySet:
    with reading() as session:
        return policy_on(session, "startup_loan", date(2026, 3, 2))


def typed(row: PolicySet, **over: Any) -> dict[str, Any]:
    """What the page of a copy sends back."""
    values = {key: str(value) for key, value in row.values.items() if key != "groups"}
    for index, (code, label) in enumerate(row.values["groups"]):
        values |= {f"groups-{index}-code": code, f"groups-{index}-label": label}
    head = {
        "code": "2026-test",
        "name": "测试政策",
        "effective_from": FIRST_DAY.isoformat(),
        "source": "测试文号",
    }
    return {**values, **head, **over}


def test_lists_show_source_and_the_set_in_force(sign_in: SignIn) -> None:
    client, row = sign_in("liucheng"), current()
    page = client.get("/admin/policies").text
    assert row.source in page
    assert page.count("现行") == 2  # one a scheme
    shown = client.get(f"/admin/policies/{row.id}").text
    assert f"{row.rules.personal_limit:,.2f}" in shown
    assert row.values["groups"][0][1] in shown
    assert client.get("/admin/policies/9999").status_code == 404


def test_a_copy_starts_with_every_value_of_its_model(sign_in: SignIn) -> None:
    row = current()
    page = sign_in("liucheng").get(f"/admin/policies/{row.id}/copy").text
    assert f'value="{row.values["personal_limit"]}"' in page
    assert page.count("data-row-number") >= len(row.values["groups"])


def test_a_new_set_follows_the_one_before(sign_in: SignIn) -> None:
    client, row = sign_in("liucheng"), current()
    answer = client.post(f"/admin/policies/{row.id}/copy", data=typed(row, personal_limit="400000"))
    assert answer.status_code == 302
    with reading() as session:
        before = policy_on(session, row.scheme, date(2026, 3, 31))
        after = policy_on(session, row.scheme, FIRST_DAY)
        kept = session.get_one(PolicySet, row.id)
        noted = {event.action: event for event in session.scalars(select(AuditEvent))}
    assert (before.id, after.code, after.rules.personal_limit) == (row.id, "2026-test", Decimal("400000.00"))
    assert (kept.effective_to, kept.values) == (date(2026, 3, 31), row.values)
    assert noted["policy.ended"].old["to"] == (row.effective_to and row.effective_to.isoformat())
    assert noted["policy.ended"].new["to"] == "2026-03-31"
    assert noted["policy.added"].new["personal_limit"] in ("400000", "400000.00")


def test_a_new_set_never_changes_a_case_accepted_before(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    row = current()

    def facts() -> tuple[int | None, Decimal, int, list[list[str]]]:
        with reading() as session:
            case = session.get_one(CaseFile, case_id)
            rules = CaseFacts(session, case).rules
            return case.policy_set_id, rules.personal_limit, rules.rate_points, rules.groups

    before = facts()
    # In force from the very day before the case was accepted: the worst case.
    data = typed(row, effective_from="2026-03-01", personal_limit="1000", rate_points="0")
    answer = sign_in("liucheng").post(f"/admin/policies/{row.id}/copy", data=data)
    assert answer.status_code == 302
    assert facts() == before
    with on(date(2026, 3, 9)):
        assert facts() == before
        world.complete(case_id, "qualification_review", answers("qualification_review"))
    # A case received now is under the new set.
    with pytest.raises(Refusal) as refusal:
        world.submitted()
    assert refusal.value.field == "amount"


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"code": "2016"}, "该代码已存在"),
        ({"code": "坏 码"}, "代码应为"),
        ({"effective_from": "2026-02-30"}, "不存在"),
        ({"personal_limit": "NaN"}, "个人贷款上限"),
        ({"personal_limit": "-1"}, "不能为负数"),
        ({"personal_term": "1e3"}, "整数"),
        ({"source": ""}, "文件依据"),
        ({"source": "\0"}, "控制字符"),
        ({"groups-1-code": "urban_unemployed", "groups-0-code": "urban_unemployed"}, "不得重复"),
    ],
)
def test_faults_are_shown_at_their_field(sign_in: SignIn, over: dict[str, str], field: str) -> None:
    row = current()
    answer = sign_in("liucheng").post(f"/admin/policies/{row.id}/copy", data=typed(row, **over))
    assert answer.status_code == 422
    assert field in answer.text
    assert "测试" in answer.text
    with reading() as session:
        assert "2026-test" not in {known.code for known in policy_sets(session)}


def test_two_sets_never_start_on_one_day(sign_in: SignIn) -> None:
    row = current()
    data = typed(row, effective_from=row.effective_from.isoformat())
    answer = sign_in("liucheng").post(f"/admin/policies/{row.id}/copy", data=data)
    assert (answer.status_code, "已有政策参数自该日起生效" in answer.text) == (422, True)


def test_a_set_between_two_others_ends_before_the_next(world: World) -> None:
    row = current()
    with transaction() as session:
        actor = world.user(session, "liucheng")
        later = policy.NewSet("b-later", "后", date(2026, 6, 1), "文", row.values)
        between = policy.NewSet("a-between", "中", date(2026, 5, 1), "文", row.values)
        policy.add_set(session, row.id, later, actor)
        assert policy.add_set(session, row.id, between, actor).effective_to == date(2026, 5, 31)
        assert session.get_one(PolicySet, row.id).effective_to == date(2026, 4, 30)


def test_a_row_is_added_without_a_script(sign_in: SignIn) -> None:
    row = current()
    path, client = f"/admin/policies/{row.id}/copy", sign_in("liucheng")
    more = client.post(path, data=typed(row, add_row="groups"))
    count = len(row.values["groups"])
    assert (more.status_code, f'name="groups-{count}-code"' in more.text) == (200, True)
    less = client.post(path, data=typed(row, remove_row="groups-0"))
    assert row.values["groups"][0][0] not in less.text


def test_a_new_group_is_given_its_code(sign_in: SignIn) -> None:
    client, row = sign_in("liucheng"), current()
    size = len(row.values["groups"])
    page = client.get(f"/admin/policies/{row.id}/copy").text
    assert re.search(r'<input[^>]*name="groups-0-code"[^>]*type="hidden"', page)
    for code, day, label, wanted in (
        ("a-1", "2026-04-01", "第一类", "g1"),
        ("a-2", "2026-05-01", "第二类", "g2"),
    ):
        over = {"code": code, "effective_from": day, f"groups-{size}-code": "", f"groups-{size}-label": label}
        assert client.post(f"/admin/policies/{row.id}/copy", data=typed(row, **over)).status_code == 302
        with reading() as session:
            groups = policy_on(session, row.scheme, date.fromisoformat(day)).rules.groups
        assert groups == [*row.values["groups"], [wanted, label]]


def test_quotes_are_added_once_a_day(sign_in: SignIn) -> None:
    client = sign_in("liucheng")
    data = {"published_on": "2026-02-27", "one_year": "2.9", "five_year": "", "source": "公告"}
    assert client.post("/admin/policies/lpr/new", data=data).status_code == 302
    again = client.post("/admin/policies/lpr/new", data=data)
    assert (again.status_code, "该日期的LPR已登记" in again.text) == (422, True)
    assert (
        client.post("/admin/policies/lpr/new", data={**data, "published_on": "2026-03-03"}).status_code == 422
    )
    with reading() as session:
        row = session.scalars(select(LprQuote).where(LprQuote.published_on == date(2026, 2, 27))).one()
        assert (row.five_year, lpr_on(session, date(2026, 2, 28))) == (None, Decimal("2.9"))
    assert "2026-02-27" in client.get("/admin/policies").text


def test_only_those_who_manage_policies_may_add(world: World) -> None:
    row = current()
    new = policy.NewSet("x-1", "名", FIRST_DAY, "文", row.values)
    with pytest.raises(Forbidden), transaction() as session:
        policy.add_set(session, row.id, new, world.user(session, "renshe0"))
