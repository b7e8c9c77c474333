"""Room conversion: a Word or Excel material beside a form: its PDF, how far that is, or what to do without it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from models.database import reading, transaction
from models.people import Permission
from processes import conversion, converter
from processes import document as documents
from webapp.access import actor, quiet, requires
from webapp.document_file import opened, sent_pdf
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("conversion", __name__)
_ONE = f"/documents/<int(max={BIGGEST_ID}):document_id>"


@blueprint.get(f"{_ONE}/preview")
@requires(Permission.CASE_READ)
@quiet
def show(document_id: int) -> Response | str:
    """What stands beside the form; it looks again by itself while the background is at it."""
    with reading() as session:
        found = documents.found_for(session, document_id, actor())
    if not found.is_office:
        return redirect(url_for("document.show", document_id=document_id))
    row = found.conversion
    is_waited_for = row is not None and row.is_busy and not conversion.is_stuck(row)
    return render_template(
        "document/preview.html",
        document=found,
        row=row,
        is_waited_for=is_waited_for,
        is_off=converter.is_off(),
        is_offered=conversion.is_offered(row),
    )


@blueprint.get(f"{_ONE}/preview/progress")
@requires(Permission.CASE_READ)
@quiet
def show_progress(document_id: int) -> Response:
    """Asked by the waiting page itself: nothing while the background is at it, then that the page be opened anew."""
    with reading() as session:
        row = documents.found_for(session, document_id, actor()).conversion
        is_busy = row is not None and row.is_busy and not conversion.is_stuck(row)
    return Response(status=204, headers={} if is_busy else {"HX-Refresh": "true"})


@blueprint.get(f"{_ONE}/pdf")
@requires(Permission.CASE_READ)
def show_pdf(document_id: int) -> Response:
    """The PDF alone; that it was read stands in the log like a reading of the original."""
    return sent_pdf(*opened(document_id, conversion.read))


@blueprint.post(f"{_ONE}/pdf")
@requires(Permission.CASE_READ)
def ask(document_id: int) -> Response:
    """Have it made."""
    with transaction() as session:
        conversion.wish(session, document_id, actor())
    return redirect(url_for("conversion.show", document_id=document_id))
