"""Room conversion, queue: a Word or Excel material gets its row and its job with the upload, or when it is asked for."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from models.calendar import real_now
from models.conversion import Conversion, ConversionState
from models.document import Document
from processes import background, converter

CONVERT = "conversion"


def put_in(session: Session, document: Document) -> None:
    """A new material that no browser shows is converted in the background, unless the operator wants none."""
    if document.is_office and not converter.is_off():
        begin_anew(session, document)


def begin_anew(session: Session, document: Document) -> Conversion:
    """The row waits, with the job of its next try."""
    row = document.conversion or Conversion(document_id=document.id, attempts=0)
    row.state, row.fault, row.storage_key = ConversionState.WAITING.value, "", ""
    row.asked_at, row.finished_at = real_now(), None
    document.conversion = row
    session.flush()
    enqueue(session, row)
    return row


def enqueue(session: Session, row: Conversion, wait: timedelta | None = None) -> None:
    """Put in the job of the next try; one at a time a worker, so that a pile of files holds nothing else up."""
    key = f"{row.document_id}-{row.attempts}"
    background.enqueue(session, CONVERT, [row.document_id, row.attempts], key, wait, background.SLOW)
