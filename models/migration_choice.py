"""Room migration: which running cases a plan may take, and which of their open steps the target does not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.people import Region
from models.workflow import OPEN, ProcessDefinition, ProcessInstance, UserTask

# Numbers that may be given at once; more are chosen by version, step and region.
MOST_NUMBERS = 5000


@dataclass(frozen=True)
class Chosen:
    """Which cases: what is empty asks for nothing."""

    from_id: int = 0
    step: str = ""
    region_id: int = 0
    numbers: Sequence[str] = ()


@dataclass(frozen=True)
class OpenStep:
    """An open step of running cases: its id, its name, and in how many cases it is open."""

    element_id: str
    name: str
    form_key: str
    cases: int


def chosen(session: Session, key: str, to_id: int, wanted: Chosen) -> list[tuple[int, int]]:
    """(case id, id of its version) of the running cases that are meant, in the order of their ids."""
    query = (
        select(CaseFile.id, ProcessInstance.definition_id)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .where(*_running(key, to_id), *_narrowed(wanted))
        .order_by(CaseFile.id)
    )
    if not wanted.numbers:
        return [(row.id, row.definition_id) for row in session.execute(query)]
    found = []
    numbers = sorted(set(wanted.numbers))
    for first in range(0, len(numbers), 500):
        part = query.where(CaseFile.number.in_(numbers[first : first + 500]))
        found += [(row.id, row.definition_id) for row in session.execute(part)]
    return sorted(found)


def unknown_numbers(session: Session, key: str, to_id: int, numbers: Sequence[str]) -> list[str]:
    """Of the numbers given, those that are no running case of this process on another version."""
    known: set[str] = set()
    asked = sorted(set(numbers))
    query = select(CaseFile.number).join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
    for first in range(0, len(asked), 500):
        part = query.where(*_running(key, to_id), CaseFile.number.in_(asked[first : first + 500]))
        known |= set(session.scalars(part))
    return [number for number in asked if number not in known]


def versions_left(session: Session, key: str, to_id: int) -> list[tuple[int, int, int]]:
    """(id, version, running cases) of the other versions of a process, newest first."""
    row = ProcessDefinition
    query = (
        select(row.id, row.version, func.count())
        .join(ProcessInstance, ProcessInstance.definition_id == row.id)
        .where(*_running(key, to_id))
        .group_by(row.id, row.version)
        .order_by(row.version.desc())
    )
    return [(one[0], one[1], one[2]) for one in session.execute(query)]


def regions_left(session: Session, key: str, to_id: int) -> list[Region]:
    """The regions in which such cases run."""
    inside = (
        select(CaseFile.region_id)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .where(*_running(key, to_id))
    )
    return list(session.scalars(select(Region).where(Region.id.in_(inside)).order_by(Region.code)))


def open_steps(session: Session, key: str, to_id: int) -> list[OpenStep]:
    """The steps that are open in such cases, with how many; in the order of their ids."""
    row = UserTask
    query = (
        select(row.element_id, func.max(row.name), func.max(row.form_key), func.count())
        .join(ProcessInstance, ProcessInstance.case_id == row.case_id)
        .where(*_running(key, to_id), row.status == OPEN)
        .group_by(row.element_id)
        .order_by(row.element_id)
    )
    return [OpenStep(*one) for one in session.execute(query)]


def _running(key: str, to_id: int) -> list[ColumnElement[bool]]:
    of_key = select(ProcessDefinition.id).where(ProcessDefinition.key == key, ProcessDefinition.id != to_id)
    return [ProcessInstance.is_finished.is_(False), ProcessInstance.definition_id.in_(of_key)]


def _narrowed(wanted: Chosen) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.from_id:
        found.append(ProcessInstance.definition_id == wanted.from_id)
    if wanted.region_id:
        found.append(CaseFile.region_id == wanted.region_id)
    if wanted.step:
        is_open = (UserTask.element_id == wanted.step, UserTask.status == OPEN)
        found.append(exists().where(UserTask.case_id == CaseFile.id, *is_open))
    return found
