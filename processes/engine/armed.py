"""Room timer: a drawn timer that waits or has fired, as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class ArmedTimer:
    """A drawn timer that waits; the term is present when its expression was one in days."""

    engine_id: str
    element_id: str
    due_at: datetime
    is_held: bool
    start_on: date | None
    length: int
    unit: str
    # Why it has no time yet; its due instant is then NO_DEADLINE.
    fault: str
    moves_on: bool
    repeats: bool


def armed(engine_id: str, element_id: str, data: Mapping[str, Any], moves: bool) -> ArmedTimer:
    """From an event's own data."""
    start = data.get("start_on")
    return ArmedTimer(
        engine_id=engine_id,
        element_id=element_id,
        due_at=due_at(data),
        is_held=bool(data.get("provisional")) and moves,
        start_on=date.fromisoformat(start) if start else None,
        length=data.get("length", 0),
        unit=data.get("unit", ""),
        fault=data.get("fault", ""),
        moves_on=moves,
        repeats="times" in data,
    )


def due_at(data: Mapping[str, Any]) -> datetime:
    """The instant for which an event is armed."""
    return datetime.fromisoformat(data["event_value"])
