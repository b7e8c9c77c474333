"""Room people: regions, departments, users, their roles and what each role permits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.database import Base
from models.keyset import containing
from models.permission import Permission, Role
from models.refusal import Forbidden

__all__ = [
    "LANES",
    "LEADING",
    "SCREENING",
    "Department",
    "DepartmentKind",
    "Permission",
    "Region",
    "Role",
    "User",
    "all_departments",
    "all_regions",
    "colleagues",
    "department_choices",
    "owners",
    "region_choices",
    "user_named",
    "users_like",
]  # fmt: skip


class DepartmentKind(StrEnum):
    """Kinds of offices; a lane of a drawing carries the title of the kind that works in it."""

    label: str

    def __new__(cls, value: str, label: str = "") -> DepartmentKind:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    HRSS = "hrss", "人社部门"
    GUARANTOR = "guarantor", "担保机构"
    BANK = "bank", "经办金融机构"
    FINANCE = "finance", "财政部门"
    CENTRAL_BANK = "central_bank", "人民银行分支机构"
    FINANCE_CENTER = "finance_center", "金融服务中心"
    LEADING_GROUP = "leading_group", "县域金融工程领导小组"
    CREDIT_CENTER = "credit_center", "社会信用管理中心"
    ECONOMIC_POLICE = "economic_police", "公安经侦大队"
    COURT = "court", "法院"
    PROCURATORATE = "procuratorate", "检察院"
    TAX = "tax", "税务局"
    MARKET = "market", "市场监管局"
    INDUSTRY = "industry", "工信局"
    COMMERCE = "commerce", "工商联"
    OPERATIONS = "operations", "系统运维"


# What a lane may be called: the title of a kind, or the name that 信保贷 gives to it.
LANES = {kind.label: kind for kind in DepartmentKind} | {
    "合作金融机构": DepartmentKind.BANK,
    "担保公司": DepartmentKind.GUARANTOR,
}


# 信保贷: who organises and decides, and who screens (B-12).
LEADING = (DepartmentKind.FINANCE_CENTER, DepartmentKind.LEADING_GROUP)
SCREENING = (
    DepartmentKind.CENTRAL_BANK,
    DepartmentKind.CREDIT_CENTER,
    DepartmentKind.ECONOMIC_POLICE,
    DepartmentKind.COURT,
    DepartmentKind.PROCURATORATE,
    DepartmentKind.TAX,
    DepartmentKind.MARKET,
    DepartmentKind.INDUSTRY,
    DepartmentKind.COMMERCE,
)


class Region(Base):
    """An administrative region (行政区划), with its superior."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))


class Department(Base):
    """An office that acts in cases."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    phone: Mapped[str] = mapped_column(String(30), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    region: Mapped[Region] = relationship(lazy="joined", innerjoin=True)


class User(Base):
    """A person who logs in. `department_id` is empty for applicants only."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    phone: Mapped[str] = mapped_column(String(30), default="")
    # Where messages are sent outside of the program; empty: nowhere.
    email: Mapped[str] = mapped_column(String(120), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    department: Mapped[Department | None] = relationship(lazy="joined")

    def may(self, permission: Permission) -> bool:
        """Whether the role grants `permission`."""
        return permission in Role(self.role).permissions

    def require(self, permission: Permission) -> None:
        """Raises Forbidden unless the role grants `permission`."""
        if not self.is_active or not self.may(permission):
            raise Forbidden("您没有办理此事项的权限。")

    @property
    def display_name(self) -> str:
        """Department and name, as it is shown beside an act."""
        return f"{self.department.name} {self.name}" if self.department else self.name

    # What flask-login asks of a user; kept here so that a user is one thing in every storey.
    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        return str(self.id)


def user_named(session: Session, username: str) -> User | None:
    """The user of that login name, if any."""
    return session.scalars(select(User).where(User.username == username)).first()


def owners(session: Session) -> list[int]:
    """The ids of the process owners."""
    return list(session.scalars(select(User.id).where(User.role == Role.PROCESS_OWNER.value, User.is_active)))


def department_choices(session: Session, kind: DepartmentKind) -> list[tuple[str, str]]:
    """(id, name) pairs of the active offices of a kind, by name."""
    query = select(Department).where(Department.kind == kind, Department.is_active).order_by(Department.name)
    return [(str(row.id), row.name) for row in session.scalars(query)]


def region_choices(session: Session, kind: DepartmentKind = DepartmentKind.HRSS) -> list[tuple[str, str]]:
    """(id, name) pairs of the regions in which an office of that kind takes applications, by code."""
    served = select(Department.region_id).where(Department.kind == kind, Department.is_active)
    query = select(Region).where(Region.id.in_(served)).order_by(Region.code)
    return [(str(row.id), row.name) for row in session.scalars(query)]


def colleagues(session: Session, department_id: int, permission: Permission) -> list[User]:
    """The active people of a department whose role grants `permission`, by name."""
    roles = [role.value for role in Role if permission in role.permissions]
    query = select(User).where(User.department_id == department_id, User.is_active, User.role.in_(roles))
    return list(session.scalars(query.order_by(User.name, User.id)))


def all_departments(session: Session) -> list[Department]:
    """Every office, also those out of use, by region and kind."""
    return list(
        session.scalars(select(Department).order_by(Department.region_id, Department.kind, Department.id))
    )


def users_like(session: Session, text: str, limit: int = 200) -> list[User]:
    """Users whose login name or name contains `text`, in the order of their offices; `limit` at most."""
    pattern = containing(text.strip())
    query = select(User).where(
        or_(User.username.like(pattern, escape="\\"), User.name.like(pattern, escape="\\"))
    )
    return list(session.scalars(query.order_by(User.department_id, User.role, User.id).limit(limit)))


def all_regions(session: Session) -> list[Region]:
    """Every region, by code."""
    return list(session.scalars(select(Region).order_by(Region.code)))
