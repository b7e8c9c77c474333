"""Room task behind the REST door: the worklist, a task with its form, claim, release, complete."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, jsonify, request

from forms.base import to_json
from forms.schema import json_schema
from models import inbox
from models.case_record import tasks_of
from models.database import DbSession, reading, transaction
from models.inbox_sort import orders_of
from models.people import Role, User
from models.refusal import Conflict, Refusal
from models.workflow import OPEN, UserTask
from models.working_days import Light
from processes import worklist
from webapp.access import actor
from webapp.api import present
from webapp.api.answers import checked
from webapp.api.body import FieldFaults, read_body
from webapp.context import task_context
from webapp.inbox_query import wanted
from webapp.task_form import before_of, form_of, hand_in

SCOPES = tuple(inbox.Scope)
# A cursor carries the key of its order: of a name it is longer than any other word.
LONGEST_CURSOR = 1000


def list_tasks() -> Response:
    """One page of one of the caller's lists, in due order unless `sort` asks for another."""
    scope = _one_of("scope", {scope.value: scope for scope in SCOPES}, "mine")
    _one_of("light", {light.value: light.value for light in Light} | {"": ""}, "")
    _one_of("sort", {order.text: order for order in orders_of(scope)} | {"": None}, "")
    asked = wanted(request.args)
    if asked.faults:
        raise FieldFaults({name: [message] for name, message in asked.faults.items()})
    filters = replace(asked.filters, case=_word("case"), after=_word("after", LONGEST_CURSOR))
    with reading() as session:
        page = inbox.page(session, actor(), scope, filters, asked.size, asked.order)
    return jsonify(tasks=[present.item(line) for line in page.items], after=page.after or None)


def show_task(task_id: int) -> Response:
    """A task and, while it is open, its form as JSON Schema, and what was answered when it was done before."""
    with reading() as session:
        task = worklist.task_for(session, task_id, actor())
        shown = {"form": _form(session, task), "given_before": before_json(session, task, actor())}
        return jsonify({**present.task(task, task.case), **shown})


def claim_task(task_id: int) -> Response:
    """签收."""
    with transaction() as session:
        worklist.claim(session, task_id, actor())
        task = worklist.task_for(session, task_id, actor())
        return jsonify(present.task(task, task.case))


def release_task(task_id: int) -> Response:
    """退回待签收."""
    with transaction() as session:
        worklist.release(session, task_id, actor())
        task = worklist.task_for(session, task_id, actor())
        return jsonify(present.task(task, task.case))


def complete_task(task_id: int) -> Response:
    """办理: the answers go through the form that the page shows."""
    answers = read_body({"answers": dict})["answers"]
    with transaction() as session:
        task = worklist.task_for(session, task_id, actor())
        if task.status != OPEN:
            raise Conflict("该事项已由他人办理或已终止，请刷新。")
        given = checked(form_of(session, task), answers, task_context(session, task, task.case))
        done = hand_in(session, task_id, actor(), given, worklist.drawn_step(session, task))
    return jsonify(present.brief(done.case))


def before_json(session: DbSession, task: UserTask, reader: User) -> dict[str, Any] | None:
    """What was answered the last time, of an open step that is done again; None of any other."""
    if task.status != OPEN:
        return None
    step = worklist.drawn_step(session, task)
    before = before_of(session, task, reader, step, tasks_of(session, task.case))
    if before is None:
        return None
    why = before.why if before.why and before.why.reason else None
    return {
        "person": before.person,
        "at": present.instant(before.at),
        "answers": to_json(before.values),
        "reason": why.reason if why else "",
        "reason_by": why.person if why and reader.role != Role.APPLICANT else "",
    }


def _form(session: DbSession, task: UserTask) -> dict[str, Any] | None:
    if task.status != OPEN:
        return None
    form = form_of(session, task)(None, csrf=False)
    return json_schema(form.bind(task_context(session, task, task.case)))


def _one_of(name: str, known: dict[str, Any], default: str) -> Any:
    given = request.args.get(name, default)
    if given not in known:
        raise Refusal("取值不在允许的范围内。", name)
    return known[given]


def _word(name: str, longest: int = 60) -> str:
    given = request.args.get(name, "")
    if len(given) > longest or not given.isprintable():
        raise Refusal("取值不正确。", name)
    return given
