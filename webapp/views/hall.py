"""Room hall: screens of halls (大厅公示屏): the read-only page behind a secret address, and the administrator's list."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.supervision import HallForm
from models.calendar import today
from models.database import DbSession, reading, transaction
from models.hall import HallScreen, screen_behind, screens
from models.people import Permission, all_regions
from processes import hall as verbs
from webapp.access import actor, public, requires
from webapp.admin import BIGGEST_ID, attempt

blueprint = Blueprint("hall", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/hall/<secret>")
@public
def show(secret: str) -> str:
    """What a screen shows; part of it is fetched again every minute."""
    with reading() as session:
        screen = screen_behind(session, secret)
        return render_template(
            "hall/show.html", screen=screen, shown=verbs.shown(session, screen), secret=secret
        )


@blueprint.route("/admin/halls", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def index() -> Page:
    """Every screen; a new one shows its address once."""
    form, address = _form(), ""
    if request.method == "POST" and (made := attempt(form, lambda session: _opened(session, form))):
        address, form = url_for("hall.show", secret=made[1], _external=True), _form(is_empty=True)
    with reading() as session:
        html = render_template("hall/index.html", rows=screens(session), form=form, address=address)
    return (html, 422) if form.errors else html


@blueprint.post(f"/admin/halls/<int(max={BIGGEST_ID}):hall_id>/revoke")
@requires(Permission.PEOPLE_MANAGE)
def revoke(hall_id: int) -> Response:
    """Its address leads nowhere any more."""
    with transaction() as session:
        verbs.revoke_screen(session, hall_id, actor())
    flash("已停用，原地址不能再打开。")
    return redirect(url_for("hall.index"))


def _form(is_empty: bool = False) -> BaseForm:
    with reading() as session:
        regions = [(str(row.id), row.name) for row in all_regions(session)]
    sent = request.form if request.method == "POST" and not is_empty else None
    return HallForm(sent).bind(FormContext(today=today(), regions=regions))


def _opened(session: DbSession, form: BaseForm) -> tuple[HallScreen, str]:
    given = form.answers()
    return verbs.open_screen(session, str(given["name"]), int(str(given["region"])), actor())
