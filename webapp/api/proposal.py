"""Room proposal behind the REST door: a draft is put forward, looked at, agreed to, returned or withdrawn."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from forms.base import BaseForm, FormContext, errors_by_field, formdata_from_json, to_json
from forms.proposal import AGREES, RETURNS, DecisionForm, ProposalForm
from models.calendar import today
from models.database import reading, transaction
from models.people import Permission
from models.proposal import ProcessProposal, ProposalStatus
from models.refusal import Refusal
from processes import proposal as verbs
from webapp.access import actor
from webapp.api.body import FieldFaults, read_body
from webapp.api.present import instant
from webapp.api.process import change_json, closed
from webapp.api.route import Route
from webapp.migration_page import after_asked
from webapp.proposal_page import Looked, look_at_draft, look_at_proposal

Json = dict[str, Any]
_MANAGE = Permission.PROCESS_MANAGE
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_NUMBER_OR_NULL: Json = {"type": ["integer", "null"]}
_SEEN: Json = {**_NUMBER, "description": "Id of the newest version, with which was compared"}

_CONFIRMED: Json = {"type": "boolean", "description": "Needed where a statutory clock is gone or longer"}


def list_proposals() -> Response:
    """A page of what was put forward, what waits first."""
    with reading() as session:
        rows, older = verbs.proposals(session, after_asked("before"))
        return jsonify(proposals=[_line(row) for row in rows], before=older or None)


def show_proposal(proposal_id: int) -> Response:
    """One of them with its changes against the version it was begun from and, where others published, the newest."""
    return jsonify(_whole(look_at_proposal(proposal_id, actor())))


def propose_draft() -> Response:
    """Put one's own draft forward; every problem of the check is a 422. Without four eyes it is published at once."""
    body = read_body(
        {"draft": int, "reason": str, "effective_on": str, "seen": int, "clocks_confirmed": bool},
        optional=("effective_on", "seen", "clocks_confirmed"),
    )
    said = _cleaned(ProposalForm, {name: body.get(name, "") for name in ("reason", "effective_on")})
    looked = look_at_draft(body["draft"], actor()) if 0 < body["draft"] < 2**31 else None
    if looked is None:
        raise FieldFaults({"draft": ["未找到该草稿。"]})
    _require_sound(looked.check())
    if not looked.is_four_eyes:
        _require_confirmed(looked, body)
    asked = verbs.Asked(said["reason"], said["effective_on"] or None, looked.checked, _seen(looked, body))
    with transaction() as session:
        number = verbs.submit(session, body["draft"], actor(), asked).id
    answer = jsonify(_whole(look_at_proposal(number, actor())))
    answer.status_code = 201
    return answer


def decide_proposal(proposal_id: int) -> Response:
    """Agree and publish, or return with a comment; by another process owner than the author."""
    body = read_body(
        {"decision": str, "comment": str, "seen": int, "clocks_confirmed": bool},
        optional=("comment", "seen", "clocks_confirmed"),
    )
    said = _cleaned(DecisionForm, {name: body.get(name, "") for name in ("decision", "comment")})
    looked = look_at_proposal(proposal_id, actor())
    agrees, row = said["decision"] == AGREES, looked.row
    seen = None
    if agrees and isinstance(row, ProcessProposal) and row.status == ProposalStatus.PENDING:
        _require_sound(looked.check())
        _require_confirmed(looked, body)
        seen = _seen(looked, body)
    decision = verbs.Decision(agrees, said["comment"] or "", looked.checked, seen)
    with transaction() as session:
        verbs.decide(session, proposal_id, actor(), decision)
    return jsonify(_whole(look_at_proposal(proposal_id, actor())))


def withdraw_proposal(proposal_id: int) -> Response:
    """The author takes it back before it is decided on."""
    with transaction() as session:
        verbs.withdraw(session, proposal_id, actor())
    return jsonify(_whole(look_at_proposal(proposal_id, actor())))


def _cleaned(make: type[BaseForm], given: Json) -> Json:
    """What the page's form makes of it. Raises FieldFaults."""
    form = make(formdata_from_json(given), csrf=False).bind(FormContext(today=today()))
    if not form.validate():
        raise FieldFaults(errors_by_field(form))
    return dict(form.answers())


def _require_sound(looked: Looked) -> None:
    if looked.problems:
        told = [f"{one.element_id} {one.message}".strip() for one in looked.problems]
        raise FieldFaults({"bpmn": told})


def _require_confirmed(looked: Looked, body: Json) -> None:
    if looked.to_confirm and not body.get("clocks_confirmed"):
        raise FieldFaults({"clocks_confirmed": [one.message for one in looked.to_confirm]})


def _seen(looked: Looked, body: Json) -> int | None:
    """Who publishes over somebody else's version must say that he has seen it."""
    if "seen" not in body and looked.is_late:
        raise Refusal("草稿开始之后已有其他版本发布，请与最新版本比较，并在 seen 中写明其编号。", "seen")
    seen: int | None = body.get("seen", looked.seen)
    return seen


def _line(row: ProcessProposal) -> Json:
    return {
        "id": row.id,
        "key": row.key,
        "name": row.name,
        "status": row.status,
        "reason": row.reason,
        "effective_on": to_json(row.effective_on),
        "author": row.author.name,
        "reviewer": row.reviewer.name if row.reviewer else "",
        "comment": row.comment,
        "submitted_at": instant(row.submitted_at),
        "decided_at": instant(row.decided_at),
        "sha256": row.digest,
        "version": row.definition_id,
    }


def _whole(looked: Looked) -> Json:
    row: Any = looked.row
    compared = [
        {"with": int(one.old.of), "changes": [change_json(change) for change in one.changes]}
        for one in looked.comparisons
    ]
    return {**_line(row), "seen": looked.seen, "is_late": looked.is_late, "comparisons": compared}


_LINE: Json = {
    "id": _NUMBER,
    **dict.fromkeys(("key", "name", "reason", "author", "reviewer", "comment", "sha256"), _TEXT),
    "status": {"type": "string", "enum": [status.value for status in ProposalStatus]},
    "effective_on": {"type": ["string", "null"], "format": "date"},
    "submitted_at": {"type": "string", "format": "date-time"},
    "decided_at": {"type": ["string", "null"], "format": "date-time"},
    "version": {**_NUMBER_OR_NULL, "description": "Id of the version that it became"},
}
_COMPARED = closed(
    {"with": _NUMBER, "changes": {"type": "array", "items": {"$ref": "#/components/schemas/ProcessChange"}}}
)
SHAPES: Json = {
    "Proposal": closed(_LINE),
    "Proposals": closed(
        {
            "proposals": {"type": "array", "items": {"$ref": "#/components/schemas/Proposal"}},
            "before": _NUMBER_OR_NULL,
        }
    ),
    "ProposalWhole": closed(
        {
            **_LINE,
            "seen": {**_NUMBER_OR_NULL, "description": "Id of the newest version today"},
            "is_late": {"type": "boolean", "description": "Somebody has published since it was begun"},
            "comparisons": {"type": "array", "items": _COMPARED},
        }
    ),
    "NewProposal": closed(
        {
            "draft": _NUMBER,
            "reason": {**_TEXT, "minLength": 5, "maxLength": 500},
            "effective_on": {"type": "string", "format": "date"},
            "seen": _SEEN,
            "clocks_confirmed": _CONFIRMED,
        },
        optional=("effective_on", "seen", "clocks_confirmed"),
    ),
    "ProposalDecision": closed(
        {"decision": {"type": "string", "enum": [AGREES, RETURNS]}, "comment": _TEXT, "seen": _SEEN, "clocks_confirmed": _CONFIRMED},
        optional=("comment", "seen", "clocks_confirmed"),
    ),
}  # fmt: skip
_PROPOSAL = "/proposals/<int(max=2147483647):proposal_id>"
ROUTES = (
    Route(
        "GET",
        "/proposals",
        list_proposals,
        _MANAGE,
        "What was put forward, what waits first",
        "Proposals",
        query={"before": _NUMBER},
    ),
    Route(
        "POST",
        "/proposals",
        propose_draft,
        _MANAGE,
        "Put a draft forward",
        "ProposalWhole",
        status=201,
        body="NewProposal",
        errors=(404, 409),
    ),
    Route(
        "GET",
        _PROPOSAL,
        show_proposal,
        _MANAGE,
        "A proposal with its changes",
        "ProposalWhole",
        errors=(404,),
    ),
    Route(
        "POST",
        f"{_PROPOSAL}/decide",
        decide_proposal,
        _MANAGE,
        "Agree and publish, or return",
        "ProposalWhole",
        body="ProposalDecision",
        errors=(404, 409),
    ),
    Route(
        "POST",
        f"{_PROPOSAL}/withdraw",
        withdraw_proposal,
        _MANAGE,
        "Take one's own proposal back",
        "ProposalWhole",
        errors=(404, 409),
    ),
)
