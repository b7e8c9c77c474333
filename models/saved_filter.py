"""Room saved_filter: conditions of the inbox that a person keeps, for himself or for his whole department."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.database import Base
from models.people import User

# How many a person may keep, and how many a department may share; a page counts each of them.
MOST = 20


class SavedFilter(Base):
    """One list under a name; without a name: which columns and order a person has set for a scope."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        UniqueConstraint("owner_id", "scope", "name"),
        Index(
            "ix_saved_filter_shared",
            "department_id",
            "name",
            postgresql_where=text("department_id IS NOT NULL"),
            sqlite_where=text("department_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    # The office that may use it too; empty: the owner alone.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    scope: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(40), default="")
    # Name of a condition → what was typed, as in the address of the page.
    query: Mapped[dict[str, Any]]
    columns: Mapped[list[Any]]
    saved_at: Mapped[datetime]
    owner: Mapped[User] = relationship(lazy="raise")

    @property
    def is_shared(self) -> bool:
        """Whether the owner's department uses it too."""
        return self.department_id is not None


def filters_of(session: Session, user: User) -> Sequence[SavedFilter]:
    """His own and those shared with his department, by name; what he has set for a scope comes with them."""
    mine = SavedFilter.owner_id == user.id
    ours = SavedFilter.department_id == user.department_id
    usable = or_(mine, ours) if user.department_id is not None else mine
    query = select(SavedFilter).where(usable).order_by(SavedFilter.name, SavedFilter.id)
    return session.scalars(query).all()
