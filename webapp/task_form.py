"""Room task, its form: from the page to the verb and back, the same way for every form key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from werkzeug.datastructures import MultiDict

from forms.base import BaseForm, formdata_from_json
from forms.dynamic import drawn_form
from forms.registry import TASK_FORMS
from models.case import CaseFile
from models.case_record import CaseRecord
from models.database import DbSession, StaleWrite, transaction
from models.people import User
from models.refusal import Conflict, NotFound, Refusal
from models.task_draft import DraftMark
from models.workflow import OPEN, UserTask
from processes import submission, worklist
from processes.engine.drawing import Step
from processes.given_before import Before, given_before, last_done
from processes.prefill import prefilled
from processes.submission import Done
from webapp.context import task_context
from webapp.drawn_view import sight
from webapp.wizard import add_row, blame, without_row

STALE = "该事项已由他人办理，请刷新。"
ENDED = "该事项已办结或已终止，您填写的内容没有提交。"


@dataclass(frozen=True)
class Opened:
    """A form as the page shows it; `saved_at` when it holds the person's own draft."""

    form: BaseForm
    saved_at: datetime | None = None
    # What was answered the last time, when the step is done again and the form starts with it.
    before: Before | None = None
    # Which draft the page has seen, and which tab of the browser it is (models/task_draft.py).
    mark: DraftMark = field(default_factory=lambda: DraftMark(tab=token_hex(8)))


def opened(session: DbSession, record: CaseRecord, task: UserTask, actor: User, step: Step) -> Opened:
    """The form of a task before anything is sent: the person's draft, else what he, or another, has answered before,
    else what the case already says."""
    make, context = form_class(step), task_context(session, task, record.case)
    draft = worklist.draft_of(session, task.id, actor)
    if draft is None:
        before = before_of(session, task, actor, step, record.tasks)
        values = prefilled(session, record.case, task, step, sight(session, record.case, actor))
        form = make(None, data=values | (before.values if before else {})).bind(context)
        return Opened(form, before=before)
    content, row = draft
    form = make(formdata_from_json(content)).bind(context)
    return Opened(form, row.saved_at, mark=DraftMark(row.revision, token_hex(8)))


def before_of(
    session: DbSession, task: UserTask, actor: User, step: Step, tasks: Iterable[UserTask]
) -> Before | None:
    """What was answered the last time, of an open step that is done again, as far as this person may see it."""
    last = last_done(tasks, task)
    case = session.get_one(CaseFile, task.case_id)
    return given_before(session, last, step, actor, sight(session, case, actor)) if last else None


def sent(session: DbSession, task: UserTask, data: MultiDict[str, str]) -> BaseForm:
    """The form with what the page sent; `task` comes with its case."""
    if "remove_row" in data:
        data = without_row(data, data["remove_row"])
    form: BaseForm = form_of(session, task)(data).bind(task_context(session, task, task.case))
    if "add_row" in data:
        add_row(form, data["add_row"])
    return form


def sealed(session: DbSession, task: UserTask, case: CaseFile) -> BaseForm | None:
    """The form with what waits sealed for opinions, if anything does."""
    found = submission.sealed_content(session, task.id) if task.is_sealed else None
    if found is None:
        return None
    form: BaseForm = form_of(session, task)(formdata_from_json(found[0]), csrf=False)
    return form.bind(task_context(session, task, case))


def lost(task: UserTask, actor: User) -> str:
    """Why the task cannot be completed by this person any more; empty when it still can."""
    if task.status != OPEN:
        return ENDED
    if task.assignee_id not in (None, actor.id) and task.owner_id != actor.id:
        return "该事项正由他人办理，您填写的内容没有提交。"
    return ""


def mark_of(data: MultiDict[str, str]) -> DraftMark | None:
    """What the tab knew of the draft when it sent this; None when it says nothing."""
    revision, tab = data.get("draft_revision", ""), data.get("draft_tab", "")
    is_sound = revision.isascii() and revision.isdigit() and len(revision) < 9 and 0 < len(tab) <= 36
    return DraftMark(int(revision), tab) if is_sound and tab.isascii() and tab.isalnum() else None


def again(form: BaseForm, data: MultiDict[str, str]) -> Opened:
    """The form as it was sent, in the tab that sent it."""
    mark = mark_of(data)
    return Opened(form, mark=mark) if mark else Opened(form)


def of_draft(session: DbSession, task: UserTask, content: dict[str, Any]) -> BaseForm:
    """The form with what a draft holds."""
    form: BaseForm = form_of(session, task)(formdata_from_json(content), csrf=False)
    return form.bind(task_context(session, task, task.case))


def typed(session: DbSession, task: UserTask, data: MultiDict[str, str]) -> dict[str, object]:
    """What the page sent, unchecked, for a draft."""
    fields: dict[str, object] = form_of(session, task)(data).typed()
    return fields


def hand_in(session: DbSession, task_id: int, actor: User, form: BaseForm, asked: Step) -> Done:
    """Complete the task with a form that was checked, or seal it where opinions after it are asked for."""
    given = submission.HandedIn(form.answers(), form.typed(), asked)
    return submission.hand_in(session, task_id, actor, given)


def carry_out(task_id: int, actor: User, form: BaseForm, asked: Step) -> Refusal | Done:
    """Hand the form in, in one transaction; what the rules refuse stands at its field, and is returned.

    `asked`: the step by which the form was made. Raises NotFound for strangers.
    """
    try:
        with transaction() as session:
            return hand_in(session, task_id, actor, form, asked)
    except StaleWrite:
        return Conflict(STALE)
    except NotFound:
        raise
    except Refusal as refusal:
        for name, messages in refusal.errors.items():
            blame(form, name, messages)
        return refusal


def form_of(session: DbSession, task: UserTask) -> Any:
    """The class behind a task: that of its step in the version on which its case runs."""
    return form_class(worklist.drawn_step(session, task))


def form_class(step: Step) -> Any:
    """The class behind a step: that of its form key with what is drawn. Raises Refusal when none is registered."""
    if step.form_key not in TASK_FORMS:
        raise Refusal("该环节的表单尚未配置，请联系系统管理员。")
    built_in: Any = TASK_FORMS[step.form_key]
    return drawn_form(built_in, step.fields)
