"""Room present: cases, tasks and clocks as JSON; numbers that name persons are masked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forms.base import to_json
from models import inbox
from models.case import CaseFile
from models.database import DbSession
from models.deadline import Deadline
from models.document import Document, documents_of
from models.drawn_answer import DrawnAnswer
from models.identity import mask_account, mask_id, mask_phone
from models.letter import letters_of
from models.material import material_label
from models.people import Department, Role, User
from models.progress import deadlines_of, open_tasks
from models.progress import milestones as events
from models.workflow import UserTask
from models.working_days import Light
from webapp.drawn_view import text_of, visible_answers
from webapp.timeline import milestones

Json = dict[str, Any]
_MASKS = {
    "id_number": mask_id,
    "legal_id_number": mask_id,
    "phone": mask_phone,
    "account_number": mask_account,
}


def case(session: DbSession, file: CaseFile, reader: User) -> Json:
    """Everything about a case that the door shows to `reader`, who may see it."""
    return {
        "number": file.number,
        "scheme": file.scheme,
        "applicant_type": file.applicant_type,
        "status": file.status,
        "status_label": file.state.label,
        "is_final": file.state.is_final,
        "facts": _facts(session, file),
        "tasks": [_open_task(task, file, reader) for task in open_tasks(session, file)],
        "deadlines": [deadline(clock) for clock in deadlines_of(session, file)],
        "timeline": [
            {"at": instant(line.at), "who": line.who, "what": line.what}
            for line in milestones(events(session, file), [], reader)
        ],
        "documents": [document(row) for row in documents_of(session, file)],
        "letters": [
            {
                "number": row.number,
                "kind": row.kind,
                "title": row.title,
                "issued_on": row.issued_on.isoformat(),
            }
            for row in letters_of(session, file)
        ],
        "answers": [_answers(rows) for rows in visible_answers(session, file, reader)],
    }


def _answers(rows: list[DrawnAnswer]) -> Json:
    """What was answered to the drawn fields of one step."""
    first = rows[0]
    return {
        "element": first.element_id,
        "step": first.task.name,
        "who": first.actor.display_name,
        "at": instant(first.recorded_at),
        "answers": [
            {"field": row.field, "label": row.label, "kind": row.kind, "text": text_of(row, is_full=False)}
            for row in rows
        ],
    }


def brief(file: CaseFile) -> Json:
    """What a write answers: where the case stands now."""
    return {"number": file.number, "status": file.status, "status_label": file.state.label}


def deadline(clock: Deadline) -> Json:
    """A clock; `working_days` is the drawn length, counted in `unit`, without the extension."""
    return {
        "id": clock.id,
        "key": clock.key,
        "name": clock.name,
        "clause": clock.clause,
        "started_on": clock.start_on.isoformat(),
        "working_days": clock.length,
        "unit": clock.clock_unit,
        "extension_days": clock.extension_days,
        "due_on": clock.due_on.isoformat(),
        "paused_on": to_json(clock.paused_on),
        "provisional": clock.provisional,
        "missed_at": instant(clock.missed_at),
        "light": clock.light.value,
        "words": clock.words,
        "done_on": to_json(clock.done_on),
        "cancelled_on": to_json(clock.cancelled_on),
        "late_by": clock.late_by,
    }


def item(line: inbox.Item) -> Json:
    """One line of the inbox."""
    return {
        "id": line.task_id,
        "case": line.number,
        "applicant_name": line.applicant_name,
        "amount": to_json(line.amount),
        "element": line.element_id,
        "step": line.step,
        "department": line.department,
        "assignee": line.assignee or None,
        "created_at": instant(line.created_at),
        "due_at": instant(line.due_at) if line.light is not Light.NONE else None,
        "light": line.light.value,
        "words": line.words,
        "provisional": line.provisional,
        "is_urgent": line.is_urgent,
        "marks": list(line.marks),
    }


def task(row: UserTask, file: CaseFile) -> Json:
    """A task with its clock, for who may work on it."""
    return {
        **_open_task(row, file),
        "status": row.status,
        "form_key": row.form_key,
        "created_at": instant(row.created_at),
        "claimed_at": instant(row.claimed_at),
        "done_at": instant(row.done_at),
        "deadline": deadline(row.deadline) if row.deadline else None,
    }


def document(row: Document) -> Json:
    """A material without its content."""
    return {
        "id": row.id,
        "kind": row.kind,
        "label": material_label(row.kind),
        "file_name": row.file_name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "uploaded_at": instant(row.uploaded_at),
        "pdf": row.conversion.state if row.conversion else None,
    }


def _facts(session: DbSession, file: CaseFile) -> Json:
    offices = {
        name: session.get(Department, key) if key else None
        for name, key in (("hrss", file.hrss_id), ("guarantor", file.guarantor_id), ("bank", file.bank_id))
    }
    masked = {name: mask(str(file.application.get(name) or "")) for name, mask in _MASKS.items()}
    return {
        "applicant_name": file.applicant_name,
        "amount": to_json(file.amount),
        "term_months": file.term_months,
        "group": file.group_code or None,
        "loan_ordinal": file.loan_ordinal,
        "region": file.region.name if file.region else None,
        **{name: office.name if office else None for name, office in offices.items()},
        "submitted_at": instant(file.submitted_at),
        "received_on": to_json(file.received_on),
        "accepted_on": to_json(file.accepted_on),
        "bank_accepted_on": to_json(file.bank_accepted_on),
        "closed_at": instant(file.closed_at),
        **{name: text for name, text in masked.items() if file.application.get(name)},
    }


def _open_task(row: UserTask, file: CaseFile, reader: User | None = None) -> Json:
    """An applicant reads no official's name, as on the page of his case."""
    clock = row.deadline
    is_hidden = reader is not None and reader.role == Role.APPLICANT and row.assignee_id != reader.id
    return {
        "id": row.id,
        "case": file.number,
        "element": row.element_id,
        "step": row.name,
        "department": row.department.name,
        "assignee": row.assignee.name if row.assignee and not is_hidden else None,
        "due_on": to_json(clock.due_on) if clock else None,
        "light": clock.light.value if clock else Light.NONE.value,
        "provisional": bool(clock and clock.provisional),
        "is_urgent": bool(row.priority),
    }


def instant(value: datetime | None) -> str | None:
    """ISO 8601, in UTC."""
    return value.isoformat() if value else None
