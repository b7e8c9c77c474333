"""Room credit behind the REST door, its answers: listings, firms, credit information and the blacklist as JSON."""

from __future__ import annotations

from typing import Any

from forms.base import to_json
from models.blacklist import BlackLine
from models.calendar import today
from models.credit_info import CreditInfo, EvidenceRecord
from models.firm import FirmPage
from models.register import Line
from webapp.api import present
from webapp.api.register_shapes import LINE

Json = dict[str, Any]


def line(line: Line) -> Json:
    """A line of the register."""
    return {name: to_json(getattr(line, name)) for name in LINE}


def firm(firm: FirmPage) -> Json:
    """One firm, as far as its page's reader may see it."""
    return {
        "uscc": firm.subject.uscc,
        "name": firm.subject.name,
        "kind": firm.subject.kind,
        "number": firm.listing.number if firm.listing else None,
        "status": firm.listing.status if firm.listing else None,
        "exclusions": [{"cause": e.cause, "excluded_on": to_json(e.excluded_on)} for e in firm.exclusions],
        "history": [_event(firm, line) for line in firm.events],
        "cases": [
            {"number": c.number, "scheme": c.scheme.value, "status": c.status.value, "status_label": c.status.label}
            for c in firm.cases
        ],
        "screenings": [
            {
                "round": s.round,
                "outcome": s.outcome,
                "department": s.department,
                "result": s.result,
                "reason": s.reason,
                "queried_on": to_json(s.queried_on),
            }
            for s in firm.screenings
        ],
        "notices": [
            {"id": n.notice_id, "title": n.title, "published_on": to_json(n.published_on), "objections": n.objections}
            for n in firm.notices
        ],
        "loans": [_loan(loan) for loan in firm.loans],
        "queries": [query(row, firm.evidence_days) for _source, row in firm.evidence if row is not None],
    }  # fmt: skip


def _event(firm: FirmPage, line: Any) -> Json:
    event = line.event
    facts = event.facts if firm.sight.is_lead else ""
    plain = {"kind": event.kind, "label": event.kind_label, "ground": event.ground, "facts": facts}
    return {**plain, "happened_on": to_json(event.happened_on), "case": line.case or None}


def _loan(loan: Any) -> Json:
    runs = [
        {"due_on": to_json(run.due_on), "days_past_due": run.days, "stage": run.stage,
         "compensated": to_json(run.compensated)}
        for run in loan.arrears
    ]  # fmt: skip
    amounts = {"line": to_json(loan.line), "outstanding": to_json(loan.outstanding)}
    return {"case": loan.case or None, "bank": loan.bank, **amounts, "state": loan.state, "arrears": runs}


def info(row: CreditInfo) -> Json:
    """One value of one field."""
    plain = {"field": row.field, "label": row.field_label, "value": row.value, "source": row.source}
    return {**plain, "as_of": to_json(row.as_of), "recorded_at": present.instant(row.recorded_at)}


def query(row: EvidenceRecord, days: int) -> Json:
    """One query with the last day on which it holds."""
    until = row.valid_until(days)
    dates = {
        "queried_on": to_json(row.queried_on),
        "valid_until": to_json(until),
        "is_stale": until < today(),
    }
    return {"source": row.source, "result": row.result, "note": row.note, **dates}


def sheet(row: Any) -> Json:
    """A sheet of the eight fields: what it would write, and what is wrong."""
    new = [one for one in row.rows if not one["is_same"]]
    return {
        "id": row.id,
        "file_name": row.file_name,
        "new": len(new),
        "same": len(row.rows) - len(new),
        "errors": row.errors,
        "applied_at": present.instant(row.applied_at),
        "written": row.written,
    }


def black(line: BlackLine) -> Json:
    """One firm on the blacklist."""
    firm, row = line.exclusion.subject, line.row
    plain = {"uscc": firm.uscc, "name": firm.name, "ground": row.ground, "ground_label": row.ground_label}
    meeting = {"meeting_number": row.meeting_number, "excluded_on": to_json(line.exclusion.excluded_on)}
    receipts = {"told": line.told, "received": line.received, "is_owed": line.is_owed}
    return {**plain, **meeting, **receipts, "case": line.number or None}
