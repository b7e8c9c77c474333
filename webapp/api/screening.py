"""Room screening behind the REST door: rounds, a department's answers in bulk, handing in, the lead office's view."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from forms.base import to_json
from models.database import DbSession, reading, transaction
from models.people import DepartmentKind, Permission
from models.refusal import Forbidden
from models.screening import ScreeningRound, Source
from models.screening_board import BoardFilter, BoardRow, BoardState, board, board_counts
from models.screening_history import batch_line
from models.screening_matrix import MatrixFilter, MatrixState, matrix
from models.screening_rounds import offices, round_numbered, rounds_of
from models.screening_sight import opinions_of
from processes import screening as verbs
from processes import screening_answers, screening_handin
from processes.screening_answers import department_of
from processes.screening_check import Outcome, RowResult
from webapp.access import actor
from webapp.api.body import read_body, read_optional_body
from webapp.api.screening_rows import answers_in, blaming, number_asked, one_of, part_of

Json = dict[str, Any]


def list_rounds() -> Response:
    """The rounds that the caller may see, newest first, with what his office still owes."""
    with reading() as session:
        lines = rounds_of(session, actor())
    return jsonify(rounds=[_brief(line) for line in lines])


def create_round() -> tuple[Response, int]:
    """Open the round of the newest window; its candidates follow in the background: watch `prepared`."""
    with transaction() as session:
        return jsonify(_round(session, verbs.open_round(session, actor()))), 201


def show_round(number: str) -> Response:
    """How far a round is: its preparation, and every department."""
    with reading() as session:
        return jsonify(_round(session, round_numbered(session, number, actor())))


def extend_round(number: str) -> Response:
    """Take in declarations that passed their form check after the round was opened."""
    with transaction() as session:
        round_id = round_numbered(session, number, actor()).id
        return jsonify(_round(session, verbs.take_in(session, round_id, actor())))


def list_opinions(number: str) -> Response:
    """The caller's own department: its candidates and answers, a page at a time. Nobody else's answers."""
    wanted = BoardFilter(
        state=one_of(BoardState, request.args.get("state", ""), "state"),
        text=request.args.get("q", "").replace("\0", "")[:100],
        after=number_asked("after"),
    )
    with reading() as session:
        round_, office = round_numbered(session, number, actor()), department_of(actor())
        page, counts = board(session, round_.id, office, wanted), board_counts(session, round_.id, office)
    return jsonify(opinions=[_row(row) for row in page.rows], counts=counts, after=page.after or None)


def answer_opinions(number: str) -> Response:
    """Write answers of the caller's department: good rows are written, the others told with their reason.

    With `preview` nothing is written. The same `key` again changes nothing.
    """
    body = read_body({"opinions": list, "key": str, "preview": bool}, optional=("key", "preview"))
    rows, key = answers_in(body["opinions"]), body.get("key", "")[:64]
    if body.get("preview"):
        with reading() as session:
            round_id = round_numbered(session, number, actor()).id
            return jsonify(_outcome(screening_answers.preview(session, round_id, rows, actor())))
    with blaming("opinions"), transaction() as session:
        round_id = round_numbered(session, number, actor()).id
        return jsonify(_outcome(screening_answers.answer(session, round_id, rows, actor(), Source.API, key)))


def undo_opinions(number: str, batch_id: int) -> Response:
    """Take a batch of the caller's department back, as long as nothing of it is handed in."""
    with transaction() as session:
        round_ = round_numbered(session, number, actor())
        batch_line(session, round_.id, department_of(actor()), batch_id)
        return jsonify(changed=screening_answers.undo(session, batch_id, actor()))


def hand_in_opinions(number: str) -> Response:
    """Send what the caller's department has decided; 无法核实 and silence stay. With `preview` nothing is sent."""
    body = read_optional_body({"preview": bool})
    if body.get("preview"):
        with reading() as session:
            round_id = round_numbered(session, number, actor()).id
            return jsonify(_handed(screening_handin.hand_in_preview(session, round_id, actor())))
    with transaction() as session:
        round_id = round_numbered(session, number, actor()).id
        return jsonify(_handed(screening_handin.hand_in(session, round_id, actor())))


def show_matrix(number: str) -> Response:
    """Departments × candidates, for the lead office and those who oversee it, a page at a time."""
    wanted = MatrixFilter(
        state=one_of(MatrixState, request.args.get("state", ""), "state"),
        text=request.args.get("q", "").replace("\0", "")[:100],
        after=number_asked("after"),
    )
    with reading() as session:
        round_ = round_numbered(session, number, actor())
        _require_lead()
        columns = offices(session, round_)
        page = matrix(session, round_.id, [one.id for one in columns], wanted)
    names = {one.id: one.name for one in columns}
    rows = [
        {
            "candidate": row.candidate_id, "seq": row.seq, "name": row.name, "uscc": row.uscc, "kind": row.kind,
            "state": row.state,
            "answers": [{"department": names[cell.department_id], "result": cell.result or None,
                         "handed_in": cell.handed_in_at is not None} for cell in row.cells],
        }
        for row in page.rows
    ]  # fmt: skip
    return jsonify(candidates=rows, after=page.after or None)


def show_candidate(number: str, candidate_id: int) -> Response:
    """What the caller may read of a candidate: a department judges before it sees what others said."""
    with reading() as session:
        round_numbered(session, number, actor())
        lines = opinions_of(session, candidate_id, actor())
    names = ("department", "result", "reason", "basis", "evidence")
    told = [
        {name: getattr(line, name) for name in names}
        | {"queried_on": to_json(line.queried_on), "handed_in": line.handed_in_at is not None}
        for line in lines
    ]
    return jsonify(candidate=candidate_id, opinions=told)


def _require_lead() -> None:
    """The matrix shows everybody's answers: a department sees its own board instead."""
    office = actor().department
    is_lead = office is not None and office.kind == DepartmentKind.FINANCE_CENTER
    if not is_lead and not actor().may(Permission.CASE_OVERSEE):
        raise Forbidden("只有金融服务中心可以查看各部门的甄别情况。")


def _brief(line: Any) -> Json:
    days = {"opened_on": to_json(line.opened_on), "closed_on": to_json(line.closed_on)}
    return {"number": line.number, "label": line.label, "status": line.status, "owed": line.mine, **days}


def _round(session: DbSession, round_: ScreeningRound) -> Json:
    days = {"opened_on": to_json(round_.opened_on), "closed_on": to_json(round_.closed_on)}
    counts = ("total", "answered", "decided", "handed_in")
    departments = [
        {"id": one.id, "name": one.name, **{name: int(getattr(one, name)) for name in counts}}
        for one in offices(session, round_)
    ]
    progress = {"expected": round_.expected, "prepared": round_.prepared, "is_ready": round_.is_ready}
    carried = screening_handin.remaining(session, round_.id)
    return {
        "number": round_.number,
        "label": round_.label,
        **days,
        **progress,
        "following": carried["waiting"],
        "departments": departments,
    }


def _row(row: BoardRow) -> Json:
    names = ("number", "name", "uscc", "kind", "findings", "basis", "reason", "version")
    return {
        "candidate": row.candidate_id,
        **{name: getattr(row, name) for name in names},
        "result": row.result or None,
        "queried_on": to_json(row.queried_on),
        "handed_in": row.handed_in_at is not None,
    }


def _outcome(found: Outcome) -> Json:
    lists = {name: [_line(row) for row in getattr(found, name)] for name in ("changed", "refused")}
    return {"batch": found.batch_id, "is_repeated": found.is_repeated, "same": len(found.same), **lists}


def _line(row: RowResult) -> Json:
    told = {"candidate": row.candidate_id, "name": row.name, "old": row.old_result or None}
    return {**told, "result": row.result or None, "field": part_of(row.field) or None, "why": row.why or None}


def _handed(found: screening_handin.HandIn) -> Json:
    first = [{"candidate": row.candidate_id, "name": row.name, "why": row.why} for row in found.first]
    return {"sent": found.sent, "staying": found.staying, "first": first}
