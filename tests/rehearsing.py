"""Somebody at a rehearsal: begins it, acts, and reads what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.database import reading, transaction
from models.rehearsal import Rehearsal
from processes import rehearsal
from processes.workflow import newest_definition
from tests.world import World


class Player:
    """liucheng at a rehearsal of a process."""

    def __init__(
        self, world: World, key: str = "combined_review", at: str = "2026-03-02", **facts: Any
    ) -> None:
        self.world = world
        with transaction() as session:
            source = rehearsal.of_version(session, newest_definition(session, key).id)
            me = self.owner(session)
            made, _found = rehearsal.begin(session, source, me, {"at": at, "facts": facts})
            self.id = rehearsal.keep(session, made, me).id

    def owner(self, session: Any) -> Any:
        return self.world.user(session, "liucheng")

    def act(self, **act: Any) -> None:
        self.play(rehearsal.act, None, act)

    def play(self, verb: Callable[..., rehearsal.Played], *given: Any) -> None:
        with reading() as session:
            made = verb(session, self.id, self.owner(session), *given)
        with transaction() as session:
            rehearsal.keep(session, made, self.owner(session))

    def done(self, element: str, **values: Any) -> None:
        self.act(complete=element, values=values)

    @property
    def row(self) -> Rehearsal:
        with reading() as session:
            return rehearsal.rehearsal_for(session, self.id, self.owner(session))

    @property
    def open(self) -> list[str]:
        with reading() as session:
            row = rehearsal.rehearsal_for(session, self.id, self.owner(session))
            return sorted(task.element_id for task in rehearsal.run_of(row).instance.ready())

    def told(self, kind: str) -> list[tuple[str, str]]:
        return [(event["at"][:16], event["text"]) for event in self.row.events if event["kind"] == kind]

    def clock(self, key: str) -> Mapping[str, Any]:
        return [clock for clock in self.row.clocks if clock["key"] == key][-1]
