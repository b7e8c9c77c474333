"""Room task review, its door: an answer, and with the last one the carrying out of what was submitted (会签)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forms.base import formdata_from_json
from models.case import CaseFile
from models.database import DbSession, transaction
from models.people import User
from models.refusal import Refusal
from models.task_review import TaskReview
from models.workflow import UserTask
from processes import submission, task_review, worklist
from webapp.context import task_context
from webapp.task_form import form_of

Act = Callable[[DbSession], tuple[UserTask, TaskReview]]
_NOT_CARRIED = "会签全部同意，但提交内容未能通过校验，已退回提交人修改：{}"


@dataclass(frozen=True)
class Settled:
    """What has become of the task: its submission was carried out, or went back to its submitter and why."""

    task: UserTask
    review: TaskReview
    is_carried: bool = False
    returned: str = ""

    @property
    def words(self) -> str:
        """What whoever answered is told."""
        if self.is_carried:
            return f"会签已全部同意，“{self.task.name}”的提交内容已生效。"
        return _NOT_CARRIED.format(self.returned) if self.returned else ""


class _Returned(Exception):  # noqa: N818  not an error: what was submitted goes back
    """The form, or a rule, says no to what was submitted."""


def answer(review_id: int, agrees: bool, opinion: str, actor: User) -> Settled:
    """会签意见. Raises as `task_review.answer_review`."""
    return _settle(lambda db: task_review.answer_review(db, review_id, agrees, opinion, actor), actor)


def remove(review_id: int, actor: User) -> Settled:
    """减签. Raises as `task_review.remove_reviewer`."""
    return _settle(lambda db: task_review.remove_reviewer(db, review_id, actor), actor)


def _settle(act: Act, actor: User) -> Settled:
    """The act and, where nobody is waited for any more, the submission: one knock; refused, the act and its return."""
    try:
        with transaction() as session:
            task, review = act(session)
            is_carried = task_review.ready_to_go(task)
            if is_carried:
                _carry_out(session, task)
            return Settled(task, review, is_carried)
    except _Returned as returned:
        why = str(returned)
    with transaction() as session:
        task, review = act(session)
        submission.return_submission(session, task.id, why, actor)
        return Settled(task, review, returned=why)


def _carry_out(session: DbSession, task: UserTask) -> None:
    """As the submitter's own act: the form checks again what he typed, and the rules what has happened since."""
    try:
        submitter = submission.submitter_of(session, task)
        found = submission.sealed_content(session, task.id)
        assert found is not None
        step = worklist.drawn_step(session, task)
        form = form_of(session, task)(formdata_from_json(found[0]), csrf=False)
        form.bind(task_context(session, task, session.get_one(CaseFile, task.case_id)))
        if not form.validate():
            raise _Returned(_faults(form.faults()))
        worklist.complete(session, task.id, submitter, form.answers(), step)
    except Refusal as refusal:
        raise _Returned(refusal.message) from refusal


def _faults(found: dict[str, list[str]]) -> str:
    return "；".join(dict.fromkeys(message for messages in found.values() for message in messages))[:500]
