"""Room deadline: the clocks of the house beside the drawn ones: the promise of a case, the limit of a pause.

No step carries them; each has a timer of its own kind, which every knock fires before anything else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile
from models.case_status import TERMINATED
from models.deadline import MISS, PAUSE_LIMIT, PROMISE, Deadline
from models.flow_record import FlowKind
from models.pause import Pause
from models.people import User
from models.workflow import ARMED, CANCELLED, FIRED, OPEN, Timer, UserTask
from processes import flow_record
from processes.deadline import arm, follow_promise, miss, new_clock, recompute, spans_of
from processes.engine.drawing import Drawing
from processes.facts import CaseFacts
from processes.notification import supervisors_of, tell


def start_promise(session: Session, case: CaseFile, drawing: Drawing, armed: list[Timer]) -> None:
    """Start the clock of the whole case once the fact is known from which the promise counts."""
    if not drawing.promise or any(timer.kind == PROMISE for timer in armed):
        return
    start_on = CaseFacts(session, case)[drawing.promise_from]
    query = select(Deadline.id).where(Deadline.case_id == case.id, Deadline.key == PROMISE)
    if start_on is None or session.scalars(query).first() is not None:
        return
    promise = new_clock(case, PROMISE, "承诺办结时限", drawing.promise_clause, start_on, drawing.promise)
    # The fact may lie before a pause of the step that has brought it.
    promise.recompute(spans_of(session, promise))
    promise.warn_by(drawing.warnings)
    armed.append(arm(session, promise))


def end_due_pauses(session: Session, case: CaseFile, armed: list[Timer]) -> None:
    """Before the drawn timers: a pause whose limit has passed ends on that day, and its clock counts again."""
    for timer, limit in _fired(armed, (PAUSE_LIMIT,)):
        miss(session, case, limit, timer.due_at, "已于 {day} 届满")
        _lapse_pause(session, case, limit)


def record_due_misses(session: Session, case: CaseFile, armed: list[Timer]) -> None:
    """After the drawn timers, which may have ended the case before its promise was missed."""
    for timer, clock in _fired(armed, (PROMISE, MISS)):
        miss(session, case, clock, timer.due_at)
        flow_record.missed(session, clock)


def _fired(armed: list[Timer], kinds: Collection[str]) -> Iterator[tuple[Timer, Deadline]]:
    """What is due of those kinds, in due order, each fired as it is taken; neither held nor stalled ones."""
    waiting = [timer for timer in armed if timer.status == ARMED and not timer.is_held]
    due = [timer for timer in waiting if timer.kind in kinds and timer.due_at <= now()]
    for timer in sorted(due, key=lambda timer: (timer.due_at, timer.id)):
        timer.status = FIRED
        armed.remove(timer)
        if timer.deadline is not None:
            yield timer, timer.deadline


def lift_miss(session: Session, case: CaseFile, clock: Deadline, why: str = "工作日日历调整") -> None:
    """A new calendar, or a corrected fact, has moved the end of a missed clock into the future: it may be missed again."""
    audit.record(
        session,
        "deadline.miss_lifted",
        f"{clock.name}因{why}顺延至 {clock.due_on.isoformat()}，原超期记录撤销",
        actor=None,
        case=case,
        old={"missed_at": clock.missed_at},
        new={"clock": clock.id, "due_on": clock.due_on},
    )
    clock.missed_at = None
    flow_record.taken_back(session, FlowKind.CLOCK_LIFTED, case.id, [clock.id])
    kind = PROMISE if clock.key == PROMISE else MISS
    session.add(Timer(case_id=clock.case_id, kind=kind, deadline_id=clock.id, due_at=clock.due_at))


def _lapse_pause(session: Session, case: CaseFile, limit: Deadline) -> None:
    """A pause never outlasts its own limit: the clock it stopped counts again from that day on."""
    found = session.scalars(select(Pause).where(Pause.limit_deadline_id == limit.id)).one()
    end_pause(session, case, found, limit.due_on, "期限届满，自动恢复计时", None)


def close(session: Session, case: CaseFile, armed: list[Timer]) -> list[Deadline]:
    """The case has ended, and with it its promise, which is returned; withdrawn or lapsed, it is cancelled with it."""
    for timer in armed:
        # The message that has ended the case was delivered.
        if timer.status != FIRED:
            timer.status = CANCELLED
    query = select(Deadline).where(
        Deadline.case_id == case.id,
        Deadline.key == PROMISE,
        Deadline.done_on.is_(None),
        Deadline.cancelled_on.is_(None),
    )
    promises = list(session.scalars(query))
    for promise in promises:
        if case.status in TERMINATED:
            promise.cancelled_on = today()
        else:
            promise.done_on = today()
    return promises


def end_pause(
    session: Session, case: CaseFile, pause: Pause, on: date, result: str, actor: User | None
) -> None:
    """Write the end of a pause and count its clock on from `on`."""
    limit = session.get_one(Deadline, pause.limit_deadline_id)
    limit.done_on = on
    session.execute(
        update(Timer).where(Timer.deadline_id == limit.id, Timer.status != FIRED).values(status=CANCELLED)
    )
    pause.resumed_on, pause.resumed_at, pause.result = on, now(), result
    pause.resumed_by_id = actor.id if actor else None
    clock = session.get_one(Deadline, pause.deadline_id)
    recompute(session, case, clock, "resume", actor)
    text = f"{clock.name}恢复计时（{pause.title}：{result}），至 {clock.due_on.isoformat()}"
    new = {"clock": clock.id, "resumed_on": on, "due_on": clock.due_on}
    audit.record(session, "deadline.resumed", text, actor=actor, case=case, new=new)
    _tell_task(session, case, clock, f"{case.number} {case.applicant_name}：{text}。", actor)


def close_pauses(session: Session, case: CaseFile, clock: Deadline) -> None:
    """The step of a paused clock has ended without it: pause and limit end with it, and the promise counts on."""
    open_pauses = select(Pause).where(Pause.deadline_id == clock.id, Pause.paused_on.is_not(None))
    for pause in session.scalars(open_pauses.where(Pause.resumed_on.is_(None))):
        pause.resumed_on, pause.resumed_at, pause.result = today(), now(), "环节终止"
        limit = session.get_one(Deadline, pause.limit_deadline_id)
        limit.cancelled_on = today()
        session.execute(update(Timer).where(Timer.deadline_id == limit.id).values(status=CANCELLED))
        text = f"{clock.name}的暂停（{pause.title}）随环节终止而结束"
        new = {"clock": clock.id, "resumed_on": today()}
        audit.record(session, "deadline.resumed", text, actor=None, case=case, new=new)
    follow_promise(session, case, "resume", None)


def lapse_requests(session: Session, case: CaseFile, clocks: Collection[int]) -> None:
    """The step of these clocks is over: what was asked for it and not decided ends with it."""
    asked = select(Pause).where(
        Pause.case_id == case.id,
        Pause.decision == literal("", literal_execute=True),
        Pause.paused_on.is_(None),
        Pause.deadline_id.in_(clocks),
    )
    for pause in session.scalars(asked.order_by(Pause.id)):
        lapse_request(session, case, pause, "所属环节已办结或终止，本次申请作废")


def lapse_request(session: Session, case: CaseFile, pause: Pause, words: str) -> None:
    """A request to stand still that nobody can decide any more: said in the log, to who asked and to his heads."""
    pause.decision, pause.decided_at, pause.decision_text = "refuse", now(), words
    clock, who = session.get_one(Deadline, pause.deadline_id), session.get_one(User, pause.requested_by_id)
    text = f"{who.name}因{pause.title}暂停“{clock.name}”计时的申请失效：{words}"
    audit.record(
        session,
        "deadline.pause_lapsed",
        text,
        actor=None,
        case=case,
        new={"clock": clock.id, "pause": pause.id},
    )
    told = {who.id, *supervisors_of(session, who.department_id or 0)}
    tell(session, told, "task", f"{case.number} {case.applicant_name}：{text}。", case)


def _tell_task(session: Session, case: CaseFile, clock: Deadline, text: str, actor: User | None) -> None:
    """Whoever has the step of the clock, unless he did it himself."""
    have = select(UserTask.assignee_id).where(UserTask.deadline_id == clock.id, UserTask.status == OPEN)
    users = {user for user in session.scalars(have) if user is not None}
    tell(session, users - ({actor.id} if actor else set()), "task", text, case)
