"""Room audit: append-only events, hash-chained per case, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit_looks import LOOKS
from models.calendar import now
from models.case import CaseFile
from models.crypto import canonical_json, seal
from models.database import Base, BigId, session_closing
from models.people import User

SYSTEM_CHAIN = 0
# Where a session keeps its events of the system until the commit, and in whose place people act (代办).
_WAITING, STANDS_FOR = "audit_waiting", "audit_stands_for"
_LONGEST_NAME = 140


class AuditEvent(Base):
    """One thing that happened. `case_id` is empty in the chain of the system itself."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_audit_event_at", "at"),
        Index("ix_audit_event_action", "action", "id"),
    )

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


COLUMNS = [column.key for column in AuditEvent.__table__.columns if column.key != "id"]
_CASE = cast(Table, CaseFile.__table__)
_HEADS = (
    update(_CASE)
    .where(_CASE.c.id == bindparam("case"))
    .values(
        audit_seq=bindparam("seq"),
        audit_head=bindparam("head"),
        acted_at=bindparam("acted"),
        revision=_CASE.c.revision + 1,
    )
)


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

    The row of the case must be written in this transaction: it holds the head. What goes into the system's
    chain is linked and written at the commit (`_close`); so not inside of a savepoint, which may be undone.
    """
    event = _event(action, summary, actor, case, old, new)
    event.actor_name = _named(session, actor, event.actor_name)
    if case is not None:
        case.audit_seq, case.audit_head = _link(session, event, case.audit_seq, case.audit_head)
        case.acted_at = _acted(event, case)
    elif session.in_nested_transaction():
        raise RuntimeError("an event of the system inside of a savepoint")
    else:
        session.info.setdefault(_WAITING, []).append(event)
    return event


@dataclass(frozen=True)
class Line:
    """What one of many cases is to read in its chain; without a case it goes to the system's."""

    case: CaseFile | None
    summary: str
    new: Mapping[str, Any]


def record_all(session: Session, action: str, lines: Iterable[Line], *, actor: User | None) -> None:
    """As `record`, for the same thing in many cases: two statements. The rows of the cases must be locked."""
    # What waits to be written holds earlier links of the same chains.
    session.flush()
    rows, heads = list[dict[str, Any]](), list[dict[str, Any]]()
    for line in lines:
        if line.case is None:
            record(session, action, line.summary, actor=actor, new=line.new)
            continue
        event, case = _event(action, line.summary, actor, line.case, None, line.new), line.case
        event.actor_name = _named(session, actor, event.actor_name)
        seq, head = _join(event, case.audit_seq, case.audit_head)
        rows.append({name: getattr(event, name) for name in COLUMNS})
        heads.append({"case": case.id, "seq": seq, "head": head, "acted": _acted(event, case)})
        session.expire(case, ["audit_seq", "audit_head", "acted_at", "revision"])
    if rows:
        session.execute(insert(AuditEvent), rows)
        session.connection().execute(_HEADS, heads)


def _named(session: Session, actor: User | None, shown: str) -> str:
    """Both names, where one acts in the place of another."""
    name = session.info.get(STANDS_FOR, {}).get(actor.id) if actor is not None else ""
    behalf = f"（代{name}）" if name else ""
    return shown[: _LONGEST_NAME - len(behalf)] + behalf


def _acted(event: AuditEvent, case: CaseFile) -> datetime:
    """When a person last did something in the case, this event included."""
    is_act = event.actor_id is not None and event.action not in LOOKS
    return event.at if is_act or case.acted_at is None else case.acted_at


def _event(
    action: str,
    summary: str,
    actor: User | None,
    case: CaseFile | None,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
) -> AuditEvent:
    return AuditEvent(
        chain=case.id if case is not None else SYSTEM_CHAIN,
        case_id=case.id if case is not None else None,
        at=now().replace(microsecond=0),
        actor_id=actor.id if actor else None,
        actor_name=actor.display_name if actor else "系统",
        action=action,
        summary=summary,
        old=_jsonable(old),
        new=_jsonable(new),
    )


def _link(session: Session, event: AuditEvent, seq: int, head: str) -> tuple[int, str]:
    """Put the event behind the head of its chain; the new head."""
    linked = _join(event, seq, head)
    session.add(event)
    return linked


def _join(event: AuditEvent, seq: int, head: str) -> tuple[int, str]:
    event.seq, event.previous = seq + 1, head
    event.digest = _digest(event)
    return event.seq, event.digest


def _close(session: Session) -> None:
    """Write what waits for the system's chain: its one row is the last that a transaction locks.

    Held any earlier, it deadlocks with whoever waits for it and holds what this transaction needs next:
    the calendar (shared by every knock that writes), a case, a person.
    """
    waiting: list[AuditEvent] = session.info.pop(_WAITING, [])
    if not waiting:
        return
    session.flush()
    chain = _system_chain(session)
    for each in waiting:
        chain.seq, chain.head = _link(session, each, chain.seq, chain.head)


session_closing.append(_close)


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
        if row.chain not in broken and is_broken(row, seq, previous):
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


def is_broken(event: AuditEvent, seq: int, previous: str) -> bool:
    """Whether the event does not follow on the one before it in its chain."""
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
