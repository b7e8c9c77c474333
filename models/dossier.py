"""Room dossier: the whole case as one archive (卷宗), asked for with a reason, kept for some days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.case import CaseFile
from models.database import Base
from models.people import User
from models.refusal import NotFound
from models.vocabulary import Labelled


class DossierStatus(Labelled):
    """Where the making of a dossier stands."""

    QUEUED = "queued", "等待制作"
    RUNNING = "running", "制作中"
    DONE = "done", "已制成"
    FAILED = "failed", "未能制成"
    GONE = "gone", "已到期清除"


class Dossier(Base):
    """One archive of one case. The file lies encrypted beside the materials and is deleted after some days."""

    __tablename__ = "dossier"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    # Personal numbers of the form unmasked.
    is_full: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(10), default=DossierStatus.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(Text, default="")
    storage_key: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column()
    case: Mapped[CaseFile] = relationship(lazy="raise")
    asked_by: Mapped[User] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": revision}

    @property
    def state(self) -> DossierStatus:
        """The status with its title."""
        return DossierStatus(self.status)

    @property
    def percent(self) -> int:
        """How much of it is made."""
        return 100 * self.done // self.total if self.total else 0


def dossier_for(session: Session, dossier_id: int, user: User) -> Dossier:
    """A dossier that the user himself has asked for. Raises NotFound."""
    found = session.scalars(
        select(Dossier)
        .where(Dossier.id == dossier_id, Dossier.asked_by_id == user.id)
        .options(joinedload(Dossier.case), joinedload(Dossier.asked_by))
    ).first()
    if found is None:
        raise NotFound("未找到该卷宗，或您无权查看。")
    return found


def dossiers_of(session: Session, case: CaseFile, user: User, limit: int = 20) -> list[Dossier]:
    """The dossiers of a case that the user has asked for, newest first."""
    query = select(Dossier).where(Dossier.case_id == case.id, Dossier.asked_by_id == user.id)
    return list(session.scalars(query.order_by(Dossier.id.desc()).limit(limit)))


def names_of(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of people with their offices, as they are now; one statement."""
    wanted = {one for one in ids if one is not None}
    return {user.id: user.display_name for user in session.scalars(select(User).where(User.id.in_(wanted)))}
