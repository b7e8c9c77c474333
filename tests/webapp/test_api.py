"""The REST door: a whole case for a program, and the other ways out."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from forms.base import to_json
from tests.webapp.api import Caller, expect
from tests.world import WHO, World, answers, on

As = Callable[[str], Caller]
STEPS = (
    "acceptance",
    "qualification_review",
    "due_diligence",
    "pre_loan_investigation",
    "bank_acceptance",
    "disbursement",
)


def sent(form_key: str, **over: Any) -> dict[str, Any]:
    """Good answers in the shape of a JSON body."""
    body: Any = to_json(answers(form_key, **over))
    return {"answers": body}


def new_case(world: World, **over: Any) -> dict[str, Any]:
    fields = world.person(signed_on=date(2026, 3, 2).isoformat(), **over)
    return {"scheme": "startup_loan", "applicant_type": "person", "fields": fields}


def work(caller: As, number: str, *elements: str) -> None:
    """Claim and complete the open task of each element."""
    for element in elements:
        clerk = caller(WHO[element])
        task = clerk.task(number, element)
        assert clerk.post(f"/tasks/{task}/claim")["assignee"]
        clerk.post(f"/tasks/{task}/complete", sent(element))


def test_a_person_s_case_from_application_to_payout(world: World, caller: As) -> None:
    applicant = caller("shenqing")
    created = applicant.post("/cases", new_case(world), 201)
    number = created["number"]
    assert created["status"] == "submitted"
    work(caller, number, *STEPS)
    case = applicant.get(f"/cases/{number}")
    assert (case["status"], case["is_final"], case["tasks"]) == ("disbursed", True, [])
    assert case["facts"]["id_number"].count("*") >= 8
    assert case["facts"]["amount"] == "80000.00"
    assert {row["key"]: row["late_by"] for row in case["deadlines"]} == {
        "notification": 0,
        "qualification": 0,
        "due_diligence": 0,
        "pre_loan": 0,
        "bank_acceptance": 0,
        "bank": 0,
        "promise": 0,
    }
    assert "尽职调查：已办理" in [row["what"] for row in case["timeline"]]
    assert {letter["kind"] for letter in case["letters"]} == {"acceptance", "disbursement"}


def test_an_enterprise_applies_and_is_accepted(world: World, caller: As) -> None:
    fields = world.enterprise(signed_on=date(2026, 3, 2).isoformat())
    body = {"scheme": "startup_loan", "applicant_type": "small_enterprise", "fields": fields}
    number = caller("renshe1").post("/cases", body, 201)["number"]
    work(caller, number, "acceptance")
    facts = caller("renshe0").get(f"/cases/{number}")["facts"]
    assert (facts["applicant_name"], facts["bank"]) == (fields["enterprise_name"], "伊金霍洛农村商业银行")


def test_a_deadline_says_what_it_rests_on(world: World, caller: As) -> None:
    with on(date(2026, 4, 29)):
        number = caller("renshe1").post("/cases", new_case(world), 201)["number"]
        work(caller, number, "acceptance")
        shown = caller("renshe2").get(f"/cases/{number}")["deadlines"]
    clock = next(row for row in shown if row["key"] == "qualification")
    assert clock["clause"]
    expected = {"started_on": "2026-04-29", "working_days": 7, "extension_days": 0, "due_on": "2026-05-12"}
    assert clock | expected == clock
    assert (clock["provisional"], clock["done_on"], clock["late_by"]) == (False, None, 0)


def test_an_applicant_is_never_told_a_clerk_s_name(world: World, caller: As) -> None:
    applicant = caller("shenqing")
    number = applicant.post("/cases", new_case(world), 201)["number"]
    work(caller, number, "acceptance")
    assert "钱二" not in str(applicant.get(f"/cases/{number}")["timeline"])
    assert "钱二" in str(caller("renshe1").get(f"/cases/{number}")["timeline"])


def test_refusal_ends_with_the_notice(world: World, caller: As) -> None:
    clerk = caller("renshe1")
    number = clerk.post("/cases", new_case(world), 201)["number"]
    work(caller, number, "acceptance")
    reviewer = caller("renshe2")
    task = reviewer.task(number, "qualification_review")
    wrong = reviewer.post(f"/tasks/{task}/complete", sent("qualification_review", decision="fail"), 422)
    assert set(wrong["errors"]) == {"reason_codes", "reason_text"}
    refusing = sent("qualification_review", decision="fail", reason_codes=["H01"], reason_text="不符")
    assert reviewer.post(f"/tasks/{task}/complete", refusing)["status"] == "refusing"
    (notice,) = clerk.get(f"/cases/{number}")["tasks"]
    assert clerk.post(f"/tasks/{notice['id']}/complete", sent("refusal_notice"))["status"] == "refused"


def test_supplement_and_back(world: World, caller: As) -> None:
    applicant, clerk = caller("shenqing"), caller("renshe1")
    number = applicant.post("/cases", new_case(world), 201)["number"]
    clerk.post(f"/tasks/{clerk.task(number, 'acceptance')}/claim")
    seen = [door.get(f"/cases/{number}")["tasks"][0]["assignee"] for door in (applicant, clerk)]
    assert seen[0] is None and seen[1]
    items = [{"material": "business_licence", "problem": "不清晰", "requirement": "重新提交"}]
    asked = sent(
        "acceptance", result="incomplete", items=items, delivery_method="direct", delivered_on="2026-03-02"
    )
    clerk.post(f"/tasks/{clerk.task(number, 'acceptance')}/complete", asked)
    # The answer must leave a valid application.
    wrong = applicant.put(f"/cases/{number}/fields", {"fields": {"phone": "1"}}, 422)
    assert list(wrong["errors"]) == ["phone"]
    applicant.put(f"/cases/{number}/fields", {"fields": {"phone": "13911111111"}})
    applicant.post(f"/tasks/{applicant.task(number, 'supplement')}/complete", sent("supplement"))
    assert applicant.get(f"/cases/{number}")["status"] == "submitted"
    work(caller, number, "acceptance")


def test_a_draft_is_corrected_and_submitted(world: World, caller: As) -> None:
    applicant = caller("shenqing")
    body = {**new_case(world, amount="NaN", phone=""), "draft": True}
    number = applicant.post("/cases", body, 201)["number"]
    faults = applicant.post(f"/cases/{number}/submit", status=422)["errors"]
    assert {"amount", "phone"} <= set(faults)
    applicant.put(f"/cases/{number}/fields", {"fields": {"amount": "80000.00", "phone": "13900000000"}})
    assert applicant.post(f"/cases/{number}/submit")["status"] == "submitted"
    applicant.post(f"/cases/{number}/submit", status=409)
    applicant.put(f"/cases/{number}/fields", {"fields": {"phone": "13900000001"}}, 409)


def test_withdrawal_needs_its_reason_and_happens_once(world: World, caller: As) -> None:
    applicant = caller("shenqing")
    number = applicant.post("/cases", new_case(world), 201)["number"]
    assert list(applicant.post(f"/cases/{number}/withdraw", {"reason": " "}, 422)["errors"]) == ["reason"]
    assert applicant.post(f"/cases/{number}/withdraw", {"reason": "不再需要"})["status"] == "withdrawn"
    applicant.post(f"/cases/{number}/withdraw", {"reason": "不再需要"}, 409)
    assert applicant.get(f"/cases/{number}")["tasks"] == []


def test_materials_are_handed_in_and_checked(world: World, caller: As) -> None:
    applicant = caller("shenqing")
    number = applicant.post("/cases", {**new_case(world), "draft": True}, 201)["number"]

    def hand_in(kind: str, name: str, content: bytes, status: int) -> Any:
        data = {"kind": kind, "file": (io.BytesIO(content), name)}
        return expect(applicant.call("POST", f"/cases/{number}/documents", data=data), status)

    pdf = b"%PDF-1.4\n%%EOF\n"
    row = hand_in("id_card", "身份证.pdf", pdf, 201)
    assert (row["label"], row["size"]) == ("本人身份证（正反面）", len(pdf))
    assert [d["sha256"] for d in applicant.get(f"/cases/{number}")["documents"]] == [row["sha256"]]
    assert list(hand_in("id_card", "a.png", pdf, 422)["errors"]) == ["file"]
    assert list(hand_in("nothing", "a.pdf", pdf, 422)["errors"]) == ["kind"]
    assert list(applicant.post(f"/cases/{number}/documents", status=422)["errors"]) == ["file"]
    applicant.post(f"/cases/{number}/submit")
    hand_in("id_card", "b.pdf", pdf, 409)


def test_the_second_click_and_the_second_clerk_are_conflicts(world: World, caller: As) -> None:
    first, second = caller("renshe1"), caller("renshe2")
    number = first.post("/cases", new_case(world), 201)["number"]
    task = first.task(number, "acceptance")
    first.post(f"/tasks/{task}/claim")
    second.post(f"/tasks/{task}/claim", status=409)
    second.post(f"/tasks/{task}/complete", sent("acceptance"), 409)
    second.post(f"/tasks/{task}/release", status=403)
    assert first.post(f"/tasks/{task}/release")["assignee"] is None
    second.post(f"/tasks/{task}/complete", sent("acceptance"))
    second.post(f"/tasks/{task}/complete", sent("acceptance"), 409)
    first.post(f"/tasks/{task}/claim", status=409)


def test_strangers_find_nothing(world: World, caller: As) -> None:
    clerk = caller("renshe1")
    number = clerk.post("/cases", new_case(world), 201)["number"]
    task = clerk.task(number, "acceptance")
    for name in ("dlt_renshe1", "youchu1", "shenqing"):
        stranger = caller(name)
        stranger.get(f"/cases/{number}", 404)
        stranger.put(f"/cases/{number}/fields", {"fields": {}}, 404)
        stranger.post(f"/cases/{number}/submit", status=404)
        stranger.post(f"/cases/{number}/withdraw", {"reason": "无"}, 404)
        stranger.get(f"/tasks/{task}", 404)
        stranger.post(f"/tasks/{task}/claim", status=404)
        stranger.post(f"/tasks/{task}/release", status=404)
        stranger.post(f"/tasks/{task}/complete", sent("acceptance"), 404)
    assert caller("lingdao").get(f"/cases/{number}")["number"] == number
    caller("lingdao").get(f"/tasks/{task}", 403)
    caller("guanli").get(f"/cases/{number}", 403)


def test_the_worklist_is_paged_and_filtered(world: World, caller: As) -> None:
    clerk = caller("renshe1")
    for _ in range(22):
        world.submitted()
    first = clerk.get("/tasks", scope="department")
    rest = clerk.get("/tasks", scope="department", after=first["after"])
    assert (len(first["tasks"]), len(rest["tasks"]), rest["after"]) == (20, 2, None)
    one = first["tasks"][0]
    assert [row["id"] for row in clerk.get("/tasks", scope="department", case=one["case"])["tasks"]] == [
        one["id"]
    ]
    assert clerk.get("/tasks", scope="department", light="over")["tasks"] == []
    clerk.post(f"/tasks/{one['id']}/claim")
    assert [row["id"] for row in clerk.get("/tasks")["tasks"]] == [one["id"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scope", "all"),
        ("light", "green"),
        ("after", "x"),
        ("after", "20260302T010000.000000-99999999999999999999"),
        ("case", "\0"),
        ("case", "9" * 61),
    ],
)
def test_broken_filters_are_refused(caller: As, name: str, value: str) -> None:
    assert list(caller("renshe1").get("/tasks", 422, **{name: value})["errors"]) == [name]


def test_a_task_shows_its_form_as_json_schema(world: World, caller: As) -> None:
    clerk = caller("renshe1")
    number = clerk.post("/cases", new_case(world), 201)["number"]
    task = clerk.get(f"/tasks/{clerk.task(number, 'acceptance')}")
    Draft202012Validator.check_schema(task["form"])
    form = Draft202012Validator(task["form"])
    assert form.is_valid(sent("acceptance")["answers"])
    assert not form.is_valid({"result": "maybe"})
    clerk.post(f"/tasks/{task['id']}/complete", sent("acceptance"))
    assert clerk.get(f"/tasks/{task['id']}")["form"] is None


def test_a_late_task_asks_for_its_reason(world: World, caller: As) -> None:
    number = caller("renshe1").post("/cases", new_case(world), 201)["number"]
    work(caller, number, "acceptance")
    with on(date(2026, 3, 13)):
        reviewer = caller("renshe2")
        task = reviewer.task(number, "qualification_review")
        assert "late_reason" in reviewer.get(f"/tasks/{task}")["form"]["required"]
        late = reviewer.post(f"/tasks/{task}/complete", sent("qualification_review"), 422)
        assert list(late["errors"]) == ["late_reason"]
        reviewer.post(f"/tasks/{task}/complete", sent("qualification_review", late_reason="补充核查"))
        clock = next(d for d in reviewer.get(f"/cases/{number}")["deadlines"] if d["key"] == "qualification")
        assert clock["late_by"] == 2
