"""Room loan of 信保贷: list, application, the loan with its ledger, draw, use-of-funds check, closing, withdrawal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from forms.base import BaseForm, FormContext
from forms.credit_loan import CloseForm, CreditApplicationForm, DrawForm, UseCheckForm
from forms.withdrawal import WithdrawalForm
from models.calendar import today
from models.case import CaseFile
from models.credit_loan import Draw, UseCheck
from models.credit_loan_search import LoanState, Wanted, search, totals
from models.database import DbSession, reading
from models.people import Permission, User
from models.refusal import Conflict
from models.scheme import Scheme
from processes import credit_draw, credit_loan, use_check
from webapp.access import actor, requires
from webapp.admin import attempt, page
from webapp.case_panel import Panel, panel
from webapp.credit_loan_forms import application_context, applied, checked, drawn, plain_context
from webapp.credit_loan_page import LoanPage, is_lender

blueprint = Blueprint("credit_loan", __name__, url_prefix="/loans")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Page = str | Redirect | tuple[str, int]
APPLY = "提交后不能修改，只能撤回。确定提交贷款申请？"
DRAW = "提款入账后不能修改。确定提款？"
WITHDRAW = {"verb": "撤回申请", "ask": "撤回后本次贷款申请终止办理。确定撤回？"}
CLOSE = {"verb": "确认结清", "ask": "额度注销后不能再提款，且不能恢复。确定结清并注销额度？"}


@blueprint.get("")
@requires(Permission.CASE_READ)
def index() -> str:
    """The loans that the person may see, by firm, state and due date."""
    wanted = {name: request.args.get(name, "").replace("\0", "")[:100] for name in ("q", "state")}
    after = request.args.get("after", type=int, default=0)
    with reading() as session:
        found = search(session, actor(), Wanted(wanted["q"], wanted["state"], max(0, after)))
        shown = {"found": found, "wanted": {**wanted, "after": after}, "states": LoanState}
        may_import = is_lender(actor()) and actor().may(Permission.CREDIT_WORK)
        return render_template(
            "credit_loan/index.html", **shown, totals=totals(session, actor()), may_import=may_import
        )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.CASE_CREATE)
def apply() -> Page:
    """贷款申请和用途承诺 (F10)."""
    with reading() as session:
        form = _bound_application(session)
    if request.method == "POST" and (case := attempt(form, lambda s: _apply(s, form))) is not None:
        flash(f"贷款申请已提交，编号 {case.number}。")
        return redirect(url_for("credit_loan.show", number=case.number))
    lead = "提交后由担保公司和合作金融机构同时调查。资格、额度上限和在贷余额在提交时实时核验。"
    return page(form, "“信保贷”贷款申请", url_for("credit_loan.index"), lead, verb="提交申请", ask=APPLY)


def _bound_application(session: DbSession) -> BaseForm:
    firms = credit_loan.firms_of(session, actor())
    only = firms[0].uscc if len(firms) == 1 else ""
    started = {"uscc": request.args.get("uscc", "")[:18] or only, "committed_on": today()}
    form = CreditApplicationForm(request.form if request.method == "POST" else None, data=started)
    return form.bind(application_context(session, actor()))


def _apply(session: DbSession, form: BaseForm) -> CaseFile:
    return credit_loan.apply(session, applied(form.answers()), actor())


@blueprint.get("/<number>")
@requires(Permission.CASE_READ)
def show(number: str) -> str:
    """One loan: line and balance, schedule with lights, ledger, draws, checks."""
    with reading() as session:
        return render_template("credit_loan/show.html", page=LoanPage(session, number, actor()))


@blueprint.get("/<number>/ledger.xlsx")
@requires(Permission.CASE_READ)
def export(number: str) -> Response:
    """The ledger and the schedule as an Excel file."""
    with reading() as session:
        content = LoanPage(session, number, actor()).workbook()
    headers = {"Content-Disposition": 'attachment; filename="loan-ledger.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)


@blueprint.route("/<number>/draw", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def draw(number: str) -> Page:
    """提款、再提款."""
    with reading() as session:
        shown = LoanPage(session, number, actor()).managed()
        started = {"drawn_on": today(), "months": 6, **(shown.loan.account or {})}
        if request.method == "GET" and shown.frozen:
            raise Conflict(shown.frozen)
        lead = f"可用额度 {shown.loan.available:,.2f} 元，额度至 {shown.loan.line_until} 止。提交时实时核验资格。"
    form = bound(DrawForm, started)
    if request.method == "POST" and (row := attempt(form, lambda s: _draw(s, number, form))) is not None:
        flash(f"已登记提款 {row.amount:,.2f} 元，还款计划已生成。")
        return redirect(_place(number))
    return page(form, f"提款（{number}）", _place(number), lead, verb="确认提款", ask=DRAW)


def _draw(session: DbSession, number: str, form: BaseForm) -> Draw:
    return credit_draw.draw(session, number, drawn(form.answers()), actor())


@blueprint.route("/<number>/close", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def close(number: str) -> Page:
    """结清并注销额度."""
    with reading() as session:
        owed = LoanPage(session, number, actor()).managed().payoff.total
    form = bound(CloseForm, {"closed_on": today()})
    if request.method == "POST" and attempt(form, lambda s: _close(s, number, form)) is not None:
        flash("贷款已结清，额度已注销。")
        return redirect(_place(number))
    return page(
        form, f"结清并注销额度（{number}）", _place(number), f"今日未偿本息合计 {owed:,.2f} 元。", **CLOSE
    )


def _close(session: DbSession, number: str, form: BaseForm) -> CaseFile:
    answers: dict[str, Any] = form.answers()
    return credit_draw.close_loan(session, number, answers["closed_on"], answers["note"], actor())


@blueprint.route("/<number>/checks/new", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def check(number: str) -> Page:
    """资金使用检查."""
    with reading() as session:
        LoanPage(session, number, actor())
    form = bound(UseCheckForm, {"checked_on": today()})
    if request.method == "POST" and attempt(form, lambda s: _check(s, number, form)) is not None:
        flash("已登记资金使用检查。")
        return redirect(_place(number))
    lead = "发现未按承诺用途使用的，另按退出程序办理。"
    return page(form, f"资金使用检查（{number}）", _place(number), lead)


def _check(session: DbSession, number: str, form: BaseForm) -> UseCheck:
    return use_check.record_use(session, number, checked(form.answers()), actor())


@blueprint.route("/<number>/withdraw", methods=["GET", "POST"])
@requires(Permission.CASE_CREATE)
def withdraw(number: str) -> Page:
    """撤回贷款申请 until the first draw (D-41)."""
    with reading() as session:
        LoanPage(session, number, actor())
    form = bound(WithdrawalForm, {})
    if request.method == "POST" and attempt(form, lambda s: _withdraw(s, number, form)) is not None:
        flash("贷款申请已撤回。")
        return redirect(_place(number))
    lead = "放款前可以撤回，不影响信用企业（户）资格。"
    return page(form, f"撤回贷款申请（{number}）", _place(number), lead, **WITHDRAW)


def _withdraw(session: DbSession, number: str, form: BaseForm) -> CaseFile:
    return credit_loan.withdraw(session, number, str(form.answers()["reason"]), actor())


def bound(make: type[BaseForm], started: dict[str, Any], context: FormContext | None = None) -> BaseForm:
    """A form as it is begun, or as it was sent."""
    form = make(request.form if request.method == "POST" else None, data=started)
    return form.bind(context or plain_context())


def _place(number: str) -> str:
    return url_for("credit_loan.show", number=number)


@panel(Scheme.CREDIT_LOAN)
def loan_panel(session: DbSession, case: CaseFile, reader: User) -> Panel:
    """On the page of the case: what was applied for and signed, and the way to the ledger."""
    return Panel("credit_loan/_panel.html", {"loan": LoanPage(session, case.number, reader)})
