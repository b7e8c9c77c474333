"""Room vocabulary: the words a person may choose, value and Chinese title declared together."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A closed list of values stored as text, each with the title an official reads."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make the member a plain string that also carries its title."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """The (value, title) pairs in the declared order, for forms and exports."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    def title_of(cls, value: object) -> str:
        """The Chinese title of `value`; an unknown value is shown as it is."""
        return dict(cls.choices()).get(str(value), str(value))


class ApplicantType(Labelled):
    """申请人类型 (F1 cca080, F2)."""

    PERSON = "person", "个人"
    PARTNERSHIP = "partnership", "合伙"
    SOLE_TRADER = "sole_trader", "个体工商户"
    SMALL_ENTERPRISE = "small_enterprise", "小微企业"


class Channel(Labelled):
    """申请渠道: the seven of A-09 and the direct application."""

    DIRECT = "direct", "本人直接申请"
    COMMUNITY = "community", "社区推荐"
    VILLAGE = "village", "村委会推荐"
    MASS_ORGANISATION = "mass_organisation", "群团组织推荐"
    BANK = "bank", "金融机构推荐"
    GUARANTOR = "guarantor", "担保机构推荐"
    INCUBATOR = "incubator", "创业园和创业孵化基地推荐"
    PLATFORM = "platform", "四众创业支撑平台推荐"


class ApplicantGroup(Labelled):
    """人群类别: 重点就业群体 (domain 2.2); a policy set may narrow or extend the list."""

    URBAN_UNEMPLOYED = "urban_unemployed", "城镇登记失业人员"
    HARD_TO_EMPLOY = "hard_to_employ", "就业困难人员（含残疾人）"
    VETERAN = "veteran", "退役军人"
    RELEASED = "released", "刑满释放人员"
    GRADUATE = "graduate", "高校毕业生（毕业5年内，含大学生村官和留学回国学生）"
    CAPACITY_CUT = "capacity_cut", "化解过剩产能企业职工和失业人员"
    RETURNED_MIGRANT = "returned_migrant", "返乡创业农民工"
    ONLINE_SELLER = "online_seller", "网络商户"
    OUT_OF_POVERTY = "out_of_poverty", "脱贫人口"
    FARMER = "farmer", "农村自主创业农民"


class Marital(Labelled):
    """婚姻状况 (caa137)."""

    SINGLE = "single", "未婚"
    MARRIED = "married", "已婚"
    DIVORCED = "divorced", "离异"
    WIDOWED = "widowed", "丧偶"


class Education(Labelled):
    """文化程度 (aac011)."""

    PRIMARY = "primary", "小学及以下"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中"
    VOCATIONAL = "vocational", "中专（职高、技校）"
    COLLEGE = "college", "大学专科"
    BACHELOR = "bachelor", "大学本科"
    MASTER = "master", "硕士研究生"
    DOCTOR = "doctor", "博士研究生"


class HouseholdKind(Labelled):
    """户口性质 (aac009)."""

    LOCAL_URBAN = "local_urban", "本地城镇"
    LOCAL_RURAL = "local_rural", "本地农村"
    OTHER_URBAN = "other_urban", "外地城镇"
    OTHER_RURAL = "other_rural", "外地农村"


class TaxGrade(Labelled):
    """纳税信用等级 (domain 2.7)."""

    A = "A", "A级"
    B = "B", "B级"
    M = "M", "M级"
    C = "C", "C级"
    D = "D", "D级"
    NONE = "none", "未评级"


class LoanPurpose(Labelled):
    """贷款用途: production and operation only, consumption is not a choice."""

    MATERIALS = "materials", "购买原材料"
    EQUIPMENT = "equipment", "购置设备"
    GOODS = "goods", "支付货款"
    WAGES = "wages", "支付工资"
    RENT = "rent", "支付经营场所租金"
    OTHER_PRODUCTION = "other_production", "其他生产经营用途"


class WaiverGround(Labelled):
    """免除反担保的依据 (A-05)."""

    HONOUR = "honour", "设区的市级以上荣誉称号"
    CREDIT_CERTIFIED = "credit_certified", "信用小微企业/商户/农户"
    REPEAT_FOUNDER = "repeat_founder", "经营稳定守信的二次创业者"


class LicenceStatus(Labelled):
    """营业执照登记状态; only 存续（在营） may be paid out (S-5.1)."""

    ACTIVE = "active", "存续（在营）"
    CANCELLED = "cancelled", "注销"
    REVOKED = "revoked", "吊销"
    SUSPENDED = "suspended", "停业/歇业"
    ABNORMAL = "abnormal", "经营异常"


class DeliveryMethod(Labelled):
    """送达方式."""

    DIRECT = "direct", "直接送达"
    POST = "post", "邮寄"
    ELECTRONIC = "electronic", "电子送达"
    PUBLIC = "public", "公告"


class InvestigationMethod(Labelled):
    """调查方式 of 尽职调查 and 贷前调查."""

    SITE = "site", "实地调查"
    INTERVIEW = "interview", "面谈"
    VIDEO = "video", "视频调查"
    RECORDS = "records", "资料核查"


class ReviewResult(Labelled):
    """审核结论 of a reviewing body."""

    PASS = "pass", "符合条件，予以通过"
    FAIL = "fail", "不符合条件，不予通过"


class AcceptanceResult(Labelled):
    """受理结论."""

    COMPLETE = "complete", "材料齐全，予以受理"
    INCOMPLETE = "incomplete", "材料不齐全，一次性告知补正"


class ApprovalResult(Labelled):
    """审批结论 of a supervisor."""

    APPROVE = "approve", "同意"
    REFUSE = "refuse", "不同意"


class ReasonStage(Labelled):
    """The body that refuses, whose reason list applies."""

    HRSS = "hrss", "人社部门资格审核"
    GUARANTOR = "guarantor", "担保机构尽职调查"
    BANK = "bank", "经办银行"
