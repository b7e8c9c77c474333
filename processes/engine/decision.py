"""Room decision: evaluates a decision table over facts, outside any instance, by the same interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.process import VALIDATOR

from processes.engine.environment import CaseEnvironment, Facts, GuardedEngine
from processes.engine.xml import read_xml


@dataclass(frozen=True)
class Row:
    """One row of a table: whether it matched, and its outputs."""

    matched: bool
    outputs: Mapping[str, Any]


@dataclass
class _Asker:
    """What the table needs of an engine task: facts, and who evaluates."""

    workflow: SimpleNamespace
    data: dict[str, Any] = field(default_factory=dict)


def examine(table: str, facts: Facts) -> list[Row]:
    """Every row of a table in drawn order. Raises what the expressions raise."""
    engine = _table_engine(table)
    asker = _asker(facts)
    matched = {id(rule) for rule in engine.decide(asker)}
    return [
        Row(id(rule) in matched, dict(rule.output_as_dict(asker))) for rule in engine.decision_table.rules
    ]


def decide(table: str, facts: Facts) -> dict[str, Any]:
    """The outputs of the first matching row; empty when none matches."""
    result: dict[str, Any] = dict(_table_engine(table).result(_asker(facts)))
    return result


def _asker(facts: Facts) -> _Asker:
    return _Asker(SimpleNamespace(script_engine=GuardedEngine(CaseEnvironment(facts, {}))))


@lru_cache(maxsize=64)
def _table_engine(table: str) -> Any:
    parser = SpiffBpmnParser(validator=VALIDATOR)
    parser.add_dmn_xml(read_xml(table.encode()), filename="table.dmn")
    (decision,) = parser.dmn_parsers
    parser.dmn_parsers[decision].parse()
    return parser.get_engine(decision, None)
