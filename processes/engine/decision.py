"""Room decision: evaluates a decision table over facts, outside any instance, by the same interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.process import VALIDATOR

from processes.engine.environment import CaseEnvironment, Facts, GuardedEngine
from processes.engine.expression import ExpressionError
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


class _Stopped(SpiffWorkflowException):
    """Carries an error of an expression through the table's engine, which would lose it in one of its own."""

    def __init__(self, error: ExpressionError) -> None:
        super().__init__(error.message)
        self.error = error


class _TableEngine(GuardedEngine):
    """Evaluates for a table outside of any instance: there is no task to be named in an error."""

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        try:
            return self.environment.evaluate(expression, task.data, external_context)
        except ExpressionError as error:
            raise _Stopped(error) from error


def examine(table: str, facts: Facts) -> list[Row]:
    """Every row of a table in drawn order. Raises ExpressionError."""
    engine = _table_engine(table)
    asker = _asker(facts)
    try:
        matched = {id(rule) for rule in engine.decide(asker)}
        rules = engine.decision_table.rules
        return [Row(id(rule) in matched, dict(rule.output_as_dict(asker))) for rule in rules]
    except _Stopped as stopped:
        raise stopped.error from stopped


def decide(table: str, facts: Facts) -> dict[str, Any]:
    """The outputs of the first matching row; empty when none matches. Raises ExpressionError."""
    try:
        result: dict[str, Any] = dict(_table_engine(table).result(_asker(facts)))
    except _Stopped as stopped:
        raise stopped.error from stopped
    return result


def _asker(facts: Facts) -> _Asker:
    return _Asker(SimpleNamespace(script_engine=_TableEngine(CaseEnvironment(facts, {}))))


@lru_cache(maxsize=64)
def _table_engine(table: str) -> Any:
    parser = SpiffBpmnParser(validator=VALIDATOR)
    parser.add_dmn_xml(read_xml(table.encode()), filename="table.dmn")
    (decision,) = parser.dmn_parsers
    parser.dmn_parsers[decision].parse()
    return parser.get_engine(decision, None)
