"""Room access log, its door: what was answered about a case is noted once the answer has gone out.

Closed by default: every page and every REST answer whose address names a case, one of its documents, letters or
steps is a look, also one that answers a post; no view has to say so. The record is written after the response, in a
small transaction of its own, and never costs anybody his page: while the database cannot write, looks wait here for
the next one.
"""

from __future__ import annotations

import logging
from collections import deque

from flask import Flask, Response, request
from flask_login import current_user

from models.access_log import Door, LookKind
from models.database import DatabaseFault, transaction
from models.people import User
from processes.access_log import NAMES, Look, looked
from webapp.access import actor, is_public

log = logging.getLogger(__name__)
# Argument of the address → what was looked at; the one that comes first here says it.
_THINGS = {
    "document_id": LookKind.DOCUMENT,
    "letter_id": LookKind.LETTER,
    "dossier_id": LookKind.DOSSIER,
    "deadline_id": LookKind.COUNT,
}
# Endpoints, and rooms, whose answers are more than the case itself.
_KINDS = {
    "case.show_personal_data": LookKind.PERSONAL_DATA,
    "case.print_view": LookKind.PRINT,
    "access.of_case": LookKind.LOG,
    "api.list_case_looks": LookKind.LOG,
    **dict.fromkeys(("dossier.show", "dossier.show_progress", "api.show_dossier"), LookKind.CASE),
    "conversion.show": LookKind.CASE,
    "application": LookKind.APPLICATION,
}
# They say nothing about the case: who has it open now.
_SILENT = ("api.show_presence",)
# Whatever the method: a page, a form that comes back with its faults, a preview, what another was faster with.
_SHOWN = (200, 201, 409, 422)
_waiting: deque[Look] = deque(maxlen=10_000)


def init(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_note)


def _note(response: Response) -> Response:
    look = _look(response) if _is_shown(response) else None
    if look is not None:
        # A file that is handed to the server as it is would never be closed, and the look not noted.
        response.direct_passthrough = False
        response.call_on_close(lambda: write(look))
    return response


def write(look: Look) -> None:
    """Note the look, with those that had to wait."""
    _waiting.append(look)
    looks = [_waiting.popleft() for _ in range(len(_waiting))]
    try:
        with transaction() as session:
            looked(session, looks)
    except DatabaseFault as fault:
        _waiting.extend(looks)
        log.error("%s looks wait to be noted", len(_waiting), exc_info=fault)


def _is_shown(response: Response) -> bool:
    """Whether it is a page, to whatever method, a file, or what a program is answered, other than its faults."""
    if request.endpoint in _SILENT or request.method in ("HEAD", "OPTIONS"):
        return False
    if request.blueprint == "api":
        return response.status_code in (200, 201)
    is_read = request.method == "GET" and response.status_code == 200
    return is_read or (response.mimetype == "text/html" and response.status_code in _SHOWN)


def _look(response: Response) -> Look | None:
    """What the request has shown, if it was something of a case."""
    given = request.view_args or {}
    named = next(
        (name for name in (*_THINGS, "number", *sorted(NAMES)) if name in given and name in NAMES), ""
    )
    who = _reader() if named else None
    if who is None:
        return None
    thing = next((name for name in _THINGS if name in given), "") if request.method == "GET" else ""
    # What comes back with its faults has shown the case, and nothing beyond it.
    kind = _kind(thing) if response.status_code == 200 else LookKind.CASE
    door = Door.REST if request.blueprint == "api" else Door.PAGE
    thing_id = int(given[thing]) if thing and kind is _THINGS[thing] else 0
    return Look(kind, who.id, who.department_id, named, given[named], thing_id, door)


def _kind(thing: str) -> LookKind:
    found = _KINDS.get(request.endpoint or "") or _KINDS.get(request.blueprint or "")
    return found or _THINGS.get(thing, LookKind.CASE)


def _reader() -> User | None:
    if request.blueprint == "api":
        return actor()
    is_somebody = not is_public(request.endpoint) and current_user and current_user.is_authenticated
    return actor() if is_somebody else None
