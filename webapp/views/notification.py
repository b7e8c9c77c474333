"""Room notification: what a person was told."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models.database import reading, transaction
from models.notification import CASE_NUMBER, messages_of
from processes.notification import mark_read
from webapp.access import actor, signed_in
from webapp.admin import BIGGEST_ID
from webapp.places import place_of

blueprint = Blueprint("notification", __name__, url_prefix="/notifications")


@blueprint.get("")
@signed_in
def show() -> str:
    """One's own messages, newest first."""
    with reading() as session:
        page = messages_of(session, actor(), request.args.get("after", ""))
        return render_template("notification/show.html", page=page, parts=_parts, place_of=place_of)


def _parts(text: str) -> Iterator[str]:
    """The text cut before and after each case number."""
    end = 0
    for found in CASE_NUMBER.finditer(text):
        yield from (text[end : found.start()], found[0])
        end = found.end()
    yield text[end:]


@blueprint.post(f"/<int(max={BIGGEST_ID}):message_id>/read")
@signed_in
def read(message_id: int) -> Response:
    """One message was read."""
    with transaction() as session:
        mark_read(session, actor(), message_id)
    # 我的一天 shows unread remarks too, and goes on from there.
    return redirect(url_for("today.show" if request.form.get("from") == "today" else "notification.show"))


@blueprint.post("/read")
@signed_in
def read_all() -> Response:
    """All messages were read."""
    with transaction() as session:
        mark_read(session, actor())
    return redirect(url_for("notification.show"))
