"""Room substitute: who is away from when to when, and who stands in for him (代办)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, false, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, joinedload, mapped_column, relationship

from models.calendar import today
from models.database import Base
from models.people import Role, User
from models.workflow import IS_LISTED, UserTask

LISTED = 100
# Only these have work in an office that a colleague can do.
STANDING = (Role.CLERK.value, Role.SUPERVISOR.value)


class Substitute(Base):
    """One absence with the colleague who stands in; days included on both sides."""

    __tablename__ = "substitute"
    __table_args__ = (
        Index("ix_substitute_stand_in", "stand_in_id", "until_on"),
        Index("ix_substitute_absent", "absent_id", "until_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200), default="")
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime]
    # Before its last day, by one of those who may set it.
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    absent: Mapped[User] = relationship(lazy="raise", foreign_keys=[absent_id])
    stand_in: Mapped[User] = relationship(lazy="raise", foreign_keys=[stand_in_id])
    set_by: Mapped[User] = relationship(lazy="raise", foreign_keys=[set_by_id])

    @property
    def is_over(self) -> bool:
        """Ended by hand or by its last day."""
        return self.ended_at is not None or self.until_on < today()

    @property
    def is_running(self) -> bool:
        """Whether the colleague stands in today."""
        return not self.is_over and self.from_on <= today()

    @property
    def words(self) -> str:
        """How far it is: 未开始, 代办中, 已结束 or 提前结束."""
        if self.ended_at is not None:
            return "提前结束"
        return "已结束" if self.is_over else "代办中" if self.is_running else "未开始"


def running() -> ColumnElement[bool]:
    """Criterion over Substitute: in force today."""
    on = today()
    return and_(Substitute.ended_at.is_(None), Substitute.from_on <= on, Substitute.until_on >= on)


def stood_in_for(user: User, roles: Collection[str] = STANDING) -> Any:
    """Query: the ids of those, of some roles, for whom a person stands in today: of his own office, still in service.

    Both conditions are asked at every use: who moves to another office or leaves stands in for nobody any more.
    """
    absent = aliased(User)
    return (
        select(Substitute.absent_id)
        .join(absent, absent.id == Substitute.absent_id)
        .where(
            Substitute.stand_in_id == user.id,
            running(),
            absent.is_active,
            absent.role.in_(roles),
            absent.department_id == user.department_id,
        )
    )


def in_his_place(user: User) -> ColumnElement[bool]:
    """Criterion over UserTask, 代办: what a person may take in the place of those who are away, and his own taken so.

    The tasks that they have; where he stands in for a head, also the free ones that only heads may take.
    """
    if user.department_id is None or user.role not in STANDING:
        return false()
    beyond = Role.SUPERVISOR.permissions - Role(user.role).permissions
    is_theirs: ColumnElement[bool] = UserTask.assignee_id.in_(stood_in_for(user))
    if beyond:
        heads = stood_in_for(user, (Role.SUPERVISOR.value,)).exists()
        is_for_head = UserTask.permission.in_(sorted(permission.value for permission in beyond))
        is_theirs = or_(is_theirs, and_(UserTask.assignee_id.is_(None), is_for_head, heads))
    free = and_(
        UserTask.department_id == user.department_id,
        # 委派 to the absent one is worked on in his place too, but not by the owner, who may take it back.
        or_(UserTask.owner_id.is_(None), UserTask.owner_id != user.id),
        UserTask.on_behalf_of_id.is_(None),
        ~UserTask.is_sealed,
        is_theirs,
    )
    return and_(IS_LISTED, or_(free, UserTask.on_behalf_of_id == user.id))


def absences_of(session: Session, user: User, whole_office: bool = False) -> list[Substitute]:
    """What concerns a person: his own absences and those in which he stands in; as head, all of his office."""
    people = (joinedload(part) for part in (Substitute.absent, Substitute.stand_in, Substitute.set_by))
    concerns = or_(Substitute.absent_id == user.id, Substitute.stand_in_id == user.id)
    if whole_office and user.department_id is not None:
        office = select(User.id).where(User.department_id == user.department_id)
        concerns = or_(concerns, Substitute.absent_id.in_(office))
    query = (
        select(Substitute)
        .where(concerns)
        .options(*people)
        .order_by(Substitute.until_on.desc(), Substitute.id.desc())
    )
    return list(session.scalars(query.limit(LISTED)))


def stand_ins_for(session: Session, users: set[int]) -> dict[int, int]:
    """Absent person → who stands in for him today, of those given; one statement."""
    if not users:
        return {}
    absent, other = aliased(User), aliased(User)
    query = (
        select(Substitute.absent_id, Substitute.stand_in_id)
        .join(absent, absent.id == Substitute.absent_id)
        .join(other, and_(other.id == Substitute.stand_in_id, other.department_id == absent.department_id))
        .where(Substitute.absent_id.in_(users), running(), absent.is_active, other.is_active)
    )
    return {row.absent_id: row.stand_in_id for row in session.execute(query)}
