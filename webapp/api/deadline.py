"""Room deadline behind the REST door: the clocks of a case, why each ends on its day, pauses and what becomes of them."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from forms.base import FormContext, to_json
from forms.pause import PauseDecisionForm, PauseForm, ResumeForm
from models.calendar import today
from models.case import CaseFile
from models.database import reading, transaction
from models.explanation import Explanation, explanation_of
from models.pause import CHANGES, DeadlineChange, Pause, pauses_of
from models.people import Role, User
from models.progress import deadlines_of
from processes import pause as verbs
from processes import worklist
from webapp.access import actor
from webapp.api import present
from webapp.api.answers import cleaned
from webapp.api.body import read_body
from webapp.api.case import case_of
from webapp.count_view import START_FACTS, start_fact_of
from webapp.pause_panel import asked_of, asking_context

Json = dict[str, Any]


def list_deadlines(number: str) -> Response:
    """Every clock of a case, the promise for the whole among them, and the pauses."""
    with reading() as session:
        case = case_of(session, number)
        shown = [_pause(row, actor()) for row in pauses_of(session, case) if _is_shown(row, actor())]
        clocks = [present.deadline(clock) for clock in deadlines_of(session, case)]
    return jsonify(number=case.number, deadlines=clocks, pauses=shown)


def explain_deadline(number: str, deadline_id: int) -> Response:
    """为什么是这一天: the count of one clock day by day, and everything it rests on."""
    with reading() as session:
        case = case_of(session, number)
        why = explanation_of(session, case, deadline_id)
        return jsonify(_why(why, case, start_fact_of(session, case, why.clock), actor()))


def pause_task(task_id: int) -> tuple[Response, int]:
    """暂停计时, or the request for it: the answers go through the form that the page shows."""
    answers = read_body({"answers": dict})["answers"]
    with transaction() as session:
        task = worklist.task_for(session, task_id, actor())
        given = cleaned(PauseForm, answers, asking_context(task.case.form_kind))
        made = verbs.ask(session, task_id, asked_of(given), actor())
        return jsonify(_pause(made, actor())), 201


def resume_pause(pause_id: int) -> Response:
    """恢复计时."""
    given = cleaned(ResumeForm, read_body({"answers": dict})["answers"], FormContext(today=today()))
    with transaction() as session:
        made = verbs.resume(session, pause_id, given["resumed_on"], str(given["result"]), actor())
        return jsonify(_pause(made, actor()))


def decide_pause(pause_id: int) -> Response:
    """审批暂停申请."""
    given = cleaned(PauseDecisionForm, read_body({"answers": dict})["answers"])
    with transaction() as session:
        made = verbs.decide(session, pause_id, str(given["decision"]), str(given["decision_text"]), actor())
        return jsonify(_pause(made, actor()))


def _is_shown(row: Pause, reader: User) -> bool:
    """An applicant is told what stands still, not what was asked for inside."""
    return row.paused_on is not None or reader.role != Role.APPLICANT


def _pause(row: Pause, reader: User) -> Json:
    is_inside = reader.role != Role.APPLICANT
    return {
        "id": row.id,
        "deadline_id": row.deadline_id,
        "kind": row.kind,
        "title": row.title,
        "basis": row.basis,
        "reason": row.reason,
        "items": [dict(item) for item in row.items],
        "limit_days": row.limit_days,
        "limit_deadline_id": row.limit_deadline_id,
        "requested_at": present.instant(row.requested_at),
        "decision": row.decision or None,
        "decision_text": row.decision_text if is_inside else "",
        "paused_on": to_json(row.paused_on),
        "resumed_on": to_json(row.resumed_on),
        "result": row.result if is_inside else "",
    }


def _why(why: Explanation, case: CaseFile, start_fact: str, reader: User) -> Json:
    return {
        "number": case.number,
        "deadline": present.deadline(why.clock),
        "start_fact": START_FACTS.get(start_fact, ""),
        "region_code": why.clock.region_code,
        "calendar_version": why.clock.calendar_version,
        "notices": [{"title": row.title, "source": row.source} for row in why.notices],
        "years_without_notice": why.years_without_notice,
        "days": [
            {"date": day.date.isoformat(), "number": day.number, "mark": day.mark, "reason": day.reason}
            for day in why.days
        ],
        "pauses": [_pause(row, reader) for row in why.pauses],
        "changes": [_change(row) for row in why.changes],
    }


def _change(row: DeadlineChange) -> Json:
    return {
        "at": present.instant(row.at),
        "why": row.why,
        "label": CHANGES[row.why],
        "old_due_on": row.old_due_on.isoformat(),
        "new_due_on": to_json(row.new_due_on),
        "provisional": row.provisional,
        "calendar_version": row.calendar_version,
    }
