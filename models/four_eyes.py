"""Room token_repair: what one person proposes about a case and another decides on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import (
    Mapped,
    Session,
    declared_attr,
    joinedload,
    mapped_column,
    relationship,
)

from models.case import CaseFile
from models.people import User
from models.vocabulary import Labelled


class Verdict(Labelled):
    """Where a proposal stands that a second person decides on."""

    PROPOSED = "proposed", "待复核"
    APPLIED = "applied", "已执行"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "提出人已收回"
    CHANGED = "changed", "提出后案卷已有变化"


class Proposed:
    """Columns of a proposal: by whom and why, and what the second person said."""

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default=Verdict.PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_text: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column()

    @declared_attr
    def case(cls) -> Mapped[CaseFile]:  # noqa: N805  a mixin is asked as a class
        """The case it is about."""
        return relationship(CaseFile, lazy="raise")

    @declared_attr
    def author(cls) -> Mapped[User]:  # noqa: N805  a mixin is asked as a class
        """Who proposed it."""
        return relationship(User, lazy="raise", foreign_keys=[cast(Any, cls).author_id])

    @declared_attr
    def decided_by(cls) -> Mapped[User | None]:  # noqa: N805  a mixin is asked as a class
        """Who decided."""
        return relationship(User, lazy="raise", foreign_keys=[cast(Any, cls).decided_by_id])

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  a mixin is asked as a class
        """Two who decide at once: the second finds it decided."""
        return {"version_id_col": cls.revision}

    @property
    def title(self) -> str:
        """待复核, 已执行, …"""
        return Verdict.title_of(self.status)

    @property
    def is_waiting(self) -> bool:
        """A second person has still to decide."""
        return self.status == Verdict.PROPOSED


ProposedT = TypeVar("ProposedT", bound=Proposed)


def proposals_of(session: Session, kind: type[ProposedT], case: CaseFile) -> list[ProposedT]:
    """Every proposal of one kind about a case, newest first, with its people."""
    query = select(kind).where(kind.case_id == case.id).order_by(kind.id.desc())
    found: Sequence[ProposedT] = session.scalars(
        query.options(joinedload(kind.author), joinedload(kind.decided_by))
    ).all()
    return list(found)
