"""Room group review behind the REST door: 督办, the agenda and decisions of the leading group, meetings."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from forms.base import to_json
from forms.meeting import MeetingForm
from models.database import DbSession, reading, transaction
from models.group_review import all_group_rows
from models.meeting import Meeting, meetings
from models.people import LEADING
from models.refusal import Forbidden
from models.screening import ScreeningRound
from models.screening_matrix import MatrixFilter
from models.screening_rounds import round_numbered, supervisions
from models.supervision import Supervision
from processes import group_review as verbs
from processes import meeting, supervision, supervision_order
from webapp.access import actor
from webapp.api.answers import cleaned
from webapp.api.body import read_body
from webapp.api.screening_rows import blaming, day_in, decisions_in, ids_in, number_in

Json = dict[str, Any]


def remind_departments(number: str) -> Response:
    """催办 those of the departments that miss answers."""
    departments = ids_in(read_body({"departments": list})["departments"], "departments")
    with transaction() as session:
        round_id = round_numbered(session, number, actor()).id
        return jsonify(told=supervision.remind(session, round_id, departments, actor()))


def issue_supervisions(number: str) -> tuple[Response, int]:
    """督办 those of the departments that miss answers, each by a numbered letter with a term."""
    body = read_body({"departments": list, "text": str, "due_on": str})
    departments, due_on = ids_in(body["departments"], "departments"), day_in(body["due_on"], "due_on")
    with transaction() as session:
        round_id = round_numbered(session, number, actor()).id
        made = supervision.supervise(session, round_id, departments, body["text"], due_on, actor())
        return jsonify(supervisions=[_supervision(row) for row in made]), 201


def list_supervisions(number: str) -> Response:
    """The 督办 of a round: all of them for the lead office, its own for a department."""
    with reading() as session:
        round_ = round_numbered(session, number, actor())
        office = actor().department
        own = office.id if office is not None and office.kind not in LEADING else None
        return jsonify(
            supervisions=[_supervision(line.row) for line in supervisions(session, round_.id, own)]
        )


def answer_supervision(supervision_id: int) -> Response:
    """The department answers."""
    text = read_body({"text": str})["text"]
    with transaction() as session:
        return jsonify(
            _supervision(supervision_order.answer_supervision(session, supervision_id, text, actor()))
        )


def close_supervision(supervision_id: int) -> Response:
    """The lead office closes."""
    text = read_body({"text": str})["text"]
    with transaction() as session:
        return jsonify(_supervision(supervision.close_supervision(session, supervision_id, text, actor())))


def show_agenda(number: str) -> Response:
    """What lies before the leading group, with its decisions so far; for the lead office and the group."""
    with reading() as session:
        round_ = _leading(session, number)
        rows = [
            {
                "candidate": row.candidate_id, "name": row.name, "uscc": row.uscc, "kind": row.kind,
                "opinions": row.opinions, "decision": row.decision or None,
                "reason": row.decision_reason, "meeting": row.meeting or None,
                "decided_on": to_json(row.decided_on),
            }
            for row in all_group_rows(session, round_.id, MatrixFilter(state="all"))
        ]  # fmt: skip
    return jsonify(agenda=rows)


def decide_candidates(number: str) -> Response:
    """Write the decisions of one meeting; with `preview` nothing is written. The same rows again change nothing."""
    body = read_body({"meeting": int, "decisions": list, "preview": bool}, optional=("preview",))
    rows, meeting_id = decisions_in(body["decisions"]), number_in(body["meeting"], "meeting")
    if body.get("preview"):
        with blaming("decisions"), reading() as session:
            round_id = _leading(session, number).id
            return jsonify(_decided(verbs.preview_decisions(session, round_id, meeting_id, rows, actor())))
    with blaming("decisions"), transaction() as session:
        round_id = _leading(session, number).id
        return jsonify(_decided(verbs.decide(session, round_id, meeting_id, rows, actor())))


def list_meetings() -> Response:
    """The register of meetings of the caller's region, newest first."""
    with reading() as session:
        office = actor().department
        rows = meetings(session, office.region_id) if office is not None and office.kind in LEADING else []
        return jsonify(meetings=[_meeting(row) for row in rows])


def record_meeting() -> tuple[Response, int]:
    """Write a meeting that was held."""
    given = cleaned(MeetingForm, read_body({"answers": dict})["answers"])
    with transaction() as session:
        return jsonify(_meeting(meeting.record(session, actor(), given))), 201


def _leading(session: DbSession, number: str) -> ScreeningRound:
    round_, office = round_numbered(session, number, actor()), actor().department
    if office is None or office.kind not in LEADING:
        raise Forbidden("只有金融服务中心和领导小组可以查看审核名单。")
    return round_


def _supervision(row: Supervision) -> Json:
    days = ("issued_on", "due_on", "answered_on", "closed_on")
    names = ("id", "number", "department_id", "text", "missing", "answer", "closing")
    return {name: getattr(row, name) for name in names} | {name: to_json(getattr(row, name)) for name in days}


def _decided(found: verbs.Decided) -> Json:
    names = ("name", "decision", "why")
    lists = {
        name: [
            {"candidate": row.candidate_id, **{part: getattr(row, part) or None for part in names}}
            for row in getattr(found, name)
        ]
        for name in ("changed", "refused")
    }
    return {"same": len(found.same), **lists}


def _meeting(row: Meeting) -> Json:
    names = ("id", "kind", "number", "place", "attendees", "topics", "minutes", "half")
    return {name: getattr(row, name) for name in names} | {"held_on": to_json(row.held_on)}
