"""Room arrears, its panel: days past due, sums of today, what has happened and when, on the page of the case."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from models.case import CaseFile
from models.compensation import ClosingReason, RecoveryWay, compensation_of, recoveries_of
from models.database import DbSession
from models.money import format_amount
from models.people import User
from models.scheme import Scheme
from processes import compensation_proof
from processes.arrears_register import Line, line_of
from webapp.case_panel import Panel, panel


@panel(Scheme.ARREARS)
def _show(session: DbSession, case: CaseFile, reader: User) -> Panel:
    line = line_of(session, case)
    paid = compensation_of(session, line.row.file)
    return Panel(
        "arrears/_panel.html",
        {
            "line": line,
            "facts": [(label, text) for label, text in _facts(line) if text],
            "paid": paid,
            "recoveries": recoveries_of(session, paid) if paid else [],
            "ways": RecoveryWay,
            "proofs": compensation_proof.proofs_of(session, case) if line.row.file.demanded_on else {},
            "may_hand_in": compensation_proof.may_hand_in(session, case, reader),
            "closing": ClosingReason.title_of(paid.closed_reason) if paid and paid.closed_reason else "",
        },
    )


def _facts(line: Line) -> Iterator[tuple[str, str]]:
    file = line.row.file
    yield "贷款银行", line.row.bank
    yield "担保公司", line.row.guarantor
    yield "应还日", file.due_on.isoformat()
    yield "逾期起算", _counted(line)
    yield "满60日", "" if file.settled_on else f"{line.demand_on.isoformat()} 零时起"
    yield "资格", _qualification(line)
    yield "逾期本金（元）", _amount(line, line.overdue.overdue_principal)
    yield "逾期利息（元）", _amount(line, line.overdue.overdue_interest)
    yield "未偿本息（元）", _amount(line, line.owed.total)
    yield "逾期原因", line.cause
    yield "首日报告", file.reported_on.isoformat() if file.reported_on else ""
    demanded = f"{file.demanded_on.isoformat()}（{file.demand_number}）" if file.demanded_on else ""
    yield "催收通知书", demanded
    yield "申请代偿", file.applied_on.isoformat() if file.applied_on else ""
    yield "不同意代偿", f"{file.refusals} 次" if file.refusals else ""
    yield "同意代偿", file.consented_on.isoformat() if file.consented_on else ""
    shared = {True: "纳入", False: "不纳入", None: ""}
    yield "风险补偿", shared[file.is_risk_shared]
    yield "还清日", file.settled_on.isoformat() if file.settled_on and line.row.compensation is None else ""


def _qualification(line: Line) -> str:
    """D-29: gone since the first day 1 of the firm, whatever was paid since."""
    cancelled_on = line.row.cancelled_on
    return f"已于 {cancelled_on.isoformat()} 取消，还款后不恢复" if cancelled_on else ""


def _counted(line: Line) -> str:
    file = line.row.file
    return "" if file.shown_from == file.due_on else f"{file.counted_from.isoformat()}（最早一期已还清）"


def _amount(line: Line, amount: Decimal) -> str:
    """Of a file that is settled nothing is past due any more."""
    return "" if line.row.file.settled_on else format_amount(amount)
