"""Room screening behind the REST door, rows: what comes in as lists and questions, checked piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from typing import Any

from flask import request

from models.refusal import Refusal
from processes.group_review import Decision
from processes.screening_check import Answer
from webapp.api.body import FieldFaults

MAX_ROWS = 10_000
BIGGEST_ID = 2**31 - 1
_ANSWER = {"candidate": int, "result": str, "reason": str, "basis": str, "queried_on": str, "version": int}
_DECISION = {"candidate": int, "decision": str, "reason": str}


def answers_in(rows: list[Any]) -> list[Answer]:
    """The rows of a batch of answers. Raises FieldFaults naming row and part, from 0."""
    return [
        Answer(
            row["candidate"],
            row["result"],
            row.get("reason", ""),
            row.get("basis", ""),
            _day(row["queried_on"], f"opinions[{place}].queried_on") if "queried_on" in row else None,
            row.get("version"),
        )
        for place, row in enumerate(_rows(rows, "opinions", _ANSWER, ("candidate", "result")))
    ]


def decisions_in(rows: list[Any]) -> list[Decision]:
    """The rows of the group's decisions."""
    checked = _rows(rows, "decisions", _DECISION, ("candidate", "decision"))
    return [Decision(row["candidate"], row["decision"], row.get("reason", "")) for row in checked]


def _rows(
    rows: list[Any], name: str, parts: dict[str, type], needed: tuple[str, ...]
) -> list[dict[str, Any]]:
    if not 0 < len(rows) <= MAX_ROWS:
        raise FieldFaults({name: [f"应有 1 至 {MAX_ROWS} 行。"]})
    faults: dict[str, list[str]] = {}
    for place, row in enumerate(rows):
        for part, message in _faults(row, parts, needed):
            faults[f"{name}[{place}]{part}"] = [message]
        if len(faults) > 100:
            break
    if faults:
        raise FieldFaults(faults)
    return rows


def _faults(row: object, parts: dict[str, type], needed: tuple[str, ...]) -> list[tuple[str, str]]:
    if not isinstance(row, dict):
        return [("", "应当是 JSON 对象。")]
    found = [(f".{name}", "没有这一项。") for name in map(str, row) if name not in parts]
    found += [(f".{name}", "此项必须填写。") for name in needed if name not in row]
    wrong = [name for name, kind in parts.items() if name in row and type(row[name]) is not kind]
    found += [(f".{name[:40]}", "类型不正确。") for name in wrong]
    numbers = [name for name, kind in parts.items() if kind is int and type(row.get(name)) is int]
    return found + [(f".{name}", "超出范围。") for name in numbers if not 0 <= row[name] <= BIGGEST_ID]


def ids_in(rows: list[Any], name: str) -> list[int]:
    """A list of ids. Raises FieldFaults."""
    if len(rows) > MAX_ROWS or any(type(one) is not int or not 0 < one <= BIGGEST_ID for one in rows):
        raise FieldFaults({name: ["应当是编号的列表。"]})
    return list(rows)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldFaults({name: ["日期应写作 2026-06-08。"]}) from error


def day_in(text: str, name: str) -> date:
    """A day as ISO 8601 writes it. Raises FieldFaults."""
    return _day(text, name)


def number_in(value: int, name: str) -> int:
    """The id of something. Raises FieldFaults."""
    if not 0 < value <= BIGGEST_ID:
        raise FieldFaults({name: ["超出范围。"]})
    return value


@contextmanager
def blaming(rows: str) -> Iterator[None]:
    """What a rule refuses of the only row, or of the meeting, is told at the part that the body has."""
    try:
        yield
    except Refusal as refusal:
        if type(refusal) is not Refusal or not refusal.field:
            raise
        at = "meeting" if refusal.field == "meeting_id" else f"{rows}[0].{part_of(refusal.field)}"
        raise Refusal(refusal.message, at) from refusal


def part_of(field: str) -> str:
    """A field of a rule as rows of a body call it."""
    return "candidate" if field == "candidate_id" else field


def one_of(kind: type[StrEnum], value: str, name: str) -> str:
    """A value of that vocabulary, or empty. Raises Refusal."""
    if value and value not in list(kind):
        raise Refusal("取值不在允许的范围内。", name)
    return value


def number_asked(name: str) -> int:
    """A number in the address; 0 when it is missing. Raises Refusal."""
    text = request.args.get(name, "") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refusal("取值应为数字。", name)
    return int(text)
