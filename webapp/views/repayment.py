"""Room repayment: typed for one loan, or from the bank's Excel: template, upload, preview, entered once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from forms.base import BaseForm
from forms.credit_loan import RepaymentForm
from models.calendar import today
from models.credit_loan import LedgerEntry
from models.database import DbSession, reading, transaction
from models.money import format_amount
from models.people import Permission
from models.refusal import Conflict, Forbidden, Refusal
from processes import repayment
from processes.credit_draw import repay_loan
from processes.sheet import Row, write_sheet
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt, page
from webapp.credit_loan_forms import plain_context, repaid
from webapp.credit_loan_page import LoanPage
from webapp.views.credit_loan import XLSX, Page, bound

blueprint = Blueprint("repayment", __name__)
ENTER = "台账只增不改，入账后不能修改。确定入账？"
_BATCH = f"/repayments/<int(max={BIGGEST_ID}):repayment_id>"


@blueprint.route("/loans/<number>/repay", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def enter(number: str) -> Page:
    """登记还款."""
    with reading() as session:
        shown = LoanPage(session, number, actor()).managed()
        lead = _owed(shown)
    started = {"value_on": today(), "kind": "repayment"}
    form = bound(RepaymentForm, started, plain_context(shown.receipts))
    if request.method == "POST" and (lines := attempt(form, lambda s: _enter(s, number, form))) is not None:
        flash(_entered(lines))
        return redirect(url_for("credit_loan.show", number=number))
    back = url_for("credit_loan.show", number=number)
    return page(form, f"登记还款（{number}）", back, lead, verb="确认入账", ask=ENTER)


def _owed(shown: LoanPage) -> str:
    late = shown.arrears.overdue_principal + shown.arrears.overdue_interest
    parts = [f"逾期本息 {format_amount(late)} 元"] if late else []
    parts += [f"下一还款日应还 {format_amount(shown.coming)} 元"] if shown.coming else []
    return "；".join([*parts, f"今日结清需本息 {format_amount(shown.payoff.total)} 元"]) + "。"


def _enter(session: DbSession, number: str, form: BaseForm) -> list[LedgerEntry]:
    return list(repay_loan(session, number, repaid(form.answers()), actor()))


def _entered(lines: list[LedgerEntry]) -> str:
    principal, interest = sum(line.principal for line in lines), sum(line.interest for line in lines)
    return (
        f"已入账：本金 {principal:,.2f} 元，利息 {interest:,.2f} 元，贷款余额 {lines[-1].balance:,.2f} 元。"
    )


@blueprint.get("/repayments/template.xlsx")
@requires(Permission.CREDIT_WORK)
def template() -> Response:
    """The sheet to fill: one line for each open draw of the bank."""
    with reading() as session:
        rows = repayment.template_rows(session, actor())
        content = write_sheet("还款明细", repayment.HEAD, (16, 20, 12, 16, 12, 22, 30), rows)
    headers = {"Content-Disposition": 'attachment; filename="repayments.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)


@blueprint.route("/repayments/import", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def bring() -> Page:
    """导入还款: choose the file; nothing is entered before the preview has been confirmed."""
    if request.method == "GET":
        return render_template("repayment/import.html", error="")
    try:
        repayment_id, is_known = _proposed()
    except (Forbidden, Conflict):
        raise
    except Refusal as refusal:
        return render_template("repayment/import.html", error=refusal.message), 422
    if is_known:
        flash("该文件已导入，以下为原导入结果。")
    return redirect(url_for("repayment.show", repayment_id=repayment_id))


def _proposed() -> tuple[int, bool]:
    """The batch of the file, and whether it was entered before."""
    name, rows = _sent(request.files.get("file"))
    with transaction() as session:
        batch = repayment.propose(session, name, rows, actor())
        return batch.id, batch.applied_at is not None


def _sent(file: Any) -> tuple[str, list[Row]]:
    """Name and rows of the file, read before the transaction begins."""
    if file is None or not file.filename:
        raise Refusal("请选择要导入的 Excel 文件。", "file")
    return file.filename, repayment.read(file.read(), actor())


@blueprint.get(_BATCH)
@requires(Permission.CREDIT_WORK)
def show(repayment_id: int) -> str:
    """What each row would do, or did."""
    with reading() as session:
        batch = repayment.batch_of(session, repayment_id, actor())
        good = [line for line in batch.lines if not line["error"]]
        return render_template("repayment/show.html", batch=batch, good=good)


@blueprint.post(f"{_BATCH}/apply")
@requires(Permission.CREDIT_WORK)
def apply(repayment_id: int) -> Redirect:
    """确认入账: the good rows, once."""
    with transaction() as session:
        was_applied = repayment.batch_of(session, repayment_id, actor()).applied_at is not None
        batch = repayment.apply(session, repayment_id, actor())
        entered = sum(not line["error"] for line in batch.lines)
    flash("该文件此前已入账，未重复登记。" if was_applied else f"已入账 {entered} 笔。")
    return redirect(url_for("repayment.show", repayment_id=repayment_id))
