"""Room tables: everything there is to say of one decision table, row by row, for the check and for the page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from processes.engine import tables_proof as proof
from processes.engine.expression import Expression, ExpressionError, compile_expression
from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables_cells import Cell, CellRefused, read_cell
from processes.engine.tables_kinds import TITLES, Kind, kind_of_column
from processes.engine.tables_read import Rule, Table
from processes.engine.tables_scan import STEM

MAX_ROWS, MAX_CELLS = 200, 1500
# The engine obeys FIRST and COLLECT; UNIQUE means the same as FIRST once no two rows overlap.
ONE_ROW, POLICIES = ("FIRST", "UNIQUE"), ("FIRST", "UNIQUE", "COLLECT")
# A state with this key in it cannot be read any more by the engine.
UNLOADABLE = "typename"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}", re.ASCII)


@dataclass(frozen=True)
class Words:
    """What cells may speak of: names with their kinds, and functions."""

    names: Collection[str]
    functions: Collection[str]
    kinds: Mapping[str, Kind]
    # Names that no result can overwrite.
    facts: Collection[str] = ()


@dataclass(frozen=True)
class Found:
    """A problem and the rows (from 1) that it concerns."""

    problem: Problem
    rows: tuple[int, ...] = ()


def findings(table: Table, words: Words) -> list[Found]:
    """Faults of the shape and of the cells; only a table without any is worth a proof."""
    found = [*_shape(table, words), *_columns(table, words)]
    kinds = [kind_of_column(column.expression, column.type_ref, words.kinds) for column in table.columns]
    rows: list[list[Cell]] = []
    for number, rule in enumerate(table.rules[:MAX_ROWS], start=1):
        cells, faults = _row(table, rule, number, kinds, words)
        rows.append(cells)
        found += [Found(fault, (number,)) for fault in faults]
    found = found or list(_mixed(table, kinds, rows))
    return found or list(_proved(table, kinds, rows))


def _shape(table: Table, words: Words) -> Iterator[Found]:
    if table.policy not in POLICIES:
        yield Found(problem("table-policy", table.decision_id))
    if not table.rules:
        yield Found(problem("table-rows", table.decision_id))
    if len(table.rules) > MAX_ROWS or len(table.rules) * len(table.columns) > MAX_CELLS:
        yield Found(problem("table-size", table.decision_id, rows=MAX_ROWS, cells=MAX_CELLS))
    names = [output.name for output in table.outputs]
    for output in table.outputs:
        values = {"title": output.title, "name": output.name}
        if not _NAME.fullmatch(output.name) or names.count(output.name) > 1 or output.name == UNLOADABLE:
            yield Found(problem("table-output", table.decision_id, **values))
        elif output.name in words.facts:
            yield Found(problem("table-output-fact", table.decision_id, **values))


def _columns(table: Table, words: Words) -> Iterator[Found]:
    for column in table.columns:
        yield from map(Found, _expression(table.decision_id, column.expression, words, is_cell=False))


def _row(
    table: Table, rule: Rule, number: int, kinds: list[Kind], words: Words
) -> tuple[list[Cell], list[Problem]]:
    """The cells that could be read, and what is wrong with the others and with the results."""
    where, faults, cells = f"{table.decision_id} 第 {number} 行", [], []
    if len(rule.cells) != len(table.columns):
        faults.append(problem("table-columns", table.decision_id, row=number))
    if len(rule.outputs) != len(table.outputs):
        faults.append(problem("table-results", table.decision_id, row=number))
    for typed, column, kind in zip(rule.cells, table.columns, kinds, strict=False):
        try:
            cell = read_cell(typed, column.expression, kind)
        except CellRefused as refusal:
            faults.append(problem(refusal.code, where, **refusal.values))
            continue
        cells.append(cell)
        faults += _unknown(where, typed.strip(), cell.test, words)
    for output in rule.outputs:
        faults += _expression(table.decision_id, output, words)
    return cells, faults


def _expression(where: str, text: str, words: Words, is_cell: bool = True) -> Iterator[Problem]:
    try:
        compiled = compile_expression(text)
    except ExpressionError as error:
        yield problem("expression-wrong", where, text=text[:60], reason=error.message)
        return
    yield from _unknown(where, text, compiled, words, is_cell)


def _unknown(
    where: str, text: str, compiled: Expression | None, words: Words, is_cell: bool = True
) -> Iterator[Problem]:
    if compiled is None:
        return
    for name in sorted(compiled.names - set(words.names) - {STEM}):
        code = "cell-word" if text == name and is_cell else "expression-name"
        yield problem(code, where, text=text[:60], name=name[:60])
    for name in sorted(compiled.calls - set(words.functions)):
        yield problem("expression-function", where, text=text[:60], name=name[:60])


def _mixed(table: Table, kinds: list[Kind], rows: list[list[Cell]]) -> Iterator[Found]:
    for number, (column, kind) in enumerate(zip(table.columns, kinds, strict=True)):
        found = sorted({word for row in rows for word in row[number].tree.words})
        if not kind.word and len(found) > 1:
            kinds_told = "和".join(TITLES[word] for word in found)
            yield Found(
                problem("table-column-mixed", table.decision_id, title=column.title, kinds=kinds_told)
            )


def _proved(table: Table, kinds: list[Kind], rows: list[list[Cell]]) -> Iterator[Found]:
    titles = [column.title for column in table.columns]
    rests = [number for number, row in enumerate(rows) if all(cell.test is None for cell in row)]
    has_rest = bool(rests)
    try:
        space = proof.space_of(titles, kinds, rows)
    except proof.TooLarge:
        yield from _too_large(table, has_rest)
        return
    never = [number for number, box in enumerate(space.boxes) if not all(box)]
    for number in never:
        yield Found(problem("table-never", table.decision_id, row=number + 1), (number + 1,))
    if table.policy in ONE_ROW:
        # A last row for the rest may stand behind a complete table: it harms nobody.
        spared = rests if rests == [len(rows) - 1] else []
        yield from _answers_once(table, space, has_rest, [*never, *spared])


def _too_large(table: Table, has_rest: bool) -> Iterator[Found]:
    if table.policy in ONE_ROW:
        code = "table-large-rest" if has_rest and table.policy == "FIRST" else "table-large"
        yield Found(problem(code, table.decision_id))


def _answers_once(table: Table, space: proof.Space, has_rest: bool, said: list[int]) -> Iterator[Found]:
    try:
        for example in proof.gaps(space):
            code = "table-gap" if example.is_certain else "table-gap-free"
            yield Found(problem(code, table.decision_id, example=example))
        for number in proof.dead_rows(space):
            if number not in said:
                yield Found(problem("table-dead", table.decision_id, row=number + 1), (number + 1,))
    except proof.TooLarge:
        yield from _too_large(table, has_rest)
    if table.policy == "UNIQUE":
        yield from _overlaps(table, space)


def shadows(table: Table, words: Words) -> list[tuple[int, int, str]]:
    """Rows of a sound FIRST table that take the same case, the row for the rest left aside: (first, second, example)."""
    kinds = [kind_of_column(column.expression, column.type_ref, words.kinds) for column in table.columns]
    titles = [column.title for column in table.columns]
    try:
        rows = [
            [
                read_cell(*asked)
                for asked in zip(rule.cells, [c.expression for c in table.columns], kinds, strict=True)
            ]
            for rule in table.rules
        ]
        found = proof.overlaps(proof.space_of(titles, kinds, rows))
    except (CellRefused, ValueError, proof.TooLarge):
        return []
    rests = {number for number, row in enumerate(rows) if all(cell.test is None for cell in row)}
    return [
        (first + 1, second + 1, str(example))
        for first, second, example in found
        if not {first, second} & rests and example.is_certain
    ]


def _overlaps(table: Table, space: proof.Space) -> Iterator[Found]:
    for first, second, example in proof.overlaps(space)[: proof.MAX_EXAMPLES]:
        code = "table-overlap" if example.is_certain else "table-overlap-free"
        values = {"first": first + 1, "second": second + 1, "example": example}
        yield Found(problem(code, table.decision_id, **values), (first + 1, second + 1))
