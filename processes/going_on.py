"""Room sending_back: how a case goes on once a step that was sent back has been done again.

Straight back only where the drawing itself, with the answers that still count, would come to the same place: a new
conclusion, or an answer by which a gateway chooses otherwise, is followed as drawn.
"""

from __future__ import annotations

from collections import Counter
from functools import partial

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.people import User
from models.sending_back import Mode, SendingBack, waiting_return
from models.workflow import OPEN, TaskDraft, UserTask
from processes.clock_again import ended_clocks
from processes.engine.earlier import undone
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.engine.marking import Marking
from processes.engine.migration import places
from processes.engine.migration_check import Unfit
from processes.engine.relocation import relocate, require_possible
from processes.steps import Routing
from processes.task_hands import hands
from processes.undoing import done_in_force, supersede
from processes.workflow import Token

RETURNED, WENT_ON = "returned", "went_on"
_MOST = 60


def complete_step(
    session: Session, token: Token, instance: Instance, task: UserTask, routing: Routing
) -> None:
    """Complete a step of a token; one that was sent back may go straight to where it came from."""
    back = waiting_return(session, task) if token.stored.moves else None
    if back is None or back.mode != Mode.DIRECT:
        instance.complete(task.engine_task_id, routing)
        if back is not None:
            _close(session, back, WENT_ON)
        return
    _return(session, token, instance, task, back, routing)


def _return(
    session: Session, token: Token, instance: Instance, task: UserTask, back: SendingBack, routing: Routing
) -> None:
    before, passed = places(instance), Counter(instance.passed)
    asked_for = len(instance.asked_for)
    # Where the drawing leads on instead, finished steps behind this one are done again: their clocks go on.
    behind = undone(token.definition, before, task.element_id)
    token.rows.ended = ended_clocks(session, token.case, behind)
    instance.finish(task.engine_task_id, routing)
    done = {row.element_id for row in done_in_force(session, token.case.id)}
    target = None if instance.is_finished else _where_from(instance, before, back)
    if target is None or not _comes_to(instance, target, done - {task.element_id}):
        _follow_drawing(session, token, instance, task, before, passed)
        instance.fire_due()
        _close(session, back, WENT_ON)
        return
    if places(instance) != target:
        del instance.asked_for[asked_for:]
        instance.passed = Counter({**passed, task.element_id: 1})
        _give_back(session, token, back, task)
        relocate(instance, target)
    instance.fire_due()
    _close(session, back, RETURNED)


def _where_from(instance: Instance, before: Marking, back: SendingBack) -> Marking | None:
    """Where the token stood when it was sent back, less what has gone on elsewhere; None: it cannot stand so now."""
    here = places(instance)
    target = (here & before) | frozenset(str(place) for place in back.left)
    try:
        require_possible(instance, target)
    except Unfit:
        return None
    return target


def _comes_to(instance: Instance, target: Marking, done: set[str]) -> bool:
    """Whether the drawing, fed with the answers that count, leads from here to `target`: played on a copy."""
    if places(instance) == target:
        return True
    copy = Instance.restore(instance.definition, instance.copied(), instance.passed, instance.environment)
    try:
        for _step in range(_MOST):
            here = places(copy)
            if here == target:
                return True
            ahead = [
                one for one in copy.ready() if one.element_id in here - target and one.element_id in done
            ]
            if not ahead:
                return False
            copy.finish(ahead[0].engine_id, {})
    except (EngineFault, Unfit):
        return False
    return False


def _follow_drawing(
    session: Session, token: Token, instance: Instance, task: UserTask, before: Marking, passed: Counter[str]
) -> None:
    """Another conclusion: what was decided behind the step no longer counts, and is done again as drawn."""
    gone = undone(token.definition, before, task.element_id)
    later = [
        row for row in done_in_force(session, token.case.id) if row.element_id in gone and row.id != task.id
    ]
    supersede(session, token.case, later)
    gained = instance.passed - passed
    for name in gone:
        instance.passed.pop(name, None)
    instance.passed.update(gained)


def _give_back(session: Session, token: Token, back: SendingBack, done: UserTask) -> None:
    """The step from which it came goes on with whoever had it, and with what he had typed."""
    came_from = session.get_one(UserTask, back.from_task_id)
    token.rows.holders[came_from.element_id] = back.actor_id
    token.rows.after.append(partial(_hand_back, session, token, came_from, done))


def _hand_back(session: Session, token: Token, came_from: UserTask, done: UserTask) -> None:
    """What `done` has led back to: drafts go along, and the log says who has it."""
    session.flush()
    again = [
        row
        for row in token.rows.tasks.values()
        if row.status == OPEN and row.element_id == came_from.element_id and row.id != came_from.id
    ]
    for row in again:
        moved = update(TaskDraft).where(TaskDraft.task_id == came_from.id)
        session.execute(moved.values(task_id=row.id))
        if row.assignee_id is not None:
            who, actor = session.get_one(User, row.assignee_id), session.get(User, done.done_by_id)
            text = f"“{row.name}”由原经办人{who.name}继续办理"
            audit.record(session, "task.assigned", text, actor=actor, case=token.case, new=hands(row))


def _close(session: Session, back: SendingBack, outcome: str) -> None:
    back.outcome, back.ended_at = outcome, now()
    if outcome == WENT_ON:
        # What was typed into the step that was left has no purpose any more.
        session.execute(delete(TaskDraft).where(TaskDraft.task_id == back.from_task_id))
