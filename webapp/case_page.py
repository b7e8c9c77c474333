"""Room case, its page: gathers what one reader sees of one case, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from forms.base import BaseForm
from forms.context import FormContext
from models import inbox
from models.applicant_cases import Siblings, siblings_of
from models.calendar import today
from models.case import CaseFile
from models.case_record import CaseRecord, record_of
from models.database import DbSession
from models.material import MaterialKind, required_materials
from models.people import Permission, User, colleagues
from models.refusal import Refusal
from models.scheme import Scheme
from models.task_review import TaskReview, reviews_of
from models.workflow import OPEN, UserTask
from processes.case import require_editable
from processes.engine.drawing import Drawing
from processes.findings import Finding, findings_of
from processes.personal_data import may_read_in_full
from processes.withdrawal import may_withdraw
from processes.workflow import definition_of
from processes.worklist import barred_from, may_work
from webapp import diagram, operations_panel
from webapp.answer_view import Answer, Part, application_parts
from webapp.audit_view import EventView, Reader
from webapp.case_clocks import CaseClocks
from webapp.case_panel import Panel, panel_of
from webapp.context import context_of
from webapp.desk import Desk
from webapp.drawn_view import drawn_parts
from webapp.moves_panel import MovesPanel
from webapp.opinion_view import OpinionView, extension_answers, loan_answers, opinion_views
from webapp.pause_panel import PausePanel, Sent
from webapp.talk_panel import Seen, Talk
from webapp.task_form import Opened, opened
from webapp.timeline import Milestone, milestones

STRIP = 20
KIN_STEPS = ("acceptance", "qualification_review", "form_check")
TABS = ("form", "clocks", "materials", "map", "log", "talk", "audit")


@dataclass
class Asked:
    """What the address, or the form that came back, asks the page to show."""

    task_id: int | None = None
    opened: Opened | None = None
    message: str = ""
    tab: str = "form"
    is_full: bool = False
    document_id: int | None = None
    pause: Sent | None = None
    operation: operations_panel.Sent | None = None
    # A form of 留言 or 抄送 that came back.
    talk: BaseForm | None = None
    errors: dict[str, str] = field(default_factory=dict)
    """Sentences at the small forms of the page (withdrawal, reveal, what is handed in), by field."""


class CasePage(CaseClocks):
    """One case before one reader; the caller has checked that the case may be seen."""

    def __init__(self, session: DbSession, case: CaseFile, reader: User, asked: Asked) -> None:
        self.session, self.case, self.reader, self.asked = session, case, reader, asked
        self.record: CaseRecord = record_of(session, case)

    @property
    def tab(self) -> str:
        """The tab that is open at first."""
        return self.asked.tab if self.asked.tab in TABS else "form"

    @property
    def type_label(self) -> str:
        """个人, 小微企业, …; of a case of 信保贷 what it is about; of one that a person started, the process."""
        is_named = self.case.kind is Scheme.GENERAL and self.drawing is not None
        return (
            f"{self.case.type_label}：{self.drawing.name}"
            if is_named and self.drawing
            else self.case.type_label
        )

    @cached_property
    def task(self) -> UserTask | None:
        """The open step that the page is about: the one asked for, else mine, else one I may claim."""
        asked = [task for task in self.record.open_tasks if task.id == self.asked.task_id]
        mine = [task for task in self.record.open_tasks if self._has(task)]
        claimable = [task for task in self.record.open_tasks if self.may_claim(task)]
        return next(iter([*asked, *mine, *claimable, *self.record.open_tasks]), None)

    @property
    def is_mine(self) -> bool:
        """Whether the reader works on it."""
        return self.task is not None and self._has(self.task)

    def _has(self, task: UserTask) -> bool:
        return task.assignee_id == self.reader.id and may_work(task, self.reader)

    def may_claim(self, task: UserTask) -> bool:
        """Whether the reader may take the step."""
        return self._is_free(task) and self.reader.id not in self._barred(task)

    def barred_by(self, task: UserTask) -> str:
        """The step because of which the reader may not take this one, which he could take otherwise (岗位分离)."""
        return self._barred(task).get(self.reader.id, "") if self._is_free(task) else ""

    def _is_free(self, task: UserTask) -> bool:
        return task.status == OPEN and task.assignee_id is None and may_work(task, self.reader)

    def _barred(self, task: UserTask) -> dict[int, str]:
        step = self.drawing.steps[task.element_id] if self.drawing else None
        return barred_from(step, self.record.tasks, self.reviews) if step else {}

    @cached_property
    def reviews(self) -> list[TaskReview]:
        """What was asked of others about the steps of the case (加签、委派); nothing of it for applicants."""
        return [] if self.is_applicant else reviews_of(self.session, self.case)

    @cached_property
    def operations(self) -> operations_panel.OperationsPanel:
        """Who works on the step for whom, and what the reader may do with it besides its form."""
        barred = self._barred(self.task) if self.task is not None else ()
        focus = operations_panel.Focus(self.task, self.reviews, barred)
        return operations_panel.OperationsPanel(
            self.session, self.record, self.reader, focus, self.asked.operation
        )

    @cached_property
    def moves(self) -> MovesPanel:
        """What of the case was sent back or recalled, and what the reader may send back or recall now."""
        return MovesPanel(self.session, self.record, self.reader, self.task)

    @cached_property
    def talk(self) -> Talk:
        """What officials say to one another about the case, and who stands in for whom."""
        seen = Seen(self.case, self.record.tasks, self.record.track)
        return Talk(self.session, seen, self.reader, self.asked.talk)

    def may_assign(self, task: UserTask) -> bool:
        """Whether the reader is the head of the office that has the step."""
        is_head = self.reader.may(Permission.TASK_ASSIGN) and task.department_id == self.reader.department_id
        return is_head and (task.assignee_id is None or task.assignee_id != self.case.applicant_user_id)

    @cached_property
    def colleagues(self) -> list[User]:
        """To whom the step of the page may be given."""
        if self.task is None or not self.may_assign(self.task):
            return []
        barred = self._barred(self.task)
        people = colleagues(self.session, self.task.department_id, Permission(self.task.permission))
        return [person for person in people if person.id not in barred]

    @cached_property
    def opened(self) -> Opened | None:
        """The form of the step, when it is mine."""
        if self.asked.opened is not None or self.task is None or not self.is_mine or self.drawing is None:
            return self.asked.opened
        if self.task.is_sealed:
            return None
        step = self.drawing.steps[self.task.element_id]
        return opened(self.session, self.record, self.task, self.reader, step)

    @cached_property
    def findings(self) -> list[Finding]:
        """The decision table, for the offices, where the drawing gives the step one."""
        if self.task is None or self.is_applicant or not may_work(self.task, self.reader):
            return []
        step = self.drawing.steps[self.task.element_id] if self.drawing else None
        decision = step.properties.get("decision") if step else ""
        return findings_of(self.session, self.case, decision) if decision else []

    @cached_property
    def siblings(self) -> Siblings:
        """What else the applicant has open or was paid, for the office that accepts or qualifies."""
        task = self.task
        if task is None or task.form_key not in KIN_STEPS or not may_work(task, self.reader):
            return Siblings()
        return siblings_of(self.session, self.case, self.reader)

    @cached_property
    def strip(self) -> list[inbox.Item]:
        """My tasks beside the case."""
        if not self.reader.may(Permission.TASK_WORK):
            return []
        return inbox.page(self.session, self.reader, inbox.Scope.MINE, inbox.Filters(), STRIP).items

    @cached_property
    def desk(self) -> Desk:
        """Who else has the case open, the material beside the form, the neighbours in the list."""
        return Desk(self.session, self.case, self.reader, self.record, self.asked.document_id)

    @cached_property
    def pausing(self) -> PausePanel:
        """What stands still, what waits for approval, and the forms for it."""
        return PausePanel(self.session, self.record, self.reader, self.asked.pause)

    @cached_property
    def milestones(self) -> list[Milestone]:
        """办理过程."""
        return milestones(self.record.events, self.record.open_tasks, self.reader)

    @cached_property
    def audit_lines(self) -> list[EventView]:
        """The whole log, for auditors."""
        events = self.record.events if self.reader.may(Permission.AUDIT_READ) else []
        return Reader(self.session).views(events)

    @cached_property
    def is_full(self) -> bool:
        """Whether personal numbers are shown unmasked."""
        return self.asked.is_full or may_read_in_full(self.session, self.case, self.reader)

    @cached_property
    def parts(self) -> list[Part]:
        """The application with its Chinese labels, where the case is one; then the answers to drawn fields."""
        found = []
        if self.case.form_kind:
            found = application_parts(self.case, context_of(self.session, self.case), self.is_full)
        if self.case.kind is Scheme.GENERAL or (self.drawing is not None and self.drawing.field_names):
            found += drawn_parts(self.session, self.case, self.reader, self.is_full)
        return found

    @cached_property
    def opinions(self) -> list[OpinionView]:
        """What the offices have found so far; none of it is shown to applicants."""
        return (
            []
            if self.is_applicant
            else opinion_views(self.record.opinions, FormContext(today=today()), self.moves.fell)
        )

    @property
    def loan(self) -> list[Answer]:
        """The terms of the bank; an applicant sees them once the money has been paid out."""
        loan = self.moves.loan
        is_shown = loan is not None and (loan.disbursed_on is not None or not self.is_applicant)
        return loan_answers(loan) if loan is not None and is_shown else []

    @property
    def extension(self) -> list[Answer]:
        """The request for more time that waits for a decision."""
        waiting = [found for found in self.record.extensions if not found.decision]
        return extension_answers(waiting[-1]) if waiting and not self.is_applicant else []

    @cached_property
    def panel(self) -> Panel | None:
        """What this kind of case shows above its form."""
        return panel_of(self.session, self.case, self.reader)

    @property
    def missing(self) -> list[MaterialKind]:
        """Materials of the published list that are not in the file."""
        present = {document.kind for document in self.record.documents}
        required = required_materials(self.case.form_kind, self.case.application)
        return [kind for kind in required if kind.code not in present]

    @cached_property
    def drawing(self) -> Drawing | None:
        """The version on which the case runs."""
        track = self.record.track
        return definition_of(self.session, track.definition_id).drawing if track else None

    @cached_property
    def states(self) -> diagram.States:
        """Where the token stands."""
        return diagram.states(self.drawing, self.record, self.reader) if self.drawing else {}

    @property
    def stations(self) -> list[diagram.Station]:
        """The diagram in words."""
        return diagram.stations(self.drawing, self.states) if self.drawing else []

    @property
    def may_withdraw(self) -> bool:
        """Whether the reader may take the application back."""
        return may_withdraw(self.session, self.case, self.reader)

    @property
    def may_edit(self) -> bool:
        """Whether the reader may change the application now: in draft, and while 补正 is open."""
        try:
            require_editable(self.session, self.case, self.reader)
        except Refusal:
            return False
        return True
