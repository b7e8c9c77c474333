"""The log read again: what the lines of a case and its flow records say it must be now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from models.case import CaseFile
from models.flow_record import FlowKind, FlowRecord
from models.workflow import DONE, OPEN, ProcessInstance, UserTask
from processes.engine.definition import Definition
from processes.engine.environment import CaseEnvironment
from processes.engine.instance import Instance
from processes.engine.marking import Marking, Net, _onward, _settled, net_of
from processes.engine.migration import places
from processes.workflow import definition_of
from tests.counting import check_clocks
from tests.holding import check_holders, check_talk


def check_replay(session: Session, case_id: int) -> None:
    """Both logs lead to what is: open steps and who has them, finished steps that count, the end."""
    case = session.get_one(CaseFile, case_id)
    tasks = session.scalars(select(UserTask).where(UserTask.case_id == case_id)).all()
    lines = lines_of(session, case)
    _check_records(session, case, tasks)
    check_holders(case, tasks, lines)
    stored = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == case_id)).first()
    if stored is None:
        return
    definition = definition_of(session, stored.definition_id)
    token = Instance.restore(definition, stored.state, stored.passed, CaseEnvironment({}, {}))
    here = frozenset() if token.is_finished else places(token)
    assert here in _folded(session, definition, lines), sorted(here)


def check_rest(session: Session, case_id: int) -> None:
    """What costs more to read: every clock day by day, and what was said about the case."""
    case = session.get_one(CaseFile, case_id)
    lines = lines_of(session, case)
    check_clocks(session, case, lines)
    check_talk(session, case, lines)


def lines_of(session: Session, case: CaseFile) -> Sequence[AuditEvent]:
    """The log of a case in its order."""
    query = select(AuditEvent).where(AuditEvent.chain == case.id).order_by(AuditEvent.seq)
    return session.scalars(query).all()


def _check_records(session: Session, case: CaseFile, tasks: Iterable[UserTask]) -> None:
    """Flow records, which are only added: opened, less done and cancelled; done, less returned.

    What counts adds up: every arrival that is not taken back has one end, or is open; nothing ends twice.
    """
    opened: set[int] = set()
    arrived: set[int] = set()
    cancelled: set[int] = set()
    counting: set[int] = set()
    ended = ""
    query = select(FlowRecord).where(FlowRecord.case_id == case.id).order_by(FlowRecord.id)
    for row in session.scalars(query):
        task = row.task_id or 0
        if row.kind == FlowKind.TASK_OPENED:
            assert task not in arrived
            opened.add(task)
            arrived.add(task)
        elif row.kind in (FlowKind.TASK_DONE, FlowKind.TASK_CANCELLED):
            assert task not in counting | cancelled and task in opened
            opened.discard(task)
            (counting if row.kind == FlowKind.TASK_DONE else cancelled).add(task)
        elif row.kind == FlowKind.TASK_RETURNED:
            counting.remove(task)
        elif row.kind == FlowKind.TASK_UNOPENED:
            arrived.remove(task)
        elif row.kind == FlowKind.CASE_CLOSED:
            ended = row.outcome
    assert opened == {row.id for row in tasks if row.status == OPEN}
    assert counting == {row.id for row in tasks if row.status == DONE and row.superseded_at is None}
    assert arrived == counting | cancelled | opened
    assert ended == (case.status if case.state.is_final else ""), ended


def _folded(session: Session, definition: Definition, lines: Iterable[AuditEvent]) -> set[Marking]:
    """Where the token may stand by the audit log: a completion lets it go on, a move says where it is."""
    net = net_of(definition.spec_json)
    possible = set(_settled(net, frozenset(), [("", "Start")]))
    for line in lines:
        if "places" in line.new and line.action in ("task.returned", "task.recalled", "token.moved"):
            possible = {frozenset(line.new["places"])}
        elif line.action == "task.completed":
            possible = _after(net, possible, line.new["element"])
            possible |= _direct(session, line.new["task"], possible)
            assert possible, f"{line.seq}: {line.summary} where it could not have been"
        elif line.action == "case.withdrawn":
            possible = {frozenset()}
        elif line.action == "deadline.missed":
            possible |= _by_term(net, definition, possible, line.new["key"])
    return possible


def _after(net: Net, possible: set[Marking], element: str) -> set[Marking]:
    return {
        later
        for one in possible
        if element in one
        for later in _settled(net, one - {element}, _onward(net, element))
    }


def _direct(session: Session, task_id: int, possible: set[Marking]) -> set[Marking]:
    """What was sent back straight stands again where it was left."""
    from models.sending_back import SendingBack

    query = select(SendingBack).where(SendingBack.to_task_id == task_id, SendingBack.outcome == "returned")
    rows = session.scalars(query).all()
    left = frozenset(place for row in rows for place in row.left)
    return {kept | left for one in possible for kept in _parts(one)} if left else set()


def _parts(marking: Marking) -> Iterable[Marking]:
    """Every part of a marking: branches beside the one that was sent back stay where they are."""
    found: list[Marking] = [frozenset()]
    for place in marking:
        found += [one | {place} for one in found]
    return found


def _by_term(net: Net, definition: Definition, possible: set[Marking], key: str) -> set[Marking]:
    """A term that ends its own step."""
    ending = [
        timer
        for timer in definition.drawing.timers.values()
        if timer.deadline == key and timer.is_interrupting
    ]
    return {
        later
        for timer in ending
        for one in possible
        if timer.attached_to in one
        for later in _settled(net, one - {timer.attached_to}, _onward(net, timer.element_id))
    }
