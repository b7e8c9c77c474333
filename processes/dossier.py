"""Room dossier: who asks for the whole case as one archive, and why; how far it is; when it is thrown away."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from models import audit
from models.calendar import now
from models.case import CaseFile, case_numbered, locked
from models.conversion import Conversion
from models.document import Document
from models.dossier import Dossier, DossierStatus, dossier_for
from models.people import Permission, User
from models.refusal import Conflict, Refusal
from processes import background, document
from processes.sealed_file import SealedWriter, unsealed

MAKE = "dossier"
# Up to here a dossier is made while its reader waits.
SMALL_BYTES, SMALL_FILES = 8 * 1024 * 1024, 30
# How long a file is kept; when the same wish is a second click; when one that is not made may be asked for again.
KEPT, AGAIN, STUCK = timedelta(days=3), timedelta(minutes=1), timedelta(hours=1)
_BUSY = (DossierStatus.QUEUED.value, DossierStatus.RUNNING.value)


def ask(session: Session, number: str, reason: str, is_full: bool, actor: User) -> Dossier:
    """Note who wants the dossier of a case and why. Raises NotFound, Forbidden, Conflict, Refusal at `reason`.

    The same wish within a minute (a second click) is the same dossier.
    """
    actor.require(Permission.DOSSIER_MAKE)
    case = locked(session, case_numbered(session, number, actor).id)
    text = "".join(char for char in reason if char.isprintable()).strip()
    if not 1 <= len(text) <= 200:
        raise Refusal("请填写制作原因（不超过200字）。" if text else "请填写制作原因。", "reason")
    if (same := _newest(session, case, actor)) is not None:
        if (same.reason, same.is_full) == (text, is_full) and now() - same.asked_at < AGAIN:
            return same
        if same.status in _BUSY and now() - same.asked_at < STUCK:
            raise Conflict("该案卷的卷宗正在制作，请稍候。")
    made = Dossier(
        case_id=case.id, asked_by_id=actor.id, reason=text, is_full=is_full, asked_at=now(), status="queued"
    )
    session.add(made)
    session.flush()
    new = {"dossier": made.id, "reason": text, "is_full": is_full}
    said = f"制作卷宗{'（含完整个人信息）' if is_full else ''}：{text}"
    audit.record(session, "dossier.asked", said, actor=actor, case=case, new=new)
    return made


def is_small(session: Session, dossier: Dossier) -> bool:
    """Whether it can be made at once."""
    count, size = session.execute(
        select(func.count(), func.coalesce(func.sum(Document.size), 0)).where(
            Document.case_id == dossier.case_id, Document.removed_at.is_(None)
        )
    ).one()
    converted = select(func.coalesce(func.sum(Conversion.size), 0)).join(
        Document, Document.id == Conversion.document_id
    )
    size += session.scalar(converted.where(Document.case_id == dossier.case_id)) or 0
    return bool(count <= SMALL_FILES and size <= SMALL_BYTES)


def put_in(session: Session, dossier: Dossier) -> None:
    """Let the background make it."""
    background.enqueue(session, MAKE, [dossier.id], str(dossier.id))


def begin(session: Session, dossier_id: int) -> Dossier | None:
    """Take it in hand, also when another worker died over it; None when it is made or gone."""
    row = session.scalars(
        select(Dossier)
        .where(Dossier.id == dossier_id)
        .options(joinedload(Dossier.case), joinedload(Dossier.asked_by))
        .with_for_update(of=Dossier)
    ).first()
    if row is None or row.status in (DossierStatus.DONE, DossierStatus.GONE):
        return None
    row.status, row.done, row.fault = DossierStatus.RUNNING.value, 0, ""
    row.storage_key = secrets.token_hex(24)
    return row


def note(session: Session, dossier_id: int, storage_key: str, done: int, total: int) -> None:
    """How far it is."""
    mine = (Dossier.id == dossier_id, Dossier.storage_key == storage_key)
    session.execute(update(Dossier).where(*mine).values(done=done, total=total))


def finish(session: Session, dossier_id: int, storage_key: str, size: int, sha256: str) -> None:
    """It is made; its hash goes into the log of the case."""
    mine = _mine(session, dossier_id, storage_key)
    if mine is None:
        return
    row, case = mine
    row.status, row.size, row.sha256 = DossierStatus.DONE.value, size, sha256
    row.done, row.finished_at = row.total, now()
    _log(session, row, case, "dossier.finished", "制成卷宗", {"sha256": sha256, "size": size})


def fail(session: Session, dossier_id: int, storage_key: str, fault: str) -> None:
    """It could not be made, and why."""
    mine = _mine(session, dossier_id, storage_key)
    if mine is None:
        return
    row, case = mine
    row.status, row.fault, row.finished_at = DossierStatus.FAILED.value, fault[:500], now()
    (document.folder() / storage_key).unlink(missing_ok=True)
    _log(session, row, case, "dossier.failed", f"卷宗未能制成：{fault[:200]}", {"fault": fault[:200]})


def target(storage_key: str) -> SealedWriter:
    """The file of a dossier, encrypted, beside the materials."""
    return SealedWriter(document.folder() / storage_key)


def content(session: Session, dossier_id: int, actor: User) -> tuple[Dossier, Iterator[bytes]]:
    """A dossier that the person himself has asked for, block by block. Raises NotFound, Forbidden, Conflict."""
    actor.require(Permission.DOSSIER_MAKE)
    row = dossier_for(session, dossier_id, actor)
    # Who does not see the case any more does not get what was made while he did.
    case_numbered(session, row.case.number, actor)
    if row.state is not DossierStatus.DONE:
        raise Conflict(f"该卷宗{row.state.label}，不能下载。")
    blocks = unsealed(document.folder() / row.storage_key)
    # A lost file is told before anything is sent.
    return row, chain([next(blocks)], blocks)


def forget_old(session: Session) -> int:
    """Throw the files away that are older than KEPT; who asked, why, and the hash stay. How many."""
    old = now() - KEPT
    rows = session.scalars(
        select(Dossier).where(Dossier.asked_at < old, Dossier.status != DossierStatus.GONE.value)
    ).all()
    for row in rows:
        row.status = DossierStatus.GONE.value
        if re.fullmatch("[0-9a-f]{48}", row.storage_key):
            (document.folder() / row.storage_key).unlink(missing_ok=True)
    return len(rows)


def _newest(session: Session, case: CaseFile, actor: User) -> Dossier | None:
    query = select(Dossier).where(Dossier.case_id == case.id, Dossier.asked_by_id == actor.id)
    return session.scalars(query.order_by(Dossier.id.desc()).limit(1)).first()


def _mine(session: Session, dossier_id: int, storage_key: str) -> tuple[Dossier, CaseFile] | None:
    """The row and its case, while no other worker has taken it over; the case is locked first, as everywhere."""
    case_id = session.scalars(select(Dossier.case_id).where(Dossier.id == dossier_id)).first()
    if case_id is None:
        return None
    case = locked(session, case_id)
    row = session.get(Dossier, dossier_id, with_for_update=True, populate_existing=True)
    return (row, case) if row is not None and row.storage_key == storage_key else None


def _log(
    session: Session, row: Dossier, case: CaseFile, action: str, summary: str, new: dict[str, object]
) -> None:
    actor = session.get(User, row.asked_by_id)
    audit.record(session, action, summary, actor=actor, case=case, new={"dossier": row.id, **new})
