"""Room tables: all that the page of one table shows: what is wrong with it, how its examples came out, what they need."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from processes.engine.child import ask
from processes.engine.drawing import read_drawing
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables_cells import CellRefused, read_cell
from processes.engine.tables_findings import Found, Words, findings, shadows
from processes.engine.tables_kinds import Kind, kind_of_column, kind_of_drawn
from processes.engine.tables_read import Rule, Table, tables_in
from processes.engine.tables_scan import STEM
from processes.engine.tables_shape import Example, misshapen
from processes.engine.xml import XmlRefused, read_xml
from processes.words import FACTS as TITLES

STOPPED = "table-stopped"
MAX_SHOWN = 10


def report_in_child(name: str, content: str, rows: Sequence[Example], bpmn: str = "") -> dict[str, Any]:
    """As `report`, in a process of its own that is stopped at the limits of the check."""
    # Here, because the child is told these words: importing all that declares them takes most of a second.
    from processes.engine.lint import known
    from processes.engine.lint_tables import words_of

    house = words_of(known(()))
    told = {
        "names": sorted(house.names),
        "functions": sorted(house.functions),
        "facts": sorted(house.facts),
        "kinds": {word: asdict(kind) for word, kind in house.kinds.items()},
    }
    asked = {"name": name, "content": content, "rows": list(rows), "bpmn": bpmn, "words": told}
    found = ask("processes.engine.tables_report", asked)
    return found if found is not None else _empty(problem(STOPPED, name))


def report(name: str, content: bytes, rows: Any, words: Words, bpmn: bytes = b"") -> dict[str, Any]:
    """Findings with their rows, outcomes of the examples, the names that an example gives and expects.

    `bpmn`: the drawing, which may add fields of its own. A stranger's file only by `report_in_child`.
    """
    try:
        tables = tables_in(read_xml(content))
    except XmlRefused as error:
        return _empty(problem("table-file", name, file=name, reason=error))
    if len(tables) != 1:
        return _empty(problem("table-none", name, file=name))
    return _of_table(tables[0], name, content, rows, _with_drawn(words, bpmn))


def _with_drawn(words: Words, bpmn: bytes) -> Words:
    """A drawing that cannot be read adds no names; the editor of drawings says why."""
    try:
        drawing = read_drawing(read_xml(bpmn)) if bpmn else None
    except XmlRefused:
        drawing = None
    steps = drawing.steps.values() if drawing else ()
    drawn = {field.name: kind_of_drawn(field.kind.value) for step in steps for field in step.fields}
    return replace(words, names={*words.names, *drawn}, kinds={**drawn, **words.kinds})


def _of_table(table: Table, name: str, content: bytes, rows: Any, words: Words) -> dict[str, Any]:
    found = findings(table, words)
    reason = misshapen(rows)
    if reason:
        found.append(
            Found(problem("example-shape", table.decision_id, name=table.decision_id, reason=reason))
        )
    runs = (
        rows
        and not reason
        and not any(one.problem.code.startswith(("cell-", "expression-")) for one in found)
    )
    return {
        "decision": table.decision_id,
        "policy": table.policy,
        "findings": [_finding(one) for one in found],
        "overlaps": _shadows(table, words) if not found else [],
        "results": _results(table, content, rows, words) if runs else [],
        "inputs": list(_inputs(table, words)),
        "outputs": [{"name": output.name, "title": output.title} for output in table.outputs],
    }


def _empty(said: Problem) -> dict[str, Any]:
    shown = [_finding(Found(said))]
    return {
        "decision": "",
        "policy": "",
        "findings": shown,
        "overlaps": [],
        "results": [],
        "inputs": [],
        "outputs": [],
    }


def _finding(found: Found) -> dict[str, Any]:
    said = found.problem
    severity = "warning" if said.is_warning else "error"
    return {
        "code": said.code,
        "severity": severity,
        "place": said.element_id,
        "message": said.message,
        "rows": list(found.rows),
    }


def _shadows(table: Table, words: Words) -> list[dict[str, Any]]:
    """Overlaps that FIRST allows: the earlier row is taken, which is worth knowing."""
    found = shadows(table, words)[:MAX_SHOWN] if table.policy == "FIRST" else []
    return [{"first": first, "second": second, "example": example} for first, second, example in found]


def _results(table: Table, content: bytes, rows: Any, words: Words) -> list[dict[str, Any]]:
    # Here, because only examples need the engine.
    from processes.engine.tables import translate
    from processes.engine.tables_examples import run_examples

    try:
        text = translate(content, words.kinds).decode()
    except XmlRefused:
        return []
    return [asdict(outcome) for outcome in run_examples(table, text, rows, words.kinds)]


def _inputs(table: Table, words: Words) -> list[dict[str, str]]:
    """Every fact that some text of the table asks for, the columns' own first."""
    titles = {column.expression: column.title for column in table.columns}
    kinds = {c.expression: kind_of_column(c.expression, c.type_ref, words.kinds) for c in table.columns}
    asked: dict[str, None] = {}
    for text in _texts(table, kinds):
        asked.update(dict.fromkeys(sorted(_names(text))))
    return [
        {
            "name": name,
            "title": titles.get(name) or TITLES.get(name, name),
            "kind": kinds.get(name, words.kinds.get(name, Kind())).word,
        }
        for name in asked
        if name in words.names
    ]


def _texts(table: Table, kinds: Mapping[str, Kind]) -> list[str]:
    conditions = [text for rule in table.rules for text in _conditions(table, rule, kinds)]
    results = [text for rule in table.rules for text in rule.outputs]
    return [*(column.expression for column in table.columns), *conditions, *results]


def _conditions(table: Table, rule: Rule, kinds: Mapping[str, Kind]) -> list[str]:
    found = []
    for typed, column in zip(rule.cells, table.columns, strict=False):
        try:
            cell = read_cell(typed, column.expression, kinds[column.expression])
        except CellRefused:
            continue
        found += [cell.test.text] if cell.test else []
    return found


def _names(text: str) -> set[str]:
    try:
        return set(compile_expression(text).names) - {STEM}
    except ExpressionError:
        return set()


def main() -> None:
    """Read the table from standard input, write its report to standard output."""
    asked = json.load(sys.stdin)
    told = asked["words"]
    kinds = {word: Kind(**kind) for word, kind in told.pop("kinds").items()}
    content, bpmn = asked["content"].encode(), asked["bpmn"].encode()
    json.dump(report(asked["name"], content, asked["rows"], Words(**told, kinds=kinds), bpmn), sys.stdout)


if __name__ == "__main__":
    main()
