"""Room material: the published, closed list of what an applicant hands in (A-03, B-10), per kind of form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.compensation import DueProof
from models.vocabulary import ApplicantType, TaxGrade


@dataclass(frozen=True)
class MaterialKind:
    """One kind of material: its code, its title for the one-time notice, and the standard it must meet."""

    code: str
    label: str
    note: str


_SCAN = "原件扫描或拍照，字迹清晰"

_REPORT = "中国人民银行出具，查询日期在30日以内"

_ID_CARD = MaterialKind("id_card", "本人身份证（正反面）", _SCAN)
_SPOUSE_ID_CARD = MaterialKind("spouse_id_card", "配偶身份证（正反面）", "已婚的提供。" + _SCAN)
_HOUSEHOLD = MaterialKind("household_register", "户口簿", "首页及本人页。" + _SCAN)
_MARRIAGE = MaterialKind("marriage_certificate", "结婚证", "已婚的提供。" + _SCAN)
_LICENCE = MaterialKind("business_licence", "营业执照", "在有效期内，登记信息与申请一致。" + _SCAN)
_GROUP = MaterialKind("group_proof", "人员类别证明", "与所选人群类别一致，由发证单位出具。" + _SCAN)
_CREDIT = MaterialKind("credit_report", "本人征信报告", _REPORT)
_SPOUSE_CREDIT = MaterialKind(
    "spouse_credit_report", "配偶征信报告", "已婚的提供；中国人民银行出具，查询日期在30日以内"
)
_PREMISES = MaterialKind("premises_proof", "经营场所证明", "房产证或租赁合同，地址与经营地址一致。" + _SCAN)
_WAIVER = MaterialKind("waiver_proof", "荣誉称号或信用认定证明", "申请免除反担保的提供。" + _SCAN)
_SURETY = MaterialKind("guarantor_papers", "保证人身份证和收入证明", "每位保证人一份。" + _SCAN)
_COLLATERAL = MaterialKind("collateral_papers", "抵质押物权属证明", "填报抵质押物的提供，每项一份。" + _SCAN)
_LEGAL_ID = MaterialKind("legal_id_card", "法定代表人身份证（正反面）", _SCAN)
_COMPANY_CREDIT = MaterialKind("enterprise_credit_report", "企业和法定代表人征信报告", _REPORT)
_ACCOUNTS = MaterialKind("financial_statements", "上年度财务报表", "资产负债表、利润表，加盖企业公章")
_STAFF_LIST = MaterialKind("hired_staff_proof", "新招用人员身份证和类别证明", "与吸纳名单对应。" + _SCAN)
_CONTRACTS = MaterialKind("labour_contracts", "新招用人员劳动合同", "期限1年以上，双方已签字盖章。" + _SCAN)
_PAYROLL = MaterialKind("payroll_proof", "工资发放和社会保险缴费凭证", "最近3个月")
_PLEDGE = MaterialKind("commitment_letter", "承诺书", "法定代表人签字并加盖企业公章")

_DECLARATION = MaterialKind("declaration_form", "“信保贷”申报表", "本系统打印，签字并加盖公章。" + _SCAN)
_QUERY = MaterialKind("query_authorisation", "信用信息查询授权书", "企业（户）和法定代表人（经营者）签字盖章")
_TAX_OPINION = MaterialKind(
    "tax_opinion", "税务部门无重大税收违法意见", "未评定纳税信用等级的个体工商户提供，由主管税务机关出具"
)
_RECOMMENDATION = MaterialKind("recommendation", "推荐意见", "推荐申报的提供，加盖推荐单位公章。" + _SCAN)

_SECURITY = (_WAIVER, _SURETY, _COLLATERAL)
_PERSONAL = (
    _ID_CARD, _SPOUSE_ID_CARD, _HOUSEHOLD, _MARRIAGE, _LICENCE, _GROUP, _CREDIT, _SPOUSE_CREDIT, _PREMISES,
    *_SECURITY,
)  # fmt: skip
_ENTERPRISE = (
    _LICENCE, _LEGAL_ID, _ACCOUNTS, _COMPANY_CREDIT, _PREMISES, _STAFF_LIST, _CONTRACTS, _PAYROLL, _PLEDGE,
    *_SECURITY,
)  # fmt: skip

_DECLARED_FIRM = (
    _DECLARATION, _COMPANY_CREDIT, _QUERY, _LICENCE, _LEGAL_ID, _PREMISES, _RECOMMENDATION,
)  # fmt: skip
_DECLARED_TRADER = (
    _DECLARATION, _CREDIT, _QUERY, _LICENCE, _ID_CARD, _PREMISES, _TAX_OPINION, _RECOMMENDATION,
)  # fmt: skip

PUBLISHED: dict[str, tuple[MaterialKind, ...]] = {
    ApplicantType.PERSON.value: _PERSONAL,
    ApplicantType.PARTNERSHIP.value: _PERSONAL,
    ApplicantType.SOLE_TRADER.value: _PERSONAL,
    ApplicantType.SMALL_ENTERPRISE.value: _ENTERPRISE,
    "credit_enterprise": _DECLARED_FIRM,
    "credit_sole_trader": _DECLARED_TRADER,
}
"""Everything that may ever be asked for, by `CaseFile.form_kind`; the public guide prints it (A-19)."""

INDISPENSABLE = {_DECLARATION, _COMPANY_CREDIT, _CREDIT}
"""B-10: without the report and the form a declaration of 信保贷 is not received at all."""

MATERIALS = {kind.code: kind for kinds in PUBLISHED.values() for kind in kinds}

OUTSIDE_THE_LIST = MaterialKind("outside_list", "清单以外的材料", "公布清单之外的要求，系统予以标记（S-3.5）")


# What others than the applicant hand in, by kind: no list is published for them.
OTHERS = {
    "objection_evidence": "异议证据材料",
    "objection_seal": "加盖公章的异议书",
    "blacklist_evidence": "列入黑名单的证据材料",
    "firm_statement": "当事人书面陈述",
    **{proof.material: proof.label for proof in DueProof},
}


# What the public brings, without an account, and what must bear a seal: pictures of paper, no Office files.
ONLY_SCANS = frozenset({"objection_evidence", "objection_seal"})


def published_materials(form_kind: str) -> list[MaterialKind]:
    """The whole list published for a `CaseFile.form_kind`, conditional kinds included; none for other cases."""
    return list(PUBLISHED.get(form_kind, ()))


def required_materials(form_kind: str, application: Mapping[str, object]) -> list[MaterialKind]:
    """What this one application (its F1, F2 or F3 answers) must bring, and nothing beyond it (A-03)."""
    unneeded: set[MaterialKind] = set()
    if application.get("marital") != "married":
        unneeded |= {_SPOUSE_ID_CARD, _MARRIAGE, _SPOUSE_CREDIT}
    if not (application.get("waiver_claimed") and application.get("waiver_ground")):
        unneeded.add(_WAIVER)
    if not application.get("guarantors"):
        unneeded.add(_SURETY)
    if not application.get("collaterals"):
        unneeded.add(_COLLATERAL)
    if application.get("channel") != "recommended":
        unneeded.add(_RECOMMENDATION)
    if application.get("tax_grade") != TaxGrade.NONE:
        unneeded.add(_TAX_OPINION)
    return [kind for kind in published_materials(form_kind) if kind not in unneeded]


def material_choices(form_kind: str = "") -> list[tuple[str, str]]:
    """(code, title) pairs of the published list, of one kind of form or of all, and the marked outsider."""
    kinds = published_materials(form_kind) if form_kind else list(MATERIALS.values())
    return [(kind.code, kind.label) for kind in [*kinds, OUTSIDE_THE_LIST]]


def material_label(code: str) -> str:
    """The title behind a stored code; an unknown code is shown as it is."""
    return {**OTHERS, **dict(material_choices())}.get(code, code)
