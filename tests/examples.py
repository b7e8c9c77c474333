"""Complete, valid applications of invented people, in the shape of a JSON body, for other tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from forms.context import FormContext

TODAY = date(2026, 11, 22)
PERSON_ID, SPOUSE_ID, LEGAL_ID = "150627199001010005", "150627198506150009", "150627197803090001"
GUARANTOR_ID, HIRED_ID = "150627199511230008", "150627198812120000"
ENTERPRISE_USCC, TRADER_USCC, HOLDER_USCC = "91150627MA0A00014C", "92150627MA0C00032A", "91150627MA0A00057R"
PHONE = "13900000000"


def example_context(**over: object) -> FormContext:
    """A context with one bank and one region, both "1"."""
    known: dict[str, object] = {
        "today": TODAY,
        "banks": [("1", "示例银行")],
        "regions": [("1", "示例旗")],
        "meetings": [("1", "示例会议")],
    }
    return FormContext(**{**known, **over})  # type: ignore[arg-type]  # the caller names real fields


def _loan(bank: str, region: str, amount: str, term: int) -> dict[str, object]:
    return {
        "amount": amount,
        "commercial_amount": "0",
        "total_amount": amount,
        "term_months": term,
        "purpose": "equipment",
        "purpose_text": "购置加工设备两台",
        "bank": bank,
        "region": region,
        "township": "示例镇",
        "guarantee_type": "credit",
        "loan_ordinal": 1,
        "outstanding_debt": "0",
        "other_loans": [],
        "waiver_claimed": True,
        "waiver_ground": "",
        "waiver_evidence_text": "",
        "guarantors": [],
        "collaterals": [],
        "truthful": True,
        "credit_query_authorised": True,
        "signed_on": TODAY.isoformat(),
    }


def person_application(bank: str = "1", region: str = "1", **over: object) -> dict[str, object]:
    """A valid F1 of a single person who asks for 80,000.00 元 over 24 months; `over` replaces fields."""
    own: dict[str, object] = {
        "channel": "direct",
        "recommender": "",
        "name": "赵一",
        "id_number": PERSON_ID,
        "nationality": "蒙古族",
        "education": "bachelor",
        "household_kind": "local_rural",
        "phone": PHONE,
        "registered_address": "示例旗示例镇一号",
        "address": "示例旗示例镇二号",
        "service_address": "示例旗示例镇二号",
        "group": "returned_migrant",
        "marital": "single",
        "family_size": 3,
        "family_income": "6000.00",
        "business_name": "示例加工部",
        "uscc": TRADER_USCC,
        "licensed_on": "2024-03-01",
        "business_scope": "农畜产品加工",
        "industry": "industry",
        "business_address": "示例旗示例镇三号",
        "business_phone": "0477-8000000",
        "postcode": "017200",
        "floor_area": "120.5",
        "rent": "3000.00",
        "total_investment": "300000.00",
        "own_funds": "150000.00",
        "monthly_sales": "60000.00",
        "monthly_profit": "12000.00",
        "staff_count": 4,
        "new_staff_count": 2,
        "account_bank": "示例银行示例支行",
        "account_name": "赵一",
        "account_number": "6222000000000000001",
        "is_social_card": True,
        "signature": "赵一",
    }
    return {**_loan(bank, region, "80000.00", 24), **own, **over}


def married(**over: object) -> dict[str, object]:
    """The fields that turn a single applicant into a married one."""
    spouse: dict[str, object] = {
        "marital": "married",
        "spouse_name": "钱二",
        "spouse_id_number": SPOUSE_ID,
        "spouse_phone": "13900000001",
        "spouse_employer": "示例单位",
        "uses_spouse_licence": False,
    }
    return {**spouse, **over}


def guarantor(**over: object) -> dict[str, object]:
    """One valid 保证人 row."""
    row: dict[str, object] = {
        "name": "孙三",
        "id_number": GUARANTOR_ID,
        "phone": "13900000002",
        "kind": "public_staff",
        "guarantee_amount": "200000.00",
    }
    return {**row, **over}


def collateral(**over: object) -> dict[str, object]:
    """One valid 抵质押物 row: a flat."""
    row: dict[str, object] = {
        "kind": "residential",
        "name": "住宅一套",
        "certificate_number": "示例不动产权第0000001号",
        "valuation": "400000.00",
        "owner_name": "赵一",
        "owner_id_number": PERSON_ID,
        "area": "98.6",
        "land_nature": "granted",
        "purchase_value": "380000.00",
        "purchased_on": "2019-06-01",
    }
    return {**row, **over}


def employee(**over: object) -> dict[str, object]:
    """One valid row of the 吸纳人员认定表."""
    row: dict[str, object] = {
        "name": "李四",
        "id_number": HIRED_ID,
        "education": "college",
        "household_kind": "local_urban",
        "category": "graduate",
        "contract_from": "2026-03-01",
        "contract_to": "2027-02-28",
        "insured_from": "2026-03-01",
        "registration_number": "EX-0001",
    }
    return {**row, **over}


def enterprise_application(bank: str = "1", region: str = "1", **over: object) -> dict[str, object]:
    """A valid F2: a small manufacturer with 20 staff, one newly hired, asking for 2,000,000.00 元."""
    own: dict[str, object] = {
        "channel": "incubator",
        "recommender": "示例创业孵化基地",
        "enterprise_name": "示例制造有限公司",
        "uscc": ENTERPRISE_USCC,
        "founded_on": "2020-05-01",
        "registered_capital": "1000000.00",
        "registered_address": "示例旗示例镇四号",
        "business_address": "示例旗示例镇四号",
        "industry": "industry",
        "revenue": "8000000.00",
        "assets": "5000000.00",
        "headcount": 20,
        "bank_debt": "0",
        "tax_grade": "B",
        "legal_name": "周五",
        "legal_id_number": LEGAL_ID,
        "legal_phone": PHONE,
        "legal_marital": "married",
        "legal_address": "示例旗示例镇五号",
        "shareholders": [
            {"name": "周五", "id_number_or_uscc": LEGAL_ID, "contribution": "600000.00", "share": "60"},
            {
                "name": "示例投资",
                "id_number_or_uscc": HOLDER_USCC,
                "contribution": "400000",
                "share": "40",
            },
        ],
        "employee_count": 20,
        "hired_count": 2,
        "wage_arrears": False,
        "insurance_arrears": False,
        "employees": [employee(), employee(name="吴六", id_number=GUARANTOR_ID)],
        "wants_subsidy": True,
        "waiver_ground": "credit_certified",
        "waiver_evidence_text": "示例银行2026年认定的信用小微企业",
        "basic_account_bank": "示例银行示例支行",
        "basic_account_name": "示例制造有限公司",
        "basic_account_number": "150000000000000001",
        "signature": "周五",
    }
    return {**_loan(bank, region, "2000000.00", 24), **own, **over}


F3: dict[str, object] = {
    "enterprise_name": "示例商贸有限公司",
    "uscc": ENTERPRISE_USCC,
    "registered_on": "2018-03-01",
    "registered_address": "伊金霍洛旗示例镇一号",
    "premises_address": "伊金霍洛旗示例镇二号",
    "operating_status": "active",
    "legal_name": "周五",
    "legal_id_number": LEGAL_ID,
    "legal_phone": PHONE,
    "contact_name": "周六",
    "contact_phone": "13900000001",
    "industry": "retail",
    "headcount": 12,
    "revenue": "3000000.00",
    "assets": "1200000.00",
    "products": "日用品零售，经营正常",
    "tax_authority": "国家税务总局伊金霍洛旗税务局",
    "first_taxed_on": "2019-01-15",
    "tax_paid": "60000.00",
    "tax_grade": "B",
    "debts": [],
    "amount": "300000.00",
    "purpose": "goods",
    "purpose_text": "支付货款",
    "channel": "self",
    "recommender": "",
    "recommendation": "",
    "reported_on": TODAY.isoformat(),
    "query_authorised": True,
    "truthful": True,
    "signature": "周五",
    "signed_on": TODAY.isoformat(),
}


def declaration_application(region: str = "1", **over: object) -> dict[str, object]:
    """A valid F3 of a firm that declares by itself; `over` replaces fields."""
    return {**F3, "region": region, **over}


def without(application: Mapping[str, object], *names: str) -> dict[str, object]:
    """The application with some fields missing from the body altogether."""
    return {name: value for name, value in application.items() if name not in names}
