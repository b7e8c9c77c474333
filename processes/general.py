"""Room general: a person starts a case on a process that its owner has drawn (业务发起)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from models.calendar import now
from models.case import CaseFile
from models.people import LANES, Department, DepartmentKind, Permission, Region, Role, User
from models.refusal import NotFound, Refusal
from models.scheme import Scheme
from models.words import said
from models.workflow import ProcessDefinition, UserTask, open_tasks_of
from processes import worklist
from processes.case_opening import begin, open_case
from processes.engine.drawing import Drawing, Step
from processes.engine.faults import EngineFault
from processes.office import needed_office
from processes.workflow import definition_of

APPLICANT_LANE = "申请人"


@dataclass(frozen=True)
class Business:
    """A process in force that a person may start."""

    definition_id: int
    version: int
    drawing: Drawing

    @property
    def first_steps(self) -> list[Step]:
        """What is to be done first."""
        return [self.drawing.steps[element_id] for element_id in self.drawing.first]


def startable(session: Session, actor: User) -> list[Business]:
    """The processes in force that this person may start: those whose first step is his or his office's."""
    actor.require(Permission.CASE_CREATE)
    row = ProcessDefinition
    query = (
        select(row.id, row.key, row.version)
        .where(row.effective_at <= now(), row.withdrawn_at.is_(None))
        .order_by(row.key, row.version)
    )
    newest = {found.key: found for found in session.execute(query)}
    offered = [
        Business(found.id, found.version, definition_of(session, found.id).drawing)
        for found in newest.values()
    ]
    return [one for one in offered if one.drawing.is_startable and _begins_with(one, actor)]


def business_for(session: Session, key: str, actor: User) -> Business:
    """The process of that key, if this person may start it. Raises NotFound."""
    found = next((one for one in startable(session, actor) if one.drawing.key == key), None)
    if found is None:
        raise NotFound("未找到该业务，或您不能发起。")
    return found


def start_case(session: Session, key: str, title: str, region_id: int | None, actor: User) -> CaseFile:
    """A new case, with its first step in the hands of who starts it. Raises NotFound, Refusal.

    An office starts it in its own region; an applicant says in which.
    """
    business = business_for(session, key, actor)
    if not said(title):
        raise Refusal("请填写事项名称。", "title")
    region = _region(session, region_id, actor)
    for kind in _needed(business.drawing):
        needed_office(session, region.id, kind)
    is_applicant = actor.role == Role.APPLICANT
    case = open_case(
        session,
        Scheme.GENERAL,
        region.id,
        title.strip(),
        actor=actor,
        series=business.drawing.series,
        process_key=key,
        applicant_user_id=actor.id if is_applicant else None,
    )
    try:
        begin(session, case, f"发起“{business.drawing.name}”", actor, process=key, version=business.version)
    except EngineFault as fault:
        raise Refusal(f"{fault.sentence}案卷没有建立，请联系流程负责人修改流程。") from fault
    _take(session, case, business, actor)
    return case


def served_regions(session: Session, drawing: Drawing) -> list[tuple[str, str]]:
    """(id, name) of the regions that have every office of the drawing, by code."""
    needed = _needed(drawing)
    count = func.count(distinct(Department.kind))
    query = (
        select(Region.id, Region.name)
        .join(Department, Department.region_id == Region.id)
        .where(Department.kind.in_([kind.value for kind in needed]), Department.is_active)
        .group_by(Region.id, Region.name, Region.code)
        .having(count == len(needed))
        .order_by(Region.code)
    )
    return [(str(found.id), found.name) for found in session.execute(query)]


def _begins_with(business: Business, actor: User) -> bool:
    kind = actor.department.kind if actor.department else None
    return any(_is_for(step, kind, actor) for step in business.first_steps)


def _is_for(step: Step, kind: str | None, actor: User) -> bool:
    """An applicant's own step is also for the office that acts on his behalf."""
    if actor.role == Role.APPLICANT:
        return step.lane == APPLICANT_LANE
    return kind is not None and kind == _office(step)


def _office(step: Step) -> str:
    return LANES.get(step.lane) or step.properties.get("on_behalf", "")


def _needed(drawing: Drawing) -> list[DepartmentKind]:
    """The kinds of offices that must exist, so that no case comes to a step that nobody can do."""
    return [DepartmentKind(kind) for kind in sorted({_office(step) for step in drawing.steps.values()})]


def _region(session: Session, region_id: int | None, actor: User) -> Region:
    chosen = actor.department.region_id if actor.department else region_id
    region = session.get(Region, chosen) if chosen else None
    if region is None:
        raise Refusal("请选择所在地区。", "region")
    return region


def _take(session: Session, case: CaseFile, business: Business, actor: User) -> None:
    """Who starts a case does its first step, as far as he may."""
    for task in session.scalars(select(UserTask).where(open_tasks_of(case))).all():
        is_first = task.element_id in business.drawing.first
        if is_first and task.assignee_id is None and worklist.may_work(task, actor):
            worklist.claim(session, task.id, actor)
