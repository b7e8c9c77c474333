"""Room rehearsal: its doors play while they only read, then write briefly: no clerk waits for a rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.database import reading, transaction
from processes import rehearsal as verbs
from webapp.access import actor


def begun(
    source: verbs.Source, opening: Mapping[str, Any], acts: Sequence[Mapping[str, Any]]
) -> tuple[int, list[str]]:
    """The number of a new rehearsal that has played the acts, and what became different."""
    with reading() as session:
        made, found = verbs.begin(session, source, actor(), opening, acts)
    return _kept(made), found


def played(verb: Callable[..., verbs.Played], *given: Any) -> int:
    """Play and keep; Conflict when the rehearsal has gone on meanwhile."""
    with reading() as session:
        made = verb(session, *given)
    return _kept(made)


def _kept(made: verbs.Played) -> int:
    with transaction() as session:
        row = verbs.keep(session, made, actor())
        return row.id
