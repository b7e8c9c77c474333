"""The application in steps: kept as typed, refused with reasons, handed in once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from forms.application import APPLICATION_STEPS, declared_fields
from models.case import CaseFile
from models.database import reading
from models.workflow import UserTask
from tests.examples import guarantor
from tests.world import World

SignIn = Callable[[str], FlaskClient]


def stored(number: str) -> CaseFile:
    with reading() as session:
        return session.scalars(select(CaseFile).where(CaseFile.number == number)).one()


def draft(client: FlaskClient, kind: str = "person") -> str:
    """The number of a new draft."""
    if kind.startswith("credit_"):
        answer = client.post("/declarations/new", data={"kind": kind.removeprefix("credit_")})
    else:
        answer = client.post("/cases/new", data={"applicant_type": kind})
    assert answer.status_code == 302, answer.text
    return str(answer.location.split("/")[2])


def page_data(fields: dict[str, Any]) -> dict[str, str]:
    """Fields as a browser sends them."""
    data: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, list):
            for index, row in enumerate(value):
                data |= page_data({f"{name}-{index}-{cell}": text for cell, text in row.items()})
        elif isinstance(value, bool):
            data[name] = "yes" if value else "no"
        else:
            data[name] = str(value)
    return data


def fill_in(client: FlaskClient, number: str, fields: dict[str, Any], kind: str = "person") -> None:
    """Save every step, going on each time."""
    for step in APPLICATION_STEPS[kind]:
        own = {name: fields[name] for name in declared_fields(step.form) if name in fields}
        answer = client.post(f"/cases/{number}/application/{step.key}", data=page_data(own))
        assert answer.status_code == 302, (step.key, answer.text)


def test_choosing_shows_each_kind_with_limit_and_list(sign_in: SignIn) -> None:
    page = sign_in("shenqing").get("/cases/new").text
    for words in (
        "个人",
        "合伙",
        "个体工商户",
        "小微企业",
        "300,000.00",
        "4,000,000.00",
        "营业执照",
        "承诺书",
    ):
        assert words in page


@pytest.mark.parametrize("kind", ["", "bogus", "<b>", "\x00"])
def test_an_unknown_kind_is_refused(sign_in: SignIn, kind: str) -> None:
    answer = sign_in("shenqing").post("/cases/new", data={"applicant_type": kind})
    assert answer.status_code == 422
    assert "申请人类型不正确" in answer.text


@pytest.mark.parametrize("kind", ["person", "small_enterprise"])
def test_a_whole_application_is_handed_in(sign_in: SignIn, world: World, kind: str) -> None:
    client = sign_in("shenqing")
    number = draft(client, kind)
    fields = (
        world.person(signed_on="2026-03-02") if kind == "person" else world.enterprise(signed_on="2026-03-02")
    )
    fill_in(client, number, fields, kind)
    review = f"/cases/{number}/application/review"
    page = client.get(review).text
    assert "申请内容已填写完整" in page
    assert "还缺" in page
    assert client.post(review).status_code == 422
    answer = client.post(review, data={"incomplete": "yes"})
    assert answer.status_code == 302, answer.text
    assert number in client.get(answer.location).text
    case = stored(number)
    assert case.status == "submitted"
    assert case.application["waiver_claimed"] is True
    with reading() as session:
        assert len(session.scalars(select(UserTask).where(UserTask.case_id == case.id)).all()) == 1
    assert client.post(review, data={"incomplete": "yes"}).status_code == 409


def test_an_incomplete_step_is_kept_and_its_faults_are_shown(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    url = f"/cases/{number}/application/applicant"
    answer = client.post(url, data={"name": "赵一", "id_number": "123", "go": "next"})
    assert answer.status_code == 422
    assert 'href="#id_number"' in answer.text
    assert 'value="123"' in client.get(url).text
    assert "请更正" not in client.get(url).text
    assert "请更正" in client.get(f"{url}?check=1").text
    for go, step in (("back", "applicant"), ("stay", "applicant")):
        answer = client.post(url, data={"name": "赵一", "id_number": "456", "go": go})
        assert answer.location.endswith(f"/application/{step}")
    assert stored(number).application["id_number"] == "456"
    assert client.get(f"/cases/{number}/application").location.endswith("/applicant")


def test_derived_facts_are_shown_after_saving(sign_in: SignIn, world: World) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    fill_in(client, number, world.person(signed_on="2026-03-02"))
    page = client.get(f"/cases/{number}/application/applicant").text
    for words in ("1990-01-01", "36周岁", "免除反担保"):
        assert words in page


def test_rows_come_and_go_without_script(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    url = f"/cases/{number}/application/guarantee"
    first = page_data({"guarantors": [guarantor(name="孙三"), guarantor(name="李四")]})
    page = client.post(url, data={**first, "add_row": "guarantors"}).text
    assert 'name="guarantors-2-name"' in page
    assert stored(number).application["guarantors"][1]["name"] == "李四"
    page = client.post(url, data={**first, "remove_row": "guarantors-0"}).text
    assert 'value="李四"' in page
    assert 'value="孙三"' not in page
    assert [row["name"] for row in stored(number).application["guarantors"]] == ["李四"]


@pytest.mark.parametrize("name", ["bogus", "name", "csrf_token", "guarantors-0", "", "_fields"])
def test_a_bogus_row_button_does_nothing(sign_in: SignIn, name: str) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    for button in ("add_row", "remove_row"):
        assert client.post(f"/cases/{number}/application/guarantee", data={button: name}).status_code == 200


def test_faults_land_in_the_right_row_when_rows_above_are_empty(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    rows = page_data({"guarantors": [{"name": ""}, guarantor(phone="12")]})
    page = client.post(f"/cases/{number}/application/guarantee", data={**rows, "go": "next"}).text
    assert 'id="guarantors-1-phone-err"' in page
    assert 'id="guarantors-0-phone-err"' not in page


def test_small_personal_loans_need_no_guarantee(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    client.post(f"/cases/{number}/application/loan", data={"amount": "100000.00", "go": "stay"})
    page = client.get(f"/cases/{number}/application/guarantee").text
    assert "免除反担保，不需要提供保证人和抵质押物" in page
    assert "data-rows" not in page
    client.post(f"/cases/{number}/application/loan", data={"amount": "100000.01", "go": "stay"})
    assert 'data-rows="guarantors"' in client.get(f"/cases/{number}/application/guarantee").text


def test_rows_typed_before_the_exemption_can_still_be_taken_out(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    client.post(f"/cases/{number}/application/loan", data={"amount": "50000", "go": "stay"})
    data = page_data({"waiver_claimed": True, "guarantors": [guarantor()]})
    answer = client.post(f"/cases/{number}/application/guarantee", data=data)
    assert answer.status_code == 422
    assert "不得填报反担保内容" in answer.text
    assert 'value="guarantors-0"' in answer.text


def test_a_cap_of_the_policy_is_shown_at_its_question(sign_in: SignIn, world: World) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    fields = world.person(
        signed_on="2026-03-02", amount="900000", total_amount="900000", guarantee_type="surety",
        waiver_claimed=False, guarantors=[guarantor(guarantee_amount="900000")],
    )  # fmt: skip
    fill_in(client, number, fields)
    answer = client.post(f"/cases/{number}/application/review", data={"incomplete": "yes"})
    assert answer.status_code == 422
    assert 'id="amount-err"' in answer.text
    assert "不超过 300,000.00 元" in answer.text
    assert stored(number).status == "draft"


def test_rules_across_steps_are_linked_on_the_last_page(sign_in: SignIn, world: World) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    fill_in(client, number, world.person(signed_on="2026-03-02"))
    client.post(f"/cases/{number}/application/applicant", data={"name": "钱二", "go": "stay"})
    page = client.get(f"/cases/{number}/application/review").text
    assert f"/cases/{number}/application/account?check=1#account_name" in page
    answer = client.post(f"/cases/{number}/application/review", data={"incomplete": "yes"})
    assert answer.status_code == 422


def test_autosave_keeps_and_answers_in_json(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    url = f"/cases/{number}/application/applicant/autosave"
    answer = client.post(url, data={"name": "半"}, headers={"Accept": "application/json"})
    assert answer.get_json() == {"message": "已自动暂存"}
    assert stored(number).application["name"] == "半"


def test_other_people_find_nothing(sign_in: SignIn, world: World) -> None:
    client = sign_in("renshe1")
    number = draft(client)
    urls = [f"/cases/{number}/application{tail}" for tail in ("", "/applicant", "/materials", "/review")]
    for name, status in (
        ("shenqing", 404),
        ("renshe2", 403),
        ("dlt_renshe1", 404),
        ("lingdao", 403),
        ("guanli", 403),
    ):
        other = sign_in(name)
        assert {other.get(url).status_code for url in urls} == {status}, name
        assert {other.post(url, data={}).status_code for url in urls[1:2] + urls[3:]} == {status}, name
    assert client.get(f"/cases/{number}/application/nowhere").status_code == 404
    assert client.get("/cases/CD2026%00/application").status_code == 404


def test_a_phone_is_told_the_step_in_one_line(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    page = client.get(f"/cases/{draft(client)}/application/loan", follow_redirects=True).text
    titles = [step.title for step in APPLICATION_STEPS["person"]] + ["材料", "检查提交"]
    here = next(step.title for step in APPLICATION_STEPS["person"] if step.key == "loan")
    assert f"第 {titles.index(here) + 1}/{len(titles)} 步：{here}" in page
    assert 'class="steps d-none d-md-flex"' in page
