"""Room talk, on the page of a case: remarks, copies, who may be urged, and the reader's own days to look again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby

from werkzeug.datastructures import MultiDict

from forms.base import BaseForm, FormContext
from forms.talk import CommentForm, CopyForm
from models.calendar import today
from models.case import CaseFile
from models.case_circle import circle_of
from models.case_record import Track
from models.case_status import CaseStatus
from models.comment import CaseComment, comments_of
from models.copying import CaseCopy, copies_of
from models.database import DbSession
from models.follow_up import TaskFollowUp, follow_ups_in
from models.people import Permission, User
from models.urging import TaskUrging, urgings_of
from models.workflow import OPEN, UserTask
from processes.stand_in import whom_for
from processes.urging import again_on, interest_in, may_urge

COMMENT, COPY = "comment-", "copy-"
_FORMS: dict[str, type[BaseForm]] = {COMMENT: CommentForm, COPY: CopyForm}
# On the page of a case; the page of remarks shows more.
FEW = 5


@dataclass(frozen=True)
class TaskLine:
    """One open step: how often it was urged, whether the reader may do so (from which day), his day to look again."""

    task: UserTask
    urgings: list[TaskUrging]
    may_urge: bool
    again_on: date | None
    follow_up: TaskFollowUp | None


@dataclass(frozen=True)
class Seen:
    """What of a case the page has read already."""

    case: CaseFile
    tasks: Collection[UserTask]
    track: Track | None


def typed(prefix: str, data: MultiDict[str, str] | None, people: Collection[User]) -> BaseForm:
    """One of the two forms, named apart from the form of the step that shares its page."""
    offered = [(str(person.id), person.display_name) for person in people]
    return _FORMS[prefix](data, prefix=prefix).bind(FormContext(today=today(), people=offered))


class Talk:
    """What is said about one case before one reader who may see it; nothing of it is an applicant's."""

    def __init__(self, session: DbSession, seen: Seen, reader: User, sent: BaseForm | None = None) -> None:
        self.session, self.seen, self.case, self.reader = session, seen, seen.case, reader
        self.sent = sent
        self.before: int | None = None
        self.limit = FEW

    @property
    def is_shown(self) -> bool:
        """Officials and auditors read it, once the case is handed in."""
        reads = self.reader.may(Permission.CASE_TALK) or self.reader.may(Permission.AUDIT_READ)
        return reads and self.case.status != CaseStatus.DRAFT

    @property
    def may_talk(self) -> bool:
        """Auditors only read."""
        return self.is_shown and self.reader.may(Permission.CASE_TALK)

    @cached_property
    def _found(self) -> list[CaseComment]:
        return comments_of(self.session, self.case, self.before, self.limit + 1)

    @property
    def comments(self) -> list[CaseComment]:
        """The newest remarks, newest first."""
        return self._found[: self.limit]

    @property
    def older(self) -> int | None:
        """The remark after which there are more."""
        return self._found[self.limit - 1].id if len(self._found) > self.limit else None

    @cached_property
    def people(self) -> list[User]:
        """Who may be named or sent a copy: everybody else who may see the case."""
        return [person for person in circle_of(self.session, self.case) if person.id != self.reader.id]

    @property
    def offices(self) -> list[tuple[str, list[User]]]:
        """The same people by office."""
        return [(name, list(group)) for name, group in groupby(self.people, _office)]

    @cached_property
    def copies(self) -> list[CaseCopy]:
        """To whom the case was brought, and who has read it."""
        return copies_of(self.session, self.case)

    @property
    def to_read(self) -> CaseCopy | None:
        """The copy that waits for the reader's 已阅."""
        mine = (copy for copy in self.copies if copy.user_id == self.reader.id and copy.read_at is None)
        return next(mine, None)

    @cached_property
    def tasks(self) -> list[TaskLine]:
        """The open steps, with what may be done beside working on them."""
        urgings = urgings_of(self.session, self.case)
        days = follow_ups_in(self.session, self.case, self.reader)
        interest = interest_in(self.session, self.case, self.seen.tasks, self.seen.track, self.reader)
        lines = []
        for task in self.seen.tasks:
            if task.status == OPEN:
                mine = [row for row in urgings if row.task_id == task.id]
                free = again_on(mine[-1].on_day, self.case) if mine else None
                wait = free if free is not None and free > today() else None
                lines.append(
                    TaskLine(task, mine, may_urge(task, interest, self.reader), wait, days.get(task.id))
                )
        return lines

    def place(self, task: UserTask | None) -> User | None:
        """In whose place the reader may take a step now (代办)."""
        return whom_for(self.session, task, self.reader) if task is not None else None

    def behalf(self, task: UserTask | None) -> User | None:
        """In whose place the step was taken: shown to both of them."""
        absent_id = task.on_behalf_of_id if task is not None and task.status == OPEN else None
        concerns = task is not None and self.reader.id in (absent_id, task.assignee_id)
        return self.session.get(User, absent_id) if absent_id is not None and concerns else None

    @cached_property
    def comment_form(self) -> BaseForm:
        """The form for a remark, as it was sent or empty."""
        return self._form(COMMENT, CommentForm)

    @cached_property
    def copy_form(self) -> BaseForm:
        """The form for copies, as it was sent or empty."""
        return self._form(COPY, CopyForm)

    def _form(self, prefix: str, kind: type[BaseForm]) -> BaseForm:
        return self.sent if isinstance(self.sent, kind) else typed(prefix, None, self.people)


def _office(person: User) -> str:
    return person.department.name if person.department else ""
