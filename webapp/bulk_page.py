"""Room bulk, page: what the pages of a batch show: before, with each task and the reason; after, with each result."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from forms.base import BaseForm, formdata_from_json
from models.bulk import BulkItem, BulkRun, ItemState, items_of, run_of
from models.database import DbSession
from models.people import User
from models.refusal import Refusal
from models.workflow import UserTask
from processes.bulk import Operation, operation_named
from processes.bulk_check import candidates
from processes.bulk_run import Pick, Ticket, check_picks, ticket
from processes.supervision_bulk import numbers
from webapp.bulk_form import Line, form_for, preview
from webapp.local import local_path

# The longest a database counts; a longer number is nobody's task.
_BIGGEST = 2**31 - 1
NONE_FIT = "所选事项都不能办理，请返回重新选择。"


@dataclass(frozen=True)
class Asked:
    """What was sent: the act, the chosen tasks, where to go back to, and the key that makes it one batch."""

    operation: Operation
    picks: list[Pick]
    back: str
    ticket: Ticket


def asked(data: MultiDict[str, str], actor: User) -> Asked:
    """What a page has sent. Raises as `asked_for`."""
    sent = [(name, text) for name, text in data.items(multi=True) if name not in ("csrf_token", "key")]
    back = local_path(data.get("back", ""), url_for("home.show"))
    mark = ticket(_key(data.get("key", "")), sent)
    # The button of a single row says both; what is ticked elsewhere on its page stays out.
    operation, _point, only = data.get("one", "").partition(".")
    tasks = [only] if only else data.getlist("task_id")
    return asked_for(operation if only else data.get("operation", ""), picked(tasks), mark, actor, back)


def asked_for(operation: str, picks: list[Pick], mark: Ticket, actor: User, back: str = "") -> Asked:
    """Raises Refusal for an unknown act or no tasks, Forbidden for an act that the role does not permit."""
    act = operation_named(operation)
    act.require(actor)
    check_picks(picks)
    return Asked(act, picks, back, mark)


def ticket_of(operation: str, tasks: Sequence[int], answers: Mapping[str, Any], key: str) -> Ticket:
    """The ticket of what a program has sent."""
    sent = [("operation", operation), *(("task", str(task)) for task in tasks)]
    return ticket(_key(key), [*sent, *((name, str(value)) for name, value in answers.items())])


def given(answers: Mapping[str, Any]) -> MultiDict[str, str]:
    """The answers of a program as a page would send them. Raises Refusal for what no form can hold."""
    found: MultiDict[str, str] = formdata_from_json(dict(answers))
    return found


def check_known(form: BaseForm, answers: Mapping[str, Any]) -> None:
    """Raises Refusal for a question that the act does not ask."""
    if unknown := sorted(set(answers) - set(form._fields)):
        raise Refusal("没有这一填报项。", unknown[0][:64])


def picked(texts: Sequence[str]) -> list[Pick]:
    """Numbers of tasks, each with the revision that was seen behind a point; what is none is left out."""
    found: dict[int, Pick] = {}
    for text in texts:
        number, _, seen = text.partition(".")
        if _is_number(number) and (not seen or _is_number(seen)):
            found.setdefault(int(number), Pick(int(number), int(seen or 0)))
    return list(found.values())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= _BIGGEST


def _key(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid4())


@dataclass(frozen=True)
class Preview:
    """The page before the act."""

    asked: Asked
    lines: list[Line]
    form: BaseForm

    @property
    def fit(self) -> list[Line]:
        return [line for line in self.lines if line.is_fit]

    @property
    def unfit(self) -> list[Line]:
        return [line for line in self.lines if not line.is_fit]

    def pick_of(self, line: Line) -> str:
        """How a task stands in the form: with the revision that is shown here."""
        task = line.candidate.task
        return f"{line.candidate.task_id}.{task.revision if task else 0}"


def previewed(
    session: DbSession, actor: User, sent: Asked, data: MultiDict[str, str] | None, csrf: bool = True
) -> Preview:
    """What will and will not be done, with the form of the act as it was sent (None: empty)."""
    found = candidates(session, actor, [pick.task_id for pick in sent.picks])
    lines = preview(sent.operation, found, actor)
    return Preview(sent, lines, form_for(session, sent.operation, lines, data, csrf))


def to_do(shown: Preview) -> list[Pick]:
    """The chosen tasks as they were seen, those that the act does not fit (any more) with the reason.

    Raises Refusal where it fits none of them; what the person may not see, or is none, is left out.
    """
    if not shown.fit:
        raise Refusal(NONE_FIT, "task_id")
    reasons = {line.candidate.task_id: line.reason for line in shown.lines if line.candidate.task}
    return [
        replace(pick, reason=reasons[pick.task_id]) for pick in shown.asked.picks if pick.task_id in reasons
    ]


def typed(form: BaseForm) -> dict[str, Any]:
    """What was typed for all of them, as it is kept with the batch."""
    return {name: value for name, value in form.typed().items() if name != "csrf_token"}


@dataclass(frozen=True)
class Outcome:
    """What became of one task; without it when the person may not see it."""

    item: BulkItem
    task: UserTask | None
    # Of an order: its 文号.
    number: str = ""

    @property
    def state(self) -> ItemState:
        return ItemState(self.item.state)

    @property
    def words(self) -> str:
        """Why it was not done, or could not be put back."""
        return self.item.undo_message or self.item.message or self.number


@dataclass(frozen=True)
class Result:
    """The page after the act."""

    run: BulkRun
    operation: Operation
    outcomes: list[Outcome]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def waits(self) -> int:
        return self.counts.get(ItemState.WAITING.value, 0)

    @property
    def may_undo(self) -> bool:
        """Whether there is a way back, and something that has not been tried."""
        open_items = [
            one for one in self.outcomes if one.state is ItemState.DONE and not one.item.undo_message
        ]
        return self.operation.undo is not None and bool(open_items)


def _number(item: BulkItem, named: Mapping[int, str]) -> str:
    return named.get(item.task_id, "") if item.state == ItemState.DONE else ""


def result(session: DbSession, run_id: int, actor: User) -> Result:
    """A batch of this person with what became of each. Raises NotFound."""
    run = run_of(session, run_id, actor)
    items = items_of(session, run_id)
    seen = {one.task_id: one.task for one in candidates(session, actor, [item.task_id for item in items])}
    named = numbers(session, run, list(seen)) if run.operation == "supervise" else {}
    outcomes = [Outcome(item, seen[item.task_id], _number(item, named)) for item in items]
    counts: dict[str, int] = {}
    for one in outcomes:
        counts[one.state.value] = counts.get(one.state.value, 0) + 1
    return Result(run, operation_named(run.operation), outcomes, counts)
