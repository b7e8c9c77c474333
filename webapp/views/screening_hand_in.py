"""Room screening, handing in: what a department would send and what stays and why; sent once, then followed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.screening import Result, ScreeningRound
from models.screening_board import board_counts, followed
from processes.screening_handin import hand_in, hand_in_preview
from webapp import screening_page as page
from webapp.access import actor, requires

blueprint = Blueprint("screening_hand_in", __name__, url_prefix=f"{page.NUMBER}/hand-in")


@blueprint.get("")
@requires(Permission.CREDIT_WORK)
def show(number: str) -> str:
    """What would be sent, by result, and what stays with the department."""
    with reading() as session:
        return _page(session, page.round_for(session, number))


@blueprint.post("")
@requires(Permission.CREDIT_WORK)
def send(number: str) -> Response | tuple[str, int]:
    """提交: frozen at once; the tokens of the candidates follow in the background."""
    page.screening_office(actor())
    try:
        with transaction() as session:
            found = hand_in(session, page.round_for(session, number).id, actor())
    except (Conflict, Forbidden, NotFound):
        raise
    except Refusal as refusal:
        with reading() as session:
            return _page(session, page.round_for(session, number), refusal.message), refusal.status
    flash(f"已提交 {found.total} 户，尚余 {found.staying} 户。")
    return redirect(url_for("screening_hand_in.show", number=number))


@blueprint.get("/progress")
@requires(Permission.CREDIT_WORK)
def show_progress(number: str) -> str:
    """The bar alone, asked for again while the work in the background goes on."""
    with reading() as session:
        round_ = page.round_for(session, number)
        return render_template("screening/_progress.html", progress=_progress(session, round_))


def _page(session: DbSession, round_: ScreeningRound, fault: str = "") -> str:
    page.screening_office(actor())
    return render_template(
        "screening_hand_in/show.html",
        round=round_,
        found=hand_in_preview(session, round_.id, actor()),
        labels=dict(Result.choices()),
        progress=_progress(session, round_),
        fault=fault,
    )


def _progress(session: DbSession, round_: ScreeningRound) -> dict[str, Any]:
    office = page.screening_office(actor())
    total, done = followed(session, round_.id, office)
    left = board_counts(session, round_.id, office)["open"]
    return {
        "label": "本部门已提交、正在转办的意见" if done < total else "本部门已提交的意见",
        "done": done,
        "total": total,
        "after": f"，已全部办结；尚余 {left} 户未提交" if left else "，已全部办结",
        "is_running": done < total,
        "url": url_for("screening_hand_in.show_progress", number=round_.number),
        "page": url_for("screening_hand_in.show", number=round_.number),
    }
