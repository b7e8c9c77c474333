"""Room credit: the register of 信用企业（户）, the search over firms, and the page of one firm."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from forms.base import FormContext
from forms.blacklisting import ProposalForm
from forms.credit import CreditInfoForm, QueryForm
from forms.credit_exit import ExitReportForm
from models.blacklisting import BlacklistGround
from models.calendar import today
from models.credit import ExclusionCause, ListingStatus
from models.credit_exit import ExitGround
from models.credit_policy import credit_rules_on
from models.database import DbSession, reading
from models.firm import FirmPage, firm_of_code, firms_like
from models.people import Permission
from models.register import Wanted, counters, register_page
from models.subject import Subject, SubjectKind
from processes import blacklisting, credit_exit, credit_info
from webapp.access import actor, requires
from webapp.admin import attempt, page
from webapp.register_export import XLSX, register_book

blueprint = Blueprint("register", __name__)
Page = str | Response | tuple[str, int]
GROUNDS = {one.value: one.label for kind in (BlacklistGround, ExitGround) for one in kind}
STATUSES = (*ListingStatus.choices(), (ExclusionCause.BLACKLIST.value, "已列入黑名单"))


@blueprint.get("/register")
@requires(Permission.CREDIT_READ)
def show() -> str:
    """The register with its two counters, filtered; one keyset page."""
    wanted = _wanted()
    with reading() as session:
        rules = credit_rules_on(session, today())
        shown: dict[str, Any] = {
            "page": register_page(session, actor(), wanted, rules.evidence_days),
            "counters": counters(session, actor(), rules),
            "wanted": wanted,
            "kinds": SubjectKind.choices(),
            "statuses": STATUSES,
            "may_import": bool(credit_info.fields_of(actor())),
        }
        return render_template("register/show.html", **shown)


@blueprint.get("/register/export.xlsx")
@requires(Permission.CREDIT_READ)
def export() -> Response:
    """The register as a workbook, with the filters of the page."""
    with reading() as session:
        content = register_book(session, actor(), _wanted())
    return book(content, f"信用企业（户）名录-{today().isoformat()}.xlsx")


def book(content: bytes, name: str) -> Response:
    """A workbook to keep."""
    return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=name, etag=False)


@blueprint.get("/firms")
@requires(Permission.CREDIT_READ)
def firms() -> str | Response:
    """One search by code, name or number of the register; a single find is opened at once."""
    text = request.args.get("q", "").replace("\0", "").strip()[:100]
    with reading() as session:
        found = firms_like(session, actor(), text) if text else []
        if len(found) == 1:
            return redirect(url_for("register.firm", uscc=found[0].uscc))
        return render_template("register/firms.html", firms=found, text=text)


@blueprint.get("/firms/<uscc>")
@requires(Permission.CREDIT_READ)
def firm(uscc: str) -> str:
    """Everything about one firm that the reader may see."""
    with reading() as session:
        subject = firm_of_code(session, actor(), uscc)
        days = credit_rules_on(session, today()).evidence_days
        shown: dict[str, Any] = {
            "firm": FirmPage(session, subject, actor(), days),
            "may_report": credit_exit.may_report(actor()),
            "may_propose": blacklisting.is_center(actor()),
            "fields": credit_info.fields_of(actor()),
            "sources": credit_info.sources_of(actor()),
            "days": days,
            "grounds": GROUNDS,
        }
        return render_template("register/firm.html", **shown)


@blueprint.route("/firms/<uscc>/info", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def info(uscc: str) -> Page:
    """登记信用信息 of the eight fields."""
    subject, options = _subject(uscc), [(one.value, one.label) for one in credit_info.fields_of(actor())]
    if not options and request.method == "GET":
        return _back(uscc, "您所在部门没有可以登记的信息领域。", "info")
    form = CreditInfoForm(request.form, data={"field": request.args.get("field"), "as_of": today()})
    form.bind(FormContext(today=today(), groups=options))
    if request.method == "POST" and attempt(form, lambda s: _record(s, subject.id, form)) is not None:
        return _back(uscc, "信用信息已登记。", "info")
    return page(form, f"登记信用信息：{subject.name}", url_for("register.firm", uscc=uscc))


@blueprint.route("/firms/<uscc>/queries", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def query(uscc: str) -> Page:
    """登记查询结果, valid for 30 calendar days."""
    subject, options = _subject(uscc), [(one.value, one.label) for one in credit_info.sources_of(actor())]
    if not options and request.method == "GET":
        return _back(uscc, "您所在部门没有可以登记的查询来源。", "evidence")
    form = QueryForm(request.form, data={"source": request.args.get("source"), "queried_on": today()})
    form.bind(FormContext(today=today(), groups=options))
    if request.method == "POST" and attempt(form, lambda s: _note(s, subject.id, form)) is not None:
        return _back(uscc, "查询结果已登记。", "evidence")
    return page(form, f"登记查询结果：{subject.name}", url_for("register.firm", uscc=uscc))


@blueprint.route("/firms/<uscc>/exit", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def report(uscc: str) -> Page:
    """报告退出情形: a condition of admission is no longer met (B-18)."""
    subject = _subject(uscc)
    form = ExitReportForm(request.form).bind(FormContext(today=today()))
    if request.method == "POST":
        made = attempt(
            form, lambda s: credit_exit.report(s, subject.id, **_texts(form), actor=actor()).number
        )
        if made is not None:
            return _opened(made, "已报告，请旗金融服务中心核实。")
    lead = "适用于违反准入条件的情形；本息逾期由系统在逾期首日自动处理，无需报告。"
    return page(form, f"报告退出情形：{subject.name}", url_for("register.firm", uscc=uscc), lead)


@blueprint.route("/firms/<uscc>/blacklist", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def propose(uscc: str) -> Page:
    """建议列入信贷“黑名单” (B-22)."""
    subject = _subject(uscc)
    form = ProposalForm(request.form, data={"told_on": today()}).bind(FormContext(today=today()))
    if request.method == "POST":
        made = attempt(form, lambda s: _propose(s, subject.id, form))
        if made is not None:
            return _opened(made, "建议已提出。请上传证据，并将陈述权利告知书送达当事人。")
    with reading() as session:
        days = credit_rules_on(session, today()).statement_days
    lead = f"只有骗取、挪用、恶意逃废三种情形可以列入；当事人有 {days} 个工作日陈述，由县域金融工程领导小组决定。"
    return page(form, f"建议列入黑名单：{subject.name}", url_for("register.firm", uscc=uscc), lead)


def _wanted() -> Wanted:
    given = {name: request.args.get(name, "").replace("\0", "")[:100] for name in Wanted.__annotations__}
    return Wanted(**given)


def _subject(uscc: str) -> Subject:
    with reading() as session:
        return firm_of_code(session, actor(), uscc)


def _texts(form: Any) -> dict[str, str]:
    return {name: str(form.answers()[name]) for name in ("ground", "facts")}


def _record(session: DbSession, subject_id: int, form: Any) -> Any:
    said, subject = form.answers(), session.get_one(Subject, subject_id)
    field, value, as_of, source = (said[name] for name in ("field", "content", "as_of", "source"))
    return credit_info.record(session, subject, field, value, as_of, source, actor=actor())


def _note(session: DbSession, subject_id: int, form: Any) -> Any:
    subject = session.get_one(Subject, subject_id)
    return credit_info.note_query(session, subject, **form.answers(), actor=actor())


def _propose(session: DbSession, subject_id: int, form: Any) -> str:
    proposal = blacklisting.Proposal(**form.answers())
    return blacklisting.propose(session, subject_id, proposal, actor()).number


def _back(uscc: str, words: str, anchor: str) -> Response:
    flash(words)
    return redirect(url_for("register.firm", uscc=uscc, _anchor=anchor))


def _opened(number: str, words: str) -> Response:
    flash(words)
    return redirect(url_for("case.show", number=number))
