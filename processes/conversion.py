"""Room conversion: who may have the PDF of a Word or Excel material, and what becomes of each try to make it.

The row is the truth. A job carries the number of its try and does nothing when the row is past it; a try that a
killed worker left is begun again under a new key, so two workers never write one file.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, ooxml
from models.calendar import real_now
from models.case import CaseFile, locked
from models.conversion import Conversion, ConversionState
from models.document import Document
from models.material import material_label
from models.people import User
from models.refusal import Conflict, Refusal
from models.upload import MATERIALS, SCANS, inspect
from processes import converter
from processes import document as documents
from processes.conversion_queue import begin_anew, enqueue
from processes.converter import Absent, Unconverted

_SAID = {
    "document.conversion_asked": "申请转换材料为 PDF",
    "document.converted": "材料已转换为 PDF",
    "document.not_converted": "材料未能转换为 PDF",
}
# Tries after one wish, and how long the second and the third wait.
MAX_TRIES = 3
WAITS = (timedelta(minutes=1), timedelta(minutes=5))
# A failed one may be asked for again after this; one that waits longer than this has lost its job.
AGAIN, STUCK = timedelta(minutes=10), timedelta(minutes=30)


@dataclass(frozen=True)
class Work:
    """One try: of which material, under which key its PDF will lie, from where, with which extension."""

    document_id: int
    storage_key: str
    source_key: str
    suffix: str


def is_offered(row: Conversion | None) -> bool:
    """Whether a person may ask for the PDF now."""
    if converter.is_off():
        return False
    if row is None or row.state == ConversionState.ABSENT:
        return True
    if row.state == ConversionState.FAILED:
        return row.finished_at is None or real_now() - row.finished_at >= AGAIN
    return is_stuck(row)


def is_stuck(row: Conversion) -> bool:
    """Whether it waits so long that its job must have been lost."""
    return row.is_busy and real_now() - row.asked_at > STUCK


def wish(session: Session, document_id: int, actor: User) -> Document:
    """Somebody who may read a material wants to see it as PDF; the second click changes nothing.

    Raises NotFound, Refusal for a file that needs none or when there is no conversion, Conflict right after a failure.
    """
    found = documents.found_for(session, document_id, actor)
    if not found.is_office:
        raise Refusal("该文件可以直接查看，无需转换。")
    if converter.is_off():
        raise Refusal("本系统没有启用 Office 文件转换，请下载查看。")
    case = locked(session, found.case_id)
    row = _locked(session, document_id)
    if row is not None and (row.is_done or (row.is_busy and not is_stuck(row))):
        return found
    if not is_offered(row):
        minutes = int(AGAIN.total_seconds() // 60)
        raise Conflict(f"该文件刚才未能转换，请 {minutes} 分钟后再试，或者下载查看。")
    if row is not None and row.is_busy:
        row.attempts = _rounded(row.attempts + 1)
    begin_anew(session, found)
    _log(session, "document.conversion_asked", found, case, {}, actor)
    return found


def read(session: Session, document_id: int, actor: User) -> tuple[Document, bytes]:
    """A material with its PDF, if the actor may see its case. Raises NotFound, Conflict while there is none."""
    found = documents.found_for(session, document_id, actor)
    if found.conversion is None or not found.conversion.is_done:
        raise Conflict("该文件没有可查看的 PDF，请下载原件查看。")
    return found, documents.fetched(found.conversion.storage_key)


def begin(session: Session, document_id: int, attempt: int) -> Work | None:
    """The background takes a try in hand, also one that another worker left; None when there is nothing to do."""
    row = _locked(session, document_id)
    document = session.get(Document, document_id)
    if row is None or document is None or document.removed_at is not None:
        return None
    if row.attempts != attempt or not row.is_busy:
        return None
    row.state, row.storage_key = ConversionState.RUNNING.value, secrets.token_hex(24)
    suffix = MATERIALS.extensions[document.media_type][0]
    return Work(document_id, row.storage_key, document.storage_key, suffix)


def make(work: Work) -> tuple[bytes, str]:
    """The PDF, which is what it says, and what made it; outside of any transaction. Raises Unconverted."""
    try:
        # What was not checked at the upload does not reach the program.
        content = ooxml.repacked(documents.fetched(work.source_key))
    except Refusal as refusal:
        raise Unconverted(refusal.message, is_final=True) from refusal
    made = converter.convert(content, work.suffix)
    try:
        inspect("material.pdf", made, SCANS)
    except Refusal as refusal:
        raise Unconverted(f"转换得到的 PDF 不能使用（{refusal.message}）", is_final=True) from refusal
    return made, converter.version()


def finish(session: Session, work: Work, content: bytes, made_by: str) -> None:
    """Keep the PDF, encrypted like the original; its hash goes into the log of the case."""
    mine = _mine(session, work)
    if mine is None:
        return
    row, document, case = mine
    documents.put_away(work.storage_key, content)
    row.state, row.fault, row.converter = ConversionState.DONE.value, "", made_by
    row.size, row.sha256, row.finished_at = len(content), hashlib.sha256(content).hexdigest(), real_now()
    new = {"pdf_sha256": row.sha256, "converter": made_by}
    _log(session, "document.converted", document, case, new)


def fail(session: Session, work: Work, fault: Unconverted) -> None:
    """The try came to nothing: the next one waits; after the last the page says what to do instead."""
    mine = _mine(session, work)
    if mine is None:
        return
    row, document, case = mine
    row.attempts, row.fault, row.storage_key = row.attempts + 1, fault.reason[:500], ""
    if not fault.is_final and not isinstance(fault, Absent) and row.attempts % MAX_TRIES:
        row.state = ConversionState.WAITING.value
        enqueue(session, row, WAITS[row.attempts % MAX_TRIES - 1])
        return
    row.attempts, row.finished_at = _rounded(row.attempts), real_now()
    if isinstance(fault, Absent):
        row.state = ConversionState.ABSENT.value
        return
    row.state = ConversionState.FAILED.value
    _log(session, "document.not_converted", document, case, {"fault": row.fault})


def _rounded(attempts: int) -> int:
    """The number at which the tries of the next wish begin."""
    return -(-attempts // MAX_TRIES) * MAX_TRIES


def _locked(session: Session, document_id: int) -> Conversion | None:
    query = select(Conversion).where(Conversion.document_id == document_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _mine(session: Session, work: Work) -> tuple[Conversion, Document, CaseFile] | None:
    """The row, while no other worker has taken it over; the case is locked first, as everywhere."""
    document = session.get(Document, work.document_id)
    if document is None:
        return None
    case = locked(session, document.case_id)
    row = _locked(session, work.document_id)
    return (row, document, case) if row is not None and row.storage_key == work.storage_key else None


def _log(
    session: Session,
    action: str,
    document: Document,
    case: CaseFile,
    more: Mapping[str, str],
    actor: User | None = None,
) -> None:
    summary = f"{_SAID[action]}：{material_label(document.kind)}"
    new = {"document": document.id, "kind": document.kind, "sha256": document.sha256, **more}
    audit.record(session, action, summary, actor=actor, case=case, new=new)
