"""Room decision: what the pages of decision tables show beside the table itself."""

from __future__ import annotations

from typing import Any

from models.database import DbSession
from models.draft import ProcessDraft
from processes import draft as drafts
from processes.decision import examples_of
from processes.engine.tables_cells import GRAMMAR as _GRAMMAR
from processes.engine.tables_read import tables_in
from processes.engine.xml import read_xml
from webapp.draft_page import kept as kept_draft

_POLICIES = {"FIRST": "首条命中", "COLLECT": "全部收集", "UNIQUE": "互不重叠"}
# (typed, meaning) of every form of a cell.
GRAMMAR = [(typed, meaning) for typed, meaning, _engine in _GRAMMAR]


def kept(session: DbSession, draft: ProcessDraft) -> dict[str, Any]:
    """As the editor of drawings shows it."""
    return kept_draft(draft, drafts.neighbours(session, draft), drafts.steps_kept(session, draft))


def rows_of(draft: ProcessDraft) -> list[dict[str, Any]]:
    """One line a table: file, name, policy, rules and examples."""
    return [_row(draft, name, str(text)) for name, text in sorted(draft.decisions.items())]


def _row(draft: ProcessDraft, name: str, text: str) -> dict[str, Any]:
    found = tables_in(read_xml(text.encode()))
    table = found[0] if found else None
    return {
        "file": name,
        "title": table.name if table else name,
        "policy": _policy(table.policy) if table else "",
        "rules": len(table.rules) if table else 0,
        "examples": len(examples_of(draft, name)),
    }


def _policy(name: str) -> str:
    """首条命中（FIRST）; one that the check refuses stays as it is written."""
    return f"{_POLICIES[name]}（{name}）" if name in _POLICIES else name
