"""Room audit, rows: events as a dossier carries them, and whether such rows still hold together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from models.audit import COLUMNS, AuditEvent, is_broken


def as_row(event: AuditEvent) -> dict[str, Any]:
    """The event as a dossier carries it: everything that its digest covers."""
    return {name: getattr(event, name) for name in COLUMNS} | {"at": event.at.isoformat()}


def row_faults(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One message for the first of these rows of one chain that does not hold. Raises KeyError, TypeError, ValueError."""
    seq, previous = 0, ""
    for row in rows:
        event = AuditEvent(
            **{name: row[name] for name in COLUMNS} | {"at": datetime.fromisoformat(row["at"])}
        )
        if is_broken(event, seq, previous):
            yield f"审计日志第 {seq + 1} 条起不一致"
            return
        seq, previous = event.seq, event.digest
