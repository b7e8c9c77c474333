"""F1 and F2 as a whole: complete examples pass, and each rule between fields says no where it should."""

from __future__ import annotations

import pytest

from forms.application import (
    APPLICATION_STEPS,
    application_answers,
    step_for,
    steps_for,
    unknown_fields,
    validate_application,
)
from forms.application_derived import derive
from forms.application_rules import EXEMPT_MESSAGE
from models.refusal import NotFound, Refusal
from models.vocabulary import ApplicantType
from tests.examples import (
    GUARANTOR_ID,
    HIRED_ID,
    PERSON_ID,
    SPOUSE_ID,
    TODAY,
    collateral,
    employee,
    enterprise_application,
    example_context,
    guarantor,
    married,
    person_application,
    without,
)

PARTNER = {"name": "郑七", "id_number": SPOUSE_ID, "phone": "13900000003"}
ABOVE = {"amount": "100000.01", "total_amount": "100000.01"}
SURETY = {**ABOVE, "guarantee_type": "surety", "waiver_claimed": False}


def faults(kind: str, body: dict[str, object]) -> dict[str, list[str]]:
    return validate_application(kind, body, example_context())


def test_every_type_has_its_steps() -> None:
    declared = ["credit_enterprise", "credit_sole_trader"]
    assert list(APPLICATION_STEPS) == [kind.value for kind in ApplicantType] + declared
    assert [step.key for step in steps_for("person")] == [
        "applicant", "household", "business", "loan", "guarantee", "account",
    ]  # fmt: skip
    assert [step.key for step in steps_for("small_enterprise")] == [
        "enterprise", "owners", "staffing", "loan", "guarantee", "account",
    ]  # fmt: skip
    assert step_for("person", "loan").title == "贷款"
    with pytest.raises(NotFound):
        step_for("person", "owners")
    with pytest.raises(Refusal):
        steps_for("company")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("person", person_application()),
        ("sole_trader", person_application()),
        ("partnership", person_application(partners=[PARTNER])),
        ("person", person_application(**married())),
        ("person", person_application(amount="100000.00", total_amount="100000")),
        ("person", person_application(**SURETY, guarantors=[guarantor()])),
        (
            "person",
            person_application(**{**SURETY, "guarantee_type": "mortgage"}, collaterals=[collateral()]),
        ),
        (
            "person",
            person_application(**ABOVE, waiver_ground="repeat_founder", waiver_evidence_text="已结清"),
        ),
        ("person", person_application(commercial_amount="20000", total_amount="100000")),
        ("small_enterprise", enterprise_application()),
        ("small_enterprise", enterprise_application(hired_count=0, employees=[])),
    ],
)
def test_sound_applications_pass(kind: str, body: dict[str, object]) -> None:
    assert faults(kind, body) == {}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"channel": "community"}, "recommender"),
        (without(married(), "spouse_id_number"), "spouse_id_number"),
        (married(spouse_phone=""), "spouse_phone"),
        (married(spouse_id_number=PERSON_ID), "spouse_id_number"),
        ({"own_funds": "300000.01"}, "own_funds"),
        ({"new_staff_count": 5}, "new_staff_count"),
        ({"total_amount": "80000.01"}, "total_amount"),
        ({"amount": "0"}, "amount"),
        ({"account_name": "钱二"}, "account_name"),
        ({"licensed_on": "2026-11-23"}, "licensed_on"),
        ({"purpose": "consumption"}, "purpose"),
        ({"bank": "2"}, "bank"),
        ({"region": ""}, "region"),
        ({"loan_ordinal": 4}, "loan_ordinal"),
        ({"truthful": False}, "truthful"),
        ({**SURETY, "guarantors": []}, "guarantors"),
        ({**SURETY, "guarantee_type": "pledge"}, "collaterals"),
        ({**SURETY, "guarantee_type": "combined"}, "guarantors"),
        ({**SURETY, "guarantee_type": "credit", "guarantors": [guarantor()]}, "guarantors"),
        ({**ABOVE, "waiver_evidence_text": "荣誉"}, "waiver_ground"),
        ({**ABOVE, "waiver_ground": "honour"}, "waiver_evidence_text"),
        ({**ABOVE, "waiver_ground": "honour", "waiver_evidence_text": "荣誉", "guarantee_type": "surety"},
         "guarantee_type"),
        ({**ABOVE, "waiver_ground": "honour", "waiver_evidence_text": "荣誉", "guarantors": [guarantor()]},
         "guarantors"),
        ({"guarantee_type": "surety"}, "guarantee_type"),
        ({**SURETY, **married(), "guarantors": [guarantor(id_number=SPOUSE_ID)]}, "guarantors-0-id_number"),
        ({**SURETY, "guarantors": [guarantor(id_number=PERSON_ID)]}, "guarantors-0-id_number"),
        ({**SURETY, "guarantors": [guarantor(), guarantor()]}, "guarantors-1-id_number"),
    ],
)  # fmt: skip
def test_each_rule_of_f1_speaks_at_its_field(over: dict[str, object], field: str) -> None:
    assert list(faults("person", {**person_application(), **over})) == [field]


@pytest.mark.parametrize("kind", ["person", "partnership", "sole_trader"])
@pytest.mark.parametrize("amount", ["0.01", "99999.99", "100000.00"])
@pytest.mark.parametrize("claimed", [True, False])
def test_small_personal_loans_take_no_counter_guarantee(kind: str, amount: str, claimed: bool) -> None:
    small = {"amount": amount, "total_amount": amount, "waiver_claimed": claimed, "partners": [PARTNER]}
    body = person_application(**small, guarantors=[guarantor()], collaterals=[collateral()])
    assert faults(kind, body) == {"guarantors": [EXEMPT_MESSAGE], "collaterals": [EXEMPT_MESSAGE]}
    bare = person_application(**small)
    assert application_answers(kind, bare, example_context())["waiver_claimed"] is True


def test_an_enterprise_is_never_exempt_by_amount() -> None:
    body = enterprise_application(
        amount="90000", total_amount="90000", waiver_claimed=False, guarantee_type="surety", waiver_ground="",
        guarantors=[guarantor()],
    )  # fmt: skip
    assert faults("small_enterprise", body) == {}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"shareholders": []}, "shareholders"),
        ({"shareholders": [{"name": "周五", "id_number_or_uscc": PERSON_ID, "contribution": "1",
                            "share": "99.9999"}]}, "shareholders"),
        ({"hired_count": 3}, "employees"),
        ({"hired_count": 21}, "hired_count"),
        ({"employees": [employee(), employee()]}, "employees"),
        ({"employees": [employee(), employee(id_number=GUARANTOR_ID, contract_to="2027-02-27")]},
         "employees-1-contract_to"),
        ({"employees": [employee(), employee(id_number=HIRED_ID[:-1] + "1")]}, "employees-1-id_number"),
        ({"basic_account_name": "别家公司"}, "basic_account_name"),
        ({"account_bank": "示例银行", "account_name": "示例制造有限公司"}, "account_number"),
        ({"industry": ""}, "industry"),
        ({"wage_arrears": None}, "wage_arrears"),
    ],
)  # fmt: skip
def test_each_rule_of_f2_speaks_at_its_field(over: dict[str, object], field: str) -> None:
    assert next(iter(faults("small_enterprise", {**enterprise_application(), **over}))) == field


def test_an_enterprise_without_loan_account_uses_its_basic_account() -> None:
    answers = application_answers("small_enterprise", enterprise_application(), example_context())
    assert answers["account_number"] == answers["basic_account_number"]


def test_partners_are_named_once() -> None:
    twice = person_application(partners=[PARTNER, {**PARTNER, "name": "郑八"}])
    assert "partners-1-id_number" in faults("partnership", twice)
    assert "partners-0-id_number" in faults(
        "partnership", person_application(partners=[{**PARTNER, "id_number": PERSON_ID}])
    )
    assert "partners" in faults("partnership", person_application())


def test_an_empty_application_names_every_mandatory_field() -> None:
    found = faults("person", {})
    assert len(found) == 30
    with pytest.raises(Refusal, match="请选择“申请渠道”"):
        application_answers("person", {}, example_context())


def test_a_fraction_in_a_body_is_one_fault() -> None:
    assert list(faults("person", person_application(amount=80000.5))) == ["amount"]
    assert unknown_fields("person", person_application(approved=True)) == ["approved"]


def test_derived_facts() -> None:
    facts = dict(derive("person", person_application(), TODAY))
    assert facts == {
        "性别": "女",
        "出生日期": "1990-01-01",
        "年龄": "36周岁",
        "反担保": "个人10万元以下（含），免除反担保",
    }
    facts = dict(derive("small_enterprise", enterprise_application(), TODAY))
    assert facts["企业划型"] == "小型企业"
    assert facts["新招用人员占比"] == "10.00%（2人／20人）"


def test_derived_facts_of_a_bare_draft() -> None:
    assert derive("person", {}, TODAY) == []
    assert (
        derive("small_enterprise", {"employee_count": "0", "hired_count": 0, "headcount": "x"}, TODAY) == []
    )
    cleaned = application_answers("small_enterprise", enterprise_application(), example_context())
    assert derive("small_enterprise", cleaned, TODAY) == derive(
        "small_enterprise", enterprise_application(), TODAY
    )
