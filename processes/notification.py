"""Room notification: who is told what, inside the program and by e-mail, as rows in the transaction of the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from models.calendar import is_training, now
from models.case import CaseFile
from models.notification import Notification
from models.people import Role, User
from models.workflow import UserTask
from processes import outbox

PRODUCT = "多审"


@dataclass(frozen=True)
class Mail:
    """What leaves the house by e-mail: of personal data no more than case numbers."""

    subject: str
    text: str


def tell(
    session: Session,
    users: Iterable[int],
    kind: str,
    text: str,
    case: CaseFile | None,
    mail: Mail | None = None,
    *,
    place: str = "",
) -> None:
    """One message a person inside the program, and one on each open way out by which he is reached.

    Without `mail` the e-mail says only which case has news. `place`: where it is dealt with (`room:number`).
    """
    told = list(dict.fromkeys(users))
    if not told:
        return
    common = {
        "case_id": case.id if case else None,
        "kind": kind,
        "text": text,
        "place": place,
        "created_at": now(),
    }
    session.execute(insert(Notification), [{"user_id": user, **common} for user in told])
    posted = mail or _news(case)
    # Nobody shall take the news of an invented case for real.
    sender = f"{PRODUCT}培训" if is_training() else PRODUCT
    outbox.post(session, told, f"【{sender}】{posted.subject}", posted.text)


def _news(case: CaseFile | None) -> Mail:
    about = f"案卷 {case.number} 有新消息" if case else "您有新消息"
    return Mail(about, f"{about}，请登录“{PRODUCT}”系统查看。")


def tell_applicant(session: Session, case: CaseFile, task: UserTask) -> None:
    """A step waits for the applicant himself."""
    if task.assignee_id is not None:
        text = f"{case.number}：请办理“{task.name}”。"
        tell(session, [task.assignee_id], "task", text, case)


def tell_assigned(session: Session, case: CaseFile, task: UserTask, old: int | None, actor: User) -> None:
    """分办: the person who has the task now, and the one who had it; nobody is told of his own act."""
    if task.assignee_id is None or task.assignee_id == old:
        return
    about = f"{case.number} {case.applicant_name}：{actor.name}将“{task.name}”"
    tell(session, {task.assignee_id} - {actor.id}, "task", f"{about}分办给您。", case)
    if old is not None:
        tell(session, {old} - {actor.id}, "task", f"{about}改由他人办理，您不再办理此事项。", case)


def tell_departments(
    session: Session,
    departments: Iterable[int | None],
    text: str,
    case: CaseFile | None,
    place: str = "",
) -> None:
    """Everybody who works in the departments (N6 and the like)."""
    wanted = [department for department in departments if department is not None]
    users = session.scalars(
        select(User.id).where(
            User.department_id.in_(wanted),
            User.is_active,
            User.role.in_([Role.CLERK.value, Role.SUPERVISOR.value]),
        )
    )
    tell(session, users, "notice", text, case, place=place)


def supervisors_of(session: Session, department_id: int) -> list[int]:
    """The ids of the heads of a department."""
    return list(
        session.scalars(
            select(User.id).where(
                User.department_id == department_id,
                User.role == Role.SUPERVISOR.value,
                User.is_active,
            )
        )
    )


def mark_read(session: Session, user: User, message_id: int | None = None) -> None:
    """One of a person's own messages was read, or all of them; somebody else's are left alone."""
    mine = update(Notification).where(Notification.user_id == user.id, Notification.read_at.is_(None))
    if message_id is not None:
        mine = mine.where(Notification.id == message_id)
    session.execute(mine.values(read_at=now()))
