"""Room deadline: materials handed in while a clock stands still for 补正: only what was asked for, on record, told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.material import material_label
from models.notification import Notification
from models.pause import Pause, PauseKind
from models.people import User
from models.refusal import Conflict, NotFound, Refusal
from models.workflow import OPEN, UserTask
from processes.case import require_editable, visible
from processes.notification import tell


def awaiting(session: Session, case: CaseFile, actor: User) -> list[Pause]:
    """The open 补正 pauses of a case to which this person may bring materials: the applicant, and who has the step."""
    query = (
        select(Pause, UserTask.assignee_id)
        .join(UserTask, UserTask.deadline_id == Pause.deadline_id)
        .where(
            Pause.case_id == case.id,
            Pause.kind == PauseKind.SUPPLEMENT.value,
            Pause.paused_on.is_not(None),
            Pause.resumed_on.is_(None),
            UserTask.status == OPEN,
        )
    )
    found = session.execute(query.order_by(Pause.id))
    return [pause for pause, assignee in found if actor.id in (case.applicant_user_id, assignee)]


def wanted(pauses: Sequence[Pause]) -> list[str]:
    """The codes of the materials that the letters name, each once."""
    return list(dict.fromkeys(str(item.get("material", "")) for pause in pauses for item in pause.items))


def case_waiting(session: Session, pause_id: int, actor: User) -> CaseFile:
    """The locked case of a pause for which the actor may hand something in. Raises NotFound, Conflict."""
    pause = session.get(Pause, pause_id)
    if pause is None:
        raise NotFound("未找到该暂停记录，或您无权办理。")
    case = visible(session, pause.case_id, actor)
    if not any(found.id == pause_id for found in awaiting(session, case, actor)):
        raise Conflict("该补正已经结束，或不由您补交材料，请刷新。")
    return case


def receiving(session: Session, case_id: int, kind: str, actor: User) -> tuple[CaseFile, list[Pause]]:
    """The locked case to which a material may be added now, and the pauses that wait for it.

    Raises NotFound, Forbidden, Conflict, and Refusal at `kind` for what the letter does not name.
    """
    case = visible(session, case_id, actor)
    pauses = awaiting(session, case, actor)
    if not pauses:
        require_editable(session, case, actor)
    elif kind not in wanted(pauses):
        raise Refusal("请选择告知书所列的材料。", "kind")
    return case, pauses


def tell_received(session: Session, case: CaseFile, pauses: Sequence[Pause], kind: str, actor: User) -> None:
    """Whoever has the step is told, once for each kind while he has not read it."""
    if not pauses:
        return
    text = f"{case.number} {case.applicant_name}：已补交“{material_label(kind)}”，请核对；补齐后请恢复计时。"
    clocks = [pause.deadline_id for pause in pauses]
    have = select(UserTask.assignee_id).where(UserTask.deadline_id.in_(clocks), UserTask.status == OPEN)
    told = select(Notification.user_id).where(
        Notification.case_id == case.id, Notification.text == text, Notification.read_at.is_(None)
    )
    people = {user for user in session.scalars(have) if user is not None and user != actor.id}
    tell(session, people - set(session.scalars(told)), "task", text, case)
