"""Room document, its file: how a material and its PDF leave the house, and that the log says so first."""

from __future__ import annotations

import io
from collections.abc import Callable

from flask import send_file
from werkzeug.wrappers import Response

from models.database import DbSession, reading, transaction
from models.document import Document
from models.people import User
from models.upload import PDF
from processes import document as documents
from webapp.access import actor

# A file from outside never runs in our origin, whatever it pretends to be.
SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def opened(
    document_id: int, read: Callable[[DbSession, int, User], tuple[Document, bytes]]
) -> tuple[Document, bytes]:
    """What the verb `read` gives of a material; the log keeps who had it, once a day, before it is shown."""
    with reading() as session:
        found, content = read(session, document_id, actor())
        is_noted = documents.is_view_noted(session, found, actor())
    if not is_noted:
        with transaction() as session:
            documents.note_view(session, found, actor())
    return found, content


def sent(found: Document, content: bytes) -> Response:
    """The original: shown in the browser, a Word or Excel file only as a download."""
    return _file(content, found.media_type, found.file_name, found.is_office)


def sent_pdf(found: Document, content: bytes) -> Response:
    """The PDF that the system made of it."""
    return _file(content, PDF, f"{found.file_name}.pdf", is_download=False)


def _file(content: bytes, media_type: str, name: str, is_download: bool) -> Response:
    response = send_file(
        io.BytesIO(content),
        mimetype=media_type,
        download_name=name,
        as_attachment=is_download,
        conditional=False,
        etag=False,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Content-Length"] = str(len(content))
    return response
