"""Room migration: what going over to another version means for one case: computed on a copy, nothing is written.

The dry run writes it down; the act computes it again under the lock of the case and does nothing that was not
written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models.calendar import fixed_at, now, today
from models.deadline import Deadline
from models.people import LANES
from models.workflow import ARMED, MESSAGE, STALLED, Timer, UserTask
from processes.deadline import region_of, spans_of
from processes.engine.armed import ArmedTimer
from processes.engine.definition import Definition
from processes.engine.drawing import Drawing, DrawnTimer, Step
from processes.engine.environment import CaseEnvironment
from processes.engine.expression import ExpressionError
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.engine.migration import Running, Way, migrate, places
from processes.engine.migration_check import Unfit, check_answers, check_separation, skipped
from processes.engine.timer_value import is_term
from processes.facts import CaseFacts, functions
from processes.office import office_of
from processes.workflow import Token

Json = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """The version to which cases go, and steps by their new ids."""

    definition_id: int
    version: int
    definition: Definition
    steps: Mapping[str, str]


@dataclass(frozen=True)
class Term:
    """What the new drawing says of a clock that goes on."""

    drawn: DrawnTimer
    length: int
    unit: str
    ladder: str


@dataclass(frozen=True)
class Effect:
    """The token on the new drawing, and what becomes of clocks; `before` and `after` for people."""

    instance: Instance
    # Id of a clock that goes on → its new term; ids of those that end.
    terms: Mapping[int, Term]
    ended: frozenset[int]
    before: Json
    after: Json

    @property
    def promise(self) -> Json:
        """What the act must find again as the dry run has seen it."""
        return promised(self.after)


def promised(after: Json) -> Json:
    """The part of what was written down that does not depend on who has claimed what."""
    return {name: after.get(name) for name in ("tasks", "timers", "ended")}


def effect_of(session: Session, token: Token, target: Target, offices: Mapping[int, str]) -> Effect:
    """What the migration of one case would do. Raises Unfit, in an official's words, where it cannot be done."""
    _require_movable(token, target)
    way = Way(target.definition, target.steps, {one: row.created_at for one, row in token.rows.tasks.items()})
    facts = CaseFacts(session, token.case, drawn=target.definition.drawing.field_names)
    asked = CaseEnvironment(
        facts, functions(region_of(token.case)), token.rows.clocks(target.definition.drawing)
    )
    running = Running(token.definition, token.stored.state, token.stored.passed)
    try:
        instance = migrate(running, way, asked)
        before = Instance.restore(token.definition, token.stored.state, token.stored.passed, asked)
    except EngineFault as fault:
        raise Unfit(f"不能迁移：{fault}") from fault
    return _Study(session, token, target, way, asked, instance, offices).effect(before)


def _require_movable(token: Token, target: Target) -> None:
    if token.stored.is_finished:
        raise Unfit("案卷已办结。")
    if token.stored.definition_id == target.definition_id:
        raise Unfit("案卷已按该版本办理。")
    if token.stored.fault or any(_stands_still(timer) for timer in token.rows.timers.values()):
        raise Unfit("案卷的流程已停滞，请先由系统管理员处理。")
    waiting = [*token.rows.timers.values(), *(row for row in token.rows.house if row.kind != MESSAGE)]
    if any(timer.status == ARMED and not timer.is_held and timer.due_at <= now() for timer in waiting):
        raise Unfit("有已经到期、尚未处理完毕的计时，请稍后重新试算。")


def _stands_still(timer: Timer) -> bool:
    """It failed again and again; one that only waits for its date has never been tried."""
    return timer.status == STALLED and timer.attempts > 0


@dataclass
class _Study:
    session: Session
    token: Token
    target: Target
    way: Way
    asked: CaseEnvironment
    instance: Instance
    offices: Mapping[int, str]

    def effect(self, old: Instance) -> Effect:
        rows = list(self.token.rows.tasks.values())
        armed = {timer.engine_id: timer for timer in self.instance.timers()}
        terms = dict(self._terms(rows))
        kept = {row.deadline_id for row in rows if self._goes_on(row)}
        ended = {clock.id: clock for clock in self.token.rows.deadlines if clock.id not in kept}
        tasks = [self._task(row, terms) for row in rows]
        after: Json = {
            "tasks": tasks,
            "timers": [line for line in map(self._timer, armed.values()) if line],
            "ended": [clock.name for clock in ended.values()],
            "notes": list(self._notes(rows)),
        }
        after["overdue"] = any(line["overdue"] for line in (*after["tasks"], *after["timers"]))
        return Effect(self.instance, terms, frozenset(ended), self._before(rows, old), after)

    def _goes_on(self, row: UserTask) -> bool:
        drawn = self._drawn(row)
        return row.deadline is not None and drawn is not None and drawn.deadline == row.deadline.key

    def _drawn(self, row: UserTask) -> DrawnTimer | None:
        return self.target.definition.drawing.deadline_of(self.way.new(row.element_id))

    def _terms(self, rows: list[UserTask]) -> Iterator[tuple[int, Term]]:
        """Of every clock that goes on, the term of the new drawing; its start stays what it is."""
        for row in rows:
            drawn, clock = self._drawn(row), row.deadline
            if drawn is not None and clock is not None and self._goes_on(row):
                ladder = self.target.definition.drawing.warnings_of(drawn.deadline)
                yield clock.id, Term(drawn, *self._length(drawn, row), ladder)

    def _length(self, drawn: DrawnTimer, row: UserTask) -> tuple[int, str]:
        """As the new drawing counts it, on the day on which the step was opened."""
        for timer in self.instance.timers():
            if timer.element_id == drawn.element_id and timer.start_on:
                return timer.length, timer.unit
        try:
            with fixed_at(row.created_at):
                value = self.asked.evaluate(drawn.expression, {})
        except ExpressionError as error:
            raise Unfit(f"新版本的“{drawn.name}”暂不能计算：{error.message}") from error
        if not is_term(value):
            raise Unfit(f"新版本的“{drawn.name}”不是以天计算的时限，原时限不能延续。")
        return value["length"], value["unit"]

    def _task(self, row: UserTask, terms: Mapping[int, Term]) -> Json:
        step = self.target.definition.drawing.steps[self.way.new(row.element_id)]
        department = department_for(self.session, self.token, step)
        if department is None:
            raise Unfit(f"环节“{step.name}”在新版本中没有对应的办理部门。")
        moved = (department, step.permission) != (row.department_id, row.permission)
        if moved and row.assignee_id is not None and row.claimed_at is not None:
            raise Unfit(f"“{row.name}”已签收，新版本改由其他部门或者岗位办理，请先退回签收。")
        due, paused = self._due(row, step, terms)
        return {
            "id": row.id,
            "step": step.element_id,
            "name": step.name,
            "department": department,
            "office": self.offices.get(department, ""),
            "due": due.isoformat() if due else None,
            "paused": paused,
            "overdue": bool(due and not paused and due < today() and not _was_over(row)),
        }

    def _due(self, row: UserTask, step: Step, terms: Mapping[int, Term]) -> tuple[date | None, bool]:
        clock = row.deadline
        if clock is not None and clock.id in terms:
            copy = with_term(clock, terms[clock.id])
            copy.recompute(spans_of(self.session, clock))
            return copy.due_on, copy.paused_on is not None
        drawn = self.target.definition.drawing.deadline_of(step.element_id)
        started = [
            t for t in self.instance.timers() if drawn and t.element_id == drawn.element_id and t.start_on
        ]
        return (_last_day(self.asked, started[0]), False) if started else (None, False)

    def _timer(self, timer: ArmedTimer) -> Json | None:
        """Only what no clock holds; one without a time yet has no date."""
        drawn = self.target.definition.drawing.timers[timer.element_id]
        if drawn.deadline and timer.start_on:
            return None
        known = self.token.rows.timers.get(timer.engine_id)
        was_due = known is not None and known.due_at <= now()
        due = None if timer.fault else timer.due_at.isoformat(timespec="seconds")
        is_over = not timer.fault and not timer.is_held and timer.due_at <= now() and not was_due
        return {"event": timer.element_id, "name": drawn.name, "due": due, "overdue": is_over}

    def _before(self, rows: list[UserTask], old: Instance) -> Json:
        drawing = self.token.definition.drawing
        timers = [t for t in old.timers() if not (drawing.timers[t.element_id].deadline and t.start_on)]
        return {
            "tasks": [
                {
                    "id": row.id,
                    "step": row.element_id,
                    "name": row.name,
                    "department": row.department_id,
                    "office": self.offices.get(row.department_id, ""),
                    "due": row.deadline.due_on.isoformat() if row.deadline else None,
                    "clock": row.deadline.name if row.deadline else "",
                    "claimed": row.assignee_id is not None,
                }
                for row in rows
            ],
            "timers": [
                {
                    "event": t.element_id,
                    "name": drawing.timers[t.element_id].name,
                    "due": None if t.fault else t.due_at.isoformat(timespec="seconds"),
                }
                for t in timers
            ],
        }

    def _notes(self, rows: list[UserTask]) -> Iterator[str]:
        drawing, old = self.target.definition.drawing, self.token.definition.drawing
        at = places(self.instance)
        missing = skipped(self.target.definition, self.token.definition, at, self.target.steps)
        check_answers(self.target.definition, self.token.definition, missing, at)
        passed = self.token.stored.passed
        check_separation(self.target.definition, self.token.definition, passed, self.target.steps)
        known = {self.target.steps.get(one, one) for one in old.steps}
        if missing:
            names = "、".join(f"“{drawing.steps[one].name}”" for one in missing)
            yield f"新版本在此之前增加了{names}，本案卷不再补办。"
        for row in rows:
            if self._starts_otherwise(row, old):
                yield f"“{row.name}”的时限在新版本中改从其他日期起算，正在计算的时限仍从原起算日计算。"
            step = drawing.steps[self.way.new(row.element_id)]
            if step.form_key != row.form_key:
                yield f"“{step.name}”的表单与原环节不同，已填写的草稿可能需要重新填写。"
            if unknown := [one for one in step.not_same_as if one not in known]:
                names = "、".join(f"“{drawing.steps[one].name}”" for one in unknown if one in drawing.steps)
                yield f"“{step.name}”与{names}的岗位分离自本次迁移后办理的环节起计算。"
        if drawing.promise and not old.promise:
            yield f"将开始计算承诺办结时限（{drawing.promise} 个工作日）。"

    def _starts_otherwise(self, row: UserTask, old: Drawing) -> bool:
        """Whether the new drawing would count a clock that goes on from another day than it was counted from."""
        drawn, was = self._drawn(row), old.deadline_of(row.element_id)
        if drawn is None or was is None or not self._goes_on(row) or drawn.expression == was.expression:
            return False
        try:
            with fixed_at(row.created_at):
                value = self.asked.evaluate(drawn.expression, {})
        except ExpressionError:
            return False
        return is_term(value) and row.deadline is not None and value["start_on"] != row.deadline.start_on


def department_for(session: Session, token: Token, step: Step) -> int | None:
    """The department that works on a step of a case."""
    return office_of(session, token.case, LANES.get(step.lane) or step.properties.get("on_behalf", ""))


def with_term(clock: Deadline, term: Term) -> Deadline:
    """A copy of a clock, of no session, with the new term."""
    names = [column.key for column in Deadline.__table__.columns if column.key != "id"]
    copy = Deadline(**{name: getattr(clock, name) for name in names})
    copy.length, copy.unit, copy.ladder = term.length, term.unit, term.ladder
    return copy


def _last_day(asked: CaseEnvironment, timer: ArmedTimer) -> date:
    due: date = asked.functions[f"{timer.unit}_days"](timer.length, timer.start_on)["due_on"]
    return due


def _was_over(row: UserTask) -> bool:
    clock = row.deadline
    return clock is not None and (clock.missed_at is not None or clock.due_on < today())
