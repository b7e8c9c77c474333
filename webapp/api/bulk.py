"""Room bulk behind the REST door: what an act would do to many tasks, doing it, its results, and undoing it."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from forms.schema import json_schema
from models.bulk import MOST, ItemState
from models.database import reading, transaction
from models.refusal import Refusal
from processes.bulk import OPERATIONS
from processes.bulk_run import Pick, begin, known_run
from webapp import bulk_door
from webapp.access import SIGNED_IN, actor
from webapp.api.body import Body, FieldFaults, read_body
from webapp.api.present import instant
from webapp.api.process import closed
from webapp.api.route import Route
from webapp.bulk_form import Line
from webapp.bulk_page import (
    Asked,
    Preview,
    asked_for,
    check_known,
    given,
    previewed,
    result,
    ticket_of,
    to_do,
    typed,
)

Json = dict[str, Any]
_RUN = "/bulk/<int(max=2147483647):run_id>"
_LARGEST = 2**31 - 1


def preview_bulk() -> Response:
    """What would be done to each task, why not to the others, and what the act asks for."""
    body = read_body({"operation": str, "tasks": list})
    with reading() as session:
        shown = previewed(session, actor(), _asked(body), None, csrf=False)
        form = json_schema(shown.form) if shown.fit else None
        return jsonify(
            operation=shown.asked.operation.key, lines=[_line(one) for one in shown.lines], form=form
        )


def run_bulk() -> tuple[Response, int]:
    """The act, a transaction for each task; the same `key` again answers the batch of the first time."""
    body = read_body({"operation": str, "tasks": list, "answers": dict, "key": str}, ("answers", "key"))
    sent = _asked(body)
    with reading() as session:
        known = known_run(session, actor(), sent.ticket)
        run_id = known.id if known else 0
    if not run_id:
        run_id = _begun(sent, body.get("answers", {}))
        bulk_door.work_off(run_id, actor())
    return _result(run_id), 201


def show_bulk(run_id: int) -> Response:
    """What became of each task of a batch of the caller's."""
    return _result(run_id)


def continue_bulk(run_id: int) -> Response:
    """Do what is left of a batch that was interrupted."""
    bulk_door.work_off(run_id, actor())
    return _result(run_id)


def undo_bulk(run_id: int) -> Response:
    """Put each task back as it was, where nothing has happened to it since."""
    bulk_door.put_back(run_id, actor())
    return _result(run_id)


def _asked(body: Body) -> Asked:
    tasks = body["tasks"]
    if not all(type(one) is int and 0 < one <= _LARGEST for one in tasks):
        raise Refusal("应当是事项编号的数组。", "tasks")
    picks = [Pick(one) for one in dict.fromkeys(tasks)]
    mark = ticket_of(body["operation"], tasks, body.get("answers", {}), body.get("key", ""))
    return asked_for(body["operation"], picks, mark, actor())


def _begun(sent: Asked, answers: dict[str, Any]) -> int:
    with reading() as session:
        shown = previewed(session, actor(), sent, given(answers), csrf=False)
        _check(shown, answers)
    with transaction() as session:
        return begin(session, actor(), sent.operation, to_do(shown), typed(shown.form), sent.ticket).id


def _check(shown: Preview, answers: dict[str, Any]) -> None:
    left = to_do(shown)
    check_known(shown.form, answers)
    if left and not shown.form.validate():
        raise FieldFaults(shown.form.faults())


def _result(run_id: int) -> Response:
    with reading() as session:
        found = result(session, run_id, actor())
        return jsonify(
            id=found.run.id,
            operation=found.run.operation,
            created_at=instant(found.run.created_at),
            undone_at=instant(found.run.undone_at),
            may_undo=found.may_undo,
            items=[
                {
                    "id": one.item.task_id,
                    "case": one.task.case.number if one.task else None,
                    "state": one.state.value,
                    "message": one.words,
                }
                for one in found.outcomes
            ],
        )


def _line(line: Line) -> Json:
    task = line.candidate.task
    return {
        "id": line.candidate.task_id,
        "case": task.case.number if task else None,
        "step": task.name if task else None,
        "fits": line.is_fit,
        "reason": line.reason,
    }


_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"type": ["string", "null"]}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_MOMENT: Json = {"type": ["string", "null"], "format": "date-time"}
_KEYS: Json = {"type": "string", "enum": list(OPERATIONS)}
_TASKS: Json = {"type": "array", "items": _NUMBER, "minItems": 1, "maxItems": MOST}


def _listed(parts: Json) -> Json:
    return {"type": "array", "items": closed(parts)}


SHAPES: dict[str, Json] = {
    "BulkWish": closed({"operation": _KEYS, "tasks": _TASKS}),
    "BulkOrder": closed(
        {
            "operation": _KEYS,
            "tasks": _TASKS,
            "answers": {
                "type": "object",
                "description": "As the preview's `form` asks; one set for all tasks",
            },
            "key": {
                **_TEXT,
                "format": "uuid",
                "description": "Repeating an order with its key does nothing more",
            },
        },
        optional=("answers", "key"),
    ),
    "BulkPreview": closed(
        {
            "operation": _KEYS,
            "lines": _listed({"id": _NUMBER, "case": _MAYBE, "step": _MAYBE, "fits": _FLAG, "reason": _TEXT}),
            "form": {"type": ["object", "null"]},
        }
    ),
    "BulkResult": closed(
        {
            "id": _NUMBER,
            "operation": _KEYS,
            "created_at": {"type": "string", "format": "date-time"},
            "undone_at": _MOMENT,
            "may_undo": _FLAG,
            "items": _listed(
                {
                    "id": _NUMBER,
                    "case": _MAYBE,
                    "state": {"type": "string", "enum": [state.value for state in ItemState]},
                    "message": _TEXT,
                }
            ),
        }
    ),
}
ROUTES = (
    Route(
        "POST", "/bulk/preview", preview_bulk, SIGNED_IN, "What an act would do to many tasks", "BulkPreview",
        body="BulkWish", errors=(403, 422),
    ),
    Route(
        "POST", "/bulk", run_bulk, SIGNED_IN, "Do an act to many tasks, each by itself", "BulkResult", status=201,
        body="BulkOrder", errors=(403, 409),
    ),
    Route("GET", _RUN, show_bulk, SIGNED_IN, "What became of each task of a batch", "BulkResult", errors=(404,)),
    Route(
        "POST", f"{_RUN}/continue", continue_bulk, SIGNED_IN, "Go on with an interrupted batch", "BulkResult",
        errors=(404,),
    ),
    Route(
        "POST", f"{_RUN}/undo", undo_bulk, SIGNED_IN, "Put a batch back where that is possible", "BulkResult",
        errors=(404, 409, 422),
    ),
)  # fmt: skip
