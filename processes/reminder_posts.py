"""Room reminder: whom a rung names: who has the step of a clock, the head of his office, the leader of the region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.deadline import PAUSE_LIMIT, PROMISE, Deadline
from models.pause import Pause, PauseKind
from models.people import Department, Permission, Role, User
from models.reminder import Recipient
from models.substitute import stand_ins_for
from models.workflow import IS_OPEN, UserTask

Owed = Mapping[Deadline, Collection[Recipient]]


@dataclass(frozen=True)
class Post:
    """An open step: its office, and who may or does work on it."""

    case_id: int
    deadline_id: int | None
    department_id: int
    region_id: int
    permission: str
    assignee_id: int | None
    applicant_id: int | None
    # 委派: who answers for it, while the assignee works on it for him.
    owner_id: int | None = None
    # 代办: who stands in for the assignee today, and is told as well.
    stand_in_id: int | None = None

    @property
    def is_applicants(self) -> bool:
        """Whether it waits for the applicant himself."""
        return self.assignee_id is not None and self.assignee_id == self.applicant_id


@dataclass(frozen=True)
class Person:
    """An active person as far as warnings need him."""

    id: int
    role: Role
    department_id: int | None
    region_id: int | None


def recipients(session: Session, owed: Owed) -> set[tuple[int, int]]:
    """(user id, deadline id) of everybody to be told, for a chunk of clocks, in four queries at most."""
    if not owed:
        return set()
    posts = _posts(session, {clock.case_id for clock in owed})
    pauses = _pauses(session, owed)
    people = _people(session, posts)
    of_case = defaultdict(list)
    for post in posts:
        of_case[post.case_id].append(post)
    return {
        (person, clock.id)
        for clock, who in owed.items()
        for post in _posts_of(clock, pauses, of_case[clock.case_id])
        for person in _named(post, who, people)
    }


def _posts(session: Session, case_ids: Collection[int]) -> list[Post]:
    query = (
        select(
            UserTask.case_id,
            UserTask.deadline_id,
            UserTask.department_id,
            Department.region_id,
            UserTask.permission,
            UserTask.assignee_id,
            CaseFile.applicant_user_id,
            UserTask.owner_id,
        )
        .join(CaseFile, CaseFile.id == UserTask.case_id)
        .join(Department, Department.id == UserTask.department_id)
        .where(UserTask.case_id.in_(case_ids), IS_OPEN)
    )
    posts = [Post(*row) for row in session.execute(query)]
    away = stand_ins_for(session, {post.assignee_id for post in posts if post.assignee_id is not None})
    return [replace(post, stand_in_id=away.get(post.assignee_id or 0)) for post in posts] if away else posts


def _pauses(session: Session, owed: Owed) -> dict[int, Pause]:
    """Limit of a pause → the pause."""
    limits = [clock.id for clock in owed if clock.key == PAUSE_LIMIT]
    if not limits:
        return {}
    found = session.scalars(select(Pause).where(Pause.limit_deadline_id.in_(limits)))
    return {pause.limit_deadline_id: pause for pause in found if pause.limit_deadline_id is not None}


def _posts_of(clock: Deadline, pauses: Mapping[int, Pause], posts: Collection[Post]) -> Iterator[Post]:
    """The steps of its case that a clock belongs to; the promise to every step of an office.

    The limit of a 补正 after acceptance is the applicant's own term as well.
    """
    pause = pauses.get(clock.id)
    carried = pause.deadline_id if pause else clock.id
    for post in posts:
        if pause and pause.kind == PauseKind.SUPPLEMENT and post.deadline_id == carried and post.applicant_id:
            yield replace(post, assignee_id=post.applicant_id)
        is_promised = clock.key == PROMISE and not post.is_applicants
        if is_promised or post.deadline_id == carried:
            yield post


def _people(session: Session, posts: Collection[Post]) -> dict[int, Person]:
    leads = and_(
        User.role == Role.MANAGER.value, Department.region_id.in_({post.region_id for post in posts})
    )
    query = (
        select(User.id, User.role, User.department_id, Department.region_id)
        .outerjoin(Department, Department.id == User.department_id)
        .where(
            User.is_active,
            or_(
                User.id.in_({one for post in posts for one in _concerned(post) if one}),
                User.department_id.in_({post.department_id for post in posts}),
                leads,
            ),
        )
    )
    return {row.id: Person(row.id, Role(row.role), *row[2:]) for row in session.execute(query)}


def _concerned(post: Post) -> tuple[int | None, ...]:
    return post.assignee_id, post.owner_id, post.applicant_id


def _named(post: Post, who: Collection[Recipient], people: Mapping[int, Person]) -> Iterator[int]:
    for recipient in who:
        for person in people.values():
            if _IS[recipient](post, person, people):
                yield person.id


def _works(post: Post, person: Person, people: Mapping[int, Person]) -> bool:
    """Whoever has the step; one that nobody active of its office has concerns all who may do it."""
    holder = people.get(post.assignee_id or 0)
    if holder is not None and holder.department_id in (None, post.department_id):
        return person.id in (post.assignee_id, post.owner_id, post.stand_in_id)
    may = Permission(post.permission) in person.role.permissions
    return may and person.department_id == post.department_id


def _heads(post: Post, person: Person, _people: Mapping[int, Person]) -> bool:
    return person.role is Role.SUPERVISOR and person.department_id == post.department_id


def _leads(post: Post, person: Person, _people: Mapping[int, Person]) -> bool:
    return person.role is Role.MANAGER and person.region_id == post.region_id


_IS = {Recipient.ASSIGNEE: _works, Recipient.SUPERVISOR: _heads, Recipient.MANAGER: _leads}
