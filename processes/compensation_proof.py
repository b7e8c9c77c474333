"""Room compensation, proofs: the files that lie with an application for 代偿 (F7), handed in by the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from models.arrears import file_of
from models.case import CaseFile
from models.compensation import DueProof
from models.document import Document, documents_of
from models.people import Permission, User
from models.refusal import Conflict, Forbidden, Refusal
from models.scheme import Scheme
from processes import document
from processes.case import visible


def proofs_of(session: Session, case: CaseFile) -> Mapping[DueProof, Sequence[Document]]:
    """What has been handed in, by kind, in the order of the form."""
    rows = documents_of(session, case)
    return {proof: [row for row in rows if row.kind == proof.material] for proof in DueProof}


def missing(session: Session, case: CaseFile) -> list[str]:
    """The titles of what has not been handed in yet."""
    return [proof.label for proof, rows in proofs_of(session, case).items() if not rows]


def may_hand_in(session: Session, case: CaseFile, actor: User) -> bool:
    """Whether this person's bank may add files now: from the demand notice until the center consents."""
    is_bank = actor.department_id == case.bank_id and actor.may(Permission.CREDIT_WORK)
    if case.kind is not Scheme.ARREARS or not is_bank or case.closed_at is not None:
        return False
    file = file_of(session, case)
    return file.demanded_on is not None and file.consented_on is None


def hand_in(
    session: Session, case_id: int, kind: str, file_name: str, content: bytes, actor: User
) -> Document:
    """Add a file. Raises NotFound, Forbidden, Conflict, Refusal at `kind` or `file`."""
    case = visible(session, case_id, actor)
    if kind not in [proof.material for proof in DueProof]:
        raise Refusal("请选择材料种类。", "kind")
    if actor.department_id != case.bank_id or not actor.may(Permission.CREDIT_WORK):
        raise Forbidden("代偿申请材料由该笔贷款的合作金融机构提交。")
    if not may_hand_in(session, case, actor):
        raise Conflict("代偿申请材料应在发放催收通知书之后、同意代偿之前提交。")
    return document.keep(session, case, kind, file_name, content, actor)
