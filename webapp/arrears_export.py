"""Room arrears: the register as a workbook, written row by row."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook

from processes.arrears_register import Line

# Column title → width.
HEAD = {
    "案卷号": 16, "借款人": 28, "统一社会信用代码": 22, "贷款银行": 24, "担保公司": 24, "贷款案卷": 16,
    "借款合同号": 18, "应还日": 12, "逾期天数": 10, "阶段": 16, "现由谁办理": 36, "办理时限": 12, "逾期原因": 18,
    "逾期本金（元）": 14, "逾期利息（元）": 14, "未偿本金（元）": 16, "未偿利息（元）": 14, "催收通知书": 12,
    "同意代偿": 12, "纳入风险补偿": 12, "代偿日": 12, "代偿金额（元）": 16, "未追回（元）": 16, "终结日": 12,
}  # fmt: skip


def register_workbook(lines: Iterable[Line]) -> bytes:
    """The file; dates and amounts stay dates and numbers, no text becomes a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("逾期处置台账")
    for number, width in enumerate(HEAD.values()):
        sheet.column_dimensions[chr(ord("A") + number)].width = width
    sheet.freeze_panes = "B2"
    sheet.append(list(HEAD))
    for line in lines:
        sheet.append([_plain(value) if isinstance(value, str) else value for value in _row(line)])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _row(line: Line) -> list[object]:
    row, file, paid = line.row, line.row.file, line.row.compensation
    clock = line.clocks[0].due_on if line.clocks else None
    return [
        line.number, row.subject.name, row.subject.uscc, row.bank, row.guarantor, row.loan_number,
        row.loan.contract_number, file.due_on, line.days, line.stage.label, "；".join(line.turn), clock, line.cause,
        line.overdue.overdue_principal, line.overdue.overdue_interest, line.owed.principal, line.owed.interest,
        file.demanded_on, file.consented_on, {True: "是", False: "否", None: ""}[file.is_risk_shared],
        paid.paid_on if paid else None, paid.amount if paid else None, line.left if paid else None, file.ended_on,
    ]  # fmt: skip


def _plain(text: str) -> str:
    """A name that begins like a formula is shown as the text it is."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
