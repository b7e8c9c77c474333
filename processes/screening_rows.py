"""Room screening, sheet rows: what a row of a sheet says, and what it would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.screening import AnswerBatch, Candidate, Result
from processes.screening_check import Answer, RowResult, known, plan_of
from processes.sheet import day_in, text_of

_RESULTS = {label: value for value, label in Result.choices()} | {
    value: value for value, _label in Result.choices()
}
_LINE = [field.name for field in fields(RowResult)]
_NO_DAY = "查询日期应为日期，如 2026-06-08。"


def is_filled(cells: Mapping[str, Any]) -> bool:
    """Whether anything was typed into the row."""
    return any(text_of(cells.get(name)) for name in ("result", "basis", "reason"))


def checked(
    session: Session, batch: AnswerBatch, part: list[tuple[int, dict[str, Any]]], seen: set[int]
) -> Iterator[dict[str, Any]]:
    ids, names = _candidates(session, batch.round_id, part)
    """Each row that is filled: changed, same or refused with its reason, as it is kept until it is applied."""
    good: list[tuple[int, Answer]] = []
    for line, cells in part:
        candidate_id, why = _candidate(ids, cells, seen)
        why = why or _typed_problem(cells)
        if why:
            yield {**asdict(_bad(candidate_id, names, cells, why)), "line": line, "state": "refused"}
            continue
        seen.add(candidate_id)
        good.append((line, _typed(candidate_id, cells)))
    answers = [answer for _line_, answer in good]
    rows = known(session, batch.round_id, batch.department_id, answers) if answers else {}
    outcome, given = plan_of(session, answers, rows).outcome, {one.candidate_id: one for one in answers}
    line_of = {answer.candidate_id: line for line, answer in good}
    for state in ("changed", "same", "refused"):
        for row in getattr(outcome, state):
            told = {**asdict(row), "line": line_of[row.candidate_id], "state": state}
            day, found = given[row.candidate_id].queried_on, rows.get(row.candidate_id)
            # What stood there when it was shown: a colleague's answer made since is not overwritten.
            seen_at = {"version": found.version if found is not None else None}
            yield {**told, **seen_at, "queried_on": day.isoformat() if day else None}


def _candidates(
    session: Session, round_id: int, part: list[tuple[int, dict[str, Any]]]
) -> tuple[dict[str, int], dict[int, str]]:
    """Number, or code, → candidate of the round; candidate → name of the firm."""
    numbers = {text_of(cells.get("number")).upper() for _line_, cells in part} - {""}
    codes = {text_of(cells.get("uscc")).upper() for _line_, cells in part} - {""}
    query = select(Candidate.id, Candidate.number, Candidate.uscc, Candidate.name).where(
        Candidate.round_id == round_id,
        or_(func.upper(Candidate.number).in_(numbers), Candidate.uscc.in_(codes)),
    )
    rows = session.execute(query).all()
    ids = {row.number.upper(): row.id for row in rows} | {row.uscc: row.id for row in rows}
    return ids, {row.id: row.name for row in rows}


def _candidate(ids: Mapping[str, int], cells: Mapping[str, Any], seen: set[int]) -> tuple[int, str]:
    """The candidate that a row is about; 0 and the reason when it cannot be told."""
    keys = [key for name in ("number", "uscc") if (key := text_of(cells.get(name)).upper())]
    found = {ids.get(key, 0) for key in keys}
    if len(found) > 1 and ids.get(keys[0]):
        return ids[keys[0]], "统一社会信用代码与本轮名单不一致。"
    if not found or 0 in found:
        return 0, f"本轮甄别中没有“{(keys or ['（空）'])[0][:24]}”。"
    (candidate_id,) = found
    return candidate_id, "该户在表中重复出现。" if candidate_id in seen else ""


def _typed_problem(cells: Mapping[str, Any]) -> str:
    result = text_of(cells.get("result"))
    if not result:
        return "写有说明或依据，但未选择甄别结果。"
    if result not in _RESULTS:
        return f"甄别结果“{result[:20]}”应为通过、不通过或无法核实。"
    day = cells.get("queried_on")
    return _NO_DAY if text_of(day) and day_in(day) is None else ""


def _typed(candidate_id: int, cells: Mapping[str, Any]) -> Answer:
    reason, basis = text_of(cells.get("reason")), text_of(cells.get("basis"))
    return Answer(
        candidate_id, _RESULTS[text_of(cells["result"])], reason, basis, day_in(cells.get("queried_on"))
    )


def _bad(candidate_id: int, names: Mapping[int, str], cells: Mapping[str, Any], why: str) -> RowResult:
    uscc = text_of(cells.get("uscc"))[:18]
    name = names.get(candidate_id) or text_of(cells.get("number"))[:24]
    return RowResult(candidate_id, name, uscc, "", "", text_of(cells.get("reason"))[:100], "", why, "row")


def answer_of(row: Mapping[str, Any]) -> Answer:
    """A kept row as the answer that it gives."""
    day = date.fromisoformat(row["queried_on"]) if row["queried_on"] else None
    return Answer(row["candidate_id"], row["result"], row["reason"], row["basis"], day, row.get("version"))


def line_of(row: Mapping[str, Any]) -> RowResult:
    """A kept row as it is told."""
    return RowResult(**{name: row[name] for name in _LINE})
