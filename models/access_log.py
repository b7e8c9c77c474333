"""Room access log: who looked at what, one row a person, case, thing and ten minutes; rows are only added.

A case that has moved on within the ten minutes is another thing to look at: the next look is a row of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.case import CaseFile
from models.database import Base, BigId
from models.people import Department, User
from models.vocabulary import Labelled

SPAN = timedelta(minutes=10)
# Added to the number of the ten minutes for every step that the case has opened in them, so that whoever looks again
# after that is noted again; the number alone stays far below it, and so many steps fit into the column.
MOVED, MOST_MOVES = 10_000_000, 200


class LookKind(Labelled):
    """What was looked at."""

    CASE = "case", "查看案卷"
    APPLICATION = "application", "查看申请表"
    DOCUMENT = "document", "查阅材料"
    LETTER = "letter", "查阅文书"
    COUNT = "count", "查看时限计算"
    PRINT = "print", "打印案卷"
    PERSONAL_DATA = "personal_data", "查看完整个人信息"
    DOSSIER = "dossier", "下载卷宗"
    LOG = "log", "查看查阅记录"


class Door(Labelled):
    """By which door."""

    PAGE = "page", "网页"
    REST = "rest", "接口"
    CLI = "cli", "命令行"


class AccessRecord(Base):
    """One look. `span` says into which ten minutes it fell, and how often the case had moved on in them.

    A second look with the same `span` is the same row; 撤回 asks by `at` whether one came after a step was opened.
    """

    __tablename__ = "access_record"
    __table_args__ = (
        UniqueConstraint("user_id", "case_id", "kind", "thing_id", "span"),
        Index("ix_access_record_case", "case_id", "id"),
        Index("ix_access_record_user", "user_id", "id"),
        Index("ix_access_record_department", "department_id", "id"),
        Index("ix_access_record_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    span: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    # The office to which the person belonged then; empty for applicants.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(20))
    # The document, letter, clock or dossier; 0 when the kind says all.
    thing_id: Mapped[int] = mapped_column(default=0)
    door: Mapped[str] = mapped_column(String(10))
    user: Mapped[User] = relationship(lazy="raise")
    department: Mapped[Department | None] = relationship(lazy="raise")
    case: Mapped[CaseFile] = relationship(lazy="raise")

    @property
    def title(self) -> str:
        """What was looked at, in words."""
        return LookKind.title_of(self.kind)

    @property
    def door_title(self) -> str:
        """By which door, in words."""
        return Door.title_of(self.door)


# As for the audit log: rows are added, never changed or deleted.
GUARD_SQLITE = tuple(
    f"CREATE TRIGGER access_record_no_{verb.lower()} BEFORE {verb} ON access_record "
    "BEGIN SELECT RAISE(ABORT, 'access_record is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
GUARD_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION access_record_guard() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'access_record is append-only'; END $$",
    "CREATE TRIGGER access_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_record "
    "FOR EACH STATEMENT EXECUTE FUNCTION access_record_guard()",
)


def _guard(_table: object, connection: Connection, **_options: object) -> None:
    statements = GUARD_POSTGRESQL if connection.dialect.name == "postgresql" else GUARD_SQLITE
    for statement in statements:
        connection.exec_driver_sql(statement)


event.listen(AccessRecord.__table__, "after_create", _guard)


def span_of(at: datetime) -> int:
    """The number of the ten minutes in which an instant lies."""
    return int(at.timestamp() // SPAN.total_seconds())


def span_begins(at: datetime) -> datetime:
    """The first instant of those ten minutes."""
    return datetime.fromtimestamp(span_of(at) * SPAN.total_seconds(), UTC)
