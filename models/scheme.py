"""Room case, scheme: the kinds of case files, each with its series of numbers and the drawing it runs on."""

from __future__ import annotations

from enum import StrEnum

# What the key of the form of a declaration (F3) begins with; `SubjectKind` follows.
DECLARED = "credit_"


class Scheme(StrEnum):
    """What a case is about; 信保贷 consists of several kinds that call one another."""

    label: str
    series: str
    process: str

    def __new__(cls, value: str, label: str = "", series: str = "", process: str = "") -> Scheme:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.series = series
        member.process = process or value
        return member

    STARTUP_LOAN = "startup_loan", "创业担保贷款", "CD", "combined_review"
    CREDIT_APPLICATION = "credit_application", "信保贷申报", "XD"
    SCREENING_ROUND = "screening_round", "信用甄别（轮次）", "ZL"
    SCREENING = "screening", "信用甄别", "ZB"
    PUBLIC_NOTICE = "public_notice", "社会公示", "GS"
    OBJECTION = "objection", "公示异议", "YY"
    CREDIT_LOAN = "credit_loan", "信保贷贷款", "XB"
    ARREARS = "arrears", "逾期处置", "YQ"
    CREDIT_EXIT = "credit_exit", "资格取消（退出）", "TC"
    GENERAL = "general", "其他业务", "TY", "subsidy_claim"
    BLACKLISTING = "blacklisting", "信贷黑名单", "HM"
