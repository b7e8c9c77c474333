"""Room demo, office plan: what an office does beside its steps: remarks, copies, urging, orders, opinions, absences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from models.calendar import SHANGHAI, calendar, today
from models.case import CaseFile
from models.database import DbSession, transaction
from models.scheme import Scheme
from models.task_review import ReviewKind
from models.workflow import IS_OPEN, UserTask
from models.working_days import due_on
from processes import comment, copying, delegation, set_aside, substitute, task_review, urging, worklist
from processes.follow_up import follow_up
from processes.supervision_order import Demand, order_task
from webapp.demo.credit_hands import user

Planned = tuple[datetime, Callable[[], None]]
ACCEPT, QUALIFY, DILIGENCE = "acceptance", "qualification_review", "due_diligence"
PRE_LOAN = "pre_loan_investigation"


def planned(on: date) -> Iterator[Planned]:
    """On the last working day before `on`, from three o'clock, an act every five minutes."""
    day = on - timedelta(days=1)
    while not calendar().is_working_day(day):
        day -= timedelta(days=1)
    acts = (_talk, _supervise, _ask_around, _put_off, _go_away)
    for minute, act in enumerate(acts):
        at = datetime.combine(day, time(15, 5 * minute), SHANGHAI).astimezone(UTC)
        yield at, act


def _talk() -> None:
    """The head asks about the case that is most overdue, and a leader is kept informed of another."""
    with transaction() as session:
        head, clerk = user(session, "renshe0"), user(session, "renshe1")
        ours = [task for task in _pressing(session, QUALIFY) if task.department_id == head.department_id]
        late, next_one = ours[:2]
        text = f"@{clerk.name} 该件已临近期限，请说明审核进展，需要现场核查的今天提出。"
        comment.say(session, _case(session, late), text, [clerk.id], head)
        comment.say(
            session, _case(session, late), "已电话联系申请人，缺就业创业证复印件，今天补齐。", [], clerk
        )
        leader = user(session, "lingdao")
        copying.copy_to(session, next_one.case_id, [leader.id], "金额较大，请阅知。", head)


def _supervise() -> None:
    """The leader urges what is late, and orders the office of the latest to answer."""
    with transaction() as session:
        leader = user(session, "lingdao")
        latest, *others = _pressing(session, DILIGENCE)[:3]
        for task in others:
            urging.urge(session, task.id, "请尽快办理，并告知预计办结时间。", leader)
        until = due_on(today(), 3, calendar()).due_on
        order_task(session, latest.id, Demand("请说明超期原因，限期办结并书面答复。", until), leader)


def _ask_around() -> None:
    """A clerk lets a colleague draft one step, and asks another for an opinion before he submits the next."""
    with transaction() as session:
        clerk, colleague = user(session, "yinhang1"), user(session, "yinhang2")
        first, second = _free(session, PRE_LOAN, "yinhang1")[:2]
        for task in (first, second):
            worklist.claim(session, task.id, clerk)
        delegation.delegate(session, first.id, colleague.id, "请现场核实经营情况并起草调查意见。", clerk)
        question = "该户流水波动较大，请对还款来源提出意见。"
        task_review.add_reviewer(session, second.id, colleague.id, ReviewKind.BEFORE, question, clerk)


def _put_off() -> None:
    """A step that waits for somebody else comes back by itself; another is to be looked at again."""
    with transaction() as session:
        clerk = user(session, "renshe2")
        until = due_on(today(), 2, calendar()).due_on
        found = _free(session, ACCEPT, "renshe2")
        waiting = next(task for task in found if (set_aside.latest(session, task) or today()) >= until)
        worklist.claim(session, waiting.id, clerk)
        set_aside.set_aside(session, waiting.id, until, "申请人外出，约定回来后补签承诺书。", clerk)
        other = next(task for task in found if task is not waiting)
        follow_up(session, other.id, due_on(today(), 1, calendar()).due_on, "电话回访经营地址", clerk)


def _go_away() -> None:
    """A clerk is away for training; a colleague stands in."""
    with transaction() as session:
        absent, stand_in = user(session, "danbao1"), user(session, "danbao0")
        until = due_on(today(), 5, calendar()).due_on
        wanted = substitute.Wanted(absent.id, stand_in.id, today(), until, "参加业务培训")
        substitute.set_substitute(session, wanted, absent)


def _pressing(session: DbSession, element: str) -> list[UserTask]:
    """The open steps of a kind in loan cases, the latest first."""
    query = session.query(UserTask).join(CaseFile, CaseFile.id == UserTask.case_id)
    wanted = query.where(IS_OPEN, UserTask.element_id == element, CaseFile.scheme == Scheme.STARTUP_LOAN)
    return wanted.order_by(UserTask.due_at, UserTask.id).all()


def _free(session: DbSession, element: str, who: str) -> list[UserTask]:
    """Those of them that nobody in the person's department has taken yet."""
    department = user(session, who).department_id
    found = _pressing(session, element)
    return [task for task in found if task.assignee_id is None and task.department_id == department]


def _case(session: DbSession, task: UserTask) -> CaseFile:
    return session.get_one(CaseFile, task.case_id)
