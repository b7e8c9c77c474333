"""Room sending_back: what of a case cannot be undone, and what becomes of answers that do not count any more.

Closed by default: only forms whose completion writes nothing but the house's own opinion may be done again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from models.calendar import now
from models.case import CaseFile
from models.drawn_field import DRAWN_FORM
from models.flow_record import FlowKind
from models.letter import Letter, LetterKind
from models.loan import Extension, extensions_of, loan_of
from models.pause import Pause
from models.sending_back import SendingBack
from models.workflow import DONE, OPEN, UserTask
from processes import flow_record
from processes.case_clock import lapse_request
from processes.engine.definition import Definition

REDOABLE = frozenset(
    (
        DRAWN_FORM,
        "qualification_review",
        "due_diligence",
        "pre_loan_investigation",
        "bank_acceptance",
        "counter_guarantee",
        "extension_approval",
        "form_check",
        "credit_bank_opinion",
        "credit_guarantor_opinion",
    )
)
_EFFECT = "“{step}”的办理结果已产生对外效力或已记入台账"
# What the house has told the outside during the work itself, whatever becomes of that.
_PASSING = (LetterKind.PAUSE.value,)

# What completing a form may send to the outside.
_LETTERS = {
    "extension_approval": (LetterKind.EXTENSION.value,),
    "form_check": (LetterKind.SUPPLEMENT.value,),
}

_REGISTERED = ("procedure", "procedure_certificate", "procedure_done_on")


def done_in_force(session: Session, case_id: int) -> list[UserTask]:
    """The finished steps of a case that still count, in the order in which they were done."""
    query = select(UserTask).where(
        UserTask.case_id == case_id, UserTask.status == DONE, UserTask.superseded_at.is_(None)
    )
    return list(session.scalars(query.order_by(UserTask.done_at, UserTask.id)))


class Hindrances:
    """Why a case cannot go back before some of its steps; one query a case, for letters."""

    def __init__(self, session: Session, case: CaseFile, definition: Definition, passed: Mapping[str, int]):
        self.session, self.case, self.definition, self.passed = session, case, definition, passed
        query = select(Letter).where(Letter.case_id == case.id, Letter.kind.not_in(_PASSING))
        self._letters: Sequence[Letter] = list(session.scalars(query.order_by(Letter.id)))

    def of(self, undone: Collection[str], done: Sequence[UserTask], since: datetime) -> str:
        """The first thing that cannot be undone, in words; empty when there is none.

        `undone`: elements that would not count as passed any more; `done`: finished steps among them.
        """
        for row in done:
            if row.form_key not in REDOABLE:
                return f"{_EFFECT.format(step=row.name)}，不能退回。"
        kinds = {kind for row in done for kind in _LETTERS.get(row.form_key, ())}
        letters = [one for one in self._letters if one.issued_at > since or one.kind in kinds]
        if letters:
            return f"已向外制发《{LetterKind(letters[0].kind).label}》{letters[0].number}，不能退回。"
        drawing = self.definition.drawing
        for name in undone:
            if self.passed.get(name) and name in drawing.acts:
                return "系统已按流程自动执行后续事项（登记、告知等），不能退回。"
            if self.passed.get(name) and drawing.messages.get(name):
                return "案卷已收到其他案卷或申请人的办理结果，不能退回。"
        return ""


def supersede(session: Session, case: CaseFile, rows: Collection[UserTask]) -> None:
    """These finished steps are history from now on: marked, never rewritten."""
    for form_key in {row.form_key for row in rows}:
        if form_key in LET_GO:
            LET_GO[form_key](session, case)
    ids = [row.id for row in rows]
    if ids:
        session.execute(update(UserTask).where(UserTask.id.in_(ids)).values(superseded_at=now()))
        flow_record.taken_back(session, FlowKind.TASK_RETURNED, case.id, ids)
        session.flush()


def let_go_of_terms(session: Session, case: CaseFile) -> dict[str, Any]:
    """The bank decides again after 退回: its earlier terms stand in the earlier opinion, and count no more.

    What was registered meanwhile is handed back: it still counts, unless that step was sent back too.
    """
    earlier = loan_of(session, case)
    if earlier is None:
        return {}
    kept = {name: getattr(earlier, name) for name in _REGISTERED}
    session.delete(earlier)
    session.flush()
    return kept


def _drop_procedure(session: Session, case: CaseFile) -> None:
    """The procedure is to be done again; what was asked for because of it and not decided lapses."""
    loan = loan_of(session, case)
    if loan is not None:
        loan.procedure, loan.procedure_certificate, loan.procedure_done_on = "", "", None
    drop_requests(session, case)


def drop_requests(session: Session, case: CaseFile) -> None:
    """Extensions that were asked for and not decided: their step does not come back as it was."""
    waiting: list[Extension] = [one for one in extensions_of(session, case) if not one.decision]
    for extension in waiting:
        extension.decision, extension.decided_at = "refuse", now()
        extension.decision_text = "案卷已退回，本次申请作废"


def drop_waiting(session: Session, case: CaseFile) -> None:
    """Whatever waits to go back where it came from does so in vain: its step is not open any more.

    Nor is the step for which a pause was asked: whoever has it again asks anew.
    """
    still = select(UserTask.id).where(UserTask.case_id == case.id, UserTask.status == OPEN)
    waiting = update(SendingBack).where(SendingBack.case_id == case.id, SendingBack.outcome == "")
    gone = waiting.where(SendingBack.to_task_id.not_in(still))
    session.execute(gone.values(outcome="dropped", ended_at=now()))
    _drop_pauses(session, case)


def _drop_pauses(session: Session, case: CaseFile) -> None:
    """Pauses that were asked for and not decided lapse, unless the step that asked has stayed open."""
    stayed = exists().where(
        UserTask.deadline_id == Pause.deadline_id,
        UserTask.status == OPEN,
        UserTask.created_at < Pause.requested_at,
    )
    asked = Pause.case_id == case.id, Pause.decision == "", Pause.paused_on.is_(None)
    for pause in session.scalars(select(Pause).where(*asked, ~stayed).order_by(Pause.id)):
        lapse_request(session, case, pause, "案卷已退回，本次申请作废")


LET_GO: dict[str, Callable[[Session, CaseFile], None]] = {"counter_guarantee": _drop_procedure}
