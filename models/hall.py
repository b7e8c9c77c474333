"""Room hall: screens in the hall of an office (大厅公示屏), each opened by a secret address that can be revoked."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.database import Base
from models.people import Region
from models.refusal import NotFound


class HallScreen(Base):
    """One screen: whose figures it shows, and the digest of the secret in its address."""

    __tablename__ = "hall_screen"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    secret_digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    region: Mapped[Region] = relationship(lazy="joined", innerjoin=True)


def digest_of(secret: str) -> str:
    """What is kept of a secret: 32 random bytes need no salt."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def screens(session: Session) -> list[HallScreen]:
    """Every screen, those in use first, newest first."""
    order = (HallScreen.revoked_at.is_not(None), HallScreen.id.desc())
    return list(session.scalars(select(HallScreen).order_by(*order)))


def screen_behind(session: Session, secret: str) -> HallScreen:
    """The screen of that address. Raises NotFound for an unknown or a revoked one."""
    query = select(HallScreen).where(
        HallScreen.secret_digest == digest_of(secret), HallScreen.revoked_at.is_(None)
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("该公示屏地址不存在或已停用。")
    return found
