"""Room case, status: where a case stands; the drawing names the status of each step, wait and end."""

from __future__ import annotations

from enum import StrEnum


class CaseStatus(StrEnum):
    """A status with its Chinese title, and whether the case is closed by it (domain-spec 1.2)."""

    label: str
    is_final: bool

    def __new__(cls, value: str, label: str = "", is_final: bool = False) -> CaseStatus:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.is_final = is_final
        return member

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    SUPPLEMENTING = "supplementing", "待补正"
    QUALIFYING = "qualifying", "资格审核中"
    INVESTIGATING = "investigating", "尽职调查/贷前调查中"
    BANK_PENDING = "bank_pending", "待银行受理"
    BANK_ACCEPTED = "bank_accepted", "银行已受理"
    GUARANTEEING = "guaranteeing", "办理反担保·抵押"
    REFUSING = "refusing", "不符合条件（待通知）"
    DISBURSED = "disbursed", "已放款", True
    REFUSED = "refused", "不符合条件（已通知）", True
    WITHDRAWN = "withdrawn", "已撤回", True
    LAPSED = "lapsed", "逾期未补正视为撤回", True
    # a process that its owner has drawn by himself
    FILLING = "filling", "待填报"
    PROCESSING = "processing", "办理中"
    COMPLETED = "completed", "已办结", True
    DECLINED = "declined", "不予通过（已告知）", True

    # 信保贷: the candidate's declaration
    FORM_CHECKING = "form_checking", "形式审查中"
    AWAITING_ROUND = "awaiting_round", "待甄别"
    SCREENING = "screening", "甄别中"
    AWAITING_NOTICE = "awaiting_notice", "待公示"
    ON_NOTICE = "on_notice", "公示中"
    NOTIFYING = "notifying", "待告知结果"
    LISTED = "listed", "确定为信用企业（户）", True
    NOT_PASSED = "not_passed", "甄别不通过（已告知）", True
    NOT_LISTED = "not_listed", "公示未通过（已告知）", True
    # a candidate in a round, and the round
    GIVING_OPINIONS = "giving_opinions", "部门甄别中"
    GROUP_REVIEW = "group_review", "领导小组审核中"
    SCREENING_PASSED = "screening_passed", "领导小组审核通过", True
    SCREENING_FAILED = "screening_failed", "甄别不通过", True
    GROUP_REFUSED = "group_refused", "领导小组审核不通过", True
    COLLECTING = "collecting", "部门意见收集中"
    ROUND_REVIEW = "round_review", "领导小组审核中"
    ROUND_CLOSED = "round_closed", "本轮甄别已结束", True
    # notice and objection
    NOTICE_DRAFTING = "notice_drafting", "公示待发布"
    NOTICE_CONFIRMING = "notice_confirming", "待确认公示结果"
    NOTICE_DONE = "notice_done", "公示已结束", True
    VERIFYING = "verifying", "异议核实中"
    OBJECTION_UPHELD = "objection_upheld", "异议属实", True
    OBJECTION_DISMISSED = "objection_dismissed", "异议不成立", True
    # loan and arrears
    LOAN_INVESTIGATING = "loan_investigating", "调查中"
    LOAN_SIGNING = "loan_signing", "待签约"
    LOAN_REFUSING = "loan_refusing", "不予办理（待告知）"
    LOAN_ACTIVE = "loan_active", "贷款存续"
    LOAN_REFUSED = "loan_refused", "不予办理（已告知）", True
    LOAN_SETTLED = "loan_settled", "已结清", True
    LOAN_COMPENSATED = "loan_compensated", "已代偿", True
    ARREARS_COLLECTING = "arrears_collecting", "逾期清收中"
    DEMANDING = "demanding", "逾期满60日处置中"
    CONSENT_PENDING = "consent_pending", "代偿审批中"
    COMPENSATING = "compensating", "待代偿"
    PAYMENT_CONFIRMING = "payment_confirming", "待银行确认到账"
    RECOVERING = "recovering", "追偿中"
    ARREARS_PAID = "arrears_paid", "逾期已还清", True
    RECOVERED = "recovered", "追偿终结", True
    # exit and blacklist
    EXIT_CHECKING = "exit_checking", "退出情形核实中"
    EXITING = "exiting", "退出办理中"
    EXITED = "exited", "资格已取消", True
    EXIT_REJECTED = "exit_rejected", "不予取消资格", True
    HEARING = "hearing", "听取当事人陈述"
    BLACKLIST_REVIEW = "blacklist_review", "黑名单审议中"
    CIRCULATING = "circulating", "黑名单通报中"
    BLACKLISTED = "blacklisted", "已列入黑名单", True
    NOT_BLACKLISTED = "not_blacklisted", "不予列入黑名单", True


# Endings without a decision: what was promised is neither kept nor broken by them.
TERMINATED = (CaseStatus.WITHDRAWN, CaseStatus.LAPSED)
