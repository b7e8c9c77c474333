"""Room environment: everything the engine evaluates passes here, into our own interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine

from processes.engine.expression import FUNCTIONS, ExpressionError, compile_expression
from processes.engine.timer_value import every

Facts = Mapping[str, Any]
# (timer's element id, term as computed from the drawing) → term in force, extensions included.
Clocks = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


class _Names(Mapping[str, Any]):
    """Token data over the facts of the case: looked up one by one, never copied."""

    __slots__ = ("extra", "facts", "token")

    def __init__(self, token: Mapping[str, Any], facts: Facts, extra: Mapping[str, Any]) -> None:
        self.token, self.facts, self.extra = token, facts, extra

    def __getitem__(self, name: str) -> Any:
        if name in self.extra:
            return self.extra[name]
        # A fact cannot be shadowed by what a form put into the token.
        return self.facts[name] if name in self.facts else self.token[name]

    def __iter__(self) -> Iterator[str]:
        return iter({*self.token, *self.facts, *self.extra})

    def __len__(self) -> int:
        return len({*self.token, *self.facts, *self.extra})


class CaseEnvironment(BasePythonScriptEngineEnvironment):
    """Evaluates expressions over the token and the facts of one case; executes nothing."""

    def __init__(
        self,
        facts: Facts,
        functions: Mapping[str, Callable[..., Any]],
        clocks: Clocks = lambda _element, term: term,
    ) -> None:
        super().__init__()
        self.facts = facts
        self.clocks = clocks
        self.functions = {**FUNCTIONS, "every": every, **functions}
        # Timers that fired in this knock: (engine id, element id, what they were armed with).
        self.fired: list[tuple[str, str, dict[str, Any]]] = []
        # The engine id of the one timer that may fire now.
        self.firing = ""

    def evaluate(
        self, expression: str, context: Mapping[str, Any], external_context: Mapping[str, Any] | None = None
    ) -> Any:
        names = _Names(context, self.facts, external_context or {})
        return compile_expression(expression).evaluate(names, self.functions)

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        raise ExpressionError("流程图中不允许脚本。")

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        raise ExpressionError("流程图中不允许服务调用。")


class GuardedEngine(PythonScriptEngine):
    """The engine's evaluator with both its doors (evaluate, validate) replaced."""

    def validate(self, expression: str) -> None:
        """Decision tables ask whether a cell parses alone; they expect SyntaxError when it does not."""
        try:
            compile_expression(expression)
        except ExpressionError as error:
            raise SyntaxError(str(error)) from error
