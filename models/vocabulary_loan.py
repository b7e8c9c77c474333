"""Room vocabulary, loan and security: kinds of guarantee, collateral, rate and repayment."""

from __future__ import annotations

from models.vocabulary import Labelled


class GuaranteeType(Labelled):
    """贷款方式 (tac125); 信用 is a first-class value and the default (A-04)."""

    CREDIT = "credit", "信用（无）"
    SURETY = "surety", "保证"
    MORTGAGE = "mortgage", "抵押"
    PLEDGE = "pledge", "质押"
    COMBINED = "combined", "组合"
    OTHER = "other", "其他"


class CounterGuarantee(Labelled):
    """反担保 that a reviewing body asks for; none is the default (A-04)."""

    NONE = "none", "无"
    SURETY = "surety", "保证"
    MORTGAGE = "mortgage", "抵押"
    PLEDGE = "pledge", "质押"


class Procedure(Labelled):
    """手续类型: the only procedures for which the bank's clock may be extended (A-15, D-08)."""

    COUNTER_GUARANTEE = "counter_guarantee", "反担保"
    MORTGAGE = "mortgage", "抵押登记"
    PLEDGE = "pledge", "质押登记"


class ProcedureOutcome(Labelled):
    """办理结果 of the counter-guarantee step."""

    DONE = "done", "手续已办妥"
    EXTEND = "extend", "申请延期"


class DisbursementOutcome(Labelled):
    """放款结果."""

    PAID = "paid", "已放款"
    REFUSED = "refused", "不予发放"


class RepaymentMethod(Labelled):
    """还款方式."""

    EQUAL_INSTALMENT = "equal_instalment", "等额本息"
    EQUAL_PRINCIPAL = "equal_principal", "等额本金"
    MONTHLY_INTEREST = "monthly_interest", "按月付息、到期还本"
    QUARTERLY_INTEREST = "quarterly_interest", "按季付息、到期还本"
    BULLET = "bullet", "到期一次还本付息"


class LprTenor(Labelled):
    """LPR期限 that the rate refers to."""

    ONE_YEAR = "1y", "1年期LPR"
    FIVE_YEARS = "5y", "5年期以上LPR"


class GuarantorKind(Labelled):
    """担保人类型 (F1 保证人)."""

    PUBLIC_STAFF = "public_staff", "机关事业单位在编在岗人员"
    COMPANY_MANAGER = "company_manager", "国有企业、上市公司管理人员"
    OTHER_PERSON = "other_person", "其他自然人"
    COMPANY = "company", "法人"


class CollateralKind(Labelled):
    """资产类别 (F1 抵质押物)."""

    RESIDENTIAL = "residential", "居住性房地产"
    COMMERCIAL = "commercial", "商业房地产"
    LAND = "land", "土地"
    FOREST = "forest", "林权"
    HOMESTEAD = "homestead", "宅基地"
    VEHICLE = "vehicle", "车辆"
    EQUIPMENT = "equipment", "机器设备"
    DEPOSIT = "deposit", "存单"
    RECEIVABLE = "receivable", "应收账款"
    INTELLECTUAL = "intellectual", "知识产权"
    OTHER = "other", "其他"


REAL_ESTATE_KINDS = (
    CollateralKind.RESIDENTIAL,
    CollateralKind.COMMERCIAL,
    CollateralKind.LAND,
    CollateralKind.FOREST,
    CollateralKind.HOMESTEAD,
)
"""Kinds whose 面积, 土地属性, 购买价值, 购买时间 are mandatory (F1)."""


class LandNature(Labelled):
    """土地属性."""

    GRANTED = "granted", "国有出让"
    ALLOCATED = "allocated", "国有划拨"
    COLLECTIVE = "collective", "集体所有"
    CONTRACTED = "contracted", "承包经营"


class OwnershipKind(Labelled):
    """资产权属."""

    SOLE = "sole", "单独所有"
    SHARED = "shared", "共同所有"


class SignatureState(Labelled):
    """签字情况."""

    SIGNED = "signed", "已签字"
    UNSIGNED = "unsigned", "未签字"


class OtherLoanKind(Labelled):
    """其他贷款种类: the first five do not exclude an applicant (财金〔2018〕22号, domain 2.2)."""

    STUDENT = "student", "助学贷款"
    POVERTY_RELIEF = "poverty_relief", "扶贫贷款"
    HOUSING = "housing", "住房贷款"
    CAR = "car", "购车贷款"
    SMALL_CONSUMER = "small_consumer", "5万元以下小额消费贷款（含信用卡消费）"
    OPERATING = "operating", "经营性贷款"
    OTHER = "other", "其他贷款"


EXEMPT_LOAN_KINDS = (
    OtherLoanKind.STUDENT,
    OtherLoanKind.POVERTY_RELIEF,
    OtherLoanKind.HOUSING,
    OtherLoanKind.CAR,
    OtherLoanKind.SMALL_CONSUMER,
)
"""Other loans that an applicant and the spouse may have."""
