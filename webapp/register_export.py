"""Room credit: the register, and shared credit information, as workbooks, written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.datavalidation import DataValidation

from models.credit_info import CreditInfo, InfoField
from models.database import DbSession
from models.people import User
from models.register import Wanted, register_lines
from models.subject import Subject
from processes.info_sheet import HEAD

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REGISTER = ("编号", "名称", "统一社会信用代码", "主体类型", "状态", "确定日期", "取消日期")
_WIDTHS = (18, 36, 22, 14, 14, 14, 14)


def register_book(session: DbSession, user: User, wanted: Wanted) -> bytes:
    """The register as the person sees it; constant memory, whatever its length."""
    rows = (
        (
            line.number,
            line.name,
            line.uscc,
            line.kind_label,
            line.status_label,
            line.listed_on,
            line.cancelled_on,
        )
        for line in register_lines(session, user, wanted)
    )
    return _book("信用企业（户）名录", _REGISTER, _WIDTHS, rows)


def info_book(rows: Iterable[tuple[CreditInfo, Subject]]) -> bytes:
    """Credit information in the columns of the template, so that it can be filled in and brought back."""
    lines = ((firm.uscc, row.field_label, row.value, row.as_of, row.source) for row, firm in rows)
    return _book("信用信息", HEAD, (22, 14, 48, 14, 30), lines, is_template=True)


def _book(
    title: str,
    head: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[Any]],
    is_template: bool = False,
) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for column, width in zip("ABCDEFGHIJ", widths, strict=False):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    if is_template:
        choices = DataValidation(type="list", formula1='"' + ",".join(one.label for one in InfoField) + '"')
        choices.add("B2:B5001")
        sheet.data_validations.append(choices)
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    """Text stays text, also where it begins like a formula."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell
