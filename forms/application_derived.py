"""Room application, derived facts: what follows from what was typed, shown beside it and never stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from forms.application_rules import EXEMPT_UP_TO, is_personal
from forms.declaration_rules import is_declared
from models.declaration import full_months
from models.enterprise_size import classify
from models.identity import age_on, check_resident_id
from models.money import parse_amount
from models.refusal import Refusal

TEN_THOUSAND = Decimal(10_000)
Fact = tuple[str, str]
Source = Callable[[Mapping[str, object], date], Iterator[Fact]]


def derive(applicant_type: str, fields: Mapping[str, object], today: date) -> list[Fact]:
    """(label, text) pairs that the fields already allow: 性别, 出生日期, 年龄, 企业划型, 吸纳比例…

    `fields` may be JSON-shaped or cleaned, complete or not: what cannot be derived yet is left out.
    """
    facts: list[Fact] = []
    for source in _sources(applicant_type):
        try:
            facts.extend(source(fields, today))
        except Refusal:
            continue
    return facts


def _sources(applicant_type: str) -> tuple[Source, ...]:
    if is_declared(applicant_type):
        return _legal_person, _size, _tax_history
    return (_person, _exemption) if is_personal(applicant_type) else (_legal_person, _size, _hiring_share)


def _identity(number: object, today: date) -> Iterator[Fact]:
    found = check_resident_id(str(number or ""), today)
    yield "性别", found.sex
    yield "出生日期", found.birth_on.isoformat()
    yield "年龄", f"{age_on(found.birth_on, today)}周岁"


def _person(fields: Mapping[str, object], today: date) -> Iterator[Fact]:
    return _identity(fields.get("id_number"), today)


def _legal_person(fields: Mapping[str, object], today: date) -> Iterator[Fact]:
    for label, text in _identity(fields.get("legal_id_number"), today):
        yield f"法定代表人{label}", text


def _exemption(fields: Mapping[str, object], today: date) -> Iterator[Fact]:
    if _amount(fields, "amount") <= EXEMPT_UP_TO:
        yield "反担保", "个人10万元以下（含），免除反担保"


def _size(fields: Mapping[str, object], today: date) -> Iterator[Fact]:
    revenue = _amount(fields, "revenue") / TEN_THOUSAND
    assets = _amount(fields, "assets") / TEN_THOUSAND
    size = classify(str(fields.get("industry") or ""), _count(fields, "headcount"), revenue, assets)
    yield "企业划型", f"{size.label}企业"


def _hiring_share(fields: Mapping[str, object], today: date) -> Iterator[Fact]:
    hired, staff = _count(fields, "hired_count"), _count(fields, "employee_count")
    if staff:
        share = (Decimal(hired) * 100 / staff).quantize(Decimal("0.01"))
        yield "新招用人员占比", f"{share}%（{hired}人／{staff}人）"


def _tax_history(fields: Mapping[str, object], today: date) -> Iterator[Fact]:
    first = fields.get("first_taxed_on")
    if isinstance(first, date) and first <= today:
        months = full_months(first, today)
        yield "纳税记录", f"{months // 12}年{months % 12}个月"


def _amount(fields: Mapping[str, object], name: str) -> Decimal:
    return parse_amount(str(fields.get(name) or "-"))


def _count(fields: Mapping[str, object], name: str) -> int:
    text = str(fields.get(name, ""))
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Refusal("应当是整数", name)
    return int(text)
