"""Room copying: 抄送我的 and 我抄送的, and the mark 已阅."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models.copying import copies_by, copies_to
from models.database import reading, transaction
from models.people import Permission
from processes import copying
from webapp.access import actor, requires
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("copying", __name__, url_prefix="/copies")
BOXES = {"mine": "抄送我的", "unread": "未阅", "sent": "我抄送的"}


@blueprint.get("")
@requires(Permission.CASE_TALK)
def show() -> str:
    """One page of copies: to me, not read yet, or sent by me."""
    box = request.args.get("box", "mine")
    box, after = box if box in BOXES else "mine", request.args.get("after", "")
    with reading() as session:
        page = (
            copies_by(session, actor(), after)
            if box == "sent"
            else copies_to(session, actor(), box == "unread", after)
        )
        return render_template("copying/show.html", page=page, box=box, boxes=BOXES)


@blueprint.post(f"/<int(max={BIGGEST_ID}):copy_id>/read")
@requires(Permission.CASE_TALK)
def read(copy_id: int) -> Response:
    """已阅."""
    with transaction() as session:
        copying.read_copy(session, copy_id, actor())
    flash("已标为已阅。")
    number = request.form.get("number", "")
    is_case = number.isascii() and number.isalnum()
    return redirect(url_for("case.show", number=number) if is_case else url_for("copying.show"))
