"""Room repayment: a bank's Excel of repayments of 信保贷, as it was read and what became of each row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class RepaymentBatch(Base):
    """A bank's Excel of repayments: read, shown, applied once. `lines` keeps what each row said and became."""

    __tablename__ = "repayment_batch"
    __table_args__ = (UniqueConstraint("bank_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    digest: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    lines: Mapped[list[Any]]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    revision: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": revision}
