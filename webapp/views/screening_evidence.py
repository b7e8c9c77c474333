"""Room screening, evidence: the files that a department puts beside its answer (D-17)."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from models.database import reading, transaction
from models.people import Permission
from models.refusal import Refusal
from processes import screening_evidence as verbs
from webapp import screening_page as page
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID
from webapp.document_file import SANDBOX

blueprint = Blueprint("screening_evidence", __name__, url_prefix=page.NUMBER)
_ROW = f"/board/<int(max={BIGGEST_ID}):candidate_id>/evidence"
_FILE = f"/evidence/<int(max={BIGGEST_ID}):evidence_id>"


@blueprint.post(_ROW)
@requires(Permission.CREDIT_WORK)
def add(number: str, candidate_id: int) -> Response:
    """上传佐证材料 beside the answer of the person's own office."""
    sent = request.files.get("file")
    try:
        with transaction() as session:
            round_ = page.round_for(session, number)
            page.screening_office(actor())
            name, content = (sent.filename or "", sent.read()) if sent else ("", b"")
            verbs.add(session, round_.id, candidate_id, name, content, actor())
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        flash(refusal.message, "danger")
    else:
        flash("已上传佐证材料。")
    return redirect(url_for("screening_board.show_row", number=number, candidate_id=candidate_id))


@blueprint.get(_FILE)
@requires(Permission.CREDIT_READ)
def show(number: str, evidence_id: int) -> Response:
    """Read a file in the browser, who may read the answer that it supports."""
    with reading() as session:
        page.round_for(session, number)
        found, content = verbs.read(session, evidence_id, actor())
    response = send_file(
        io.BytesIO(content), mimetype=found.media_type, download_name=found.file_name, etag=False
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@blueprint.post(f"{_ROW}/<int(max={BIGGEST_ID}):evidence_id>/remove")
@requires(Permission.CREDIT_WORK)
def remove(number: str, candidate_id: int, evidence_id: int) -> Response:
    """移除, until the answer is handed in."""
    with transaction() as session:
        page.round_for(session, number)
        verbs.remove(session, evidence_id, actor())
    flash("已移除佐证材料。")
    return redirect(url_for("screening_board.show_row", number=number, candidate_id=candidate_id))
