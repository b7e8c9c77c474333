"""Room dossier: the whole case as one archive: asked for with a reason, watched while it is made, downloaded."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from models.case import case_numbered
from models.database import DbSession, reading
from models.dossier import Dossier, dossier_for, dossiers_of
from models.people import Permission
from models.refusal import Refusal
from processes import dossier as verbs
from webapp import dossier_file
from webapp.access import actor, requires
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("dossier", __name__)
_ONE = f"/dossiers/<int(max={BIGGEST_ID}):dossier_id>"


@blueprint.get("/cases/<number>/dossier")
@requires(Permission.DOSSIER_MAKE)
def form(number: str) -> str:
    """What a dossier holds, the question why it is wanted, and those that were made."""
    with reading() as session:
        return _form(session, number, {})


@blueprint.post("/cases/<number>/dossier")
@requires(Permission.DOSSIER_MAKE)
def ask(number: str) -> Redirect | tuple[str, int]:
    """Make it: at once when it is small, else in the background."""
    try:
        is_full = request.form.get("is_full") == "yes"
        made = dossier_file.ask(number, request.form.get("reason", ""), is_full, actor())
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        with reading() as session:
            return _form(session, number, {"reason": refusal.message}), 422
    return redirect(url_for("dossier.show", dossier_id=made))


@blueprint.get(_ONE)
@requires(Permission.DOSSIER_MAKE)
def show(dossier_id: int) -> str:
    """How far it is, or where to get it."""
    with reading() as session:
        found = dossier_for(session, dossier_id, actor())
        return render_template("dossier/show.html", dossier=found, is_busy=is_busy(found))


@blueprint.get(f"{_ONE}/progress")
@requires(Permission.DOSSIER_MAKE)
def show_progress(dossier_id: int) -> Response:
    """The bar alone, asked for again while it is made; at its end the whole page."""
    with reading() as session:
        found = dossier_for(session, dossier_id, actor())
        answer = Response(render_template("dossier/_progress.html", dossier=found, is_busy=is_busy(found)))
    if not is_busy(found):
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.get(f"{_ONE}/file")
@requires(Permission.DOSSIER_MAKE)
def download(dossier_id: int) -> Response:
    """The archive, deciphered while it is sent."""
    with reading() as session:
        found, blocks = verbs.content(session, dossier_id, actor())
    return sent(found, blocks)


def sent(found: Dossier, blocks: object) -> Response:
    """The archive with its length and its hash."""
    answer = Response(blocks, mimetype="application/zip")  # type: ignore[arg-type]  # an iterator of bytes
    name = f"dossier-{found.case.number}-{found.id}.zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["X-Content-SHA256"] = found.sha256
    return answer


def is_busy(found: Dossier) -> bool:
    """Whether it is still being made."""
    return found.status in ("queued", "running")


def _form(session: DbSession, number: str, errors: dict[str, str]) -> str:
    case = case_numbered(session, number, actor())
    return render_template(
        "dossier/ask.html",
        case=case,
        made=dossiers_of(session, case, actor()),
        errors=errors,
        typed=request.form,
        has_log=actor().may(Permission.AUDIT_READ),
    )
