"""Room office, on the page of a case: who works on the step for whom, what was asked of others, and what may be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from forms.base import BaseForm, FormContext
from forms.office import (
    DelegateForm,
    HandBackForm,
    ReassignForm,
    ReviewAnswerForm,
    ReviewerForm,
    SetAsideForm,
)
from models.audit import AuditEvent
from models.calendar import today
from models.case_record import CaseRecord
from models.database import DbSession
from models.people import Permission, Role, User
from models.task_review import ReviewKind, ReviewState, TaskReview, in_place_of, takers_of
from models.workflow import UserTask
from processes.set_aside import latest
from processes.substitute import standing_in
from processes.task_check import is_head
from webapp.answer_view import Answer, answers_of
from webapp.task_form import sealed

REASSIGN, DELEGATE, REVIEWER, SET_ASIDE = "reassign-", "delegate-", "reviewer-", "aside-"
HAND_BACK, ANSWER = "back-", "answer-"
FORMS: Mapping[str, type[BaseForm]] = {
    REASSIGN: ReassignForm,
    DELEGATE: DelegateForm,
    REVIEWER: ReviewerForm,
    SET_ASIDE: SetAsideForm,
    HAND_BACK: HandBackForm,
}


@dataclass(frozen=True)
class Sent:
    """A form of an operation that came back with faults, and the review it belongs to, if to one."""

    prefix: str
    form: BaseForm
    review_id: int | None = None


@dataclass(frozen=True)
class Question:
    """An opinion that the reader is asked for; `answers` is what was submitted, when it waits for him."""

    review: TaskReview
    task: UserTask
    form: BaseForm
    answers: list[Answer]
    # In whose place the reader answers (代办); empty: he is asked himself.
    absent: str = ""


@dataclass(frozen=True)
class Focus:
    """The step that the page is about, everything that was asked in the case, and who is barred from the step."""

    task: UserTask | None
    reviews: Sequence[TaskReview]
    barred: Collection[int]


class OperationsPanel:
    """The operations on the open steps of one case before one reader; nothing of them is shown to applicants."""

    def __init__(
        self, session: DbSession, record: CaseRecord, reader: User, focus: Focus, sent: Sent | None
    ) -> None:
        self.session, self.record, self.reader, self.sent = session, record, reader, sent
        task, self.reviews, self.barred = focus.task, focus.reviews, focus.barred
        is_office = task is not None and (
            task.assignee_id is None or task.assignee_id != record.case.applicant_user_id
        )
        self.task = task if is_office and reader.role != Role.APPLICANT else None

    @property
    def opinions(self) -> list[TaskReview]:
        """What the offices were asked for before or after a step; not what is delegated."""
        return [row for row in self.reviews if row.kind != ReviewKind.DELEGATED]

    @property
    def handed_back(self) -> list[TaskReview]:
        """What delegates have found."""
        return [row for row in self.reviews if row.kind == ReviewKind.DELEGATED and row.opinion]

    @property
    def delegation(self) -> TaskReview | None:
        """The delegation of the step that is under way."""
        task = self.task
        live = [row for row in self.reviews if task and row.task_id == task.id and row.is_live]
        return next((row for row in live if row.kind == ReviewKind.DELEGATED), None)

    @cached_property
    def questions(self) -> list[Question]:
        """The opinions that the reader is asked for, himself or in the place of somebody who is away (代办)."""
        open_tasks = {task.id: task for task in self.record.open_tasks}
        asked = [row for row in self.opinions if row.is_waiting and row.task_id in open_tasks]
        mine = [row for row in asked if row.reviewer_id == self.reader.id]
        busy = {row.task_id for row in mine}
        others = [row for row in asked if self._may_answer_for(row, open_tasks[row.task_id], busy)]
        return [self._question(row, open_tasks[row.task_id]) for row in mine + others]

    def _may_answer_for(self, row: TaskReview, task: UserTask, busy: Collection[int]) -> bool:
        """Whether the reader stands in for the one who is asked, and has nothing else to say about the task."""
        is_apart = self.reader.id not in (row.reviewer_id, task.assignee_id, task.owner_id)
        return is_apart and row.task_id not in busy and row.reviewer_id in self._away

    @cached_property
    def _away(self) -> set[int]:
        return standing_in(self.session, self.reader)

    @cached_property
    def in_place(self) -> Collection[int]:
        """The ids of the answers that were given in another's place: he is the one who asks in that row."""
        return in_place_of(self.reviews)

    @cached_property
    def steps(self) -> dict[int, str]:
        """The names of the steps of the case by task: about which of them somebody was asked."""
        return {row.id: row.name for row in self.record.tasks}

    @property
    def is_holder(self) -> bool:
        """Whether the reader answers for the step."""
        return self.task is not None and self.task.holder_id == self.reader.id

    @property
    def is_delegate(self) -> bool:
        """Whether the reader works on the step for its owner."""
        return self.task is not None and self.task.is_delegated and self.task.assignee_id == self.reader.id

    @property
    def leads(self) -> bool:
        """Whether the reader is the head of the department that has the step."""
        return self.task is not None and is_head(self.task, self.reader)

    @property
    def is_free(self) -> bool:
        """Whether the reader has the step himself, with nothing of it at somebody else's."""
        task = self.task
        return task is not None and self.is_holder and not (task.is_delegated or task.is_sealed or task.board)

    @cached_property
    def submitted(self) -> list[Answer]:
        """What waits sealed for opinions, for whoever answers for the step."""
        if self.task is None or not (self.is_holder or self.leads):
            return []
        return self._answers(self.task, is_full=self.is_holder)

    @property
    def why_returned(self) -> str:
        """Why the last submission came back, until the next."""
        about = [event for event in self.record.events if self._is_submission(event)]
        if not about or about[-1].action == "task.submitted":
            return ""
        return str(about[-1].new["reason"])

    @property
    def blocks(self) -> str:
        """Why the step cannot be submitted now; empty when it can."""
        task = self.task
        if task is None:
            return ""
        if self.is_delegate:
            return "本事项系他人委派，由委派人提交；填写后请写明办理意见并交回。"
        if task.is_set_aside:
            return f"挂起期间不能提交，恢复办理后方可提交（挂起至 {task.set_aside_until}）。"
        before = [row for row in self._of_task if row.kind == ReviewKind.BEFORE and row.is_live]
        return f"提交前会签尚有 {len(before)} 人没有答复，答复或者减签后方可提交。" if before else ""

    @property
    def against(self) -> list[str]:
        """Who has last disagreed before the submission (提交前会签): it binds nobody, and is said before one submits."""
        last = {
            row.reviewer_id: row for row in self._of_task if row.kind == ReviewKind.BEFORE and row.ended_at
        }
        return [row.reviewer.name for row in last.values() if row.state == ReviewState.DISAGREED]

    @property
    def planned(self) -> int:
        """How many people are to give their opinion after the submission."""
        return len([row for row in self._of_task if row.kind == ReviewKind.AFTER and row.is_live])

    def form(self, prefix: str) -> BaseForm | None:
        """One of the forms by which the reader may act on the step; None when he may not."""
        if self.sent is not None and self.sent.prefix == prefix:
            return self.sent.form
        return typed(prefix, None, self._offered(prefix)) if self._may(prefix) else None

    def _offered(self, prefix: str) -> FormContext:
        """As `context`, without those who are asked already."""
        found = self.context(prefix)
        live = {str(row.reviewer_id) for row in self._of_task if row.is_live} if prefix == REVIEWER else set()
        return replace(found, people=[one for one in found.people if one[0] not in live])

    @property
    def forms(self) -> list[tuple[str, BaseForm]]:
        """The forms of the foot of the page, in order."""
        shown = [(prefix, self.form(prefix)) for prefix in (REASSIGN, DELEGATE, REVIEWER, SET_ASIDE)]
        return [(prefix, form) for prefix, form in shown if form is not None]

    def context(self, prefix: str) -> FormContext:
        """What a form may choose from: to whom the step may be given, whose opinion may be asked for."""
        people = {REASSIGN: self._takers, DELEGATE: self._takers, REVIEWER: self._everybody}.get(prefix, [])
        names = [(str(one.id), one.display_name if prefix == REVIEWER else one.name) for one in people]
        return FormContext(today=today(), people=names)

    def may_remove(self, review: TaskReview) -> bool:
        """Whether the reader may take the question back."""
        task = next((one for one in self.record.open_tasks if one.id == review.task_id), None)
        return (
            review.is_live
            and task is not None
            and (task.holder_id == self.reader.id or is_head(task, self.reader))
        )

    def _may(self, prefix: str) -> bool:
        task = self.task
        if task is None:
            return False
        if prefix == REASSIGN:
            return (self.is_free or (self.leads and task.assignee_id is not None)) and not task.board
        if prefix == HAND_BACK:
            return self.is_delegate
        if prefix == SET_ASIDE:
            return self.is_free and not task.is_set_aside and latest(self.session, task) is not None
        return self.is_free

    @property
    def _of_task(self) -> list[TaskReview]:
        return [row for row in self.reviews if self.task is not None and row.task_id == self.task.id]

    def _is_submission(self, event: AuditEvent) -> bool:
        is_one = event.action in ("task.submitted", "task.submission_returned")
        return is_one and self.task is not None and event.new.get("task") == self.task.id

    def _question(self, review: TaskReview, task: UserTask) -> Question:
        is_this = self.sent is not None and self.sent.review_id == review.id
        form = self.sent.form if self.sent and is_this else answer_form(review.id, None)
        answers = self._answers(task, is_full=False) if review.kind == ReviewKind.AFTER else []
        absent = review.reviewer.name if review.reviewer_id != self.reader.id else ""
        return Question(review, task, form, answers, absent)

    def _answers(self, task: UserTask, is_full: bool) -> list[Answer]:
        form = sealed(self.session, task, self.record.case)
        return list(answers_of(form, is_full)) if form is not None else []

    @cached_property
    def _everybody(self) -> list[User]:
        task = self.task
        if task is None or not (self.is_holder or self.leads):
            return []
        left_out = {task.assignee_id, task.owner_id, *self.barred}
        return [one for one in takers_of(self.session, self.record.case) if one.id not in left_out]

    @property
    def _takers(self) -> list[User]:
        task = self.task
        able = [one for one in self._everybody if task and one.department_id == task.department_id]
        return [one for one in able if task and one.may(Permission(task.permission))]


def answer_form(review_id: int, data: object) -> BaseForm:
    """The answer to one of several questions on a page."""
    return ReviewAnswerForm(data, prefix=f"{ANSWER}{review_id}-").bind(FormContext(today=today()))


def typed(prefix: str, data: object, context: FormContext) -> BaseForm:
    """A form of an operation, named apart from the form of the step that shares its page."""
    return FORMS[prefix](data, prefix=prefix).bind(context)
