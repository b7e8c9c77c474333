"""One case with one step of an office in hand, as tests of the office's operations need it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from models import audit
from models.audit import AuditEvent
from models.database import reading, transaction
from models.notification import Notification
from models.task_review import ReviewKind, TaskReview, TaskSubmission, waiting_for
from models.workflow import UserTask
from processes import submission, task_review, worklist
from processes.submission import HandedIn
from tests.invariants import check_case
from tests.world import World, answers

ELEMENT = "qualification_review"


class Office:
    """One case with one step of the 人社 office in hand, and the verbs by login name."""

    def __init__(self, world: World, element: str = ELEMENT) -> None:
        self.world = world
        self.case_id = world.submitted()
        world.complete(self.case_id, "acceptance", answers("acceptance"))
        self.task_id = world.open_tasks(self.case_id)[element]

    def does(self, who: str, verb: Callable[..., Any], *given: Any) -> Any:
        with transaction() as session:
            return verb(session, self.task_id, *given, self.world.user(session, who))

    def id(self, who: str) -> int:
        with reading() as session:
            return self.world.user(session, who).id

    def row(self, task_id: int | None = None) -> UserTask:
        with reading() as session:
            return session.get_one(UserTask, task_id or self.task_id)

    def submits(self, who: str, **over: Any) -> submission.Done:
        given = answers(ELEMENT, **over)
        with transaction() as session:
            actor = self.world.user(session, who)
            step = worklist.drawn_step(session, session.get_one(UserTask, self.task_id))
            typed = {key: str(value) for key, value in given.items()}
            return submission.hand_in(session, self.task_id, actor, HandedIn(given, typed, step))

    def answers(self, who: str, agrees: bool = True, opinion: str = "") -> TaskReview:
        with transaction() as session:
            actor = self.world.user(session, who)
            review_id = waiting_for(session, actor)[0].review_id
            return task_review.answer_review(session, review_id, agrees, opinion, actor)[1]

    def ask(self, who: str, when: ReviewKind, by: str = "renshe2") -> int:
        """The id of a new question."""
        made: TaskReview = self.does(by, task_review.add_reviewer, self.id(who), when, "是否符合条件？")
        return made.id

    def rows(self) -> list[TaskReview]:
        with reading() as session:
            return list(session.scalars(select(TaskReview).order_by(TaskReview.id)))

    def submitted(self) -> bytes:
        """What is kept of the submission, as it is stored."""
        with reading() as session:
            return session.get_one(TaskSubmission, self.task_id).content

    def reviews(self) -> list[tuple[str, str]]:
        with reading() as session:
            rows = session.scalars(select(TaskReview).order_by(TaskReview.id))
            return [(row.kind, row.state) for row in rows]

    def log(self, action: str) -> list[str]:
        with reading() as session:
            events = select(AuditEvent).where(AuditEvent.case_id == self.case_id, AuditEvent.action == action)
            return [row.summary for row in session.scalars(events.order_by(AuditEvent.id))]

    def told(self, who: str) -> list[str]:
        with reading() as session:
            user = self.world.user(session, who)
            rows = select(Notification).where(Notification.user_id == user.id).order_by(Notification.id)
            return [row.text for row in session.scalars(rows)]

    def drafts(self, who: str, **content: str) -> None:
        with transaction() as session:
            worklist.save_draft(session, self.task_id, self.world.user(session, who), content)

    def draft(self, who: str) -> dict[str, Any] | None:
        with reading() as session:
            found = worklist.draft_of(session, self.task_id, self.world.user(session, who))
            return found[0] if found else None

    def last_day(self) -> date:
        return self.world.deadlines(self.case_id)["qualification"].due_on

    def holds(self) -> None:
        """Worklist and token agree, and the log is whole."""
        with reading() as session:
            check_case(session, self.case_id)
            assert list(audit.verify(session)) == []


def asked(world: World, case_id: int) -> dict[str, int]:
    """The id of an opinion that the head is asked for about a case, and of a person who has a task of it."""
    with transaction() as session:
        clerk, head = world.user(session, "renshe2"), world.user(session, "renshe0")
        task_id = world.open_tasks(case_id)[ELEMENT]
        made = task_review.add_reviewer(session, task_id, head.id, ReviewKind.BEFORE, "可否？", clerk)
        return {"review_id": made.id, "person_id": clerk.id}
