"""Room lint: numbers of days in the texts of a clock that are not those that it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from processes.engine.drawing import Drawing, DrawnTimer
from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import Problem

_COUNTED = re.compile(r"(working|calendar)_days\(\s*([0-9]{1,4})\s*[,)]", re.ASCII)
_SAID = re.compile(r"(?<![0-9])([0-9]{1,4})\s*(个?工作日|个?自然日|日)(?!期)")
_UNITS = {"working": "个工作日", "calendar": "个自然日"}
# 2026年3月2日 is a day and no term.
_DATE = re.compile(r"[0-9]{1,4}\s*月\s*[0-9]{1,2}\s*日")


def check_clauses(drawing: Drawing) -> Iterator[Problem]:
    """A clock whose clause or name tells only other numbers than the clock counts; likewise the promise."""
    for timer in drawing.timers.values():
        if timer.deadline:
            yield from _timer(timer)
    days = f"{drawing.promise}"
    if drawing.promise and (said := _other(drawing.promise_clause, days)):
        yield problem("clause-days", drawing.key, name="承诺办结时限", said=said, length=f"{days} 个工作日")


def _timer(timer: DrawnTimer) -> Iterator[Problem]:
    counted = _COUNTED.search(timer.expression)
    if counted is None:
        return
    for text in (timer.clause, timer.name):
        if said := _other(text, counted[2]):
            length = f"{counted[2]} {_UNITS[counted[1]]}"
            yield problem("clause-days", timer.element_id, name=timer.name, said=said, length=length)
            return


def _other(text: str, days: str) -> str:
    """The first term that a text names, unless one of them is right."""
    told = list(_SAID.finditer(_DATE.sub("", text)))
    if not told or any(int(found[1]) == int(days) for found in told):
        return ""
    return told[0][0]
