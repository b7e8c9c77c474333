"""Room general: 业务发起: the processes that a person may start, and the start of a case."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm
from forms.general import StartForm
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Refusal
from processes import general
from webapp.access import actor, requires
from webapp.context import start_context
from webapp.wizard import blame

blueprint = Blueprint("general", __name__, url_prefix="/start")


@blueprint.get("")
@requires(Permission.CASE_CREATE)
def index() -> str:
    """What this person, or his office, may start."""
    with reading() as session:
        return render_template("general/index.html", businesses=general.startable(session, actor()))


@blueprint.get("/<key>")
@requires(Permission.CASE_CREATE)
def show(key: str) -> str:
    """One process with its picture, and the form that starts a case."""
    with reading() as session:
        business = general.business_for(session, key, actor())
        return _page(business, StartForm(None).bind(start_context(session, business, actor())))


@blueprint.post("/<key>")
@requires(Permission.CASE_CREATE)
def begin(key: str) -> Response | tuple[str, int]:
    """发起: a new case, on its first step."""
    with reading() as session:
        business = general.business_for(session, key, actor())
        form = StartForm(request.form).bind(start_context(session, business, actor()))
    if not form.validate():
        return _page(business, form), 422
    try:
        with transaction() as session:
            number = started(session, key, form)
    except Refusal as refusal:
        if refusal.field is None or refusal.status != 422:
            raise
        blame(form, refusal.field, [refusal.message])
        return _page(business, form, refusal.message), 422
    flash(f"已发起“{business.drawing.name}”，案卷号 {number}。")
    return redirect(url_for("case.show", number=number, _anchor="form"))


def started(session: DbSession, key: str, form: BaseForm) -> str:
    """Start the case that a valid form describes; its number."""
    answers = form.answers()
    region = answers.get("region")
    case = general.start_case(
        session, key, str(answers["title"]), int(str(region)) if region else None, actor()
    )
    return case.number


def _page(business: general.Business, form: BaseForm, message: str = "") -> str:
    return render_template("general/show.html", business=business, form=form, message=message)
