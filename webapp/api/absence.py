"""Room absence behind the REST door: who is away and who stands in (代办)."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from models.database import DbSession, reading, transaction
from models.people import Permission, User
from models.refusal import Refusal
from models.substitute import Substitute, absences_of
from processes import substitute
from webapp.access import actor
from webapp.api.body import Body, read_body
from webapp.api.route import Route
from webapp.api.talk import LARGEST, day_of

SHAPES: dict[str, Any] = {}
Json = dict[str, Any]


def list_absences() -> Response:
    """The caller's own, those in which he stands in, and as head those of his people."""
    with reading() as session:
        rows = absences_of(session, actor(), actor().may(Permission.TASK_ASSIGN))
        return jsonify(absences=[_absence(row) for row in rows])


def set_absence() -> tuple[Response, int]:
    """设置代办; without `absent` the caller's own."""
    kinds = {"absent": int, "stand_in": int, "from_on": str, "until_on": str, "reason": str}
    body = read_body(kinds, optional=("absent", "reason"))
    who = _id(body, "absent") if "absent" in body else actor().id, _id(body, "stand_in")
    days = day_of(body, "from_on"), day_of(body, "until_on")
    with transaction() as session:
        wanted = substitute.Wanted(*who, *days, str(body.get("reason", "")))
        made = substitute.set_substitute(session, wanted, actor())
        return jsonify(_shown(session, made)), 201


def end_absence(absence_id: int) -> Response:
    """结束代办."""
    with transaction() as session:
        return jsonify(_shown(session, substitute.end(session, absence_id, actor())))


def _id(body: Body, name: str) -> int:
    if not 0 < int(body[name]) <= LARGEST:
        raise Refusal("没有这一人员。", name)
    return int(body[name])


def _shown(session: DbSession, row: Substitute) -> Json:
    session.refresh(row, ["absent", "stand_in", "set_by"])
    return _absence(row)


def _absence(row: Substitute) -> Json:
    return {
        "id": row.id,
        "absent": _person(row.absent),
        "stand_in": _person(row.stand_in),
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on.isoformat(),
        "reason": row.reason,
        "set_by": row.set_by.name,
        "state": row.words,
    }


def _person(person: User) -> Json:
    office = person.department.name if person.department else ""
    return {"id": person.id, "name": person.name, "department": office}


_MAY = Permission.SUBSTITUTE_SET
_END = f"/absences/<int(max={LARGEST}):absence_id>/end"
ROUTES: tuple[Route, ...] = (
    Route("GET", "/absences", list_absences, _MAY, "Who is away and who stands in (代办)", "Absences"),
    Route(
        "POST", "/absences", set_absence, _MAY, "Let a colleague stand in for a period", "Absence",
        status=201, body="NewAbsence", errors=(404, 409),
    ),
    Route("POST", _END, end_absence, _MAY, "End it before its last day", "Absence", errors=(404, 409)),
)  # fmt: skip
