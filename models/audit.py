"""Room audit: append-only events, hash-chained per case, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, ForeignKey, String, Text, UniqueConstraint, event, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.calendar import now
from models.case import CaseFile
from models.crypto import canonical_json, seal
from models.database import Base, BigId
from models.people import User

SYSTEM_CHAIN = 0


class AuditEvent(Base):
    """One thing that happened. `case_id` is empty in the chain of the system itself."""

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("chain", "seq"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chain: Mapped[int]
    seq: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(String(140))
    action: Mapped[str] = mapped_column(String(40))
    summary: Mapped[str] = mapped_column(Text)
    old: Mapped[dict[str, Any]]
    new: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditChain(Base):
    """The head of the system's own chain (logins, accounts, policy sets)."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")


# The log may only grow: the database itself refuses to change or delete a row.
GUARD_SQLITE = tuple(
    f"CREATE TRIGGER audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event "
    "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
GUARD_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_event_guard() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$",
    "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_guard()",
)


def _guard(_table: object, connection: Connection, **_options: object) -> None:
    statements = GUARD_POSTGRESQL if connection.dialect.name == "postgresql" else GUARD_SQLITE
    for statement in statements:
        connection.exec_driver_sql(statement)


event.listen(AuditEvent.__table__, "after_create", _guard)


def record(
    session: Session,
    action: str,
    summary: str,
    *,
    actor: User | None,
    case: CaseFile | None = None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append an event to the chain of `case`, or to the system's chain when there is none.

    The row of the case (or of the system chain) must be written in this transaction: it holds the head.
    """
    head: CaseFile | AuditChain = case if case is not None else _system_chain(session)
    seq, previous = (head.audit_seq, head.audit_head) if isinstance(head, CaseFile) else (head.seq, head.head)
    event = AuditEvent(
        chain=case.id if case is not None else SYSTEM_CHAIN,
        seq=seq + 1,
        case_id=case.id if case is not None else None,
        at=now().replace(microsecond=0),
        actor_id=actor.id if actor else None,
        actor_name=actor.display_name if actor else "系统",
        action=action,
        summary=summary,
        old=_jsonable(old),
        new=_jsonable(new),
        previous=previous,
    )
    event.digest = _digest(event)
    session.add(event)
    if isinstance(head, CaseFile):
        head.audit_seq, head.audit_head = event.seq, event.digest
    else:
        head.seq, head.head = event.seq, event.digest
    return event


def verify(session: Session) -> Iterator[str]:
    """Walk every chain; yields one message for each chain that does not hold, naming the first bad row."""
    heads = {chain.id - 1: (chain.seq, chain.head) for chain in session.scalars(select(AuditChain))}
    heads |= {
        row.id: (row.audit_seq, row.audit_head)
        for row in session.execute(select(CaseFile.id, CaseFile.audit_seq, CaseFile.audit_head))
    }
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.chain, AuditEvent.seq)).yield_per(1000)
    seen: dict[int, tuple[int, str]] = {}
    broken: set[int] = set()
    for row in events:
        seq, previous = seen.get(row.chain, (0, ""))
        if row.chain not in broken and _is_broken(row, seq, previous):
            broken.add(row.chain)
            yield f"链 {row.chain} 第 {seq + 1} 条起不一致（记录 {row.id}）"
        seen[row.chain] = (row.seq, row.digest)
    for chain, expected in heads.items():
        if chain not in broken and seen.get(chain, (0, "")) != expected:
            yield f"链 {chain} 末尾缺失：应为第 {expected[0]} 条"
        elif chain != SYSTEM_CHAIN and not expected[0]:
            yield f"链 {chain} 没有记录：案卷至少应有新建申请一条"


def count(session: Session) -> int:
    """How many events there are."""
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def _is_broken(event: AuditEvent, seq: int, previous: str) -> bool:
    is_moved = event.case_id != (event.chain or None)
    return is_moved or event.seq != seq + 1 or event.previous != previous or event.digest != _digest(event)


def _digest(event: AuditEvent) -> str:
    return seal(
        canonical_json(
            [
                event.previous,
                event.chain,
                event.seq,
                event.at.isoformat(),
                event.actor_id,
                event.actor_name,
                event.action,
                event.summary,
                event.old,
                event.new,
            ]
        )
    )


def _system_chain(session: Session) -> AuditChain:
    chain = session.scalars(select(AuditChain).where(AuditChain.id == 1).with_for_update()).first()
    if chain is None:
        chain = AuditChain(id=1, seq=0, head="")
        session.add(chain)
    return chain


def _jsonable(value: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads(canonical_json(dict(value or {})))
    return loaded
