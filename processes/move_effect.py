"""Room token_repair: what moving a token would change: steps, clocks, work that is done again or left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models.people import LANES, Department
from models.workflow import UserTask
from processes.clock_again import every_ended
from processes.deadline import region_of
from processes.engine.definition import Definition
from processes.engine.earlier import undone
from processes.engine.instance import Instance
from processes.engine.marking import Marking, net_of
from processes.engine.migration import places
from processes.engine.migration_check import Unfit
from processes.engine.relocation import relocate, require_possible
from processes.facts import functions
from processes.office import office_of
from processes.undoing import REDOABLE, Hindrances, done_in_force
from processes.workflow import Token, standing

Json = dict[str, Any]
# Sent back it may be done again, but the steps after it stand on the terms that it has set.
_TERMS = "bank_acceptance"


@dataclass(frozen=True)
class Choice:
    """One place where a token may stand: a step, an event that is waited for, or a branch that has arrived."""

    key: str
    title: str
    kind: str
    is_here: bool


@dataclass(frozen=True)
class Effect:
    """What a move would do; `before` and `after` are for people and hold no personal data."""

    here: Marking
    target: Marking
    undone: frozenset[str]
    rows: list[UserTask]
    before: Json
    after: Json


def choices(token: Token, instance: Instance, possible: Collection[Marking]) -> list[Choice]:
    """Every place of the drawing, in its order; where the token stands is marked."""
    here, steps = places(instance), token.definition.drawing.steps
    known = sorted({place for one in possible for place in one})
    order = {name: number for number, name in enumerate(steps)}
    found = [_choice(token.definition, key, here) for key in known]
    kinds = ("step", "event", "branch")
    return sorted(found, key=lambda one: (kinds.index(one.kind), order.get(one.key, 0), one.key))


def _choice(definition: Definition, key: str, here: Marking) -> Choice:
    kind = "branch" if ">" in key else "step" if key in definition.drawing.steps else "event"
    return Choice(key, place_name(definition, key), kind, key in here)


def place_name(definition: Definition, key: str) -> str:
    """What a place is called: the step, the event, or the branch that has finished."""
    name, _, join = key.partition(">")
    title = _title(definition, name)
    return f"{title}（该分支已办结，等待汇合）" if join else title


def _title(definition: Definition, name: str) -> str:
    """A gateway has no name of its own: it is called after the step before it."""
    net, steps = net_of(definition.spec_json), definition.drawing.steps
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        one = ahead.pop(0)
        if one in steps:
            return step_title(definition, one)
        if net.kinds.get(one) not in ("ExclusiveGateway", "ParallelGateway"):
            return net.name_of(one)
        seen.add(one)
        ahead += [before for before in sorted(_before(net.after, one)) if before not in seen]
    return net.name_of(name)


def step_title(definition: Definition, name: str) -> str:
    """The name of a step, with its lane where another step is called the same."""
    steps = definition.drawing.steps
    title, lane = steps[name].name, steps[name].lane
    is_alone = sum(step.name == title for step in steps.values()) == 1
    return title if is_alone else f"{title}（{lane}）"


def _before(after: Mapping[str, Sequence[str]], name: str) -> list[str]:
    return [source for source, targets in after.items() if name in targets]


def place_names(definition: Definition, target: Iterable[str]) -> str:
    """Several places, in quotation marks; what is merely waited for beside open steps is left out."""
    steps = [one for one in sorted(target) if one in definition.drawing.steps or ">" in one]
    return "、".join(f"“{place_name(definition, one)}”" for one in steps or sorted(target))


def effect_of(session: Session, token: Token, target: Marking, instance: Instance | None = None) -> Effect:
    """What the move to `target` would do to the token. Raises Unfit where the drawing cannot stand so."""
    now_ = instance or standing(session, token)
    here = places(now_)
    if unknown := sorted(
        one for one in target if one.partition(">")[0] not in net_of(token.definition.spec_json).kinds
    ):
        raise Unfit(f"流程图中没有“{unknown[0][:80]}”。", "places")
    require_possible(now_, target)
    if target == here:
        raise Unfit("案卷现在就在该位置，无需调整。", "places")
    done = done_in_force(session, token.case.id)
    gone, rows = _undone(token, target, target - here, done)
    _check_undoable(session, token, now_, gone, rows)
    _check_needed(token, target - here, {row.form_key for row in done if row not in rows})
    copy = Instance.restore(now_.definition, now_.copied(), now_.passed, now_.environment)
    relocate(copy, target, gone)
    table = Table(session, token)
    after = {
        "steps": table.steps(copy, target),
        "again": list(dict.fromkeys(row.name for row in rows)),
        "skipped": _skipped(token, here, target, {row.element_id for row in done}),
        "aside": _aside(token, here, target, {row.element_id for row in done}),
        "ended": [row.name for row in token.rows.tasks.values() if row.element_id not in target],
        "clocks": _clocks(token, target),
    }
    before = {"steps": table.steps(now_, here), "places": place_names(token.definition, here)}
    return Effect(here, target, gone, rows, before, after)


def _undone(
    token: Token, target: Marking, added: Marking, done: Sequence[UserTask]
) -> tuple[frozenset[str], list[UserTask]]:
    """What does not count any more because a step is done again that was done before."""
    gone: set[str] = set()
    rows: dict[int, UserTask] = {}
    newest = {row.element_id: row for row in done}
    for place in sorted(added):
        if place in newest:
            again = undone(token.definition, target, place)
            later = done[done.index(newest[place]) :]
            gone |= again
            rows |= {row.id: row for row in later if row.element_id in again}
    return frozenset(gone), [rows[key] for key in sorted(rows)]


def _skipped(token: Token, here: Marking, target: Marking, done: Collection[str]) -> list[str]:
    """Steps between here and there that nobody has done: what follows may miss their answers."""
    net, added = net_of(token.definition.spec_json), target - here
    ahead = net.reaches(here) | here
    beyond = net.reaches(target)
    return [
        step.name
        for name, step in token.definition.drawing.steps.items()
        if name in ahead
        and name not in target
        and name not in done
        and name not in beyond
        and any(place.partition(">")[0] in net.reaches(frozenset((name,))) for place in added)
    ]


def _aside(token: Token, here: Marking, target: Marking, done: Collection[str]) -> list[str]:
    """Steps to be opened that the case has never done and that do not lie ahead: it has not come by them."""
    ahead = net_of(token.definition.spec_json).reaches(here)
    steps = token.definition.drawing.steps
    return [steps[one].name for one in sorted(target - here) if one in steps and one not in ahead | set(done)]


def _check_undoable(
    session: Session, token: Token, instance: Instance, gone: Collection[str], rows: Sequence[UserTask]
) -> None:
    """Two people cannot undo either what went out of the house: a letter would be issued twice. Raises Unfit."""
    if rows and rows[0].done_at is not None:
        found = Hindrances(session, token.case, token.definition, instance.passed)
        if reason := found.of(gone, rows, rows[0].done_at):
            raise Unfit(reason.replace("不能退回", "不能调整到该位置"), "places")


def _check_needed(token: Token, added: Marking, done: Collection[str]) -> None:
    """What the steps to be opened stand on must have been done, else the case would hang there. Raises Unfit."""
    net = net_of(token.definition.spec_json)
    missing = [
        step_title(token.definition, name)
        for name, step in token.definition.drawing.steps.items()
        if (step.form_key not in REDOABLE or step.form_key == _TERMS)
        and step.form_key not in done
        and any(name != place and not net.avoids(name, place) for place in added)
    ]
    if missing:
        names = "、".join(f"“{one}”" for one in missing)
        raise Unfit(f"所选位置的办理须以{names}的办理结果为依据，尚未办结，不能越过。", "places")


def _clocks(token: Token, target: Marking) -> list[str]:
    """The clocks that end because no step carries them any more."""
    drawing, rows = token.definition.drawing, token.rows.tasks.values()
    drawn = [drawing.deadline_of(one) for one in target if one in drawing.steps]
    going_on = {one.deadline for one in drawn if one is not None}
    ended = [row.deadline for row in rows if row.element_id not in target and row.deadline is not None]
    return list(dict.fromkeys(clock.name for clock in ended if clock.key not in going_on))


class Table:
    """Open steps with office and last day, as people compare them."""

    def __init__(self, session: Session, token: Token) -> None:
        self.session, self.token = session, token
        self.ended = every_ended(session, token.case)

    def steps(self, instance: Instance, marking: Marking) -> list[Json]:
        """The steps of a marking in the order of the drawing, then what is waited for."""
        drawing, rows = self.token.definition.drawing, self.token.rows.tasks.values()
        known = {row.element_id: row for row in rows}
        found = []
        for name, step in drawing.steps.items():
            if name in marking:
                row = known.get(name)
                office = row.department_id if row else self._office(step.lane, step.properties)
                due = self._known(row) if row else self._due(instance, name)
                found.append({"name": step.name, "office": self._name(office), "due": due})
        branches = [place_name(self.token.definition, one) for one in sorted(marking) if ">" in one]
        return found + [{"name": one, "office": "", "due": ""} for one in branches]

    def _office(self, lane: str, properties: Mapping[str, str]) -> int | None:
        kind = LANES.get(lane) or properties.get("on_behalf", "")
        return office_of(self.session, self.token.case, kind)

    def _name(self, department_id: int | None) -> str:
        found = self.session.get(Department, department_id) if department_id else None
        return found.name if found else ""

    def _known(self, row: UserTask) -> str:
        return row.deadline.due_on.isoformat() if row.deadline else ""

    def _due(self, instance: Instance, step: str) -> str:
        """The end of the term of a step that is opened: of the clock that goes on, or counted from its fact."""
        drawn = self.token.definition.drawing.deadline_of(step)
        armed = [one for one in instance.timers() if drawn and one.element_id == drawn.element_id]
        if drawn is None or not armed or armed[0].start_on is None:
            return ""
        timer = armed[0]
        ended = (one.due_on for one in self.ended if one.fits(drawn.deadline, timer.start_on, step))
        running = self.token.rows.clock(drawn.deadline, timer.start_on)
        due = running.due_on if running else next(ended, None)
        return (due or self._counted(timer.unit, timer.length, timer.start_on)).isoformat()

    def _counted(self, unit: str, length: int, start_on: date | None) -> date:
        due: date = functions(region_of(self.token.case))[f"{unit}_days"](length, start_on)["due_on"]
        return due
