"""Room home: where a person lands, and the health of the program."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from models.database import ping
from models.people import Permission
from webapp.access import actor, public, signed_in

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def show() -> Response:
    """Each role starts where its work is."""
    user = actor()
    if user.may(Permission.TASK_WORK):
        return redirect(url_for("task.inbox"))
    if user.may(Permission.AUDIT_READ):
        return redirect(url_for("audit.show"))
    if user.may(Permission.BOARD_READ):
        return redirect(url_for("board.show"))
    if user.may(Permission.CASE_READ):
        return redirect(url_for("case.search"))
    if user.may(Permission.PEOPLE_MANAGE):
        return redirect(url_for("people.show"))
    return redirect(url_for("process.show"))


@blueprint.get("/healthz")
@public
def health() -> Response:
    """200 while the database answers."""
    ping()
    return jsonify(status="ok")
