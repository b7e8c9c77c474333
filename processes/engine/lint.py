"""Room lint: whether a drawing may be published: everything the engine would ignore, lose or misread is refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lxml import etree

from models.case_status import CaseStatus
from models.people import LANES, DepartmentKind, Permission
from processes.acts import ACTS
from processes.catalogue import MESSAGES
from processes.engine import child
from processes.engine.definition import parse_definition
from processes.engine.drawing import Drawing, read_drawing
from processes.engine.environment import CaseEnvironment
from processes.engine.expression import FUNCTIONS, ExpressionError
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.engine.lint_clauses import check_clauses
from processes.engine.lint_codes import problem
from processes.engine.lint_conditions import check_conditions
from processes.engine.lint_elements import (
    Known,
    check_count,
    check_elements,
    check_endings,
    check_steps,
    check_timers,
)
from processes.engine.lint_fields import check_asked, check_facts, check_fields, check_start
from processes.engine.lint_foreign import check_foreign
from processes.engine.lint_graph import check_graph, read_graph
from processes.engine.lint_house import ContractOf, check_house
from processes.engine.lint_loops import check_loops
from processes.engine.lint_names import called, check_names, names_of, signals_of
from processes.engine.lint_order import check_order
from processes.engine.lint_promise import check_promise, check_warnings
from processes.engine.lint_soundness import check_soundness
from processes.engine.lint_tables import check_tables, outputs_of, read_tables
from processes.engine.lint_texts import check_texts
from processes.engine.lint_timers import check_timer_events
from processes.engine.lint_trial import check_trial
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables import check_examples, translated
from processes.engine.xml import XmlRefused, read_xml
from processes.facts import FACTS, functions
from processes.steps import ROUTING

__all__ = ["Known", "Problem", "check", "check_in_child", "known"]

_ROUTED = [kind for kind in DepartmentKind if kind is not DepartmentKind.OPERATIONS]
# While one of these is wrong, the ways through a drawing are not worth looking at.
_STRUCTURE = ("element-", "event-", "flow-", "gateway-", "id-", "loop-", "timer-host")


def known(form_keys: Collection[str]) -> Known:
    """The words of this program, with the forms that the doors have."""
    return Known(
        form_keys=form_keys,
        lanes=[*(title for title, kind in LANES.items() if kind in _ROUTED), "申请人"],
        departments=[kind.value for kind in _ROUTED],
        permissions=[permission.value for permission in Permission],
        statuses={status.value: status.is_final for status in CaseStatus},
        names=[*FACTS, *ROUTING],
        functions=[*FUNCTIONS, *functions()],
        messages=[*MESSAGES],
        acts=[*ACTS],
    )


def check(
    bpmn: bytes,
    decisions: Mapping[str, bytes],
    form_keys: Collection[str],
    tests: Mapping[str, Any] | None = None,
    contract_of: ContractOf | None = None,
) -> list[Problem]:
    """Every problem of a drawing with its decision tables and their examples; empty when it may be published.

    `contract_of` says what the house expects of a key; without it a drawing is judged by itself alone.
    Run it on a stranger's file only through `check_in_child`.
    """
    try:
        root = read_xml(bpmn)
        drawing = read_drawing(root)
    except XmlRefused as error:
        return [Problem("", str(error), error.code)]
    if too_many := list(check_count(root)):
        return too_many
    tables, problems = read_tables(decisions)
    problems += _rules(root, drawing, tables, known(form_keys))
    problems += check_house(drawing, contract_of) if contract_of else ()
    errors = [found.code for found in problems if not found.is_warning]
    if not any(code.startswith(_STRUCTURE) for code in errors):
        sound = list(check_soundness(read_graph(root), signals_of(root), names_of(root)))
        problems, errors = problems + sound, errors + [found.code for found in sound]
    if not errors:
        problems = problems + _tried(bpmn, decisions) + check_examples(decisions, tests or {})
    return called(dict.fromkeys(problems), root)


def _rules(
    root: etree._Element, drawing: Drawing, tables: Mapping[str, etree._Element], words: Known
) -> Iterator[Problem]:
    graph = read_graph(root)
    asking = replace(words, names=[*words.names, *drawing.field_names])
    yield from check_elements(root)
    yield from check_foreign(root, names_of(root))
    yield from check_names(root, drawing)
    yield from check_steps(root, drawing, words)
    yield from check_timers(root, drawing)
    yield from check_endings(root, drawing, words)
    yield from check_graph(graph)
    yield from check_loops(graph, drawing)
    timed = list(check_timer_events(root, drawing, graph))
    yield from timed or check_trial(drawing)
    yield from check_fields(root, drawing, words, outputs_of(tables))
    yield from check_asked(graph, drawing)
    yield from check_start(drawing)
    yield from check_facts(graph, drawing, tables)
    yield from check_tables(root, drawing, tables, asking)
    yield from check_texts(graph, drawing, tables, asking)
    yield from check_conditions(graph, drawing, tables, asking)
    yield from check_order(root, graph, drawing, tables)
    yield from check_warnings(drawing)
    yield from check_clauses(drawing)
    yield from check_promise(graph, drawing, words)


class _Anything(CaseEnvironment):
    """Answers every question of a trial run: no condition holds, no timer is due."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        return date(9000, 1, 1) if "days(" in expression else False


def _tried(bpmn: bytes, decisions: Mapping[str, bytes]) -> list[Problem]:
    """By the engine's own parser and schema, then one start, which finds endless predictions."""
    try:
        Instance.start(parse_definition(bpmn, translated(decisions)), _Anything({}, {}), {})
    except (XmlRefused, ExpressionError, EngineFault) as error:
        said = re.sub(r"\{[^}]*\}", "", str(error).removeprefix("流程图不能执行："))
        return [problem("engine-refused", reason=said)]
    except Exception as error:
        return [problem("engine-refused", reason=type(error).__name__)]
    return []


def check_in_child(
    bpmn: bytes,
    decisions: Mapping[str, bytes],
    form_keys: Collection[str],
    tests: Mapping[str, Any] | None = None,
) -> list[Problem]:
    """As `check`, in a process of its own that is stopped at 1 GB, 4 s of work or 15 s of time.

    What is no XML within the bounds needs no process: reading it costs no more than its size.
    """
    try:
        read_xml(bpmn)
    except XmlRefused as error:
        return [Problem("", str(error), error.code)]
    asked = {
        "bpmn": bpmn.decode("latin-1"),
        "decisions": {name: content.decode("latin-1") for name, content in decisions.items()},
        "form_keys": sorted(form_keys),
        "tests": dict(tests or {}),
    }
    found = child.ask("processes.engine.lint_child", asked)
    if found is None:
        return [problem("check-stopped")]
    return [Problem(**{**one, "path": tuple(one["path"])}) for one in found]
