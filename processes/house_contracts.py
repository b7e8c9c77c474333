"""Room house_contracts: what the house's Python expects of the drawing of each process that it opens cases on.

The shipped drawing is the contract: what it asks for, waits for and ends in is what the rooms beside it read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from models.scheme import Scheme
from processes.engine.drawing import Drawing, DrawnTimer, read_drawing
from processes.engine.xml import read_xml
from processes.workflow import DEFINITIONS

# The words of cases that people start themselves; the house counts by none of them.
GENERAL_STATUSES = frozenset(("filling", "processing", "completed", "declined"))
# Clocks of the same length in working days end later: their days are not comparable with calendar days.
_TERM = re.compile(r"(working|calendar)_days\((?:([0-9]{1,4})|([a-z0-9_]+))\s*(?:,\s*([a-z0-9_]+)\s*)?\)")


@dataclass(frozen=True)
class Clock:
    """A statutory clock: on a step with which form, by which clause, how long."""

    form_key: str
    key: str
    name: str
    clause: str
    expression: str

    def allows(self, other: Clock) -> bool:
        """Whether the other ends no later, whatever the day."""
        own, its = _TERM.fullmatch(self.expression), _TERM.fullmatch(other.expression)
        if self.expression == other.expression:
            return True
        if not own or not its or not own[2] or not its[2] or own[4] != its[4]:
            return False
        is_sooner_kind = own[1] == its[1] or its[1] == "calendar"
        return is_sooner_kind and int(its[2]) <= int(own[2])


@dataclass(frozen=True)
class Contract:
    """What must be found again in every version of a process of the house."""

    messages: frozenset[str]
    acts: frozenset[str]
    forms: Mapping[str, str]
    endings: frozenset[str]
    lanes: frozenset[str]
    clocks: tuple[Clock, ...]


def contract_of(key: str) -> Contract | None:
    """The contract of a process whose cases the house opens; None for a process of the owners' own."""
    return _read(key) if key in HOUSE else None


def clocks_of(drawing: Drawing) -> Iterator[Clock]:
    """The statutory clocks of a drawing."""
    for timer in drawing.timers.values():
        step = drawing.steps.get(timer.attached_to)
        if timer.deadline and step is not None:
            yield _clock(timer, step.form_key)


HOUSE = frozenset(scheme.process for scheme in Scheme if scheme is not Scheme.GENERAL)


@cache
def _read(key: str) -> Contract:
    drawing = read_drawing(read_xml((DEFINITIONS / f"{key}.bpmn").read_bytes()))
    return Contract(
        messages=frozenset(drawing.messages.values()),
        acts=frozenset(drawing.acts.values()),
        forms={step.form_key: step.name for step in drawing.steps.values()},
        endings=frozenset(filter(None, drawing.endings.values())),
        lanes=frozenset(filter(None, drawing.lanes)),
        clocks=tuple(clocks_of(drawing)),
    )


def _clock(timer: DrawnTimer, form_key: str) -> Clock:
    expression = "".join(timer.expression.split())
    return Clock(form_key, timer.deadline, timer.name, timer.clause, expression)
