"""Room notification: what a person was told."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models.database import reading, transaction
from models.notification import messages_of
from processes.notification import mark_read
from webapp.access import actor, signed_in
from webapp.admin import BIGGEST_ID

blueprint = Blueprint("notification", __name__, url_prefix="/notifications")


@blueprint.get("")
@signed_in
def show() -> str:
    """One's own messages, newest first."""
    with reading() as session:
        page = messages_of(session, actor(), request.args.get("after", ""))
        return render_template("notification/show.html", page=page)


@blueprint.post(f"/<int(max={BIGGEST_ID}):message_id>/read")
@signed_in
def read(message_id: int) -> Response:
    """One message was read."""
    with transaction() as session:
        mark_read(session, actor(), message_id)
    return redirect(url_for("notification.show"))


@blueprint.post("/read")
@signed_in
def read_all() -> Response:
    """All messages were read."""
    with transaction() as session:
        mark_read(session, actor())
    return redirect(url_for("notification.show"))
