"""Declaring for 信保贷 in a browser and by REST: the steps, the window, the paper, the list, the findings."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from models.case_status import CaseStatus
from models.database import transaction
from processes import case as case_verbs
from tests import register
from tests.credit import MAY, answers_f3, checked, code, declared, drafted
from tests.webapp.knock import SignIn, number_of
from tests.webapp.test_application import draft, fill_in, stored
from tests.world import World, on
from webapp.demo.files import sample_pdf

STEPS = ("firm", "operation", "need", "promise", "review")
FIRM, MARCH = code(1), date(2026, 3, 2)


def file() -> tuple[io.BytesIO, str]:
    return io.BytesIO(sample_pdf()), "扫描件.pdf"


def test_a_firm_declares_in_steps_and_is_told_what_comes_next(world: World, sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    assert "2026年5月1日" in client.get("/declarations/new").text
    with on(MAY):
        number = draft(client, "credit_enterprise")
        fields = answers_f3(FIRM, MAY, "2")
        fill_in(client, number, fields, "credit_enterprise")
        page = client.get(f"/cases/{number}/application/operation").text
        assert "信保贷申报（中小微企业）" in page and "小型企业" in page and "7年3个月" in page
        review, send = f"/cases/{number}/application/review", {"incomplete": "yes"}
        refused = client.post(review, data=send)
        assert refused.status_code == 422 and "缺少““信保贷”申报表”" in refused.text
        for kind in ("declaration_form", "enterprise_credit_report"):
            sent = {"kind": kind, "file": file()}
            assert client.post(f"/cases/{number}/documents", data=sent).status_code == 302
        assert client.post(review, data={}).status_code == 422
        assert client.post(review, data=send).location.endswith("/submitted")
        assert "列入下一轮信用甄别" in client.get(f"/cases/{number}/submitted").text
        page = client.get(f"/cases/{number}").text
        assert "形式审查中" in page and "系统核对结果" not in page and "撤回申请" in page
    assert stored(number).status == CaseStatus.FORM_CHECKING


def test_outside_of_the_window_the_draft_stays_and_the_page_says_when(world: World, sign_in: SignIn) -> None:
    number = number_of(drafted(world, FIRM, who="shenqing", day=MARCH))
    client = sign_in("shenqing")
    refused = client.post(f"/cases/{number}/application/review", data={"incomplete": "yes"})
    assert refused.status_code == 422
    assert (
        refused.text.count("2026年5月1日") == 3
        and "到下次开放日期" in refused.text
        and "检查提交" in refused.text
    )
    assert stored(number).status == CaseStatus.DRAFT
    assert client.get(f"/cases/{number}/application/firm").text.count(FIRM) == 1


@pytest.mark.parametrize(
    ("over", "step", "field", "words"),
    [
        ({"uscc": code(1).replace("91", "92", 1)}, "firm", "uscc", "校验"),
        ({"uscc": code(1, "sole_trader")}, "firm", "uscc", "应以91开头"),  # type: ignore[arg-type]  # StrEnum
        ({"first_taxed_on": "2017-01-01"}, "operation", "first_taxed_on", "不得早于注册日期"),
        ({"amount": "5000000.01"}, "need", "amount", "5,000,000.00"),
        ({"reported_on": "2026-03-01"}, "promise", "reported_on", "重新查询"),
        ({"channel": "recommended"}, "promise", "recommender", "推荐单位"),
    ],
)
def test_a_fault_stands_at_its_field_with_what_was_typed(
    world: World, sign_in: SignIn, over: dict[str, Any], step: str, field: str, words: str
) -> None:
    number = number_of(case_id := drafted(world, FIRM, who="shenqing"))
    with transaction() as session:
        case_verbs.save_application(session, case_id, over, world.user(session, "shenqing"))
    client = sign_in("shenqing")
    with on(MAY):
        client.post(f"/cases/{number}/application/review", data={"incomplete": "yes"})
        page = client.get(f"/cases/{number}/application/{step}?check=1").text
        answer = client.post(f"/cases/{number}/application/review", data={"incomplete": "yes"})
    found = answer.text if f'id="{field}-err"' in answer.text else page
    assert f'id="{field}-err"' in found and words in found
    assert str(over.get(field, "")) in found


def test_the_center_checks_with_findings_and_the_materials_of_the_scheme(
    world: World, sign_in: SignIn
) -> None:
    case_id = declared(world, FIRM, tax_grade="C", who="shenqing")
    number, client = number_of(case_id), sign_in("jinrong2")
    page = client.get(f"/cases/{number}").text
    assert "不符合</span> 纳税信用等级不低于B级" in page and "符合</span> 有1年及以上纳税记录" in page
    assert "清单中尚缺 3 项" in page and "信用信息查询授权书" in page and "结婚证" not in page
    assert "主体信息" in page and "150627********" in page
    with on(MAY):
        client.post(f"/tasks/{world.open_tasks(case_id)['form_check']}/claim")
        form = client.get(f"/cases/{number}").text
    assert "申报齐全，列入下一轮甄别" in form and "法定代表人身份证（正反面）" in form
    assert client.get(f"/cases/{number}?tab=map").status_code == 200


def test_the_list_and_the_paper_show_what_one_may_see(world: World, sign_in: SignIn) -> None:
    own = number_of(checked(world, FIRM, who="shenqing"))
    other = number_of(declared(world, code(2), channel="recommended", recommender="甲", recommendation="乙"))
    firm, center, bank = sign_in("shenqing"), sign_in("jinrong1"), sign_in("yinhang1")
    assert own in firm.get("/declarations").text and other not in firm.get("/declarations").text
    assert other in center.get("/declarations").text
    assert own in center.get("/declarations?status=awaiting_round").text
    assert other not in center.get("/declarations?status=awaiting_round").text
    assert "还没有申报" in bank.get("/declarations").text
    paper = firm.get(f"/declarations/{own}/form").text
    assert "“信保贷”申报表" in paper and FIRM in paper and "********" not in paper
    assert "********" in center.get(f"/declarations/{own}/form").text
    assert bank.get(f"/declarations/{own}/form").status_code == 404
    assert center.get(f"/declarations/{number_of(world.submitted())}/form").status_code == 404


@pytest.mark.parametrize("kind", ["", "person", "credit_enterprise", "\x00", "<b>"])
def test_an_unknown_kind_is_refused(sign_in: SignIn, kind: str) -> None:
    answer = sign_in("shenqing").post("/declarations/new", data={"kind": kind})
    assert answer.status_code == 422 and "申请人类型不正确" in answer.text


def test_odd_addresses_of_the_list_are_no_fault(sign_in: SignIn) -> None:
    client = sign_in("jinrong1")
    for query in ({"after": "x"}, {"after": "\x00"}, {"q": "%_'\x00" * 60}, {"status": "<b>"}):
        assert client.get("/declarations", query_string=query).status_code in (200, 422), query


def check(app: Flask, name: str, answer: Any) -> None:
    """An answer is what the OpenAPI document says of it."""
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document is not None
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema).validate(answer)


def test_a_program_declares_by_the_same_rules(app: Flask, world: World, caller: Any) -> None:
    firm, clerk, bank = caller("shenqing"), caller("jinrong1"), caller("yinhang1")
    assert firm.get("/declarations/window") == {
        "months": [5, 12],
        "is_open": False,
        "next_opening": "2026-05-01",
    }
    firm.post("/declarations", {"kind": "company", "fields": {}}, 422)
    assert (
        "marital"
        in firm.post("/declarations", {"kind": "enterprise", "fields": {"marital": "x"}}, 422)["errors"]
    )
    with on(MAY):
        number = firm.post("/declarations", {"kind": "enterprise", "fields": {"uscc": FIRM}}, 201)["number"]
        firm.put(f"/cases/{number}/fields", {"fields": answers_f3(FIRM, MAY, "2")})
        assert "materials" in firm.post(f"/cases/{number}/submit", status=422)["errors"]
        for kind in ("declaration_form", "enterprise_credit_report"):
            sent = {"kind": kind, "file": file()}
            assert firm.call("POST", f"/cases/{number}/documents", data=sent).status_code == 201
        assert firm.post(f"/cases/{number}/submit")["status"] == "form_checking"
        task = clerk.task(number, "form_check")
        clerk.post(f"/tasks/{task}/complete", {"answers": {"result": "in_order"}})
    listed = clerk.call("GET", "/declarations", query_string={"status": "awaiting_round"}).json[
        "declarations"
    ]
    assert [one["number"] for one in listed] == [number]
    assert clerk.call("GET", "/declarations", query_string={"status": "nonsense"}).status_code == 422
    findings = clerk.get(f"/declarations/{number}/findings")
    found = {one["code"]: one["level"] for one in findings["findings"]}
    check(app, "DeclarationFindings", findings)
    check(app, "DeclarationWindow", firm.get("/declarations/window"))
    check(app, "DeclarationPage", firm.get("/declarations"))
    check(app, "Case", clerk.get(f"/cases/{number}"))
    check(app, "Declaration_enterprise", answers_f3(FIRM, MAY, "2"))
    assert found["C-04"] == "soon" and found["E-08"] == "ok"
    firm.get(f"/declarations/{number}/findings", 403)
    bank.get(f"/declarations/{number}/findings", 404)
    assert firm.post(f"/cases/{number}/withdraw", {"reason": "不再需要"})["status"] == "withdrawn"


def test_what_will_stop_a_declaration_is_said_at_its_step_and_the_draft_is_kept(
    world: World, sign_in: SignIn
) -> None:
    subject_id = register.listed(world)
    world.complete(register.reported(world, subject_id), "exit_check", register.CONFIRMED, "jinrong1")
    client = sign_in("shenqing")
    with on(MAY):
        number = draft(client, "credit_enterprise")
        over = {"legal_id_number": register.SOMEBODY, "tax_grade": "C", "reported_on": "2026-04-10"}
        fill_in(client, number, answers_f3(register.CODE, MAY, "2", **over), "credit_enterprise")
        pages = {step: client.get(f"/cases/{number}/application/{step}").text for step in STEPS}
        said = {
            "firm": "不得再申请“信保贷”业务",
            "operation": "不符合“不低于B级”的准入条件",
            "promise": "已超过30日，请在提交前",
        }
        for step, words in said.items():
            assert words in pages.pop(step), step
        assert all(words in pages["review"] for words in said.values())
        assert "alert-warning" not in pages["need"]
        sound = answers_f3(register.CODE, MAY, "2", tax_grade="B", reported_on="2026-04-11")
        fill_in(client, number, sound, "credit_enterprise")
        for step in ("operation", "promise"):
            assert said[step] not in client.get(f"/cases/{number}/application/{step}").text
