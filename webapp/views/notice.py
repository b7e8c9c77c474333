"""Room notice: the register of public notices and of the objections to them, for the center and those who oversee."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.objection import WrittenObjectionForm
from models.calendar import today
from models.database import reading, transaction
from models.notice import notice_numbered
from models.notice_search import notices_for
from models.objection import Objection
from models.people import Permission
from processes import objection as verbs
from webapp.access import actor, requires
from webapp.notice_view import LEGEND, NoticeDesk, NoticeView
from webapp.objection_form import Received, handed_in, page_number

blueprint = Blueprint("notice", __name__)


@blueprint.get("/notices")
@requires(Permission.CREDIT_READ)
def index() -> str:
    """The notices whose cases the reader may see, newest first, with their open objections."""
    with reading() as session:
        page = notices_for(session, actor(), page_number())
        return render_template("notice/index.html", page=page)


@blueprint.get("/notices/<number>")
@requires(Permission.CREDIT_READ)
def show(number: str) -> str:
    """名单、公示期和异议登记 of one notice."""
    with reading() as session:
        desk = NoticeDesk(session, notice_numbered(session, number, actor()), actor())
        return render_template("notice/show.html", desk=desk, number=number, legend=LEGEND)


@blueprint.get("/notices/<number>/preview")
@requires(Permission.CREDIT_READ)
def preview(number: str) -> str:
    """A notice as the public will read it, or does."""
    with reading() as session:
        view = NoticeView(session, notice_numbered(session, number, actor()))
        return render_template("public_notice/show.html", view=view, number=number, legend=LEGEND)


@blueprint.get("/notices/<number>/objections/new")
@requires(Permission.CREDIT_WORK)
def new_objection(number: str) -> str:
    """登记书面异议."""
    given = {"uscc": request.args.get("uscc", "")[:18], "received_on": today()}
    return _page(number, Received(_bound(WrittenObjectionForm(None, data=given))))


@blueprint.post("/notices/<number>/objections/new")
@requires(Permission.CREDIT_WORK)
def record_objection(number: str) -> Response | tuple[str, int]:
    """An objection on paper, typed in with its scanned files."""
    received = Received(_bound(WrittenObjectionForm(request.form)))
    made = received.attempt(lambda: _record(number, received.form))
    if made is None:
        return _page(number, received), received.status
    flash(f"异议已登记，请在“我的待办”或“部门待签收”中办理核实（核实时限至 {made}）。")
    return redirect(url_for("notice.show", number=number, _anchor="objections"))


def _record(number: str, form: Any) -> str:
    files = handed_in()
    with transaction() as session:
        notice = notice_numbered(session, number, actor())
        made: Objection = verbs.register_written(
            session, notice.id, form.said(), files, received_on=form.value("received_on"), actor=actor()
        )
        return verbs.due_on(session, made)


def _bound(form: BaseForm) -> BaseForm:
    return form.bind(FormContext(today=today()))


def _page(number: str, received: Received) -> str:
    with reading() as session:
        desk = NoticeDesk(session, notice_numbered(session, number, actor()), actor())
        return render_template("notice/objection.html", desk=desk, number=number, received=received)
