"""Room demo, credit firms: invented firms of 信保贷 and what they declare, as the form takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.subject import SubjectKind
from webapp.demo.names import TOWNSHIPS, Firm, Names, Person

PAPERS = {
    SubjectKind.ENTERPRISE: ("declaration_form", "enterprise_credit_report", "premises_proof"),
    SubjectKind.SOLE_TRADER: ("declaration_form", "credit_report", "premises_proof"),
}
GOODS = ("日用品批发零售", "农畜产品加工销售", "机械配件销售维修", "餐饮服务", "建材销售", "民族服饰制作")


@dataclass(frozen=True)
class Declarant:
    """A firm, the person behind it, and what it asks for."""

    firm: Firm
    owner: Person
    kind: SubjectKind
    number: int

    @property
    def answers(self) -> dict[str, Any]:
        """The facts of F3 that depend on no day."""
        return _FIXED | _sizes(self) | _identity(self)


def declarants(names: Names, count: int) -> list[Declarant]:
    """Invented firms; every third one is a 个体工商户."""
    found = []
    for number in range(count):
        kind = SubjectKind.SOLE_TRADER if number % 3 == 2 else SubjectKind.ENTERPRISE
        # People of another 旗, so that they are nobody in the stories of 创业担保贷款.
        owner = names.person("150622")
        firm = names.firm(owner.name, "92" if kind is SubjectKind.SOLE_TRADER else "91")
        found.append(Declarant(firm, owner, kind, number))
    return found


def f3(declarant: Declarant, region_id: int, on: date) -> dict[str, Any]:
    """F3 as it is typed on a day."""
    days = {"reported_on": on.isoformat(), "signed_on": on.isoformat()}
    return {**declarant.answers, **days, "region": str(region_id)}


def _identity(one: Declarant) -> dict[str, Any]:
    town = TOWNSHIPS["150627"][one.number % 3]
    person = one.owner
    own = {
        "enterprise_name": one.firm.name,
        "uscc": one.firm.uscc,
        "registered_address": f"伊金霍洛旗{town}示例街{one.number + 1}号",
        "premises_address": f"伊金霍洛旗{town}示例街{one.number + 1}号",
        "legal_name": person.name,
        "legal_id_number": person.id_number,
        "legal_phone": person.phone,
        "contact_name": person.name,
        "contact_phone": person.phone,
        "signature": person.name,
    }
    # One in four comes by recommendation (B-10).
    recommended = {
        "channel": "recommended",
        "recommender": f"{town}人民政府",
        "recommendation": "该企业守法诚信经营，推荐申报。",
    }
    return own | (recommended if one.number % 4 == 3 else {})


def _sizes(one: Declarant) -> dict[str, Any]:
    is_small = one.kind is SubjectKind.SOLE_TRADER
    return {
        "headcount": 4 if is_small else 15 + one.number * 3,
        "revenue": "680000.00" if is_small else f"{3_000_000 + one.number * 450_000}.00",
        "assets": "350000.00" if is_small else f"{1_500_000 + one.number * 200_000}.00",
        "amount": f"{(10 + one.number) * 10_000 if is_small else (80 + one.number * 10) * 10_000}.00",
        "products": GOODS[one.number % len(GOODS)] + "，经营正常",
        "tax_grade": "A" if one.number % 3 == 0 else "B",
    }


_FIXED: dict[str, Any] = {
    "registered_on": "2018-03-01",
    "operating_status": "active",
    "industry": "retail",
    "tax_authority": "国家税务总局伊金霍洛旗税务局",
    "first_taxed_on": "2019-01-15",
    "tax_paid": "60000.00",
    "debts": [],
    "purpose": "goods",
    "purpose_text": "支付货款",
    "channel": "self",
    "recommender": "",
    "recommendation": "",
    "query_authorised": True,
    "truthful": True,
}
