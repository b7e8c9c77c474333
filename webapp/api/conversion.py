"""Room conversion behind the REST door: a material as it was handed in, its PDF, and the wish to have one."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from werkzeug.wrappers import Response as File

from models.database import transaction
from models.people import Permission
from processes import conversion
from processes import document as documents
from webapp.access import actor
from webapp.api import present
from webapp.api.route import Route
from webapp.document_file import opened, sent, sent_pdf

_BIGGEST = 2**31 - 1


def fetch_document(document_id: int) -> File:
    """The original."""
    return sent(*opened(document_id, documents.read))


def fetch_document_pdf(document_id: int) -> File:
    """The PDF that was made of a Word or Excel file."""
    return sent_pdf(*opened(document_id, conversion.read))


def ask_document_pdf(document_id: int) -> Response:
    """Have it made in the background; how far it is stands in `pdf`."""
    with transaction() as session:
        return jsonify(present.document(conversion.wish(session, document_id, actor())))


SHAPES: dict[str, Any] = {}
_ONE, _SEEN = f"/documents/<int(max={_BIGGEST}):document_id>", Permission.CASE_READ
ROUTES = (
    Route("GET", f"{_ONE}/file", fetch_document, _SEEN, "A material as it was handed in", "File", errors=(404,),
          result_type="application/octet-stream"),
    Route("GET", f"{_ONE}/pdf", fetch_document_pdf, _SEEN, "The PDF made of a Word or Excel material", "File",
          errors=(404, 409), result_type="application/pdf"),
    Route("POST", f"{_ONE}/pdf", ask_document_pdf, _SEEN, "Have the PDF of a Word or Excel material made", "Document",
          errors=(404, 409, 422)),
)  # fmt: skip
