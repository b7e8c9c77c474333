"""Room pause, on the page of a case: what stands still, what waits for approval, and the forms for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from werkzeug.datastructures import MultiDict

from forms.base import BaseForm, FormContext
from forms.choice_fields import Offered
from forms.pause import PauseDecisionForm, PauseForm, ResumeForm
from models.calendar import local_date, today
from models.case_record import CaseRecord
from models.database import DbSession
from models.deadline import Deadline
from models.document import Document
from models.explanation import days_left_after
from models.material import material_choices, material_label
from models.pause import Pause, PauseKind, pauses_of
from models.people import Permission, User
from models.vocabulary import ApprovalResult
from models.workflow import UserTask
from processes import pause as verbs
from processes.pause_material import awaiting, wanted
from processes.worklist import may_work

ASK, RESUME, DECIDE = "pause-", "resume-", "decide-"
_FORMS: dict[str, type[BaseForm]] = {ASK: PauseForm, RESUME: ResumeForm, DECIDE: PauseDecisionForm}


@dataclass(frozen=True)
class Sent:
    """A form of a pause that came back with faults, and the pause (when asking: none yet) it belongs to."""

    form: BaseForm
    pause_id: int | None = None


@dataclass(frozen=True)
class Standing:
    """A clock that stands still because of `pause`, which ends by itself with `limit`."""

    pause: Pause
    clock: Deadline
    limit: Deadline
    task: UserTask
    received: Sequence[Document]
    form: BaseForm | None

    @property
    def days_left(self) -> int:
        """What is left of the term once it counts on."""
        return days_left_after(self.clock, self.pause)


@dataclass(frozen=True)
class Waiting:
    """A request that waits for the head of the department; `form` when the reader is he."""

    pause: Pause
    clock: Deadline
    task: UserTask
    form: BaseForm | None

    @property
    def is_too_late(self) -> bool:
        """Nothing of the term is left that a pause could save: only a refusal is possible."""
        return self.clock.due_on <= today()


def typed(prefix: str, data: MultiDict[str, str] | None, context: FormContext) -> BaseForm:
    """One of the three forms, named apart from the form of the step that shares its page."""
    return _FORMS[prefix](data, prefix=prefix).bind(context)


def asking_context(form_kind: str) -> FormContext:
    """What the request may choose from: the materials of the published list."""
    return FormContext(today=today(), materials=material_choices(form_kind))


def asked_of(answers: dict[str, Any]) -> verbs.Asked:
    """What the form states, as the verb takes it; without a limit of its own the longest of its kind holds."""
    kind = PauseKind(answers["kind"])
    return verbs.Asked(
        kind=kind,
        reason=str(answers["reason"]),
        limit_days=answers["limit_days"] or kind.days,
        items=answers["items"],
        delivery_method=str(answers["delivery_method"] or "direct"),
    )


class PausePanel:
    """The pauses of one case before one reader."""

    def __init__(self, session: DbSession, record: CaseRecord, reader: User, sent: Sent | None) -> None:
        self.session, self.record, self.reader, self.sent = session, record, reader, sent
        self.clocks = {clock.id: clock for clock in record.deadlines}
        self.tasks = {task.deadline_id: task for task in record.open_tasks if task.deadline_id}

    @cached_property
    def pauses(self) -> list[Pause]:
        """The ledger; nothing is asked of the database for a case without clocks."""
        return pauses_of(self.session, self.record.case) if self.clocks else []

    @cached_property
    def standing(self) -> list[Standing]:
        """The clocks that stand still now."""
        return [
            self._standing(pause, self.tasks[pause.deadline_id], self.clocks[pause.limit_deadline_id])
            for pause in self.pauses
            if pause.is_open and pause.deadline_id in self.tasks and pause.limit_deadline_id is not None
        ]

    @cached_property
    def waiting(self) -> list[Waiting]:
        """The requests that wait for approval."""
        return [
            self._waiting(pause, task)
            for pause in self.pauses
            if pause.is_asked and (task := self.tasks.get(pause.deadline_id)) is not None
        ]

    @property
    def past(self) -> list[Pause]:
        """The pauses that took effect and are over."""
        return [pause for pause in self.pauses if pause.resumed_on is not None]

    def ask_form(self, task: UserTask | None) -> BaseForm | None:
        """The form by which the reader may pause the clock of his step now."""
        if self.sent is not None and self.sent.form.__class__ is PauseForm:
            return self.sent.form
        if task is None or not self._may_ask(task):
            return None
        return typed(ASK, None, asking_context(self.record.case.form_kind))

    def is_paused(self, task: UserTask | None) -> bool:
        """Whether the clock of the step stands still: its form cannot be submitted."""
        return task is not None and any(found.task.id == task.id for found in self.standing)

    @cached_property
    def wanted(self) -> list[tuple[int, list[tuple[str, str]]]]:
        """For each pause to which the reader may bring materials: which ones, code and title."""
        open_pauses = awaiting(self.session, self.record.case, self.reader) if self.standing else []
        return [
            (found.id, [(code, material_label(code)) for code in wanted([found])]) for found in open_pauses
        ]

    def _may_ask(self, task: UserTask) -> bool:
        clock = self.clocks.get(task.deadline_id or 0)
        is_mine = (
            task.assignee_id == self.reader.id != self.record.case.applicant_user_id and not task.is_delegated
        )
        is_asked = any(found.task.id == task.id for found in self.waiting)
        return is_mine and clock is not None and not (clock.is_paused or clock.is_over or is_asked)

    def _standing(self, pause: Pause, task: UserTask, limit: Deadline) -> Standing:
        since = pause.paused_on or today()
        received = [row for row in self.record.documents if local_date(row.uploaded_at) >= since]
        asked_for = received if pause.kind == PauseKind.SUPPLEMENT else []
        form = self._resume_form(pause, task, asked_for)
        return Standing(pause, self.clocks[pause.deadline_id], limit, task, asked_for, form)

    def _resume_form(self, pause: Pause, task: UserTask, received: Sequence[Document]) -> BaseForm | None:
        is_head = self.reader.may(Permission.TASK_ASSIGN) and may_work(task, self.reader)
        if task.assignee_id != self.reader.id and not is_head:
            return None
        if (form := self._returned(pause, ResumeForm)) is not None:
            return form
        day = max((local_date(row.uploaded_at) for row in received), default=today())
        return ResumeForm(None, prefix=RESUME, data={"resumed_on": day}).bind(FormContext(today=today()))

    def _waiting(self, pause: Pause, task: UserTask) -> Waiting:
        found = Waiting(pause, self.clocks[pause.deadline_id], task, self._decide_form(pause, task))
        if found.form is not None and found.is_too_late:
            decision = found.form["decision"]
            assert isinstance(decision, Offered)
            decision.offer([(ApprovalResult.REFUSE.value, ApprovalResult.REFUSE.label)])
        return found

    def _decide_form(self, pause: Pause, task: UserTask) -> BaseForm | None:
        is_head = self.reader.may(Permission.EXTENSION_APPROVE) and may_work(task, self.reader)
        if not is_head or pause.requested_by_id == self.reader.id:
            return None
        return self._returned(pause, PauseDecisionForm) or typed(DECIDE, None, FormContext(today=today()))

    def _returned(self, pause: Pause, make: type[BaseForm]) -> BaseForm | None:
        is_this = self.sent is not None and self.sent.pause_id == pause.id
        return self.sent.form if self.sent and is_this and isinstance(self.sent.form, make) else None
