"""Room replay, case: one finished case through its own version and through another drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.calendar import end_of
from models.case import CaseFile
from models.replay import Finding
from models.workflow import ProcessDefinition, ProcessInstance
from processes.replay_compare import Side, compare, corrected, detour, findings, lacks
from processes.replay_drive import Drive, Walk
from processes.replay_habits import SAMPLE, Habits, habits_of
from processes.replay_record import Record, records
from processes.workflow import definition_of


@dataclass(frozen=True)
class Period:
    """Days on which cases were closed, both included; nothing that was closed after `known_at`."""

    from_on: date
    to_on: date
    known_at: datetime


@dataclass(frozen=True)
class Line:
    """What a replay says of one case."""

    case: CaseFile
    findings: list[str]
    details: dict[str, Any]


@dataclass
class Replay:
    """A drawing to which finished cases are held up; versions are read once each."""

    would: Side
    habits: Habits
    _versions: dict[int, Side] = field(default_factory=dict)

    def lines(self, session: Session, case_ids: Sequence[int]) -> Iterator[Line]:
        """One line a case, in the order of their ids."""
        for record in records(session, case_ids):
            yield self._line(session, record)

    def _line(self, session: Session, record: Record) -> Line:
        if why := detour(record):
            return _left_out(record, Finding.DETOUR, why)
        was = self._version(session, record.definition_id)
        old = self._walk(session, record, was, was)
        if why := lacks(record, old, was):
            if beside := corrected(record, why):
                return _left_out(record, Finding.DETOUR, beside)
            return _left_out(record, Finding.LACKING, why)
        new = self._walk(session, record, self.would, was)
        details = {"version": record.definition_id, **compare(record, old, new, was, self.would)}
        return Line(record.case, findings(details), details)

    def _walk(self, session: Session, record: Record, side: Side, was: Side) -> Walk:
        return Drive(session, record, side.definition, self.habits, was.definition.drawing).run()

    def _version(self, session: Session, definition_id: int) -> Side:
        if definition_id not in self._versions:
            bpmn = session.get_one(ProcessDefinition, definition_id).bpmn
            self._versions[definition_id] = Side(definition_of(session, definition_id), bpmn)
        return self._versions[definition_id]


def _left_out(record: Record, finding: Finding, why: str) -> Line:
    return Line(record.case, [finding.value], {"lacks": why, "version": record.definition_id})


def finished(key: str, period: Period) -> Select[Any]:
    """The finished cases of a process that were closed in a period, by id."""
    begins = end_of(period.from_on - timedelta(days=1))
    return (
        select(CaseFile.id)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            ProcessDefinition.key == key,
            ProcessInstance.is_finished,
            CaseFile.closed_at >= begins,
            CaseFile.closed_at < min(end_of(period.to_on), period.known_at),
        )
        .order_by(CaseFile.id)
    )


def next_cases(session: Session, key: str, period: Period, after: int, limit: int) -> list[int]:
    """The next of them after one."""
    return list(session.scalars(finished(key, period).where(CaseFile.id > after).limit(limit)))


def habits_in(session: Session, key: str, period: Period) -> Habits:
    """What is assumed of steps without a record, read out of the newest cases of the period."""
    newest = finished(key, period).order_by(None).order_by(CaseFile.id.desc()).limit(SAMPLE)
    return habits_of(session, session.scalars(newest))


def replay_all(session: Session, replay: Replay, key: str, period: Period, chunk: int = 50) -> Iterator[Line]:
    """Every case of a period, chunk by chunk: memory stays flat. The caller's session holds nothing afterwards."""
    after = 0
    while found := next_cases(session, key, period, after, chunk):
        yield from replay.lines(session, found)
        session.expunge_all()
        after = found[-1]
