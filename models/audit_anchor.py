"""Room audit, anchors: seals over the heads of all chains, so that a log cut short with its heads is found.

An anchor seals the heads that moved since the previous anchor, together with that anchor's root; so its root
stands for every chain up to its last event, and making or checking one costs only the events in between.
A root that is kept outside of the system is the only proof against somebody who holds the data key too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, String, event, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.audit import AuditEvent
from models.calendar import SHANGHAI, real_now
from models.crypto import canonical_json, seal
from models.database import Base, BigId

INTERVAL = timedelta(hours=1)


class AuditAnchor(Base):
    """The seal over everything up to `last_event_id`; `chains` had events since the previous anchor."""

    __tablename__ = "audit_anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    last_event_id: Mapped[int] = mapped_column(BigId, unique=True)
    chains: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))

    @property
    def line(self) -> str:
        """What is kept outside of the system: Beijing time, last event, root."""
        return f"{self.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} {self.last_event_id} {self.root}"


# As for the log itself: rows are added, never changed or deleted.
GUARD_SQLITE = tuple(
    f"CREATE TRIGGER audit_anchor_no_{verb.lower()} BEFORE {verb} ON audit_anchor "
    "BEGIN SELECT RAISE(ABORT, 'audit_anchor is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
GUARD_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_anchor_guard() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit_anchor is append-only'; END $$",
    "CREATE TRIGGER audit_anchor_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_anchor "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_anchor_guard()",
)


def _guard(_table: object, connection: Connection, **_options: object) -> None:
    statements = GUARD_POSTGRESQL if connection.dialect.name == "postgresql" else GUARD_SQLITE
    for statement in statements:
        connection.exec_driver_sql(statement)


event.listen(AuditAnchor.__table__, "after_create", _guard)


def settled(session: Session) -> int:
    """The newest event; no event with a smaller id can still appear. 0 when there is none.

    PostgreSQL gives out ids before the commit: the lock waits for every transaction that has written to the
    log and keeps new ones out until this one ends, so end it at once and seal in the next. SQLite has one
    writer anyway.
    """
    _lock(session, "LOCK TABLE audit_event IN SHARE MODE")
    return session.scalar(select(func.max(AuditEvent.id))) or 0


def add(session: Session, upto: int) -> AuditAnchor | None:
    """Seal everything up to the event `upto`, a result of `settled`; the newest anchor if that goes as far."""
    _lock(session, "LOCK TABLE audit_anchor IN EXCLUSIVE MODE")
    newest = latest(session)
    if upto <= (newest.last_event_id if newest else 0):
        return newest
    heads = _heads(session, newest.last_event_id if newest else 0, upto)
    made = AuditAnchor(
        at=real_now().replace(microsecond=0),
        last_event_id=upto,
        chains=len(heads),
        previous=newest.root if newest else "",
    )
    made.root = _root(made, heads)
    session.add(made)
    session.flush()
    return made


def latest(session: Session) -> AuditAnchor | None:
    """The newest anchor."""
    return session.scalars(select(AuditAnchor).order_by(AuditAnchor.id.desc()).limit(1)).first()


def is_due(session: Session, at: datetime) -> bool:
    """Whether something happened since the newest anchor, and that is an hour old at that real instant."""
    newest = latest(session)
    moved = select(AuditEvent.id).where(AuditEvent.id > (newest.last_event_id if newest else 0)).limit(1)
    # An anchor of the future (a wrong clock, since put right) does not hold up the next ones.
    is_old = newest is None or abs(at - newest.at) >= INTERVAL
    return is_old and session.scalar(moved) is not None


def verify(session: Session, kept: Collection[str] = ()) -> Iterator[str]:
    """One message for each anchor that does not hold, and for each root kept outside that is not there."""
    last, root = 0, ""
    missing = dict.fromkeys(kept)
    for anchor in session.scalars(select(AuditAnchor).order_by(AuditAnchor.id)):
        heads = _heads(session, last, anchor.last_event_id)
        if anchor.previous != root or anchor.root != _root(anchor, heads):
            yield f"锚点 {anchor.id}（截至记录 {anchor.last_event_id}）与审计日志不符：有记录被删除或改动"
        last, root = anchor.last_event_id, anchor.root
        missing.pop(root, None)
    for absent in missing:
        yield f"系统中没有锚点 {absent}：其后的审计日志可能被整体替换或恢复到更早的时间"


def _heads(session: Session, after: int, upto: int) -> list[tuple[int, int, str]]:
    """Chain, number and digest of the last event of each chain that has one in the interval (after, upto]."""
    rows = session.execute(
        select(AuditEvent.chain, AuditEvent.seq, AuditEvent.digest).where(
            AuditEvent.id > after, AuditEvent.id <= upto
        )
    )
    heads: dict[int, tuple[int, int, str]] = {}
    for chain, seq, digest in rows.yield_per(1000):
        heads[chain] = max(heads.get(chain, (chain, 0, "")), (chain, seq, digest))
    return sorted(heads.values())


def _root(anchor: AuditAnchor, heads: list[tuple[int, int, str]]) -> str:
    sealed = [anchor.previous, anchor.at.isoformat(), anchor.last_event_id, anchor.chains, heads]
    return seal(canonical_json(sealed))


def _lock(session: Session, statement: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(statement))
