"""Tests of the house's sizes: small functions, small files, shallow blocks, short views."""

from __future__ import annotations

import ast
import statistics

import pytest

from tests.house.source import Source, functions, length, nesting, sources

MEDIAN, NINTH, LONGEST, FILE, DEPTH, VIEW = 8, 20, 40, 300, 3, 15
# Function → why it may be longer than LONGEST.
LONG = {
    "tests/examples.py enterprise_application": "one literal: a complete form F2",
    "tests/world.py answers": "one literal: a good answer to every form",
}
# Benchmarks are scripts that print a table; they are read from top to bottom.
MEASURED = [(where, function) for where, function in functions() if not where.startswith("benchmarks/")]


def name_of(where: str) -> str:
    path, name = where.split(" ")
    return f"{path.rsplit(':', 1)[0]} {name}"


def test_functions_are_small() -> None:
    lines = sorted(length(function) for _where, function in MEASURED)
    assert statistics.median(lines) <= MEDIAN
    assert lines[int(len(lines) * 0.9)] <= NINTH
    long = {name_of(where) for where, function in MEASURED if length(function) > LONGEST}
    assert long == set(LONG)


def test_blocks_are_shallow() -> None:
    assert [where for where, function in MEASURED if nesting(function) > DEPTH] == []


def test_files_are_short() -> None:
    assert [source.name for source in sources() if source.text.count("\n") > FILE] == []


def test_views_are_short() -> None:
    """A view validates, opens one transaction, calls one verb and answers."""
    views = [
        (source.name, node.name, _body(node))
        for source in sources()
        if source.name.startswith(("webapp/views/", "webapp/api/"))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and _is_view(node)
    ]
    assert len(views) >= 30
    assert [view for view in views if view[2] > VIEW] == []


def _is_view(function: ast.FunctionDef) -> bool:
    called = [decorator.func for decorator in function.decorator_list if isinstance(decorator, ast.Call)]
    return any(
        isinstance(func, ast.Attribute) and func.attr in {"get", "post", "route", "put", "delete"}
        for func in called
    )


def _body(function: ast.FunctionDef) -> int:
    """Lines below the signature, without the docstring."""
    return length(function) - (function.body[0].lineno - function.lineno)


@pytest.mark.parametrize(
    ("code", "depth"),
    [
        ("def f():\n    return 1", 0),
        ("def f():\n    if a:\n        pass\n    elif b:\n        pass\n    else:\n        pass", 1),
        ("def f():\n    for a in b:\n        with c:\n            if d:\n                pass", 3),
        ("def f():\n    try:\n        pass\n    except E:\n        while x:\n            pass", 2),
    ],
)
def test_nesting_is_counted_as_one_reads_it(code: str, depth: int) -> None:
    function = Source("", code, ast.parse(code)).tree.body[0]
    assert nesting(function) == depth
