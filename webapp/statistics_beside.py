"""Room statistics, beside: what tables need beside the figures: work that is open and late, and names that tell rows apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from models.database import DbSession
from models.people import User
from models.process_name import newest_drawings
from models.statistics import Figures, Kept, Work, figures
from models.statistics_open_late import OpenLate, open_late
from models.statistics_scope import Wanted
from processes.engine.drawing import Drawing, read_drawing
from processes.engine.xml import read_xml
from webapp.statistics_tables import Late, Table, figures_tables


@dataclass(frozen=True)
class _Drawn:
    """Of the newest version of each process: its name, and its drawing where rows must be told apart."""

    names: Mapping[str, str]
    drawings: Mapping[str, Drawing]


def told(session: DbSession, user: User, wanted: Wanted) -> tuple[Figures, Sequence[Table]]:
    """The figures and their tables, for every door. Raises Forbidden, Refusal. A fixed number of statements."""
    plain, open_ones = figures(session, user, wanted), open_late(session, user, wanted)
    found = replace(plain, steps=_with_steps(plain.steps, open_ones))
    found = replace(found, departments=_with_offices(plain.departments, open_ones))
    found = _told_apart(session, found)
    late = Late(Counter(), Counter())
    for one in open_ones:
        late.steps[one.process_key, one.element_id] += one.number
        late.departments[one.department_id] += one.number
    return found, figures_tables(found, late)


def _with_steps(steps: Sequence[Work], open_ones: Iterable[OpenLate]) -> list[Work]:
    known = {(step.process_key, step.element_id): step for step in steps}
    for one in open_ones:
        at = one.process_key, one.element_id
        known.setdefault(at, Work(one.step, "", *at))
    return list(known.values())


def _with_offices(offices: Sequence[Work], open_ones: Iterable[OpenLate]) -> list[Work]:
    known = {office.department_id: office for office in offices}
    for one in open_ones:
        known.setdefault(one.department_id, Work(one.department, department_id=one.department_id))
    return list(known.values())


def _told_apart(session: DbSession, found: Figures) -> Figures:
    """Steps and terms of one process that are called the same, each with its lane."""
    steps = Counter((step.process_key, step.title) for step in found.steps)
    terms = Counter((term.process, term.title) for term in found.terms)
    keys = {key for (key, _title), number in steps.items() if number > 1}
    processes = {process for (process, _title), number in terms.items() if number > 1}
    drawn = _drawn(session, keys, processes)
    return replace(
        found,
        steps=[_step(step, drawn, steps[step.process_key, step.title] > 1) for step in found.steps],
        terms=_terms(found.terms, terms, drawn),
    )


def _step(step: Work, drawn: _Drawn, is_twice: bool) -> Work:
    process = step.process or drawn.names.get(step.process_key, step.process_key)
    drawing = drawn.drawings.get(step.process_key) if is_twice else None
    at = drawing.steps.get(step.element_id) if drawing else None
    return replace(step, process=process, title=f"{step.title}（{at.lane}）" if at else step.title)


def _terms(terms: Sequence[Kept], number: Mapping[tuple[str, str], int], drawn: _Drawn) -> list[Kept]:
    """Terms come in the order of their keys; those of one name are told apart where the drawing has as many."""
    drawings = {drawn.names[key]: drawing for key, drawing in drawn.drawings.items()}
    lanes = {
        at: _lanes_of(drawings[at[0]], at[1]) for at, many in number.items() if many > 1 and at[0] in drawings
    }
    ahead = {at: iter(found) for at, found in lanes.items() if len(found) == number[at]}
    return [_term(term, ahead.get((term.process, term.title), iter(()))) for term in terms]


def _term(term: Kept, lanes: Iterable[str]) -> Kept:
    lane = next(iter(lanes), "")
    return replace(term, title=f"{term.title}（{lane}）") if lane else term


def _lanes_of(drawing: Drawing, title: str) -> list[str]:
    """The lanes of the terms of that name, in the order of their keys."""
    timers = {timer.deadline: timer for timer in drawing.timers.values() if timer.deadline}
    found = [timers[key] for key in sorted(timers) if timers[key].name.split(" ")[0] == title]
    return [drawing.steps[one.attached_to].lane if one.attached_to in drawing.steps else "" for one in found]


def _drawn(session: DbSession, keys: Collection[str], processes: Collection[str]) -> _Drawn:
    rows = newest_drawings(session, keys, processes)
    names = {key: name for key, name, _bpmn in rows}
    return _Drawn(names, {key: _drawing(bpmn) for key, _name, bpmn in rows if bpmn})


@lru_cache(maxsize=32)
def _drawing(bpmn: str) -> Drawing:
    return read_drawing(read_xml(bpmn.encode()))
