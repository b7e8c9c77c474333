"""Room tables: examples of a decision (inputs → expected), run by the engine itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from processes.engine.decision import examine
from processes.engine.expression import ExpressionError
from processes.engine.expression_functions import FUNCTIONS
from processes.engine.expression_values import UNSUITABLE, Fault, admit, equal
from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables_kinds import Kind, declared_kinds, kind_of_column
from processes.engine.tables_read import Table, tables_in
from processes.engine.tables_shape import Example, misshapen
from processes.engine.xml import XmlRefused, read_xml

NOTHING = "没有规则命中"
_WRITTEN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


@dataclass(frozen=True)
class Outcome:
    """How one example came out: what was expected and found in words; `reason` when it could not be computed."""

    name: str
    is_right: bool
    expected: str
    found: str
    rows: tuple[int, ...] = ()
    reason: str = ""


def check_examples(decisions: Mapping[str, bytes], tests: Mapping[str, Any]) -> list[Problem]:
    """A problem for each example (decision id → rows of name, inputs, expected) that comes out otherwise."""
    # Here, because translation gives this function to those who ask for tables.
    from processes.engine.tables import translated

    try:
        texts = list(translated(decisions).values())
    except XmlRefused:
        # Said already, by cell.
        return []
    tables = {table.decision_id: (table, text) for text in texts for table in tables_in(read_xml(text))}
    kinds = declared_kinds()
    return [found for name, rows in tests.items() for found in _of_decision(name, rows, tables, kinds)]


def _of_decision(
    name: str, rows: Any, tables: Mapping[str, tuple[Table, bytes]], kinds: Mapping[str, Kind]
) -> Iterator[Problem]:
    if name not in tables:
        yield problem("example-orphan", str(name)[:80], name=str(name)[:80])
        return
    reason = misshapen(rows)
    if reason:
        yield problem("example-shape", name, name=name, reason=reason)
        return
    table, text = tables[name]
    for number, outcome in enumerate(run_examples(table, text.decode(), rows, kinds), start=1):
        values = {"example": outcome.name, "row": number}
        if outcome.reason:
            yield problem("example-error", name, **values, reason=outcome.reason)
        elif not outcome.is_right:
            yield problem("example-fails", name, **values, expected=outcome.expected, found=outcome.found)


def run_examples(
    table: Table, text: str, rows: Sequence[Example], kinds: Mapping[str, Kind]
) -> list[Outcome]:
    """Each example through the engine, on a table that has been translated."""
    asked = {
        column.expression: kind_of_column(column.expression, column.type_ref, kinds)
        for column in table.columns
    }
    return [_outcome(table, text, row, {**kinds, **asked}) for row in rows]


def _outcome(table: Table, text: str, row: Example, kinds: Mapping[str, Kind]) -> Outcome:
    expected, name = row["expected"], str(row["name"])
    is_list = table.policy == "COLLECT"
    wanted = expected if isinstance(expected, list) else [expected] if expected else []
    try:
        facts = {key: _given(key, value, kinds.get(key, Kind())) for key, value in row["inputs"].items()}
        matched = [(number, one) for number, one in enumerate(examine(text, facts), 1) if one.matched]
    except (ExpressionError, Fault) as error:
        return Outcome(name, False, _told(wanted), "", reason=str(error))
    matched = matched if is_list else matched[:1]
    found = [dict(one.outputs) for _number, one in matched]
    is_right = len(found) == len(wanted) and all(map(_agrees, found, wanted))
    numbers = tuple(number for number, _one in matched)
    return Outcome(name, is_right, _told(wanted), _told(found, wanted), numbers)


def _given(name: str, value: Any, kind: Kind) -> Any:
    """The value as the case would have it: days and amounts are typed as text."""
    if not isinstance(value, str) or kind.word in ("text", "", "boolean"):
        return value
    try:
        return date.fromisoformat(value) if kind.word == "date" else _exact(value)
    except (ValueError, InvalidOperation) as error:
        wanted = "日期" if kind.word == "date" else "数字"
        raise Fault(f"“{name}”应为{wanted}，填写的是“{value[:40]}”") from error


def _agrees(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(name in found and _same(found[name], value) for name, value in wanted.items())


def _same(found: Any, wanted: Any) -> bool:
    try:
        if isinstance(wanted, str) and not isinstance(found, str):
            return _reads(found, wanted.strip())
        if isinstance(found, bool) != isinstance(wanted, bool):
            return False
        return equal(admit(found), admit(wanted))
    except (Fault, *UNSUITABLE):
        return False


def _reads(found: Any, written: str) -> bool:
    """Whether a result is what somebody wrote for it in a cell of the page."""
    if isinstance(found, bool):
        return written in (("是", "true") if found else ("否", "false"))
    if isinstance(found, int | Decimal):
        return _exact(written) == found
    return written == (_word(found) if found is not None else "")


def _exact(written: str) -> Decimal:
    """A number that is written out: an exponent of a few letters would be gigabytes of digits somewhere."""
    if not _WRITTEN.fullmatch(written.strip()):
        raise InvalidOperation
    return Decimal(written.strip())


def _told(rows: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]] = ()) -> str:
    """The results in words; only what was asked for."""
    names = {name for row in wanted for name in row}
    return "；".join(_told_row(row, names) for row in rows) or NOTHING


def _told_row(row: Mapping[str, Any], names: set[str]) -> str:
    return "、".join(f"{name}={_word(row[name])}" for name in row if not names or name in names)


def _word(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(_word, value))
    try:
        return str(FUNCTIONS["text"](admit(value))) or "（空）"
    except Fault:
        return "（无法显示）"
