"""Room lint: whether a drawing may be published: everything the engine would ignore, lose or misread is refused."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from models.case import CaseStatus
from models.people import DepartmentKind, Permission
from processes.engine.definition import parse_definition
from processes.engine.drawing import Drawing, read_drawing
from processes.engine.environment import CaseEnvironment
from processes.engine.expression import FUNCTIONS, ExpressionError
from processes.engine.instance import EngineFault, Instance
from processes.engine.lint_elements import Known, check_elements, check_endings, check_steps, check_timers
from processes.engine.lint_graph import check_graph, read_graph
from processes.engine.lint_loops import check_loops
from processes.engine.lint_promise import check_promise, check_warnings
from processes.engine.lint_texts import check_tables, check_texts, read_tables
from processes.engine.lint_timers import check_timer_events
from processes.engine.lint_vocabulary import Problem
from processes.engine.xml import XmlRefused, read_xml
from processes.facts import FACTS, functions
from processes.steps import ROUTING

__all__ = ["Known", "Problem", "check", "check_in_child", "known"]

_ROOT = Path(__file__).resolve().parents[2]
_MEMORY, _CPU_SECONDS, _WALL_SECONDS = 1 << 30, 4, 15
_ROUTED = (DepartmentKind.HRSS, DepartmentKind.GUARANTOR, DepartmentKind.BANK)


def known(form_keys: Collection[str]) -> Known:
    """The words of this program, with the forms that the doors have."""
    return Known(
        form_keys=form_keys,
        lanes=[*(kind.label for kind in _ROUTED), "申请人"],
        departments=[kind.value for kind in _ROUTED],
        permissions=[permission.value for permission in Permission],
        statuses={status.value: status.is_final for status in CaseStatus},
        names=[*FACTS, *ROUTING],
        functions=[*FUNCTIONS, *functions()],
        messages=["withdrawal"],
    )


def check(bpmn: bytes, decisions: Mapping[str, bytes], form_keys: Collection[str]) -> list[Problem]:
    """Every problem of a drawing with its decision tables; empty when it may be published.

    Run it on a stranger's file only through `check_in_child`.
    """
    try:
        root = read_xml(bpmn)
        drawing = read_drawing(root)
    except XmlRefused as error:
        return [Problem("", str(error))]
    tables, problems = read_tables(decisions)
    problems += _rules(root, drawing, tables, known(form_keys))
    return list(dict.fromkeys(problems or _tried(bpmn, decisions)))


def _rules(
    root: etree._Element, drawing: Drawing, tables: Mapping[str, etree._Element], words: Known
) -> Iterator[Problem]:
    graph = read_graph(root)
    yield from check_elements(root)
    yield from check_steps(root, drawing, words)
    yield from check_timers(root, drawing)
    yield from check_endings(root, drawing, words)
    yield from check_graph(graph)
    yield from check_loops(graph, drawing)
    yield from check_timer_events(root, drawing, graph)
    yield from check_tables(root, drawing, tables, words)
    yield from check_texts(graph, drawing, tables, words)
    yield from check_warnings(drawing)
    yield from check_promise(graph, drawing, words)


class _Anything(CaseEnvironment):
    """Answers every question of a trial run: no condition holds, no timer is due."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        return date(9000, 1, 1) if "days(" in expression else False


def _tried(bpmn: bytes, decisions: Mapping[str, bytes]) -> list[Problem]:
    """By the engine's own parser and schema, then one start, which finds endless predictions."""
    try:
        Instance.start(parse_definition(bpmn, decisions), _Anything({}, {}), {})
    except (XmlRefused, ExpressionError, EngineFault) as error:
        return [Problem("", str(error))]
    except Exception as error:
        return [Problem("", f"流程图不能执行：{type(error).__name__}")]
    return []


def check_in_child(bpmn: bytes, decisions: Mapping[str, bytes], form_keys: Collection[str]) -> list[Problem]:
    """As `check`, in a process of its own that is stopped at 1 GB, 4 s of work or 15 s of time."""
    asked = {
        "bpmn": bpmn.decode("latin-1"),
        "decisions": {name: content.decode("latin-1") for name, content in decisions.items()},
        "form_keys": sorted(form_keys),
    }
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "processes.engine.lint_child"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            cwd=_ROOT,
            env={"PATH": os.environ.get("PATH", "")},
            timeout=_WALL_SECONDS,
            preexec_fn=_limit,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return [Problem("", "流程图过于复杂，检查未能在规定的时间和内存内完成。")]
    return [Problem(*pair) for pair in json.loads(answer.stdout)]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
