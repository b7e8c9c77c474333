"""Room sending_back: the earlier steps of a case, and what doing one of them again would mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import now, today
from models.people import User
from models.workflow import UserTask
from processes.clock_again import EndedClock, every_ended
from processes.deadline import region_of
from processes.engine.drawing import DrawnTimer, Step
from processes.engine.earlier import is_before, standing_before, undone
from processes.engine.environment import CaseEnvironment
from processes.engine.expression import ExpressionError
from processes.engine.instance import Instance
from processes.engine.marking import Marking
from processes.engine.migration import places
from processes.engine.timer_value import is_term
from processes.facts import CaseFacts, functions
from processes.undoing import Hindrances
from processes.workflow import Token

_APART = "该环节与正在办理的环节不能同时进行，不能退回到该环节。"


@dataclass(frozen=True)
class Target:
    """One earlier step; `refused` says why the case cannot go back there, and is empty when it can."""

    element_id: str
    name: str
    person: str = ""
    done_by_id: int | None = None
    standing: Marking = frozenset()
    undone: frozenset[str] = frozenset()
    # Finished steps that would not count any more; the step itself first.
    rows: Sequence[UserTask] = ()
    # Names: finished steps of other branches that stay, steps opened beside the target, open steps that end.
    kept: Sequence[str] = ()
    opened: Sequence[str] = ()
    ended: Sequence[str] = ()
    clock: str = ""
    # Whether it makes a difference that the step goes straight back.
    is_direct: bool = False
    refused: str = ""

    @property
    def again(self) -> list[str]:
        """The names of the steps that are done again after it, when it goes on in order."""
        return list(dict.fromkeys(row.name for row in self.rows[1:]))


def study(
    session: Session, token: Token, instance: Instance, element: str, done: Sequence[UserTask]
) -> list[Target]:
    """The steps before `element` (empty: before any open place) that the case has done, newest first."""
    return _Study(session, token, instance, element, done).targets()


@dataclass
class _Study:
    session: Session
    token: Token
    instance: Instance
    element: str
    done: Sequence[UserTask]
    names: Mapping[int, str] = field(default_factory=dict)
    ended: Sequence[EndedClock] = ()

    def targets(self) -> list[Target]:
        here = places(self.instance)
        self.names = _people(self.session, self.done)
        self.ended = every_ended(self.session, self.token.case)
        self.hindrances = Hindrances(
            self.session, self.token.case, self.token.definition, self.instance.passed
        )
        newest = {row.element_id: row for row in self.done}
        ordered = sorted(newest.values(), key=self.done.index, reverse=True)
        return [self._target(row, here) for row in ordered if self._is_earlier(row, here)]

    def _is_earlier(self, row: UserTask, here: Marking) -> bool:
        """Before the step itself, or in a branch beside it that has finished."""
        steps, definition = self.token.definition.drawing.steps, self.token.definition
        if row.element_id == self.element or row.element_id not in steps:
            return False
        open_ = [self.element] if self.element else [place for place in here if ">" not in place]
        ends = [*open_, *(place for place in here if ">" in place)]
        return row.element_id not in here and any(is_before(definition, row.element_id, one) for one in ends)

    def _target(self, row: UserTask, here: Marking) -> Target:
        definition, passed = self.token.definition, self.instance.passed
        step = definition.drawing.steps[row.element_id]
        person = self.names.get(row.done_by_id or 0, "")
        standing = standing_before(definition, here, row.element_id, passed)
        if standing is None:
            return Target(row.element_id, step.name, person, refused=_APART)
        gone = undone(definition, standing, row.element_id)
        later = self.done[self.done.index(row) + 1 :]
        rows = [row, *(one for one in later if one.element_id in gone)]
        since = row.done_at or now()
        return Target(
            element_id=row.element_id,
            name=step.name,
            person=person,
            done_by_id=row.done_by_id,
            standing=standing,
            undone=gone,
            rows=rows,
            kept=self._kept(standing),
            opened=self._names(standing - here - {row.element_id}),
            ended=self._names(here - standing - {self.element}),
            clock=self._clock(step),
            is_direct=bool(here - standing),
            refused=self.hindrances.of(gone, rows, since),
        )

    def _kept(self, standing: Marking) -> list[str]:
        """The finished branches that wait at a join: the steps by which they got there."""
        arrived = [place for place in standing if ">" in place]
        found = [
            row.name
            for row in self.done
            if row.element_id not in standing
            and any(is_before(self.token.definition, row.element_id, place) for place in arrived)
            and not any(self._leads_on(row.element_id, place) for place in standing if ">" not in place)
        ]
        return list(dict.fromkeys(found))

    def _leads_on(self, element: str, place: str) -> bool:
        return is_before(self.token.definition, element, place)

    def _names(self, standing: Iterable[str]) -> list[str]:
        steps = self.token.definition.drawing.steps
        return [steps[place].name for place in sorted(standing) if place in steps]

    def _clock(self, step: Step) -> str:
        """What happens to the term of the step: it counts from its own start fact."""
        drawn = self.token.definition.drawing.deadline_of(step.element_id)
        if drawn is None:
            return "该环节没有办理时限。"
        facts = CaseFacts(self.session, self.token.case, drawn=self.token.definition.drawing.field_names)
        asked = CaseEnvironment(facts, functions(region_of(self.token.case)))
        try:
            term = asked.evaluate(drawn.expression, {})
        except ExpressionError:
            return f"“{drawn.name}”的起算日尚未确定。"
        if not is_term(term):
            return f"“{drawn.name}”按流程图重新计算。"
        start_on, due_on = self._going_on(drawn, term["start_on"]) or (term["start_on"], term["due_on"])
        words = f"“{drawn.name}”不重新起算，自 {start_on} 起，至 {due_on}（含当日）止"
        return f"{words}，现已届满，退回后即为超期。" if due_on < today() else f"{words}。"

    def _going_on(self, drawn: DrawnTimer, start_on: date) -> tuple[date, date] | None:
        """First and last day of the clock that goes on, with its pauses and extension."""
        running = self.token.rows.clock(drawn.deadline, start_on)
        if running is not None:
            return running.start_on, running.due_on
        ended = (one for one in self.ended if one.fits(drawn.deadline, start_on, drawn.attached_to))
        return next(((one.clock.start_on, one.due_on) for one in ended), None)


def _people(session: Session, done: Iterable[UserTask]) -> dict[int, str]:
    ids = {row.done_by_id for row in done if row.done_by_id is not None}
    return {user.id: user.name for user in session.scalars(select(User).where(User.id.in_(ids)))}
