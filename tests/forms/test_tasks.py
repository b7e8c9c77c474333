"""The task forms: what each decision asks for, what it leaves out, and the reason for being late."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from forms.application import fill
from forms.base import errors_by_field
from forms.context import FormContext
from forms.registry import TASK_FORMS
from models.reason import reasons_for
from tests import arrears, credit_loans, notice_board, register, screening
from tests.examples import example_context

OPINION = {"opinion": "情况属实"}
FAIL = {"decision": "fail", "reason_text": "经核实不属于重点就业群体"}
LOOKED = {"method": "site", "first_repayment_source": "经营收入", **OPINION}
TERMS = {"approved_amount": "80000", "approved_term": 24, "lpr_tenor": "1y", "rate": "4.35"}
PAID = {
    "outcome": "paid", "licence_status": "active", "licence_name": "示例加工部", "licence_operator": "赵一",
    "licence_address": "示例旗示例镇三号", "contract_number": "EX-2026-1", "signed_on": "2026-11-19",
    "rate": "4.35", "account_bank": "示例银行", "account_name": "赵一", "account_number": "62220000000001",
    "disbursed_on": "2026-11-20", "receipt_number": "J-1", "repayment_method": "monthly_interest",
}  # fmt: skip
NOTICE = {
    "reason_codes": ["H01"], "reason_text": "不属于重点就业群体", "clause": "财金〔2020〕21号",
    "can_reapply": True, "remedy": "示例旗就业服务中心", "delivery_method": "direct",
    "delivered_on": "2026-11-20",
}  # fmt: skip
ITEM = {"material": "id_card", "problem": "反面不清晰", "requirement": "重新拍照，1份"}


def answer(key: str, body: dict[str, object], **over: object) -> Any:
    """The named task form, filled and validated."""
    form = fill(TASK_FORMS[key], body, example_context(**over))
    form.validate()
    return form


SOUND: list[tuple[str, dict[str, object]]] = [
    ("acceptance", {"result": "complete"}),
    ("acceptance", {"result": "incomplete", "items": [ITEM], "delivery_method": "electronic"}),
    ("supplement", {"statement": "已补交", "confirmed": True}),
    ("qualification_review", {"decision": "pass", **OPINION}),
    ("qualification_review", {**FAIL, "reason_codes": ["H01", "H10"], **OPINION}),
    ("due_diligence", {"decision": "pass", "guarantee_amount": "80000", **LOOKED}),
    ("due_diligence", {**FAIL, "reason_codes": ["G01"], **LOOKED}),
    ("pre_loan_investigation", {"decision": "pass", "credit_queried_on": "2026-11-20", **LOOKED}),
    ("bank_acceptance", {"decision": "pass", "accepted_on": "2026-11-20", **TERMS}),
    ("bank_acceptance", {**FAIL, "reason_codes": ["B01"], "accepted_on": "2026-11-20"}),
    ("counter_guarantee", {"outcome": "done", "procedure": "mortgage", "certificate_number": "D-1",
                           "completed_on": "2026-11-20"}),
    ("counter_guarantee", {"outcome": "extend", "procedure": "pledge", "extension_days": 10,
                           "extension_reason": "登记机构排期"}),
    ("extension_approval", {"decision": "approve", **OPINION}),
    ("disbursement", PAID),
    ("disbursement", {"outcome": "refused", "licence_status": "cancelled", "reason_codes": ["B04"],
                      "reason_text": "执照已注销"}),
    ("refusal_notice", NOTICE),
    *arrears.FORMS,
    *credit_loans.FORMS,
    *notice_board.FORMS,
    *register.FORMS,
    *screening.FORMS,
    ("drawn", {}),
    ("form_check", {"result": "in_order", **OPINION}),
    ("form_check", {"result": "incomplete", "items": [ITEM], "delivery_method": "electronic"}),
    ("result_notice", {key: text for key, text in NOTICE.items() if key not in ("reason_codes", "can_reapply")}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "body"), SOUND)
def test_sound_answers_pass(key: str, body: dict[str, object]) -> None:
    form = answer(key, body)
    assert errors_by_field(form) == {}
    assert form.answers()["late_reason"] == ""


def test_every_task_form_has_a_sound_example() -> None:
    assert {key for key, _ in SOUND} == set(TASK_FORMS)


@pytest.mark.parametrize(("key", "body"), SOUND)
def test_a_late_answer_needs_its_reason(key: str, body: dict[str, object]) -> None:
    assert errors_by_field(answer(key, body, overdue=True)) == {"late_reason": ["请填写“超期原因”"]}
    form = answer(key, {**body, "late_reason": "核查耗时"}, overdue=True)
    assert not form.errors
    assert form.answers()["late_reason"] == "核查耗时"
    assert [question.name for question in form.questions()][-1] == "late_reason"


@pytest.mark.parametrize(("key", "body"), SOUND)
def test_a_reason_for_being_late_is_not_taken_in_time(key: str, body: dict[str, object]) -> None:
    form = answer(key, {**body, "late_reason": "多余"})
    assert form.answers()["late_reason"] == ""
    assert "late_reason" not in form


@pytest.mark.parametrize(
    ("key", "body", "missing"),
    [
        ("acceptance", {"result": "incomplete"}, {"items", "delivery_method"}),
        ("supplement", {}, {"statement", "confirmed"}),
        ("qualification_review", {"decision": "fail", **OPINION}, {"reason_codes", "reason_text"}),
        ("qualification_review", {"decision": "pass"}, {"opinion"}),
        ("due_diligence", {"decision": "pass"}, {"method", "first_repayment_source", "opinion"}),
        ("bank_acceptance", {"decision": "pass"}, {"accepted_on", *TERMS}),
        ("counter_guarantee", {"outcome": "done"}, {"procedure", "certificate_number", "completed_on"}),
        ("counter_guarantee", {"outcome": "extend"}, {"procedure", "extension_days", "extension_reason"}),
        ("extension_approval", {}, {"decision", "opinion"}),
        ("disbursement", {"outcome": "paid"}, set(PAID) - {"outcome"}),
        ("disbursement", {"outcome": "refused"}, {"licence_status", "reason_codes", "reason_text"}),
        ("refusal_notice", {}, set(NOTICE) - {"can_reapply"}),
    ],
)
def test_what_each_decision_asks_for(key: str, body: dict[str, object], missing: set[str]) -> None:
    assert set(errors_by_field(answer(key, body))) == missing


@pytest.mark.parametrize("key", ["qualification_review", "due_diligence", "bank_acceptance"])
def test_reasons_belong_to_the_stage(key: str) -> None:
    stage = {"qualification_review": "hrss", "due_diligence": "guarantor", "bank_acceptance": "bank"}[key]
    other = next(r.code for r in reasons_for("hrss" if stage != "hrss" else "bank"))
    body: dict[str, object] = {**FAIL, **LOOKED, "accepted_on": "2026-11-20"}
    assert not answer(key, {**body, "reason_codes": [reasons_for(stage)[0].code]}).errors
    assert set(answer(key, {**body, "reason_codes": [other]}).faults()) == {"reason_codes"}
    given = example_context(reasons=[("X1", "其他原因")])
    form = fill(TASK_FORMS[key], {**body, "reason_codes": ["X1"]}, given)
    assert form.validate()


def test_a_passed_case_carries_no_reasons() -> None:
    form = answer("qualification_review", {"decision": "pass", "reason_codes": ["H01"], **OPINION})
    assert form.answers()["reason_codes"] == []


def test_cash_facts_are_exact() -> None:
    answers = answer("bank_acceptance", {"decision": "pass", "accepted_on": "2026-11-20", **TERMS}).answers()
    assert (answers["approved_amount"], answers["rate"]) == (Decimal("80000.00"), Decimal("4.35"))
    assert answers["counter_guarantee"] == "none"
    assert answers["guarantee_type"] == "credit"


@pytest.mark.parametrize("key", ["due_diligence", "bank_acceptance"])
def test_no_counter_guarantee_where_none_may_be_asked(key: str) -> None:
    body = {"decision": "pass", **LOOKED, **TERMS, "accepted_on": "2026-11-20", "counter_guarantee": "surety"}
    assert not answer(key, body).errors
    barred = answer(key, body, facts={"counter_guarantee_allowed": False})
    assert set(barred.faults()) == {"counter_guarantee"}
    exception = {"exception_required": True}
    assert set(answer(key, body, facts=exception).faults()) == {"exception_reason"}
    assert not answer(key, {**body, "exception_reason": "负债较高"}, facts=exception).errors
    assert not answer(key, {**body, "counter_guarantee": "none"}, facts=exception).errors


def test_money_is_not_paid_before_the_contract() -> None:
    assert set(answer("disbursement", {**PAID, "disbursed_on": "2026-11-18"}).faults()) == {"disbursed_on"}


@pytest.mark.parametrize("days", [0, 11])
def test_an_extension_is_one_to_ten_working_days(days: int) -> None:
    body: dict[str, object] = {"outcome": "extend", "procedure": "pledge", "extension_reason": "排期"}
    assert set(answer("counter_guarantee", {**body, "extension_days": days}).faults()) == {"extension_days"}


def test_limits_are_shown_as_hints_only() -> None:
    context: FormContext = example_context(limits={"approved_amount": "300000.00元", "unknown": 1})
    form: Any = TASK_FORMS["bank_acceptance"](None, csrf=False).bind(context)
    assert form["approved_amount"].description == "现行政策上限：300000.00元"


def test_an_unbound_form_is_not_validated() -> None:
    with pytest.raises(RuntimeError):
        TASK_FORMS["acceptance"](None, csrf=False).validate()
