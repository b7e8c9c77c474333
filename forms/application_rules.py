"""Room application, rules between steps: shape only; what the policy set allows is checked in models."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from forms.declaration_rules import declaration_faults, is_declared
from models.vocabulary import ApplicantType
from models.vocabulary_loan import GuaranteeType

Answers = dict[str, Any]
Fault = tuple[str, str]

EXEMPT_UP_TO = Decimal("100000.00")
"""元; “个人10万元以下”, the number included (A-02, D-09). The seed document fixes it, no policy set does."""
EXEMPT_MESSAGE = "个人10万元以下（含）创业担保贷款免除反担保，不得填报反担保内容"

_ROWS = ("guarantors", "collaterals")
_NEEDS = {
    GuaranteeType.SURETY.value: (("guarantors",), "贷款方式为保证的，请至少填写一名保证人"),
    GuaranteeType.MORTGAGE.value: (("collaterals",), "贷款方式为抵押的，请至少填写一项抵质押物"),
    GuaranteeType.PLEDGE.value: (("collaterals",), "贷款方式为质押的，请至少填写一项抵质押物"),
    GuaranteeType.COMBINED.value: (_ROWS, "贷款方式为组合的，请填写保证人或抵质押物"),
}


PERSONAL = {ApplicantType.PERSON, ApplicantType.PARTNERSHIP, ApplicantType.SOLE_TRADER}


def is_personal(applicant_type: str) -> bool:
    """个人, 合伙 and 个体工商户 count as persons (A-02); the firms of F3 do not."""
    return applicant_type in PERSONAL


def is_exempt(applicant_type: str, answers: Answers) -> bool:
    """A personal application of at most 100,000.00 元: no counter-guarantee may be asked for (A-02)."""
    amount = answers.get("amount")
    return is_personal(applicant_type) and isinstance(amount, Decimal) and amount <= EXEMPT_UP_TO


def cross_step_faults(applicant_type: str, answers: Answers, faulty: Collection[str]) -> Iterator[Fault]:
    """Faults that no single step can see; questions that are already faulty are left alone."""
    known = {name: value for name, value in answers.items() if not _is_faulty(name, faulty)}
    if is_declared(applicant_type):
        yield from declaration_faults(applicant_type, known)
        return
    if is_exempt(applicant_type, known):
        yield from _exempt(known)
    elif "amount" in known:
        yield from _guarantee(known)
    yield from _other_people(applicant_type, known)
    yield from _account(applicant_type, known)


def _is_faulty(name: str, faulty: Collection[str]) -> bool:
    return any(fault == name or fault.startswith(f"{name}-") for fault in faulty)


def _exempt(known: Answers) -> Iterator[Fault]:
    for name in _ROWS:
        if known.get(name):
            yield name, EXEMPT_MESSAGE
    if known.get("guarantee_type") not in (None, "", GuaranteeType.CREDIT.value):
        yield "guarantee_type", "个人10万元以下（含）创业担保贷款免除反担保，贷款方式应选择“信用（无）”"


def _guarantee(known: Answers) -> Iterator[Fault]:
    if known.get("waiver_claimed"):
        yield from _waived(known)
    elif known.get("waiver_claimed") is False:
        yield from _secured(known)


def _waived(known: Answers) -> Iterator[Fault]:
    if known.get("waiver_ground") == "":
        yield "waiver_ground", "申请免除反担保的，请选择免反担保依据"
    if known.get("waiver_evidence_text") == "":
        yield "waiver_evidence_text", "申请免除反担保的，请填写依据说明"
    yield from ((name, "已申请免除反担保的，不得填报反担保内容") for name in _ROWS if known.get(name))
    if known.get("guarantee_type") in _NEEDS:
        yield "guarantee_type", "申请免除反担保的，贷款方式应选择“信用（无）”"


def _secured(known: Answers) -> Iterator[Fault]:
    chosen = known.get("guarantee_type")
    if chosen == GuaranteeType.CREDIT.value:
        yield from ((name, "贷款方式为信用的，不得填报反担保内容") for name in _ROWS if known.get(name))
    names, message = _NEEDS.get(str(chosen), ((), ""))
    if names and all(known.get(name) == [] for name in names):
        yield names[0], message


def _other_people(applicant_type: str, known: Answers) -> Iterator[Fault]:
    own = known.get("id_number" if is_personal(applicant_type) else "legal_id_number")
    spouse = known.get("spouse_id_number")
    if spouse and spouse == own:
        yield "spouse_id_number", "配偶身份证号不得与本人相同"
    seen: set[str] = set()
    for index, row in enumerate(known.get("guarantors") or []):
        message = _guarantor_fault(row["id_number"], own, spouse, seen)
        if message:
            yield f"guarantors-{index}-id_number", message
        seen.add(row["id_number"])


def _guarantor_fault(number: str, own: object, spouse: object, seen: set[str]) -> str:
    if number == own:
        return "保证人不得是申请人本人"
    if spouse and number == spouse:
        return "保证人不得是申请人的配偶"
    return "保证人不得重复填报" if number in seen else ""


def _account(applicant_type: str, known: Answers) -> Iterator[Fault]:
    if is_personal(applicant_type):
        yield from _same(known, "account_name", "name", "户名应与申请人姓名一致")
        return
    yield from _same(known, "account_name", "enterprise_name", "放款账户户名应与企业名称一致")
    yield from _same(known, "basic_account_name", "enterprise_name", "基本户户名应与企业名称一致")
    given = [name for name in ("account_bank", "account_name", "account_number") if known.get(name)]
    for name in ("account_bank", "account_name", "account_number"):
        if given and known.get(name) == "":
            yield name, "放款账户的开户行、户名、账号应当填写完整"


def _same(known: Answers, name: str, other: str, message: str) -> Iterator[Fault]:
    given, wanted = known.get(name), known.get(other)
    if given and wanted and given.casefold() != wanted.casefold():
        yield name, message
