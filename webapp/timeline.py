"""Room timeline: the milestones of a case (办理过程) as the reader may know them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.audit import AuditEvent
from models.people import Role, User
from models.progress import MILESTONES
from models.workflow import OPEN, UserTask

_MARKS = {
    "deadline.missed": "late",
    "deadline.extended": "warn",
    "deadline.pause_requested": "",
    "deadline.pause_refused": "",
    "deadline.paused": "paused",
    "deadline.resumed": "done",
    "supplement.repeated": "warn",
    "case.withdrawn": "warn",
    "case.created": "",
    "case.opened": "",
    "notice.entry_removed": "warn",
    "listing.cancelled": "warn",
    "blacklist.added": "warn",
    "task.claimed": "",
    "task.set_aside": "paused",
    "task.submission_returned": "warn",
    **dict.fromkeys(("task.returned", "task.recalled", "token.moved", "fact.corrected"), "warn"),
    **dict.fromkeys(
        ("task.reassigned", "task.delegated", "task.taken_back", "task.submitted", "review.asked"), ""
    ),
}
# What an office does inside is not an applicant's business; results reach him by letter.
_INTERNAL = {
    "task.claimed", "supplement.repeated", "deadline.pause_requested", "deadline.pause_refused",
    "task.reassigned", "task.delegated", "task.handed_back", "task.taken_back", "task.set_aside", "task.taken_up",
    "task.submitted", "task.submission_returned", "review.asked", "review.answered", "review.removed",
    "review.handed_over", "review.asked_again", "deadline.pause_lapsed",
    "task.returned", "task.recalled", "token.moved", "fact.corrected",
}  # fmt: skip


@dataclass(frozen=True)
class Milestone:
    """One line: when, who, what; `mark` is the shape of its point. Without an instant it is under way."""

    at: datetime | None
    who: str
    what: str
    mark: str


def milestones(events: Iterable[AuditEvent], open_tasks: Iterable[UserTask], reader: User) -> list[Milestone]:
    """What happened, oldest first, and then what is being worked on."""
    is_applicant = reader.role == Role.APPLICANT
    past = [
        _past(event, reader if is_applicant else None)
        for event in events
        if event.action in MILESTONES and not (is_applicant and event.action in _INTERNAL)
    ]
    return [*past, *(_under_way(task, is_applicant) for task in open_tasks)]


def _past(event: AuditEvent, applicant: User | None) -> Milestone:
    mark = _MARKS.get(event.action, "done")
    if applicant is None or event.actor_id == applicant.id:
        return Milestone(event.at, event.actor_name, event.summary, mark)
    office = event.actor_name.partition(" ")[0]
    return Milestone(event.at, office, _outside(event), mark)


def _outside(event: AuditEvent) -> str:
    """What happened as an applicant may know it: without what the offices wrote about it."""
    if event.action == "task.completed":
        return f"{event.summary.partition('：')[0]}：已办理"
    if event.action == "deadline.resumed":
        return f"{event.summary.partition('（')[0]}，至 {event.new['due_on']}"
    return event.summary


def _under_way(task: UserTask, is_applicant: bool) -> Milestone:
    return Milestone(None, office_of(task, is_applicant), task.name, "now")


def office_of(task: UserTask, is_applicant: bool) -> str:
    """With whom the task lies; an applicant reads names of offices and his own only."""
    if task.assignee is not None and task.assignee.role == Role.APPLICANT:
        return f"申请人 {task.assignee.name}"
    return f"{task.department.name} {'' if is_applicant else worker(task)}".strip()


def worker(task: UserTask) -> str:
    """The name of who holds or held the task, or that it waits; `task` comes with its person."""
    waiting = "待签收" if task.status == OPEN else ""
    return task.assignee.name if task.assignee else waiting
