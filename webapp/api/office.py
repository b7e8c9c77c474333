"""Room office behind the REST door: give on, delegate, ask for opinions, set aside, hand over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, jsonify

from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Refusal
from models.task_review import ReviewKind, ReviewState, TaskReview, Waiting, of_task, waiting_for
from models.workflow import UserTask
from processes import delegation, handover, set_aside, submission, task_review, worklist
from webapp import review_door
from webapp.access import actor
from webapp.api import present
from webapp.api.body import Body, read_body
from webapp.api.results import RESULTS
from webapp.api.route import Route

Json = dict[str, Any]
_TASK = "/tasks/<int(max=2147483647):task_id>"
_REVIEW = "/reviews/<int(max=2147483647):review_id>"
_LARGEST = 2**31 - 1


def delegate_task(task_id: int) -> Response:
    """委派."""
    body = read_body({"delegate": int, "question": str})
    person = person_id(body, "delegate")
    return _acted(
        task_id, lambda db: delegation.delegate(db, task_id, person, str(body["question"]), actor())
    )


def hand_back_task(task_id: int) -> Response:
    """交回."""
    opinion = str(read_body({"opinion": str})["opinion"])
    return _acted(task_id, lambda db: delegation.hand_back(db, task_id, opinion, actor()))


def take_back_task(task_id: int) -> Response:
    """收回委派."""
    return _acted(task_id, lambda db: delegation.take_back(db, task_id, actor()))


def set_task_aside(task_id: int) -> Response:
    """挂起."""
    body = read_body({"until": str, "reason": str})
    until, reason = _day(body, "until"), str(body["reason"])
    return _acted(task_id, lambda db: set_aside.set_aside(db, task_id, until, reason, actor()))


def take_task_up(task_id: int) -> Response:
    """恢复办理."""
    return _acted(task_id, lambda db: set_aside.take_up(db, task_id, actor()))


def withdraw_task_submission(task_id: int) -> Response:
    """撤回提交."""
    return _acted(task_id, lambda db: submission.withdraw_submission(db, task_id, actor()))


def show_task_reviews(task_id: int) -> Response:
    """Who works on the task for whom, until when it is set aside, and everything that was asked about it."""
    with reading() as session:
        return jsonify(office_task(session, worklist.task_for(session, task_id, actor())))


def add_task_reviewer(task_id: int) -> tuple[Response, int]:
    """加签."""
    body = read_body({"reviewer": int, "when": str, "question": str})
    person, when = person_id(body, "reviewer"), str(body["when"])
    if when not in (ReviewKind.BEFORE, ReviewKind.AFTER):
        raise Refusal("取值应为 before 或 after。", "when")
    with transaction() as session:
        given = ReviewKind(when), str(body["question"])
        made = task_review.add_reviewer(session, task_id, person, *given, actor())
        return jsonify(_review(made)), 201


def list_reviews() -> Response:
    """待我会签."""
    with reading() as session:
        return jsonify(reviews=[_waiting(row) for row in waiting_for(session, actor())])


def answer_review(review_id: int) -> Response:
    """会签意见; the last one carries out what was submitted."""
    body = read_body({"agrees": bool, "opinion": str})
    settled = review_door.answer(review_id, bool(body["agrees"]), str(body["opinion"]), actor())
    return jsonify(_settled(settled))


def remove_review(review_id: int) -> Response:
    """减签."""
    return jsonify(_settled(review_door.remove(review_id, actor())))


def hand_over_tasks(user_id: int) -> Response:
    """离职移交, by the head of the department; one result a task."""
    body = read_body({"successor": int, "reason": str}, optional=("successor",))
    successor = person_id(body, "successor") if "successor" in body else None
    with transaction() as session:
        found = handover.hand_over(session, user_id, successor, str(body["reason"]), actor())
    keys = "task_id", "number", "step", "is_handed_over", "outcome"
    return jsonify(results=[{key: getattr(one, key) for key in keys} for one in found])


def _acted(task_id: int, act: Callable[[DbSession], UserTask]) -> Response:
    """The task as it is after the act."""
    with transaction() as session:
        act(session)
        session.flush()
        return jsonify(office_task(session, worklist.task_for(session, task_id, actor())))


def office_task(session: DbSession, task: UserTask) -> Json:
    """A task with its delegation, set-aside and opinions."""
    return {
        **present.task(task, task.case),
        "owner": task.owner.name if task.owner else None,
        "set_aside_until": task.set_aside_until.isoformat() if task.set_aside_until else None,
        "is_submitted": task.is_sealed,
        "reviews": [_review(row) for row in of_task(session, task.id)],
    }


def _review(row: TaskReview) -> Json:
    return {
        "id": row.id,
        "task_id": row.task_id,
        "kind": row.kind,
        "reviewer": row.reviewer_id,
        "asked_by": row.asked_by_id,
        "question": row.question,
        "state": row.state,
        "opinion": row.opinion,
        "asked_at": present.instant(row.asked_at),
        "ended_at": present.instant(row.ended_at),
    }


def _waiting(row: Waiting) -> Json:
    return {
        "id": row.review_id,
        "task_id": row.task_id,
        "case": row.number,
        "applicant_name": row.applicant_name,
        "step": row.step,
        "kind": row.kind.value,
        "asked_by": row.asked_by,
        "question": row.question,
        "absent": row.absent or None,
        "asked_at": present.instant(row.asked_at),
    }


def _settled(settled: review_door.Settled) -> Json:
    return {
        **_review(settled.review),
        "is_carried_out": settled.is_carried,
        "returned": settled.returned or None,
    }


def person_id(body: Body, name: str) -> int:
    """The id of a person that a body names. Raises Refusal."""
    if not 0 < int(body[name]) <= _LARGEST:
        raise Refusal("没有这一人员。", name)
    return int(body[name])


def _day(body: Body, name: str) -> date:
    try:
        return date.fromisoformat(str(body[name]))
    except ValueError as error:
        raise Refusal("日期应当写作“年-月-日”，例如 2026-03-09", name) from error


def _route(path: str, view: Callable[..., Any], summary: str, body: str = "", **over: Any) -> Route:
    errors = (404, 409) if body else (404, 409, 422)
    kept = {"result": "OfficeTask", "body": body, "errors": errors, **over}
    return Route("POST", path, view, Permission.TASK_WORK, summary, **kept)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET", f"{_TASK}/reviews", show_task_reviews, Permission.TASK_WORK,
        "Delegation, set-aside and opinions of a task", "OfficeTask", errors=(404,),
    ),
    _route(f"{_TASK}/delegate", delegate_task, "Let a colleague work on a task (委派)", "Delegation"),
    _route(f"{_TASK}/hand-back", hand_back_task, "Give a delegated task back (交回)", "HandBack"),
    _route(f"{_TASK}/take-back", take_back_task, "Take a delegated task back (收回委派)"),
    _route(f"{_TASK}/set-aside", set_task_aside, "Set a task aside until a day (挂起)", "SetAside"),
    _route(f"{_TASK}/take-up", take_task_up, "Take up a task that was set aside (恢复)"),
    _route(
        f"{_TASK}/withdraw-submission", withdraw_task_submission,
        "Take back a submission that waits for opinions (撤回提交)",
    ),
    _route(
        f"{_TASK}/reviewers", add_task_reviewer, "Ask for an opinion (加签)", "NewReview",
        result="Review", status=201,
    ),
    Route(
        "GET", "/reviews", list_reviews, Permission.TASK_WORK,
        "The opinions that the caller is asked for (待我会签)", "Reviews",
    ),
    _route(f"{_REVIEW}/answer", answer_review, "Answer (会签意见)", "ReviewAnswer", result="SettledReview"),
    _route(f"{_REVIEW}/remove", remove_review, "Ask no more (减签)", result="SettledReview"),
    Route(
        "POST", "/handover/<int(max=2147483647):user_id>", hand_over_tasks, Permission.TASK_ASSIGN,
        "Hand over everything that a person has under way (离职移交)", "HandOver", body="NewHandOver",
        errors=(404, 409),
    ),
)  # fmt: skip

_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_REVIEW_SHAPE: Json = {
    **dict.fromkeys(("id", "task_id", "reviewer", "asked_by"), _NUMBER),
    "kind": {"type": "string", "enum": [kind.value for kind in ReviewKind]},
    **dict.fromkeys(("question", "opinion"), _TEXT),
    "state": {"type": "string", "enum": [state.value for state in ReviewState]},
    "asked_at": _MOMENT,
    "ended_at": {"type": ["string", "null"], "format": "date-time"},
}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(name: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


SHAPES: Json = {
    "Review": _object(_REVIEW_SHAPE),
    "SettledReview": _object(
        {
            **_REVIEW_SHAPE,
            "is_carried_out": {
                "type": "boolean",
                "description": "It was the last: the submission took effect",
            },
            "returned": {"type": ["string", "null"], "description": "Why the submission went back instead"},
        }
    ),
    "OfficeTask": _object(
        {
            **RESULTS["Task"]["properties"],
            "owner": {"type": ["string", "null"], "description": "Who submits it, while another works on it"},
            "set_aside_until": {"type": ["string", "null"], "format": "date"},
            "is_submitted": {"type": "boolean", "description": "Submitted, and waits for opinions"},
            "reviews": _list("Review"),
        }
    ),
    "WaitingReview": _object(
        {
            **dict.fromkeys(("id", "task_id"), _NUMBER),
            **dict.fromkeys(("case", "applicant_name", "step", "asked_by", "question"), _TEXT),
            "kind": _REVIEW_SHAPE["kind"],
            "absent": {"type": ["string", "null"], "description": "In whose place the caller answers (代办)"},
            "asked_at": _MOMENT,
        }
    ),
    "Reviews": _object({"reviews": _list("WaitingReview")}),
    "HandOverLine": _object(
        {
            "task_id": _NUMBER,
            **dict.fromkeys(("number", "step", "outcome"), _TEXT),
            "is_handed_over": {"type": "boolean"},
        }
    ),
    "HandOver": _object({"results": _list("HandOverLine")}),
    "Delegation": _object({"delegate": _NUMBER, "question": _TEXT}),
    "HandBack": _object({"opinion": _TEXT}),
    "SetAside": _object({"until": {"type": "string", "format": "date"}, "reason": _TEXT}),
    "NewReview": _object(
        {"reviewer": _NUMBER, "when": {"type": "string", "enum": ["before", "after"]}, "question": _TEXT}
    ),
    "ReviewAnswer": _object({"agrees": {"type": "boolean"}, "opinion": _TEXT}),
    "NewHandOver": _object({"successor": _NUMBER, "reason": _TEXT}, optional=("successor",)),
}
