"""Room credit, blacklist: the list, the receipts of the departments, evidence and objections (B-22, N17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

import webapp.blacklist_view  # noqa: F401  registers the panels of its cases
from forms.base import BaseForm, FormContext
from forms.blacklisting import BlacklistObjectionForm, PaperReceiptForm, ReceiptForm
from models.blacklist import blacklist
from models.calendar import today
from models.case import CaseFile, case_numbered
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import NotFound, Refusal
from models.scheme import Scheme
from processes import blacklist_receipt
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt, page
from webapp.views.document import chosen_files

blueprint = Blueprint("blacklist", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/blacklist")
@requires(Permission.CREDIT_READ)
def show() -> str:
    """Who is on the blacklist, and which notices of it my office has not acknowledged."""
    with reading() as session:
        return render_template("register/blacklist.html", lines=blacklist(session, actor()))


@blueprint.route("/cases/<number>/receipt", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def receive(number: str) -> Page:
    """签收通报, for one's own department."""

    def act(session: DbSession, case: CaseFile, answers: dict[str, Any]) -> object:
        return blacklist_receipt.take_note(session, case.id, answers["measures"], actor())

    return _form(number, ReceiptForm, "签收黑名单通报", "已签收。", act)


@blueprint.route(f"/cases/<number>/receipts/<int(max={BIGGEST_ID}):department_id>", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def file_paper(number: str, department_id: int) -> Page:
    """登记书面签收 of a department that has nobody here."""

    def act(session: DbSession, case: CaseFile, answers: dict[str, Any]) -> object:
        measures, on = answers["measures"], answers["received_on"]
        return blacklist_receipt.note_paper(session, case.id, department_id, measures, on, actor())

    with reading() as session:
        blacklist_receipt.receipt_of(session, _case(session, number).id, department_id)
    return _form(number, PaperReceiptForm, "登记书面签收", "已登记书面签收。", act)


@blueprint.route("/cases/<number>/objections", methods=["GET", "POST"])
@requires(Permission.CREDIT_WORK)
def object_to(number: str) -> Page:
    """登记异议 against the decision, with the answer."""

    def act(session: DbSession, case: CaseFile, answers: dict[str, Any]) -> object:
        said = {name: str(answers[name]) for name in ("objector", "contact", "content")}
        received_on, reply = answers["received_on"], answers["reply"]
        return blacklist_receipt.note_objection(session, case.id, said, received_on, reply, actor())

    return _form(number, BlacklistObjectionForm, "登记异议", "已登记异议。", act)


@blueprint.post("/cases/<number>/urge")
@requires(Permission.CREDIT_WORK)
def urge(number: str) -> Response:
    """催办 the departments that have not acknowledged."""
    with transaction() as session:
        count = blacklist_receipt.urge(session, _case(session, number).id, actor())
    flash(f"已催办 {count} 个部门。")
    return redirect(url_for("case.show", number=number))


@blueprint.post("/cases/<number>/evidence")
@requires(Permission.CREDIT_WORK)
def add_evidence(number: str) -> Response:
    """Evidence, or the firm's written statement: all files or none."""
    files = chosen_files()
    with transaction() as session:
        case, kind = _case(session, number), request.form.get("kind", "")
        if not files:
            raise Refusal("请选择要上传的文件。", "file")
        for file in files:
            blacklist_receipt.add_evidence(session, case.id, kind, file.filename or "", file.read(), actor())
    flash(f"已上传 {len(files)} 个文件。")
    return redirect(url_for("case.show", number=number))


def _case(session: DbSession, number: str) -> CaseFile:
    """A blacklisting that the reader may see. Raises NotFound, also for a case of another kind."""
    case = case_numbered(session, number, actor())
    if case.kind is not Scheme.BLACKLISTING:
        raise NotFound("未找到该黑名单案卷，或您无权查看。")
    return case


def _form(
    number: str,
    make: type[BaseForm],
    title: str,
    words: str,
    act: Callable[[DbSession, CaseFile, dict[str, Any]], object],
) -> Page:
    with reading() as session:
        case = _case(session, number)
    form: Any = make(request.form).bind(FormContext(today=today()))
    if request.method == "POST" and attempt(form, lambda s: act(s, case, form.answers())) is not None:
        flash(words)
        return redirect(url_for("case.show", number=number))
    return page(form, f"{title}：{case.applicant_name}", url_for("case.show", number=number))
