"""Room rehearsal: the page that says why a drawing cannot be rehearsed, and leads to the place that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import render_template

from models.database import reading
from models.draft import ProcessDraft
from processes.draft import draft_for
from processes.engine.lint_names import names_of
from processes.engine.tables_read import tables_in
from processes.engine.xml import XmlRefused, read_xml
from processes.rehearsal import Unsound
from webapp.access import actor


@dataclass(frozen=True)
class Fault:
    """One problem: of what, in words, and the file of the table that it is in."""

    place: str
    table: str
    message: str


def unsound_page(unsound: Unsound) -> tuple[str, int]:
    """不能演练: every problem by the title of its table or element, and the way back."""
    places: dict[str, tuple[str, str]] = {}
    if unsound.draft_id is not None:
        with reading() as session:
            places = dict(_places(draft_for(session, unsound.draft_id, actor())))
    problems = [
        Fault(*places.get(one.element_id, (one.element_id, "")), one.message) for one in unsound.problems
    ]
    html = render_template("rehearsal/unsound.html", problems=problems, draft_id=unsound.draft_id)
    return html, 422


def _places(draft: ProcessDraft) -> Iterator[tuple[str, tuple[str, str]]]:
    """Element or decision → its title, and the file when it is a table."""
    try:
        yield from ((key, (f"“{name}”", "")) for key, name in names_of(read_xml(draft.bpmn.encode())).items())
        for file, text in sorted(draft.decisions.items()):
            for table in tables_in(read_xml(str(text).encode())):
                yield table.decision_id, (f"决策表“{table.name}”", file)
    except XmlRefused:
        return
