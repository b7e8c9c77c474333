"""Room screening, evidence: files that a department puts beside its answer (D-17), read by who may read the answer."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import CaseFile, locked, visible_to
from models.people import User
from models.refusal import Conflict, NotFound, Refusal
from models.screening import Candidate, ScreeningEvidence, ScreeningOpinion
from models.screening_sight import opinions_visible_to
from models.upload import SCANS, inspect
from processes import document
from processes.screening_answers import department_of, open_for_answers

MAX_FILES = 10


def add(
    session: Session, round_id: int, candidate_id: int, file_name: str, content: bytes, actor: User
) -> ScreeningEvidence:
    """Put a file beside the answer of the actor's department. Raises Refusal at `file`, Conflict once sent."""
    opinion = _own(session, round_id, candidate_id, actor)
    name, media_type = inspect(file_name, content, SCANS)
    kept = select(func.count()).where(
        ScreeningEvidence.opinion_id == opinion.id, ScreeningEvidence.removed_at.is_(None)
    )
    if (session.scalar(kept) or 0) >= MAX_FILES:
        raise Refusal(f"每户最多上传 {MAX_FILES} 个佐证文件。", "file")
    row = ScreeningEvidence(
        opinion_id=opinion.id,
        file_name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage_key=secrets.token_hex(24),
        uploaded_by_id=actor.id,
        uploaded_at=now(),
    )
    document.put_away(row.storage_key, content)
    session.add(row)
    session.flush()
    _log(session, opinion, row, "screening.evidence_added", "上传佐证材料", actor)
    return row


def remove(session: Session, evidence_id: int, actor: User) -> None:
    """Take a file away again, until the answer is handed in; the row stays, marked."""
    row = session.get(ScreeningEvidence, evidence_id)
    opinion = session.get(ScreeningOpinion, row.opinion_id) if row and row.removed_at is None else None
    if row is None or opinion is None or opinion.department_id != department_of(actor):
        raise NotFound("未找到该文件，或您无权查看。")
    _own(session, opinion.round_id, opinion.candidate_id, actor)
    row.removed_at = now()
    _log(session, opinion, row, "screening.evidence_removed", "移除佐证材料", actor)


def read(session: Session, evidence_id: int, actor: User) -> tuple[ScreeningEvidence, bytes]:
    """A file and its content, for whoever may read the answer that it supports. Raises NotFound."""
    row = session.scalars(_readable(actor).where(ScreeningEvidence.id == evidence_id)).first()
    if row is None:
        raise NotFound("未找到该文件，或您无权查看。")
    return row, document.fetched(row.storage_key)


def evidence_of(session: Session, candidate_id: int, actor: User) -> list[ScreeningEvidence]:
    """The files beside the answers for a candidate that the person may read, oldest first."""
    query = _readable(actor).where(ScreeningOpinion.candidate_id == candidate_id)
    return list(session.scalars(query.order_by(ScreeningEvidence.id)))


def _readable(actor: User) -> Select[ScreeningEvidence]:
    return (
        select(ScreeningEvidence)
        .join(ScreeningOpinion, ScreeningOpinion.id == ScreeningEvidence.opinion_id)
        .join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
        .join(CaseFile, CaseFile.id == Candidate.case_id)
        .where(ScreeningEvidence.removed_at.is_(None), visible_to(actor), opinions_visible_to(actor))
    )


def _own(session: Session, round_id: int, candidate_id: int, actor: User) -> ScreeningOpinion:
    """The open answer of the actor's department, locked. Raises NotFound, Conflict."""
    open_for_answers(session, round_id)
    query = select(ScreeningOpinion).where(
        ScreeningOpinion.round_id == round_id,
        ScreeningOpinion.candidate_id == candidate_id,
        ScreeningOpinion.department_id == department_of(actor),
    )
    opinion = session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
    if opinion is None:
        raise NotFound("未找到该企业（户），或不在本部门的甄别名单中。")
    if opinion.handed_in_at is not None:
        raise Conflict("该户意见已提交，不能再修改。")
    return opinion


def _log(
    session: Session, opinion: ScreeningOpinion, row: ScreeningEvidence, action: str, verb: str, actor: User
) -> None:
    case = locked(session, open_for_answers(session, opinion.round_id).case_id)
    new = {"candidate": opinion.candidate_id, "file": row.file_name, "sha256": row.sha256}
    audit.record(session, action, f"{verb}（{actor.display_name}）", actor=actor, case=case, new=new)
