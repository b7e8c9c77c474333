"""Our own source as trees: what tests/house measures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
STOREYS = ("models", "processes", "forms", "webapp")
FOLDERS = (*STOREYS, "tests", "benchmarks", "migrations", ".ci")
# Written by alembic from the models, one statement a table, and never changed afterwards.
GENERATED = "migrations/versions"
_NESTING = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file of ours."""

    name: str
    text: str
    tree: ast.Module


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file that a person writes, in order of name."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    named = sorted((path.relative_to(ROOT).as_posix(), path) for path in paths)
    return tuple(
        Source(name, text := path.read_text(encoding="utf-8"), ast.parse(text))
        for name, path in named
        if not name.startswith(GENERATED)
    )


def functions() -> Iterator[tuple[str, Function]]:
    """Every function and method with where it stands."""
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, Function):
                yield f"{source.name}:{node.lineno} {node.name}", node


def length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    first = function.body[0]
    told = 0
    if ast.get_docstring(function) is not None and first.end_lineno is not None:
        told = first.end_lineno - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - told


def nesting(node: ast.AST, depth: int = 0) -> int:
    """How deep the blocks of a function stand in one another; an elif stands beside its if."""
    deepest = depth
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, Function | ast.ClassDef | ast.Lambda):
                continue
            is_elif = isinstance(node, ast.If) and field == "orelse" and isinstance(child, ast.If)
            step = 1 if isinstance(child, _NESTING) and not is_elif else 0
            deepest = max(deepest, nesting(child, depth + step))
    return deepest
