"""Room document: keeps uploaded materials as encrypted files under random names."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.audit import AuditEvent
from models.calendar import end_of, now, today
from models.case import CaseFile, locked, visible_to
from models.crypto import decrypt, encrypt
from models.document import Document
from models.material import ONLY_SCANS, material_choices, material_label
from models.people import User
from models.refusal import NotFound, Refusal
from models.upload import MATERIALS, SCANS, inspect
from processes import conversion_queue
from processes.case import editable
from processes.pause_material import receiving, tell_received

log = logging.getLogger(__name__)
_folder: list[Path] = []
_PURPOSE = "document.file"
VIEWED = "document.viewed"
MAX_FILES = 100


def bind_folder(folder: Path) -> None:
    """Where the encrypted files lie; outside of anything a web server serves."""
    folder.mkdir(parents=True, exist_ok=True)
    _folder[:] = [folder]


def folder() -> Path:
    """The folder of stored files, for rooms that write theirs in blocks."""
    return _folder[0]


def clear_folder() -> None:
    """Delete every stored file, after the tables of a training database have been dropped."""
    for file in _folder[0].iterdir():
        if file.is_file() and re.fullmatch("[0-9a-f]{48}", file.name):
            file.unlink()


def add(session: Session, case_id: int, kind: str, file_name: str, content: bytes, actor: User) -> Document:
    """Add a material to a case that may be changed now, or one that a pause waits for.

    Raises Refusal at `file` or `kind`.

    The file is written before the row is committed: a crash leaves an orphan file, never a row without one.
    """
    case, pauses = receiving(session, case_id, kind, actor)
    if kind not in dict(material_choices(case.form_kind)):
        raise Refusal("请选择材料种类。", "kind")
    document = _stored(session, case, kind, file_name, content, actor)
    verb = "补交" if pauses else "上传"
    _log(session, "document.added", f"{verb}材料“{material_label(kind)}”", case, document, actor)
    tell_received(session, case, pauses, kind, actor)
    return document


def keep(
    session: Session,
    case: CaseFile,
    kind: str,
    file_name: str,
    content: bytes,
    actor: User | None,
) -> Document:
    """Put a file into a case whatever its state; without an actor it comes from the public.

    Who calls it has checked that the case may take it. Raises Refusal at `file` for a bad file or too many.
    """
    document = _stored(session, case, kind, file_name, content, actor)
    _log(session, "document.added", f"收到材料“{material_label(kind)}”", case, document, actor)
    return document


def _stored(
    session: Session, case: CaseFile, kind: str, file_name: str, content: bytes, actor: User | None
) -> Document:
    name, media_type = inspect(file_name, content, SCANS if kind in ONLY_SCANS else MATERIALS)
    if _count(session, case) >= MAX_FILES:
        raise Refusal(f"每件申请最多上传 {MAX_FILES} 个文件。", "file")
    document = Document(
        case_id=case.id,
        kind=kind,
        file_name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage_key=secrets.token_hex(24),
        uploaded_by_id=actor.id if actor else None,
        uploaded_at=now(),
        conversion=None,
    )
    put_away(document.storage_key, content)
    session.add(document)
    session.flush()
    conversion_queue.put_in(session, document)
    return document


def put_away(storage_key: str, content: bytes) -> None:
    """Keep a file of any room, encrypted, under its random name (48 hexadecimal digits)."""
    (_folder[0] / storage_key).write_bytes(encrypt(content, _PURPOSE))


def remove(session: Session, document_id: int, actor: User) -> Document:
    """Take a material out of a case that may be changed now; the row stays, marked."""
    document = session.get(Document, document_id)
    if document is None or document.removed_at is not None:
        raise NotFound("未找到该文件。")
    case = editable(session, document.case_id, actor)
    document.removed_at = now()
    _log(session, "document.removed", f"移除材料“{material_label(document.kind)}”", case, document, actor)
    return document


def read(session: Session, document_id: int, actor: User) -> tuple[Document, bytes]:
    """A material and its content, if the actor may see its case. Raises NotFound, also for a lost or damaged file."""
    document = found_for(session, document_id, actor)
    return document, fetched(document.storage_key)


def found_for(session: Session, document_id: int, actor: User) -> Document:
    """A material, if the actor may see its case. Raises NotFound."""
    document = session.scalars(
        select(Document)
        .join(CaseFile, CaseFile.id == Document.case_id)
        .where(Document.id == document_id, Document.removed_at.is_(None), visible_to(actor))
    ).first()
    if document is None:
        raise NotFound("未找到该文件，或您无权查看。")
    return document


def is_view_noted(session: Session, document: Document, actor: User) -> bool:
    """Whether the log already says that the actor read this material today."""
    events = session.scalars(
        select(AuditEvent).where(
            AuditEvent.chain == document.case_id,
            AuditEvent.actor_id == actor.id,
            AuditEvent.action == VIEWED,
            AuditEvent.at >= end_of(today() - timedelta(days=1)),
        )
    )
    return any(event.new.get("document") == document.id for event in events)


def note_view(session: Session, document: Document, actor: User) -> None:
    """Log that the actor read a material, once a day."""
    case = locked(session, document.case_id)
    if is_view_noted(session, document, actor):
        return
    new = {"document": document.id, "kind": document.kind}
    summary = f"查阅材料“{material_label(document.kind)}”"
    audit.record(session, VIEWED, summary, actor=actor, case=case, new=new)


def fetched(storage_key: str) -> bytes:
    """The content of a file that was put away. Raises NotFound for a lost or damaged one."""
    try:
        return decrypt((_folder[0] / storage_key).read_bytes(), _PURPOSE)
    except (FileNotFoundError, InvalidTag, ValueError) as error:
        # ValueError: a file cut down to less than its nonce.
        log.error("file %s: %s", storage_key, type(error).__name__)
        raise NotFound("该文件缺失或已损坏，请联系系统管理员。") from error


def _count(session: Session, case: CaseFile) -> int:
    rows = select(Document.id).where(Document.case_id == case.id, Document.removed_at.is_(None))
    return len(session.scalars(rows).all())


def _log(
    session: Session, action: str, summary: str, case: CaseFile, document: Document, actor: User | None
) -> None:
    new = {"kind": document.kind, "file": document.file_name, "sha256": document.sha256}
    audit.record(session, action, summary, actor=actor, case=case, new=new)
