"""Room sandbox: a token that belongs to no case: facts given by name, the real working days, nobody's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import processes.catalogue  # noqa: F401  registers every fact and step
from models.calendar import calendar, today
from models.refusal import Refusal
from processes.engine.definition import Definition
from processes.engine.drawing import Drawing
from processes.engine.environment import CaseEnvironment, Facts
from processes.facts import FACTS, functions
from processes.steps import ROUTING

# What a case without the record in question answers too (processes/facts.py); everything else that is not
# given is None, which no comparison of order accepts: a missing fact is seen, not guessed.
DEFAULTS: Mapping[str, Callable[[], Any]] = {
    "calendar_version": lambda: calendar().version,
    "investigation_opened_on": today,
    "refused_on": today,
    "supplement_notified_on": today,
}


class GivenFacts(Mapping[str, Any]):
    """Facts by name, instead of the tables. Raises Refusal for a name that nobody has declared.

    A name of processes.steps.ROUTING may be given too and then holds whatever a step says; one that is not
    given is left to the token. A drawn field that is not given is None.
    """

    def __init__(self, given: Mapping[str, Any], drawing: Drawing | None = None) -> None:
        self._drawn = drawing.field_names if drawing is not None else frozenset[str]()
        self._given: dict[str, Any] = {}
        self.give(given)

    def give(self, values: Mapping[str, Any]) -> None:
        """From now on these too. Raises Refusal for a name that nobody has declared."""
        unknown = sorted(name for name in values if name not in self and name not in ROUTING)
        if unknown:
            raise Refusal(f"“{unknown[0]}”不是已声明的名称。", unknown[0])
        self._given.update(values)

    @property
    def given(self) -> Mapping[str, Any]:
        """What was given, without the defaults."""
        return self._given

    def __getitem__(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        if name not in self:
            raise KeyError(name)
        return DEFAULTS[name]() if name in DEFAULTS else None

    def __contains__(self, name: object) -> bool:
        return name in self._given or name in FACTS or name in self._drawn

    def __iter__(self) -> Iterator[str]:
        return iter({*FACTS, *self._drawn, *self._given})

    def __len__(self) -> int:
        return len({*FACTS, *self._drawn, *self._given})


def sandbox(definition: Definition, facts: Facts, region_code: str | None = None) -> CaseEnvironment:
    """What answers the expressions of a token without a case; its clock is models.calendar.fixed_at."""
    given = facts if isinstance(facts, GivenFacts) else GivenFacts(facts, definition.drawing)
    return CaseEnvironment(given, functions(region_code or ""))
