"""Room inbox, filters: what a person may narrow a list by, and lights as ranges of due instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from models.calendar import calendar, end_of, today
from models.case import CaseFile
from models.case_bigram import matching
from models.deadline import NO_DEADLINE, WHILE_PAUSED
from models.workflow import UserTask
from models.working_days import Light, due_on

COUNT_CAP = 1000


@dataclass(frozen=True)
class Filters:
    """What a person may narrow the list by; empty means everything."""

    step: str = ""
    light: str = ""
    text: str = ""
    case: str = ""
    after: str = ""
    scheme: str = ""
    # 金额（元）, from and to, both included.
    least: Decimal | None = None
    most: Decimal | None = None
    # 到达日期, from and to, both included.
    since: date | None = None
    until: date | None = None
    assignee_id: int | None = None
    is_urgent: bool = False


def narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    """The criteria of what was asked for; the query joins the case."""
    return [*_by_task(filters), *_by_case(filters)]


def _by_task(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.step:
        yield UserTask.element_id == filters.step
    if filters.light in Light.__members__.values():
        yield in_light(Light(filters.light))
    if filters.assignee_id is not None:
        yield UserTask.assignee_id == filters.assignee_id
    if filters.is_urgent:
        yield UserTask.priority > 0
    if filters.since:
        yield UserTask.created_at > end_of(filters.since - timedelta(days=1))
    if filters.until:
        yield UserTask.created_at <= end_of(filters.until)


def _by_case(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.case:
        yield CaseFile.number == filters.case
    if filters.scheme:
        yield CaseFile.scheme == filters.scheme
    if filters.least is not None:
        yield CaseFile.amount >= filters.least
    if filters.most is not None:
        yield CaseFile.amount <= filters.most
    if filters.text.strip():
        yield matching(filters.text)


def in_light(which: Light) -> ColumnElement[bool]:
    """A light is a range of due instants: derived, never stored."""
    start, end = end_of(today() - timedelta(days=1)), end_of(today())
    soon = end_of(due_on(today(), 2, calendar()).due_on)
    ranges: Mapping[Light, ColumnElement[bool]] = {
        Light.OVER: UserTask.due_at <= start,
        Light.TODAY: and_(UserTask.due_at > start, UserTask.due_at <= end),
        Light.SOON: and_(UserTask.due_at > end, UserTask.due_at <= soon),
        Light.OK: and_(UserTask.due_at > soon, UserTask.due_at < WHILE_PAUSED),
        Light.PAUSED: UserTask.due_at == WHILE_PAUSED,
        Light.NONE: UserTask.due_at == NO_DEADLINE,
    }
    return ranges[which]


def capped(*criteria: ColumnElement[bool], cap: int = COUNT_CAP, with_case: bool = False) -> Any:
    """How many tasks fit, counted up to `cap`, as a part of one statement."""
    query = select(UserTask.id)
    if with_case:
        query = query.join(CaseFile, CaseFile.id == UserTask.case_id)
    rows = query.where(*criteria).limit(cap).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()
