"""Room substitute, at the work: taking a task in the place of a colleague who is away (代为签收), and giving it back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from models import audit
from models.calendar import now
from models.case import CaseFile
from models.people import Permission, User
from models.refusal import Conflict, Forbidden
from models.workflow import OPEN, UserTask
from processes.notification import tell
from processes.substitute import standing_in
from processes.task_check import barred_by, check_separation
from processes.task_hands import ask_no_more, change_hands, hands, is_for_delegate, pass_draft
from processes.workflow import Token


def note_place(session: Session, task: UserTask, actor: User) -> None:
    """What the actor does on the task from now on is logged under both names, when he has it in another's place."""
    note_names(session, actor, task.on_behalf_of_id if _stand_in_of(session, task) == actor.id else None)


def _stand_in_of(session: Session, task: UserTask) -> int | None:
    """Who does it in another's place: its owner, where he has given it on to a colleague (委派)."""
    if task.on_behalf_of_id is None:
        return None
    is_given_on = task.is_delegated and not is_for_delegate(session, task)
    return task.owner_id if is_given_on else task.assignee_id


def note_names(session: Session, actor: User, absent_id: int | None) -> None:
    """The actor is logged under both names from now on, or under his own again."""
    name = session.get_one(User, absent_id).name if absent_id is not None else ""
    session.info.setdefault(audit.STANDS_FOR, {})[actor.id] = name


def whom_for(session: Session, task: UserTask, actor: User) -> User | None:
    """In whose place a person may take an open task: that of its absent holder, or of an absent head for a free one.

    Work that was given to the absent one for its owner (委派) too, but not by the owner himself, who may take it back. Not
    what waits for opinions, or was taken for another already. Asks the tables only for tasks of his office that he could
    not take for himself.
    """
    is_open = task.status == OPEN and not task.is_sealed and task.owner_id != actor.id
    if not is_open or task.on_behalf_of_id is not None or task.department_id != actor.department_id:
        return None
    may_himself = task.assignee_id is None and actor.may(Permission(task.permission))
    if may_himself or task.assignee_id == actor.id:
        return None
    away = standing_in(session, actor)
    if task.assignee_id is not None:
        return session.get_one(User, task.assignee_id) if task.assignee_id in away else None
    people = session.scalars(select(User).where(User.id.in_(away)).order_by(User.id)).all() if away else []
    return next((one for one in people if one.may(Permission(task.permission))), None)


def may_stand_in(task: UserTask, actor: User) -> bool:
    """Whether the task concerns a person because he stands in for somebody today."""
    session = object_session(task)
    return session is not None and whom_for(session, task, actor) is not None


def take(session: Session, token: Token, task: UserTask, actor: User) -> bool:
    """代为签收, or the one who is back takes his task again; False when neither is so. The first of the two has it.

    Raises Forbidden when either of them did a step that this one must not share a person with.
    """
    if task.on_behalf_of_id == actor.id:
        _take_again(session, token.case, task, actor)
        return True
    absent = whom_for(session, task, actor)
    if absent is None:
        return False
    check_separation(session, token, task, actor)
    same = barred_by(session, token, task, absent)
    if same:
        raise Forbidden(
            f"{absent.name}已办理该案卷的“{same}”，按照岗位分离要求，您不能代其办理“{task.name}”。"
        )
    old = task.assignee_id
    task.assignee_id, task.claimed_at, task.set_aside_until = actor.id, now(), None
    task.on_behalf_of_id = absent.id
    ask_no_more(session, task, actor.id)
    note_place(session, task, actor)
    if task.is_delegated:
        pass_draft(session, task.id, absent.id, actor.id)
    audit.record(
        session,
        "task.claimed",
        f"代{absent.name}签收“{task.name}”",
        actor=actor,
        case=token.case,
        old={"assignee": old},
        new=hands(task),
    )
    about = f"{token.case.number} {token.case.applicant_name}：{actor.name}代您签收“{task.name}”。"
    tell(session, [absent.id], "task", about, token.case)
    return True


def give_back(session: Session, case: CaseFile, task: UserTask, actor: User) -> bool:
    """退回: the task goes back to the person in whose place it was taken; False when it was not, or he has left."""
    absent = session.get(User, task.on_behalf_of_id) if task.on_behalf_of_id is not None else None
    if absent is None or not absent.is_active or absent.department_id != task.department_id:
        return False
    _to_absent(session, case, task, absent, actor)
    old, text = {"assignee": actor.id}, f"将“{task.name}”退回{absent.name}"
    audit.record(session, "task.released", text, actor=actor, case=case, old=old, new=hands(task))
    about = f"{case.number} {case.applicant_name}：{actor.name}将代办的“{task.name}”退回，由您办理。"
    tell(session, {absent.id} - {actor.id}, "task", about, case)
    return True


def _to_absent(session: Session, case: CaseFile, task: UserTask, absent: User, actor: User) -> None:
    """He has it again. What was given to him for its owner stays so, and the work on it goes along (委派).

    What his stand-in gave on to a colleague comes back to him.
    """
    if not is_for_delegate(session, task):
        change_hands(session, case, task, absent, actor)
        return
    if task.assignee_id is not None:
        pass_draft(session, task.id, task.assignee_id, absent.id)
    task.assignee_id, task.claimed_at, task.on_behalf_of_id = absent.id, now(), None


def _take_again(session: Session, case: CaseFile, task: UserTask, actor: User) -> None:
    """本人收回: what the other has typed stays his private draft."""
    if task.is_sealed:
        raise Conflict("代办人已提交该事项，正在等待会签意见，不能收回。")
    old, other = {"assignee": task.assignee_id}, _stand_in_of(session, task)
    _to_absent(session, case, task, actor, actor)
    summary = f"收回由他人代办的“{task.name}”"
    audit.record(session, "task.claimed", summary, actor=actor, case=case, old=old, new=hands(task))
    about = f"{case.number} {case.applicant_name}：{actor.name}已收回“{task.name}”，您不再代办此事项。"
    tell(session, [other] if other is not None else [], "task", about, case)
