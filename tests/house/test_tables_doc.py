"""Tests of docs/tables.md: what it says of cells is the grammar that the translation uses."""

from __future__ import annotations

from pathlib import Path

from processes.engine.tables_cells import GRAMMAR

DOCUMENT = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_document_shows_the_grammar_of_cells() -> None:
    rows = [f"| `{typed}` | {meaning} | `{engine}` |" for typed, meaning, engine in GRAMMAR]
    told = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert told == rows
