"""Room urging: reminding those who have a step that others wait for it (催办), at most once a number of working days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models import audit
from models.calendar import calendar, now, today
from models.case import CaseFile
from models.case_record import Track, tasks_of, track_of
from models.people import LANES, Permission, Role, User, colleagues
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.substitute import stand_ins_for
from models.urging import TaskUrging, last_urging
from models.workflow import OPEN, UserTask
from models.working_days import due_on
from processes.comment import checked_note
from processes.copying import seen
from processes.deadline import region_of
from processes.notification import supervisors_of, tell
from processes.office import office_of, window_of
from processes.workflow import definition_of
from processes.worklist import is_late

MAX_TEXT = 200
_cool_down = [1]


def bind(working_days: int) -> None:
    """How many working days lie between two urgings of one step; the operator decides (DUOSHEN_URGING_DAYS)."""
    if not 0 <= working_days <= 20:
        raise ValueError("DUOSHEN_URGING_DAYS must be a number from 0 to 20")
    _cool_down[:] = [working_days]


def cool_down() -> int:
    """Working days between two urgings of one step."""
    return _cool_down[0]


def urge(session: Session, task_id: int, text: str, actor: User) -> TaskUrging:
    """催办: who has the step is told, with who stands in for him; while it is late, the head of the office too.

    The clock is not touched. Raises NotFound for strangers to the case, Forbidden for those who do not wait for the
    step, Conflict when it is done or was urged too shortly before, Refusal for a long text.
    """
    actor.require(Permission.CASE_TALK)
    case, task = _open(session, task_id, actor)
    said = checked_note(text, MAX_TEXT, "text", "催办内容")
    last = last_urging(session, task.id)
    if last is not None and today() < (free := again_on(last.on_day, case)):
        raise Conflict(f"该事项已于 {last.on_day} 催办，{free} 起可以再次催办。")
    told = sorted(_told(session, case, task) - {actor.id})
    if not told:
        raise Refusal("没有可以催办的人员，请联系该部门负责人。")
    row = TaskUrging(
        task_id=task.id, case_id=case.id, by_id=actor.id, text=said, on_day=today(), at=now(), told=len(told)
    )
    session.add(row)
    session.flush()
    summary = f"催办“{task.name}”（{len(told)}人）"
    audit.record(
        session, "task.urged", summary, actor=actor, case=case, new={"task": task.id, "people": told}
    )
    _tell(session, case, task, told, said, actor)
    return row


def _open(session: Session, task_id: int, actor: User) -> tuple[CaseFile, UserTask]:
    """The open task with its case locked, for somebody who may urge it."""
    found = session.get(UserTask, task_id)
    if found is None:
        raise NotFound("未找到该事项，或您无权查看。")
    case = seen(session, found.case_id, actor)
    task = session.get_one(UserTask, task_id, populate_existing=True)
    if task.status != OPEN:
        raise Conflict("该事项已办理或已终止，无需催办。")
    tasks, track = tasks_of(session, case), track_of(session, case)
    if not may_urge(task, interest_in(session, case, tasks, track, actor), actor):
        raise Forbidden(
            "由部门负责人、主管领导、受理窗口，或者并行、后续环节的办理人催办；本人的事项不能催办。"
        )
    return case, task


def again_on(last_on: date, case: CaseFile) -> date:
    """From which day a step that was urged on `last_on` may be urged again."""
    return due_on(last_on, cool_down(), calendar(region_of(case))).due_on if cool_down() else last_on


@dataclass(frozen=True)
class Interest:
    """Why a person's office waits for something in a case: it is the window, or has these steps now or ahead."""

    is_window: bool = False
    steps: frozenset[str] = frozenset()


def interest_in(
    session: Session, case: CaseFile, tasks: Iterable[UserTask], track: Track | None, actor: User
) -> Interest:
    """Read once a case: what is open, and what the drawing has ahead for an office of this kind."""
    office = actor.department
    if office is None or actor.may(Permission.CASE_SUPERVISE):
        return Interest()
    steps = {task.element_id for task in tasks if task.status == OPEN and task.department_id == office.id}
    if track is not None and office_of(session, case, office.kind) == office.id:
        drawn = definition_of(session, track.definition_id).drawing.steps.values()
        ours = [step.element_id for step in drawn if LANES.get(step.lane) == office.kind]
        steps |= {element_id for element_id in ours if not track.passed.get(element_id)}
    return Interest(window_of(session, case) == office.id, frozenset(steps))


def may_urge(task: UserTask, interest: Interest, actor: User) -> bool:
    """Whether a person who may see the case waits for this open step, and does not have it himself."""
    if not actor.may(Permission.CASE_TALK) or actor.id in (task.assignee_id, task.owner_id):
        return False
    # A colleague takes a step of his own office instead of urging it.
    is_others = task.department_id != actor.department_id
    waits = interest.is_window or bool(interest.steps - {task.element_id})
    return actor.may(Permission.CASE_SUPERVISE) or (is_others and waits)


def _told(session: Session, case: CaseFile, task: UserTask) -> set[int]:
    holders = {one for one in (task.assignee_id, task.owner_id) if one is not None}
    people = {one for one in holders if session.get_one(User, one).is_active}
    if not people:
        people = {one.id for one in colleagues(session, task.department_id, Permission(task.permission))}
    people |= set(stand_ins_for(session, people).values())
    is_applicants = task.assignee_id is not None and task.assignee_id == case.applicant_user_id
    if is_late(session, task) and not is_applicants:
        people |= set(supervisors_of(session, task.department_id))
    return people


def _tell(session: Session, case: CaseFile, task: UserTask, told: list[int], said: str, actor: User) -> None:
    """An applicant reads which office reminds him, officials who does."""
    inside = [one for one in told if session.get_one(User, one).role != Role.APPLICANT]
    office = actor.department.name if actor.department else actor.name
    about = f"{case.number} {case.applicant_name}：{actor.display_name}催办“{task.name}”，请尽快办理。{said}"
    tell(session, inside, "urge", about, case)
    outside = [one for one in told if one not in inside]
    tell(session, outside, "urge", f"{case.number}：{office}提醒您尽快办理“{task.name}”。{said}", case)
