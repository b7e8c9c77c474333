"""Room lint: every timer is evaluated once, over sample facts: what can never become a date is found here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from models.refusal import Refusal
from models.working_days import Calendar, due_on
from processes.engine.drawing import Drawing, DrawnTimer
from processes.engine.environment import CaseEnvironment
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import Problem
from processes.engine.timer_value import cycle_of, instant_of, term

_DAY = date(2026, 1, 5)
# What a fact may be: a text would also be a number of days only by mistake.
_SAMPLES: tuple[object, ...] = (5, True, False, _DAY, "5", None)
_MOST = 3
_CALENDAR = Calendar(frozenset(), frozenset(), frozenset(range(1990, 2200)), 1, {})


def check_trial(drawing: Drawing) -> Iterator[Problem]:
    """A timer that comes out as no date, whatever its facts are."""
    for timer in drawing.timers.values():
        reason = _failing(timer)
        if reason:
            yield problem(
                "timer-trial", timer.element_id, name=timer.name, text=timer.expression[:60], reason=reason
            )


def _failing(timer: DrawnTimer) -> str:
    """Why no sample leads to a date; "" when one does, or when it cannot be compiled at all."""
    try:
        names = sorted(compile_expression(timer.expression).names)
    except ExpressionError:
        return ""
    reason = ""
    for facts in _given(names):
        reason = _tried(timer, facts)
        if not reason:
            return ""
    return reason


def _given(names: list[str]) -> Iterator[dict[str, object]]:
    known: dict[str, object] = {name: _DAY for name in names if name.endswith("_on")}
    others = [name for name in names if name not in known]
    free = others[:_MOST]
    for values in itertools.product(_SAMPLES, repeat=len(free)):
        yield {**known, **dict.fromkeys(others, 5), **dict(zip(free, values, strict=True))}


def sample_case(facts: Mapping[str, object]) -> CaseEnvironment:
    """A case of these facts, with terms by a calendar without holidays."""
    return CaseEnvironment(facts, {"working_days": _days, "calendar_days": _days})


def _tried(timer: DrawnTimer, facts: Mapping[str, object]) -> str:
    asked = sample_case(facts)
    try:
        value = asked.evaluate(timer.expression, {})
        cycle_of(value) if timer.repeats else instant_of(value)
    except (ExpressionError, Refusal) as error:
        return error.message
    except (ArithmeticError, ValueError, TypeError) as error:
        return type(error).__name__
    return ""


def _days(length: Any, since: date | None = _DAY) -> dict[str, Any]:
    if type(length) is not int or since is None:
        raise ExpressionError("天数应为整数，起算日应为日期。")
    return term(due_on(since, min(max(length, 1), 60), _CALENDAR))
