"""Tests of the house's rules: arrows, docstrings, reasons for every exception, one commit, no traces of a desk."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import processes.worklist  # noqa: F401  registers every step
from forms.registry import TASK_FORMS
from models.scheme import Scheme
from processes.engine.definition import parse_definition
from processes.steps import STEPS
from processes.workflow import DEFINITIONS, SHIPPED
from tests.house.source import ROOT, STOREYS, sources

NOQA = re.compile(r"#\s*noqa(?!: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*  ?\S)")
IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[[a-z-]+(, ?[a-z-]+)*\]  # \S)")
# File → why it may catch every fault.
BROAD = {
    "webapp/bulk_door.py": "one faulty task must not stop the others of its batch",
    "webapp/errors.py": "answers a fault that nobody foresaw as a page",
    "webapp/handlers_migration.py": "one faulty case must not stop the others of its plan",
    "webapp/jobs.py": "one faulty timer must not stop the others",
    "webapp/reminders.py": "one person's fault keeps nobody else's digest back",
    "webapp/worker.py": "a heart that meets a fault beats on",
    "processes/engine/lint.py": "whatever the engine says of a stranger's drawing is a problem of the drawing",
}
SKIPPED = {"node_modules", "instance", "__pycache__", "vendor", "test-results"}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".html",
    ".css",
    ".js",
    ".mjs",
    ".json",
    ".bpmn",
    ".dmn",
    ".mako",
    "",
}
# Written apart, so that this file does not find itself.
TRACES = [f"/{folder}/" for folder in ("work", "root", "home", "Users")] + [
    "--index" + "-url",
    "--find" + "-links",
]


def test_the_arrows_hold() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


def test_every_module_says_its_room_in_one_sentence() -> None:
    for source in sources():
        told = ast.get_docstring(source.tree)
        if source.text.strip():
            assert told, source.name
        is_storey = source.name.startswith(STOREYS) and not source.name.endswith("__init__.py")
        if is_storey:
            assert re.match(r"(Room [a-z_ ,]+|Engine room)[^:]*: ", told or ""), source.name


def test_every_exception_has_its_reason() -> None:
    for source in sources():
        for number, line in enumerate(source.text.splitlines(), 1):
            if "re.compile" not in line:
                assert not NOQA.search(line), f"{source.name}:{number}"
                assert not IGNORE.search(line), f"{source.name}:{number}"


def test_the_reason_is_really_asked_for() -> None:
    bare = "#" + " noqa", "#" + " noqa: S101", "#" + " type: ignore", "#" + " type: ignore[arg-type]"
    assert [bool(NOQA.search(line) or IGNORE.search(line)) for line in bare] == [True] * 4
    good = "#" + " noqa: S101  states an invariant", "#" + " type: ignore[arg-type]  # a real field"
    assert [bool(NOQA.search(line) or IGNORE.search(line)) for line in good] == [False] * 2


def test_nothing_swallows_every_fault() -> None:
    for source in sources():
        if source.name in BROAD or not source.name.startswith(STOREYS):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler):
                names = {found.id for found in ast.walk(node.type or node) if isinstance(found, ast.Name)}
                is_broad = node.type is None or names & {"Exception", "BaseException"}
                assert not is_broad, f"{source.name}:{node.lineno}"


def test_the_commit_is_in_one_place() -> None:
    callers = {
        source.name
        for source in sources()
        if source.name.startswith(STOREYS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert callers == {"models/database.py"}


def test_no_trace_of_a_desk_is_in_the_tree() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {trace}"
        for path in ROOT.rglob("*")
        if _is_ours(path.relative_to(ROOT)) and path.is_file()
        for trace in TRACES
        if trace in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []


def _is_ours(path: Path) -> bool:
    """A text that is committed; caches and environments begin with a dot."""
    hidden = any(part.startswith(".") and part != ".ci" for part in path.parts[:-1])
    return not hidden and not SKIPPED.intersection(path.parts) and path.suffix in TEXT


def test_drawings_forms_and_steps_agree() -> None:
    drawn: set[str] = set()
    for key, tables in SHIPPED.items():
        decisions = {name: (DEFINITIONS / name).read_bytes() for name in tables}
        definition = parse_definition((DEFINITIONS / f"{key}.bpmn").read_bytes(), decisions)
        assert definition.drawing.key == key
        drawn |= {step.form_key for step in definition.drawing.steps.values()}
    assert drawn == set(TASK_FORMS)
    assert drawn == set(STEPS)
    assert {scheme.process for scheme in Scheme} <= set(SHIPPED)
