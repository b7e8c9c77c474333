"""Room demo, applications: believable F1 and F2 answers of invented applicants, as a JSON body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from forms.application_rules import EXEMPT_UP_TO
from models.identity import add_months
from models.vocabulary import ApplicantGroup, Channel
from webapp.demo.names import TOWNSHIPS, Firm, Names, Person

GROUPS = tuple(group.value for group in ApplicantGroup)
RECOMMENDERS = {
    "direct": "",
    "community": "示例社区居民委员会",
    "village": "示例嘎查村民委员会",
    "mass_organisation": "示例旗妇女联合会",
    "bank": "伊金霍洛农村商业银行",
    "guarantor": "伊金霍洛旗创业担保中心",
    "incubator": "示例旗创业孵化基地",
    "platform": "示例旗众创空间",
}
PURPOSES = {
    "equipment": "购置加工设备两台，支付给设备经销商",
    "goods": "向批发商支付货款，备足旺季货源",
    "materials": "采购原材料一批，分两次付款",
    "rent": "支付经营场所一年租金",
    "wages": "支付员工工资和社会保险费",
}


@dataclass(frozen=True)
class Wish:
    """What one applicant asks for and offers; `security`: "", surety or mortgage."""

    kind: str = "person"
    amount: str = "80000.00"
    term: int = 24
    security: str = ""
    channel: str = "direct"
    region: str = "150627"
    is_married: bool = False
    applicant: str = ""
    ordinal: int = 1


@dataclass(frozen=True)
class Form:
    """The applicant and his answers."""

    owner: Person
    firm: Firm
    fields: dict[str, Any]


def write(wish: Wish, names: Names, ids: Mapping[str, str], on: date) -> Form:
    """The application as it would be typed on `on`; `ids`: bank and region as the form offers them."""
    owner = names.person(wish.region, wish.applicant)
    is_enterprise = wish.kind == "small_enterprise"
    firm = names.firm(owner.name, "91" if is_enterprise else "92", wish.region)
    own = _enterprise(wish, owner, firm, names, on) if is_enterprise else _person(wish, owner, firm, names)
    fields = {**_loan(wish, owner, names, on), **own, "bank": ids["bank"], "region": ids["region"]}
    return Form(owner, firm, fields)


def _loan(wish: Wish, owner: Person, names: Names, on: date) -> dict[str, Any]:
    purpose = names.choose(*PURPOSES)
    return {
        "channel": Channel(wish.channel).value,
        "recommender": RECOMMENDERS[wish.channel],
        "amount": wish.amount,
        "commercial_amount": "0",
        "total_amount": wish.amount,
        "term_months": wish.term,
        "purpose": purpose,
        "purpose_text": PURPOSES[purpose],
        "township": names.choose(*TOWNSHIPS[wish.region]),
        "loan_ordinal": wish.ordinal,
        "outstanding_debt": "0",
        "other_loans": [],
        "truthful": True,
        "credit_query_authorised": True,
        "signature": owner.name,
        "signed_on": on.isoformat(),
        **_security(wish, owner, names),
    }


def _security(wish: Wish, owner: Person, names: Names) -> dict[str, Any]:
    is_small = wish.kind != "small_enterprise" and Decimal(wish.amount) <= EXEMPT_UP_TO
    ground = "" if is_small or wish.security else "credit_certified"
    return {
        "guarantee_type": wish.security or "credit",
        "waiver_claimed": not wish.security,
        "waiver_ground": ground,
        "waiver_evidence_text": "经办银行2025年认定的信用商户" if ground else "",
        "guarantors": [_guarantor(wish, names)] if wish.security == "surety" else [],
        "collaterals": [_flat(wish, owner, names)] if wish.security == "mortgage" else [],
    }


def _guarantor(wish: Wish, names: Names) -> dict[str, Any]:
    person = names.person(wish.region)
    return {
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
        "kind": "public_staff",
        "employer": "示例旗某事业单位",
        "annual_income": "96000.00",
        "guarantee_amount": wish.amount,
        "signature_state": "signed",
    }


def _flat(wish: Wish, owner: Person, names: Names) -> dict[str, Any]:
    return {
        "kind": "residential",
        "name": "住宅一套",
        "certificate_number": f"示例不动产权第{owner.phone[-4:]}号",
        "valuation": "4800000.00" if wish.kind == "small_enterprise" else "420000.00",
        "owner_name": owner.name,
        "owner_id_number": owner.id_number,
        "ownership": "sole",
        "area": "108.60",
        "land_nature": "granted",
        "purchase_value": "380000.00",
        "purchased_on": "2019-06-01",
        "township": names.choose(*TOWNSHIPS[wish.region]),
        "signature_state": "signed",
    }


def _person(wish: Wish, owner: Person, firm: Firm, names: Names) -> dict[str, Any]:
    place = "达拉特旗示例街" if wish.region == "150621" else "伊金霍洛旗示例街"
    number = int(owner.phone[-3:])
    partners = 2 if wish.kind == "partnership" else 0
    return {
        "name": owner.name,
        "id_number": owner.id_number,
        "nationality": names.choose("蒙古族", "汉族", "回族"),
        "education": names.choose("junior", "senior", "vocational", "college", "bachelor"),
        "household_kind": names.choose("local_rural", "local_urban"),
        "phone": owner.phone,
        "registered_address": f"{place}{number}号",
        "address": f"{place}{number}号",
        "service_address": f"{place}{number}号",
        "group": GROUPS[number % len(GROUPS)],
        **(_spouse(names.person(wish.region)) if wish.is_married else {"marital": "single"}),
        "family_size": 3,
        "family_income": "6800.00",
        **({"partners": [_partner(names.person(wish.region)) for _ in range(partners)]} if partners else {}),
        **_business(owner, firm, f"{place}{number + 1}号", names),
    }


def _spouse(person: Person) -> dict[str, Any]:
    return {
        "marital": "married",
        "spouse_name": person.name,
        "spouse_id_number": person.id_number,
        "spouse_phone": person.phone,
        "spouse_employer": "自由职业",
        "uses_spouse_licence": False,
    }


def _partner(person: Person) -> dict[str, Any]:
    return {"name": person.name, "id_number": person.id_number, "phone": person.phone}


def _business(owner: Person, firm: Firm, address: str, names: Names) -> dict[str, Any]:
    return {
        "business_name": firm.name,
        "uscc": firm.uscc,
        "licensed_on": names.choose("2022-04-12", "2023-03-01", "2024-05-20"),
        "business_scope": firm.scope,
        "industry": firm.industry,
        "business_address": address,
        "business_phone": "0477-8000000",
        "postcode": "017200",
        "floor_area": names.choose("45", "86.5", "120"),
        "rent": "3000.00",
        "total_investment": "300000.00",
        "own_funds": "150000.00",
        "monthly_sales": names.choose("38000.00", "52000.00", "76000.00"),
        "monthly_profit": names.choose("8600.00", "11000.00", "15500.00"),
        "staff_count": 4,
        "new_staff_count": 2,
        "account_bank": "示例银行示例支行",
        "account_name": owner.name,
        "account_number": f"6222000000000{owner.phone[-6:]}",
        "is_social_card": True,
    }


def _enterprise(wish: Wish, owner: Person, firm: Firm, names: Names, on: date) -> dict[str, Any]:
    place = "达拉特旗示例工业园" if wish.region == "150621" else "伊金霍洛旗示例工业园"
    return {
        "enterprise_name": firm.name,
        "uscc": firm.uscc,
        "founded_on": "2020-05-18",
        "registered_capital": "1000000.00",
        "registered_address": f"{place}{owner.phone[-2:]}号",
        "business_address": f"{place}{owner.phone[-2:]}号",
        "industry": firm.industry,
        "revenue": "3600000.00",
        "assets": "2400000.00",
        "headcount": 24,
        "bank_debt": "0",
        "tax_grade": names.choose("A", "B"),
        "legal_name": owner.name,
        "legal_id_number": owner.id_number,
        "legal_phone": owner.phone,
        "legal_marital": "single",
        "legal_address": f"{place}宿舍楼",
        "shareholders": _shareholders(owner, names.person(wish.region)),
        "employee_count": 24,
        "hired_count": 3,
        "wage_arrears": False,
        "insurance_arrears": False,
        "employees": [_employee(names.person(wish.region), on) for _ in range(3)],
        "wants_subsidy": True,
        "basic_account_bank": "示例银行示例支行",
        "basic_account_name": firm.name,
        "basic_account_number": f"15000000000{owner.phone[-6:]}",
    }


def _shareholders(owner: Person, other: Person) -> list[dict[str, Any]]:
    return [
        {"name": owner.name, "id_number_or_uscc": owner.id_number, "contribution": "700000", "share": "70"},
        {"name": other.name, "id_number_or_uscc": other.id_number, "contribution": "300000", "share": "30"},
    ]


def _employee(person: Person, on: date) -> dict[str, Any]:
    start = on - timedelta(days=150)
    return {
        "name": person.name,
        "id_number": person.id_number,
        "education": "college",
        "household_kind": "local_urban",
        "category": "graduate",
        "contract_from": start.isoformat(),
        "contract_to": (add_months(start, 24) - timedelta(days=1)).isoformat(),
        "insured_from": start.isoformat(),
        "registration_number": f"SL{person.phone[-6:]}",
    }
