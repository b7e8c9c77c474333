"""Room task review: whom the holder of a task has asked: opinions before or after him (加签), or his work done (委派)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    case,
    exists,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from models.case import CaseDepartment, CaseFile
from models.database import Base, BigId
from models.people import Permission, Role, User
from models.substitute import stood_in_for
from models.vocabulary import Labelled
from models.workflow import IS_OPEN, UserTask


class ReviewKind(Labelled):
    """When the person asked answers: before the step may be submitted, after it, or in the holder's place."""

    BEFORE = "before", "提交前会签"
    AFTER = "after", "提交后会签"
    DELEGATED = "delegated", "委派"


class ReviewState(Labelled):
    """How far it is. Only what is asked waits for the person; what is planned is asked with the submission."""

    PLANNED = "planned", "提交后送出"
    ASKED = "asked", "待答复"
    AGREED = "agreed", "同意"
    DISAGREED = "disagreed", "不同意"
    # 委派: worked on and given back.
    HANDED_BACK = "handed_back", "已交回"
    # 代办: whoever stands in for him has answered; the answer is a row of that person's own (`in_place_of`).
    STOOD_IN = "stood_in", "已由代办人答复"
    # 减签, and a delegation that its owner took back.
    REMOVED = "removed", "已撤销"
    # The step ended, or what it was asked about has changed.
    LAPSED = "lapsed", "已终止"


LIVE = (ReviewState.PLANNED.value, ReviewState.ASKED.value)
# Of an answer in another's place both rows: he who gave it, and he in whose place, have taken part (岗位分离).
ANSWERED = (
    ReviewState.AGREED.value,
    ReviewState.DISAGREED.value,
    ReviewState.HANDED_BACK.value,
    ReviewState.STOOD_IN.value,
)
_ASKED = text("state = 'asked'")


class TaskReview(Base):
    """One person asked about one task; a row ends, and is never used again."""

    __tablename__ = "task_review"
    __table_args__ = (
        Index("ix_task_review_task", "task_id", "id"),
        Index("ix_task_review_case", "case_id", "id"),
        # What waits for a person: few rows among all.
        Index(
            "ix_task_review_waiting",
            "reviewer_id",
            "asked_at",
            "id",
            postgresql_where=_ASKED,
            sqlite_where=_ASKED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(10))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    question: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12))
    opinion: Mapped[str] = mapped_column(Text, default="")
    # Of an opinion after the submission: with which submission of the task it was asked for, from 1.
    attempt: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column()
    reviewer: Mapped[User] = relationship(lazy="raise", foreign_keys=[reviewer_id])
    asked_by: Mapped[User] = relationship(lazy="raise", foreign_keys=[asked_by_id])

    __mapper_args__ = {"version_id_col": revision}

    @property
    def is_live(self) -> bool:
        """Whether it is still to be answered."""
        return self.state in LIVE

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for the person now."""
        return self.state == ReviewState.ASKED

    @property
    def kind_label(self) -> str:
        """提交前会签, 提交后会签 or 委派."""
        return ReviewKind(self.kind).label

    @property
    def state_label(self) -> str:
        """How far it is, in words."""
        return ReviewState(self.state).label


class TaskSubmission(Base):
    """What its holder has submitted while opinions after him are outstanding: sealed, one a task."""

    __tablename__ = "task_submission"

    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    submitted_at: Mapped[datetime]


@dataclass(frozen=True)
class Waiting:
    """One opinion that a person is asked for, as a list shows it."""

    review_id: int
    task_id: int
    number: str
    applicant_name: str
    step: str
    kind: ReviewKind
    asked_by: str
    question: str
    asked_at: datetime
    due_at: datetime
    # In whose place (代办); empty: the person is asked himself.
    absent: str = ""


_Asker, _Asked = aliased(User), aliased(User)


def asked_of(user: User) -> ColumnElement[bool]:
    """Criterion: the reviews that wait for this person, or for one in whose place he is; delegated tasks stand in other lists.

    His office takes part in the case still: who has moved to another gives no opinion any more. Nor does he who has
    the task himself give one in another's place.
    """
    held = aliased(UserTask)
    is_holder = exists().where(
        held.id == TaskReview.task_id, or_(held.assignee_id == user.id, held.owner_id == user.id)
    )
    asked = select(literal(user.id)).union_all(stood_in_for(user))
    takes_part = exists().where(
        CaseDepartment.case_id == TaskReview.case_id, CaseDepartment.department_id == user.department_id
    )
    return (
        TaskReview.reviewer_id.in_(asked)
        & or_(TaskReview.reviewer_id == user.id, ~is_holder)
        & (TaskReview.state == ReviewState.ASKED.value)
        & (TaskReview.kind != ReviewKind.DELEGATED.value)
        & takes_part
    )


def waiting_for(session: Session, user: User, limit: int = 100) -> list[Waiting]:
    """待我会签: what waits for this person's opinion, the step that ends first leading."""
    query = (
        select(
            TaskReview.id.label("review_id"),
            TaskReview.task_id,
            CaseFile.number,
            CaseFile.applicant_name,
            UserTask.name.label("step"),
            TaskReview.kind,
            _Asker.name.label("asked_by"),
            TaskReview.question,
            TaskReview.asked_at,
            UserTask.due_at,
            case((TaskReview.reviewer_id == user.id, ""), else_=_Asked.name).label("absent"),
        )
        .join(UserTask, UserTask.id == TaskReview.task_id)
        .join(CaseFile, CaseFile.id == TaskReview.case_id)
        .join(_Asker, _Asker.id == TaskReview.asked_by_id)
        .join(_Asked, _Asked.id == TaskReview.reviewer_id)
        .where(asked_of(user), IS_OPEN)
        .order_by(UserTask.due_at, TaskReview.id)
        .limit(limit)
    )
    rows = session.execute(query)
    return [Waiting(**{**row._mapping, "kind": ReviewKind(row.kind)}) for row in rows]


def reviews_of(session: Session, case: CaseFile) -> list[TaskReview]:
    """Everything that was asked in a case, oldest first, with both people."""
    people = joinedload(TaskReview.reviewer), joinedload(TaskReview.asked_by)
    query = select(TaskReview).where(TaskReview.case_id == case.id).options(*people)
    return list(session.scalars(query.order_by(TaskReview.id)))


def takers_of(session: Session, case: CaseFile) -> list[User]:
    """The active people of the offices that take part in a case, by office and name."""
    roles = [
        role.value for role in Role if role is not Role.APPLICANT and Permission.TASK_WORK in role.permissions
    ]
    query = (
        select(User)
        .join(CaseDepartment, CaseDepartment.department_id == User.department_id)
        .where(CaseDepartment.case_id == case.id, User.is_active, User.role.in_(roles))
    )
    return list(session.scalars(query.order_by(User.department_id, User.name, User.id)))


def in_place_of(rows: Iterable[TaskReview]) -> dict[int, int]:
    """Id of an answer that was given in another's place → the id of the other.

    The absent one's row ends at the instant at which that of his stand-in begins, and it is he who asks that one.
    """
    known = list(rows)
    stood = {
        (row.task_id, row.reviewer_id, row.ended_at) for row in known if row.state == ReviewState.STOOD_IN
    }
    given = (row for row in known if (row.task_id, row.asked_by_id, row.asked_at) in stood)
    return {row.id: row.asked_by_id for row in given}


def of_task(session: Session, task_id: int) -> list[TaskReview]:
    """Everything that was asked about a task, oldest first."""
    query = select(TaskReview).where(TaskReview.task_id == task_id).order_by(TaskReview.id)
    return list(session.scalars(query))


def submission_of(session: Session, task_id: int) -> TaskSubmission | None:
    """What waits sealed for opinions, if anything."""
    return session.get(TaskSubmission, task_id)


def answered_in(case_id: int, elements: tuple[str, ...] | list[str], user_id: int) -> Any:
    """Query: the step of the case in which this person has given his opinion or done delegated work (岗位分离)."""
    return (
        select(UserTask.name)
        .join(TaskReview, TaskReview.task_id == UserTask.id)
        .where(
            UserTask.case_id == case_id,
            UserTask.element_id.in_(elements),
            TaskReview.reviewer_id == user_id,
            TaskReview.state.in_(ANSWERED),
        )
    )


def delegated_by(user: User) -> ColumnElement[bool]:
    """Criterion: the open tasks that this person has delegated and still answers for."""
    return IS_OPEN & (UserTask.owner_id == user.id)


def concerns(user: User) -> ColumnElement[bool]:
    """Criterion: the open tasks that this person holds or answers for."""
    return IS_OPEN & or_(UserTask.assignee_id == user.id, UserTask.owner_id == user.id)
