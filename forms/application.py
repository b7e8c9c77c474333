"""Room application: the steps of F1 and F2, and the check of a whole application across its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms import application_enterprise as enterprise
from forms import application_person as person
from forms import declaration
from forms.application_rules import Answers, cross_step_faults, is_exempt, is_personal
from forms.base import BaseForm, FormContext, errors_by_field, formdata_from_json
from forms.declaration_rules import is_declared
from models.refusal import NotFound, Refusal
from models.scheme import DECLARED
from models.subject import SubjectKind
from models.vocabulary import ApplicantType

# Form class → what it declares: looked through once.
_FIELDS: dict[Any, frozenset[str]] = {}


@dataclass(frozen=True)
class Step:
    """One page of an application."""

    key: str
    title: str
    form: type[BaseForm]


def _personal(applicant: type[BaseForm]) -> list[Step]:
    return [
        Step("applicant", "申请人", applicant),
        Step("household", "配偶与家庭", person.HouseholdForm),
        Step("business", "经营", person.BusinessForm),
        Step("loan", "贷款", person.LoanForm),
        Step("guarantee", "反担保", person.GuaranteeForm),
        Step("account", "账户与承诺", person.AccountForm),
    ]


def _declared() -> list[Step]:
    return [
        Step("firm", "主体信息", declaration.FirmForm),
        Step("operation", "经营与纳税", declaration.OperationForm),
        Step("need", "融资需求", declaration.NeedForm),
        Step("promise", "申报与承诺", declaration.DeclarationPromiseForm),
    ]


APPLICATION_STEPS: dict[str, list[Step]] = {
    ApplicantType.PERSON.value: _personal(person.ApplicantForm),
    ApplicantType.PARTNERSHIP.value: _personal(person.PartnershipApplicantForm),
    ApplicantType.SOLE_TRADER.value: _personal(person.ApplicantForm),
    ApplicantType.SMALL_ENTERPRISE.value: [
        Step("enterprise", "企业", enterprise.EnterpriseForm),
        Step("owners", "法定代表人与股东", enterprise.OwnersForm),
        Step("staffing", "吸纳就业", enterprise.StaffingForm),
        Step("loan", "贷款", enterprise.EnterpriseLoanForm),
        Step("guarantee", "反担保", enterprise.GuaranteeForm),
        Step("account", "账户与承诺", enterprise.EnterpriseAccountForm),
    ],
    **{f"{DECLARED}{kind}": _declared() for kind in SubjectKind},
}


def steps_for(applicant_type: str) -> list[Step]:
    """The steps of a `CaseFile.form_kind`; `Refusal` for an unknown kind."""
    if applicant_type not in APPLICATION_STEPS:
        raise Refusal("申请人类型不正确，请重新选择", "applicant_type")
    return APPLICATION_STEPS[applicant_type]


def step_for(applicant_type: str, key: str) -> Step:
    """One step by its key; `NotFound` when the type has no such step."""
    for step in steps_for(applicant_type):
        if step.key == key:
            return step
    raise NotFound("没有这一填报步骤")


def declared_fields(form: type[BaseForm]) -> frozenset[str]:
    """The names that a form declares; nothing else is ever taken from a body."""
    if form not in _FIELDS:
        named = frozenset(name for name in dir(form) if hasattr(getattr(form, name), "_formfield"))
        _FIELDS[form] = named | form.declared()
    return _FIELDS[form]


def field_names(applicant_type: str) -> frozenset[str]:
    """Every name of an application of this type."""
    return frozenset().union(*(declared_fields(step.form) for step in steps_for(applicant_type)))


def unknown_fields(applicant_type: str, fields: Mapping[str, object]) -> list[str]:
    """Names in a body that no step declares; they are ignored, a door may rather say so."""
    return sorted(set(map(str, fields)) - field_names(applicant_type))


def fill(form: type[BaseForm], fields: Mapping[str, object], context: FormContext) -> BaseForm:
    """A bound form filled from JSON-shaped fields, of which only the declared ones are read."""
    known = declared_fields(form)
    declared = {name: value for name, value in fields.items() if name in known}
    return form(formdata_from_json(declared), csrf=False).bind(context)


def validate_application(
    applicant_type: str, fields: Mapping[str, object], context: FormContext
) -> dict[str, list[str]]:
    """Faults by field name over all steps and across them; empty when the application may be submitted.

    `fields` is JSON-shaped: a stored draft or a REST body. `Refusal` only for an unknown applicant type.
    """
    steps = steps_for(applicant_type)
    try:
        forms = [fill(step.form, fields, context) for step in steps]
    except Refusal as refusal:
        return {refusal.field or "": [refusal.message]}
    faults: dict[str, list[str]] = {}
    for form in forms:
        form.validate()
        faults.update(errors_by_field(form))
    for name, message in cross_step_faults(applicant_type, _answers(forms), faults):
        faults.setdefault(name, []).append(message)
    return faults


def application_answers(
    applicant_type: str, fields: Mapping[str, object], context: FormContext
) -> dict[str, object]:
    """The cleaned values of a valid application; `Refusal` at the first fault.

    Small personal loans come out with `waiver_claimed` true (A-02), and an enterprise without a separate
    loan account with its basic account.
    """
    faults = validate_application(applicant_type, fields, context)
    for name, messages in faults.items():
        raise Refusal(messages[0], name or None)
    forms = [fill(step.form, fields, context) for step in steps_for(applicant_type)]
    for form in forms:
        form.validate()
    return _completed(applicant_type, _answers(forms))


def filled_steps(
    applicant_type: str, fields: Mapping[str, object], context: FormContext
) -> dict[str, BaseForm]:
    """The form of each step by its key, filled from `fields` and checked by itself."""
    forms = {step.key: fill(step.form, fields, context) for step in steps_for(applicant_type)}
    for form in forms.values():
        form.validate()
    return forms


def known_answers(applicant_type: str, fields: Mapping[str, object], context: FormContext) -> Answers:
    """The answers that a draft already gives; hidden and faulty questions are blank, so nothing is assumed."""
    forms = list(filled_steps(applicant_type, fields, context).values())
    faulty = {name.partition("-")[0] for form in forms for name in form.faults()}
    return {name: value for name, value in _answers(forms).items() if name not in faulty}


def _answers(forms: list[BaseForm]) -> Answers:
    return {name: value for form in forms for name, value in form.answers().items()}


def _completed(applicant_type: str, answers: Answers) -> Answers:
    if is_declared(applicant_type):
        return answers
    if is_exempt(applicant_type, answers):
        return {**answers, "waiver_claimed": True}
    if not is_personal(applicant_type):
        names = ("account_bank", "account_name", "account_number")
        return answers | {name: answers[name] or answers[f"basic_{name}"] for name in names}
    return answers
