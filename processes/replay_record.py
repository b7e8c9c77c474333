"""Room replay, record: what the tables and the log say of a finished case: its steps, messages and clocks.

A step is a row of the worklist with the line of the log that was written when it was done; a message is a fired
timer of the house, or the line of the act that sent it. What is not on record is never made up: a record that does not
lead to its own end is not replayed (processes/replay_compare.py).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.audit import AuditEvent
from models.case import CaseFile
from models.deadline import PAUSE_LIMIT, PROMISE, Deadline
from models.drawn_answer import DrawnAnswer
from models.loan import Loan
from models.pause import DeadlineChange, Pause
from models.people import Department
from models.review import Opinion, Supplement
from models.term import Span
from models.workflow import DONE, FIRED, MESSAGE, ProcessInstance, Timer, UserTask

# Acts that send a message themselves; lines from before the message was noted in them mean the same.
SENT = {"case.withdrawn": "withdrawal", "loan.closed": "loan_settled"}
# Acts after which a case is no one run through its drawing any more, and what they are called.
MOVES = {"task.returned": "退回重办", "task.recalled": "撤回办理", "token.moved": "调整流程位置"}
CORRECTED = "fact.corrected"
_NOTED = ("element", "answers", "task", "routing")


@dataclass(frozen=True)
class StepRow:
    """One opening of a step; `done_at` and `place` in the log are empty where it was never completed."""

    task_id: int
    element_id: str
    form_key: str
    name: str
    department: str
    opened_at: datetime
    done_at: datetime | None
    place: int
    routing: Mapping[str, Any]


@dataclass(frozen=True)
class MessageRow:
    """A message that reached the token; `place` is 0 for one that came from another case."""

    name: str
    at: datetime
    place: int


@dataclass(frozen=True)
class ClockRow:
    """A clock as it ran: `missed_at` is empty where its term was kept."""

    key: str
    name: str
    start_on: date
    length: int
    unit: str
    region_code: str
    due_on: date
    provisional: bool
    end_on: date | None
    missed_at: datetime | None
    extension_days: int
    extended_at: datetime | None
    pauses: tuple[Span, ...]


@dataclass
class Record:
    """One finished case."""

    case: CaseFile
    definition_id: int
    passed: Mapping[str, int]
    steps: list[StepRow] = field(default_factory=list)
    messages: list[MessageRow] = field(default_factory=list)
    clocks: list[ClockRow] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    supplements: list[Supplement] = field(default_factory=list)
    answers: list[DrawnAnswer] = field(default_factory=list)
    loan: Loan | None = None
    # How it was moved elsewhere than its drawing leads, in words; and whether a fact of it was corrected.
    moves: tuple[str, ...] = ()
    is_corrected: bool = False

    @property
    def region_code(self) -> str:
        """Whose calendar counts."""
        return self.case.region.code if self.case.region else ""


def records(session: Session, case_ids: Sequence[int]) -> list[Record]:
    """The records of some cases, in the order of their ids; a fixed number of questions."""
    query = (
        select(CaseFile, ProcessInstance.definition_id, ProcessInstance.passed)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .where(CaseFile.id.in_(case_ids))
        .order_by(CaseFile.id)
        .options(joinedload(CaseFile.region))
    )
    found = {case.id: Record(case, on, passed) for case, on, passed in session.execute(query)}
    if not found:
        return []
    lines = _lines(session, found)
    for case_id, tasks in _tasks(session, found).items():
        _add_steps(found[case_id], tasks, lines[case_id])
    for case_id, record in found.items():
        record.messages = [_sent(line) for line in lines[case_id] if line.action in SENT]
        acts = {line.action for line in lines[case_id]}
        record.moves = tuple(words for action, words in MOVES.items() if action in acts)
        record.is_corrected = CORRECTED in acts
    _add_rows(session, found)
    return list(found.values())


def _of(table: Any, found: Iterable[int], *where: Any) -> Any:
    return select(table).where(table.case_id.in_(list(found)), *where).order_by(table.id)


def _lines(session: Session, found: Iterable[int]) -> dict[int, list[AuditEvent]]:
    """The lines of the log that moved a token, or changed what it was moved by."""
    lines: dict[int, list[AuditEvent]] = defaultdict(list)
    acts = ("task.completed", *SENT, *MOVES, CORRECTED)
    mine = AuditEvent.chain.in_(list(found)), AuditEvent.action.in_(acts)
    query = select(AuditEvent).where(*mine).order_by(AuditEvent.chain, AuditEvent.seq)
    for line in session.scalars(query):
        lines[line.chain].append(line)
    return lines


def _tasks(session: Session, found: Iterable[int]) -> dict[int, list[tuple[UserTask, str]]]:
    tasks: dict[int, list[tuple[UserTask, str]]] = defaultdict(list)
    query = _of(UserTask, found).join(Department, Department.id == UserTask.department_id)
    for row, kind in session.execute(query.add_columns(Department.kind)):
        tasks[row.case_id].append((row, kind))
    return tasks


def _sent(line: AuditEvent) -> MessageRow:
    return MessageRow(str(line.new.get("message") or SENT[line.action]), line.at, line.seq)


def _add_steps(record: Record, tasks: Sequence[tuple[UserTask, str]], lines: Sequence[AuditEvent]) -> None:
    """Every line belongs to the row that it names; an older one to the first of its element that is free.

    Steps that many people answer at once have no line of their own and say nothing to gateways.
    """
    done = [line for line in lines if line.action == "task.completed"]
    named = {line.new["task"]: line for line in done if "task" in line.new}
    waiting: dict[str, deque[AuditEvent]] = defaultdict(deque)
    for line in done:
        if "task" not in line.new:
            waiting[str(line.new.get("element"))].append(line)
    line_of = {
        row.id: named.get(row.id) or (waiting[row.element_id].popleft() if waiting[row.element_id] else None)
        for row in sorted((row for row, _kind in tasks if row.status == DONE), key=_in_order)
    }
    record.steps = [_step(row, kind, line_of.get(row.id)) for row, kind in tasks]


def _in_order(row: UserTask) -> tuple[Any, ...]:
    return row.done_at, row.id


def _step(row: UserTask, kind: str, line: AuditEvent | None) -> StepRow:
    done_at = row.done_at if row.status == DONE else None
    return StepRow(
        row.id, row.element_id, row.form_key, row.name, str(kind), row.created_at, done_at,
        line.seq if line else 0, _routing(line.new) if line else {},
    )  # fmt: skip


def _routing(new: Mapping[str, Any]) -> dict[str, Any]:
    """What the gateways read; older lines hold it beside the element and the answers."""
    if isinstance(new.get("routing"), dict):
        return dict(new["routing"])
    return {name: value for name, value in new.items() if name not in _NOTED}


def _add_rows(session: Session, found: Mapping[int, Record]) -> None:
    for opinion in session.scalars(_of(Opinion, found)):
        found[opinion.case_id].opinions.append(opinion)
    for supplement in session.scalars(_of(Supplement, found)):
        found[supplement.case_id].supplements.append(supplement)
    for answer in session.scalars(_of(DrawnAnswer, found)):
        found[answer.case_id].answers.append(answer)
    for loan in session.scalars(_of(Loan, found)):
        found[loan.case_id].loan = loan
    for timer in session.scalars(_of(Timer, found, Timer.kind == MESSAGE, Timer.status == FIRED)):
        found[timer.case_id].messages.append(MessageRow(timer.element_id, timer.due_at, 0))
    for case_id, clock in _clocks(session, found):
        found[case_id].clocks.append(clock)


def _clocks(session: Session, found: Iterable[int]) -> Iterator[tuple[int, ClockRow]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    of_case: dict[int, list[Span]] = defaultdict(list)
    for pause in session.scalars(_of(Pause, found, Pause.paused_on.is_not(None))):
        if pause.span is not None and pause.resumed_on is not None:
            spans[pause.deadline_id].append(pause.span)
            of_case[pause.case_id].append(pause.span)
    rows = session.scalars(_of(Deadline, found, Deadline.key != PAUSE_LIMIT)).all()
    longer = [row.id for row in rows if row.extension_days]
    changes = select(DeadlineChange.deadline_id, DeadlineChange.at).where(
        DeadlineChange.deadline_id.in_(longer), DeadlineChange.why == "extension"
    )
    extended = {row.deadline_id: row.at for row in session.execute(changes)} if longer else {}
    for row in rows:
        mine = of_case[row.case_id] if row.key == PROMISE else spans[row.id]
        yield row.case_id, _clock(row, tuple(mine), extended.get(row.id))


def _clock(row: Deadline, pauses: tuple[Span, ...], extended_at: datetime | None) -> ClockRow:
    return ClockRow(
        row.key, row.name, row.start_on, row.length, row.unit, row.region_code, row.due_on, row.provisional,
        row.done_on or row.cancelled_on, row.missed_at, row.extension_days, extended_at, pauses,
    )  # fmt: skip
