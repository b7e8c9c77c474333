"""The REST door: the clocks of a case, why each ends on its day, and a pause from request to resumption."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from tests.webapp.api import API, Caller, expect
from tests.webapp.knock import MISSING, number_of
from tests.world import World, answers, on

As = Callable[[str], Caller]
SUPPLEMENT = {
    "kind": "supplement",
    "reason": "缺少场地证明",
    "limit_days": 10,
    "items": MISSING,
    "delivery_method": "direct",
}
INSPECTION = {"kind": "inspection", "reason": "实地核查"}


@pytest.fixture
def check(app: Flask) -> Callable[[str, Any], Any]:
    """Holds an answer against its schema in the OpenAPI document."""
    document = app.test_client().get(f"{API}/openapi.json").json
    assert document is not None
    components = document["components"]

    def hold(name: str, answer: Any) -> Any:
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        Draft202012Validator(schema).validate(answer)
        return answer

    return hold


def reviewed(world: World, caller: As, actor: str = "shenqing") -> tuple[str, int]:
    """The number of an accepted case, and its review, which renshe2 has claimed."""
    case_id = world.submitted(actor=actor)
    world.complete(case_id, "acceptance", answers("acceptance"))
    task_id = world.open_tasks(case_id)["qualification_review"]
    caller("renshe2").post(f"/tasks/{task_id}/claim")
    return number_of(case_id), task_id


def test_a_pause_by_program(world: World, caller: As, check: Any) -> None:
    number, task_id = reviewed(world, caller)
    clerk, applicant = caller("renshe2"), caller("shenqing")
    with on(date(2026, 3, 4)):
        paused = check("Pause", clerk.post(f"/tasks/{task_id}/pause", {"answers": SUPPLEMENT}, 201))
        assert (paused["paused_on"], paused["limit_days"]) == ("2026-03-04", 10)
        clerk.post(f"/tasks/{task_id}/pause", {"answers": SUPPLEMENT}, 409)
        clocks = check("CaseDeadlines", applicant.get(f"/cases/{number}/deadlines"))
        assert {row["key"]: row["light"] for row in clocks["deadlines"]} == {
            "notification": "none", "qualification": "paused", "promise": "paused", "pause_limit": "ok",
        }  # fmt: skip
        lines = clerk.get("/tasks", light="paused")["tasks"]
        assert [(line["id"], line["words"]) for line in lines] == [(task_id, "暂停计时")]
        file = {"kind": "premises_proof", "file": (io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "a.pdf")}
        expect(applicant.call("POST", f"/cases/{number}/documents", data=file), 201)
    with on(date(2026, 3, 9)):
        body = {"answers": {"resumed_on": "2026-03-09", "result": "内部意见"}}
        check("Pause", clerk.post(f"/pauses/{paused['id']}/resume", body))
        clerk.post(f"/pauses/{paused['id']}/resume", body, 409)
    why = check("DeadlineCount", applicant.get(f"/cases/{number}/deadlines/{paused['deadline_id']}"))
    assert why["deadline"]["due_on"] == "2026-03-16" == why["days"][-1]["date"]
    assert [day["number"] for day in why["days"] if day["number"]] == [1, 2, 3, 4, 5, 6, 7]
    assert [day["date"][-2:] for day in why["days"] if day["mark"] == "paused"] == [
        "05",
        "06",
        "07",
        "08",
        "09",
    ]
    assert [(row["why"], row["new_due_on"]) for row in why["changes"]] == [
        ("pause", None),
        ("resume", "2026-03-16"),
    ]
    assert why["start_fact"].startswith("受理日")
    assert why["notices"][0]["source"] == "国办发明电〔2025〕7号"
    assert "内部意见" not in str(why), "what the office wrote stays inside"


def test_the_head_decides_by_program(world: World, caller: As, check: Any) -> None:
    number, task_id = reviewed(world, caller)
    asked = check("Pause", caller("renshe2").post(f"/tasks/{task_id}/pause", {"answers": INSPECTION}, 201))
    assert (asked["paused_on"], asked["limit_days"]) == (None, 10), "the longest of its kind"
    assert caller("shenqing").get(f"/cases/{number}/deadlines")["pauses"] == [], (
        "a request is not his business yet"
    )
    body = {"answers": {"decision": "approve", "decision_text": "同意"}}
    caller("renshe2").post(f"/pauses/{asked['id']}/decide", body, 403)
    caller("danbao0").post(f"/pauses/{asked['id']}/decide", body, 404)
    assert (
        check("Pause", caller("renshe0").post(f"/pauses/{asked['id']}/decide", body))["paused_on"]
        == "2026-03-02"
    )
    caller("renshe0").post(f"/pauses/{asked['id']}/decide", body, 409)


@pytest.mark.parametrize(
    ("over", "field"),
    [({"kind": "holiday"}, "kind"), ({"limit_days": 21}, "limit_days"), ({"items": []}, "items"), ({"x": 1}, "x"),
     ({"items": [{"material": "premises_proof"}]}, "items-0-problem"), ({"reason": " "}, "reason")],
)  # fmt: skip
def test_a_faulty_request_names_its_field(world: World, caller: As, over: dict[str, Any], field: str) -> None:
    _number, task_id = reviewed(world, caller)
    answer = caller("renshe2").post(f"/tasks/{task_id}/pause", {"answers": {**SUPPLEMENT, **over}}, 422)
    assert field in answer["errors"]
