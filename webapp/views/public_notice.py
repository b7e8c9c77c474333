"""Room notice, public: what anybody may read without a login, and the form by which anybody may object (D-27, D-44)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.objection import PublicObjectionForm
from models.calendar import today
from models.case import CaseFile
from models.database import reading, transaction
from models.notice import published_notice
from models.notice_search import published_notices
from processes import objection as verbs
from webapp.access import public
from webapp.notice_view import LEGEND, NoticeView
from webapp.objection_form import Received, handed_in, page_number
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("public_notice", __name__)
_ONE = f"/public/notices/<int(max={BIGGEST_ID}):published_id>"


@blueprint.get("/public/notices")
@public
def index() -> str:
    """公示公告: every published notice, newest first, with its state."""
    text = request.args.get("q", "").replace("\0", "")[:100]
    with reading() as db:
        page = published_notices(db, text, page_number())
        return render_template("public_notice/index.html", page=page, text=text)


@blueprint.get(_ONE)
@public
def show(published_id: int) -> str:
    """One notice as it was published."""
    with reading() as db:
        view = NoticeView(db, published_notice(db, published_id))
        return render_template("public_notice/show.html", view=view, legend=LEGEND)


@blueprint.get(f"{_ONE}/objection")
@public
def form(published_id: int) -> str | Response:
    """The form for an objection, while the period runs."""
    given = PublicObjectionForm(None, data={"uscc": request.args.get("uscc", "")[:18], "objector": "person"})
    with reading() as db:
        if not published_notice(db, published_id).is_open:
            return redirect(url_for("public_notice.show", published_id=published_id))
    return _page(published_id, Received(_bound(given)))


@blueprint.post(f"{_ONE}/objection")
@public
def send(published_id: int) -> Response | tuple[str, int]:
    """An objection: checked, received, and answered with its number."""
    received = Received(_bound(PublicObjectionForm(request.form)))
    number = received.attempt(lambda: _receive(published_id, received.form))
    if number is None:
        return _page(published_id, received), received.status
    session["objection"] = [published_id, number]
    return redirect(url_for("public_notice.receipt", published_id=published_id))


@blueprint.get(f"{_ONE}/objection/received")
@public
def receipt(published_id: int) -> str | Response:
    """The number of the objection, for whoever has just sent it and nobody else."""
    known, number = session.get("objection") or (0, "")
    if known != published_id:
        return redirect(url_for("public_notice.show", published_id=published_id))
    with reading() as db:
        view = NoticeView(db, published_notice(db, published_id))
        return render_template("public_notice/received.html", view=view, number=number)


def _receive(published_id: int, form: Any) -> str:
    files = handed_in()
    with transaction() as db:
        address = request.remote_addr or ""
        made = verbs.object_publicly(db, published_id, form.said(), files, address)
        return db.get_one(CaseFile, made.case_id).number


def _bound(form: BaseForm) -> BaseForm:
    return form.bind(FormContext(today=today()))


def _page(published_id: int, received: Received) -> str:
    with reading() as db:
        view = NoticeView(db, published_notice(db, published_id))
        named = str(received.form["uscc"].raw).strip().upper()
        firm = next((row["name"] for row in view.snapshot["entries"] if row["uscc"] == named), "")
        return render_template("public_notice/objection.html", view=view, received=received, firm=firm)
