"""Room audit: the log a page at a time, searched and exported, and the verification of its chains."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request

from models import audit, audit_anchor
from models.audit_log import ACTIONS, LOGINS, Asked, Log, bounded, log_page
from models.database import reading, transaction
from models.people import Permission, all_departments
from models.refusal import Refusal
from webapp.access import actor, requires
from webapp.audit_export import EVENTS, event_rows
from webapp.audit_query import Query
from webapp.audit_view import Reader
from webapp.log_export import FORMATS, sent_table

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
FIELDS = ("action", "person", "office", "case", "from_on", "to_on", "text", "after")
_SHOWN = 100


@blueprint.get("")
@requires(Permission.AUDIT_READ)
def show() -> tuple[str, int]:
    """What happened, newest first, narrowed by action, person, office, case, period or words."""
    query = Query(request.args)
    asked = _on_page(query)
    with reading() as session:
        log = Log() if query.errors else log_page(session, asked)
        reader = Reader(session)
        page = render_template(
            "audit/show.html",
            log=log,
            lines=[reader.view(line.event, line.number) for line in log.lines],
            wanted={name: query.text(name) or None for name in (*FIELDS, "logins")},
            errors=query.errors,
            actions=ACTIONS,
            offices=all_departments(session),
        )
    return page, 422 if query.errors else 200


@blueprint.post("/export")
@requires(Permission.AUDIT_READ)
def export() -> Response:
    """The events that the page is narrowed to, as a file; the log says who took it."""
    query = Query(request.form)
    asked, kind = _on_page(query), query.choice("format", FORMATS)
    query.check()
    answer = sent_table(kind, "audit", "审计日志", EVENTS, event_rows(asked))
    note_export("log.exported", "导出审计日志", query)
    return answer


@blueprint.post("/verify")
@requires(Permission.AUDIT_READ)
def verify() -> str:
    """Walk every chain and anchor and say what does not hold; nothing is changed."""
    with reading() as session:
        broken, total = [*audit.verify(session), *audit_anchor.verify(session)], audit.count(session)
    return render_template(
        "audit/verify.html", broken=broken[:_SHOWN], more=len(broken) - _SHOWN, total=total
    )


def asked_of(query: Query) -> Asked:
    """What the log is to be narrowed by; errors stay with the query."""
    begin, end = query.period()
    words: dict[str, Any] = {name: query.text(name) for name in FIELDS if name not in ("from_on", "to_on")}
    asked = Asked(**words, from_on=begin, to_on=end)
    try:
        bounded(asked)
    except Refusal as refusal:
        query.errors.setdefault(refusal.field or "text", refusal.message)
    return asked


def _on_page(query: Query) -> Asked:
    """As `asked_of`; the page leaves logins out unless they are asked for, and its export with it."""
    asked = asked_of(query)
    return replace(asked, has_logins=asked.action in LOGINS or query.text("logins") == "yes")


def note_export(action: str, summary: str, query: Query) -> None:
    """Log that the actor took a list out of the house, and by which words it was narrowed."""
    asked = {name: value for name in query.given if name != "csrf_token" and (value := query.text(name))}
    with transaction() as session:
        audit.record(session, action, summary, actor=actor(), new={"asked": asked})
