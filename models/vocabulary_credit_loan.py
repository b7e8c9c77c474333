"""Room vocabulary, loan of 信保贷: purposes, rate modes, methods of repayment, kinds of ledger lines."""

from __future__ import annotations

from models.vocabulary import Labelled


class CreditPurpose(Labelled):
    """用途 (F10, B-15): production only; consumption is not a choice."""

    MATERIALS = "materials", "采购原材料"
    EQUIPMENT = "equipment", "购置设备"
    GOODS = "goods", "支付货款"
    WAGES = "wages", "发放工资"
    RENT = "rent", "支付租金"
    OTHER = "other", "其他生产经营"


class RateMode(Labelled):
    """利率方式 (B-04, D-22); LPR is the default."""

    LPR = "lpr", "贷款市场报价利率（LPR）加点"
    BENCHMARK = "benchmark", "基准贷款利率上浮"


class CreditMethod(Labelled):
    """还款方式 of a draw."""

    MONTHLY_INTEREST = "monthly_interest", "按月付息、到期还本"
    EQUAL_PRINCIPAL = "equal_principal", "按月等额本金"


class DueDateRoll(Labelled):
    """到期日遇非工作日 (D-32, 民法典 203)."""

    NEXT_WORKDAY = "next_workday", "顺延至下一工作日"
    NONE = "none", "不顺延"


class EntryKind(Labelled):
    """What a line of the ledger is; the borrower's own acts first, then those of 代偿 (B-21)."""

    DRAW = "draw", "提款"
    REPAYMENT = "repayment", "还款"
    PREPAYMENT = "prepayment", "提前还款"
    COMPENSATION = "compensation", "担保公司代偿"
    RECOVERY = "recovery", "代偿追偿回收"


class UseResult(Labelled):
    """Outcome of a use-of-funds check; the second is a breach that the exit (B-18) rests on."""

    AS_PROMISED = "as_promised", "按承诺用途使用"
    DIVERTED = "diverted", "未按承诺用途使用"
    UNCLEAR = "unclear", "凭证不足，待补充"
