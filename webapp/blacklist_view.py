"""Room credit: what the cases of an exit and of a blacklisting show above the form of their step."""

from __future__ import annotations

from typing import Any

from models.blacklist import receipts_with_offices
from models.blacklisting import blacklisting_of, objections_of
from models.calendar import today
from models.case import CaseFile
from models.credit_exit import ExitMeasure, exit_of
from models.credit_policy import credit_rules_on
from models.database import DbSession
from models.deadline import due_for
from models.document import documents_of
from models.people import Department, User
from models.scheme import Scheme
from models.subject import Subject
from processes.blacklisting import is_center
from webapp.case_panel import Panel, panel


@panel(Scheme.CREDIT_EXIT)
def exit_panel(session: DbSession, case: CaseFile, _reader: User) -> Panel:
    """Ground, facts and what was done."""
    file = exit_of(session, case.id)
    data = {
        "file": file,
        "subject": session.get_one(Subject, file.subject_id),
        "reporter": session.get(Department, file.reporter_id) if file.reporter_id else None,
        "measure": ExitMeasure.title_of(file.measure) if file.measure else "",
        "guarantor_measure": ExitMeasure.title_of(file.guarantor_measure) if file.guarantor_measure else "",
    }
    return Panel("register/_exit.html", data)


@panel(Scheme.BLACKLISTING)
def blacklist_panel(session: DbSession, case: CaseFile, reader: User) -> Panel:
    """The proposal, the statement, the decision, the receipts and the objections; and what the reader may do."""
    row = blacklisting_of(session, case.id)
    receipts = receipts_with_offices(session, case.id)
    days = credit_rules_on(session, row.told_on).statement_days
    region = case.region.code if case.region else ""
    data: dict[str, Any] = {
        "row": row,
        "case": case,
        "subject": session.get_one(Subject, row.subject_id),
        "statement_until": due_for(row.told_on, days, region_code=region),
        "receipts": receipts,
        "owed": [one for one in receipts if one.received_at is None],
        "mine": next((one for one in receipts if one.department_id == reader.department_id), None),
        "objections": objections_of(session, case.id),
        "files": documents_of(session, case),
        "is_center": is_center(reader),
        "today": today(),
    }
    return Panel("register/_blacklisting.html", data)
