"""Room task, drafts of two tabs: what both hold, side by side, so that a person chooses and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import jsonify, render_template, request
from werkzeug.wrappers import Response

from models.database import DbSession, reading
from models.people import User
from models.task_draft import DraftMark, NewerDraft, check_newest, row_of
from models.workflow import UserTask
from processes import worklist
from webapp import task_form
from webapp.answer_view import Answer, answers_of
from webapp.errors import wants_json

# What the page sends beside the answers.
_OWN = ("csrf_token", "draft_revision", "draft_tab", "add_row", "remove_row")


@dataclass(frozen=True)
class Both:
    """One question as this tab and the saved draft answer it."""

    label: str
    here: Answer | None
    kept: Answer | None

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to choose."""
        return self.here == self.kept


def newer(session: DbSession, task: UserTask, mark: DraftMark | None, user: User) -> NewerDraft | None:
    """The draft of another tab that the tab which sends this has not seen, if there is one."""
    try:
        check_newest(row_of(session, task.id, user) if mark else None, mark)
    except NewerDraft as found:
        return found
    return None


def answer(task_id: int, found: NewerDraft, user: User) -> tuple[Response | str, int]:
    """Both versions to choose from; a script is told in one sentence."""
    if wants_json():
        return jsonify(message=found.message, is_newer=True), 409
    with reading() as session:
        task = worklist.task_for(session, task_id, user)
        both = list(_compared(session, task, user))
        mark = DraftMark(found.revision, request.form.get("draft_tab", "")[:36])
        sent = [pair for pair in request.form.items(multi=True) if pair[0] not in _OWN]
        page = render_template(
            "task/draft_choice.html", task=task, both=both, newer=found, mark=mark, sent=sent
        )
    return page, 409


def _compared(session: DbSession, task: UserTask, user: User) -> Iterator[Both]:
    here = {one.label: one for one in answers_of(task_form.sent(session, task, request.form))}
    saved = worklist.draft_of(session, task.id, user)
    form = task_form.of_draft(session, task, saved[0]) if saved else None
    kept = {one.label: one for one in answers_of(form)} if form is not None else {}
    for label in dict.fromkeys([*here, *kept]):
        yield Both(label, here.get(label), kept.get(label))
