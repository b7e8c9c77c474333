"""Room rehearsal, its page: where the token stands, its open steps, clocks and events, told at the sandbox's time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from forms.base import BaseForm
from forms.clock import ClockForm
from forms.context import FormContext
from models.calendar import SHANGHAI, fixed_at
from models.rehearsal import Rehearsal
from models.working_days import Light
from processes.rehearsal import KEPT_FOR
from processes.rehearsal_clocks import SandboxClock
from processes.rehearsal_run import Run
from processes.rehearsal_words import hit_words
from webapp.answer_view import Answer
from webapp.diagram import States, Station, stations
from webapp.rehearsal_form import StepForm, facts_form, step_form

KINDS = {
    "begin": "开始", "done": "办理", "step": "待办", "timer": "到期", "miss": "超期", "warning": "提醒", "clock": "时限",
    "table": "决策", "act": "系统", "fault": "故障", "end": "到达", "message": "消息", "facts": "案情",
    "release": "日历", "compare": "比对",
}  # fmt: skip


@dataclass(frozen=True)
class ClockLine:
    """A clock as it reads at the sandbox's time."""

    clock: SandboxClock
    light: Light
    words: str


@dataclass
class Asked:
    """What the request brings along: the forms as they were typed, and what is wrong."""

    element: str = ""
    form: StepForm | None = None
    facts: BaseForm | None = None
    clock: BaseForm | None = None
    message: str = ""
    stuck_at: str = ""
    lost: tuple[Answer, ...] = ()


class RehearsalPage:
    """Everything that the page of one rehearsal shows."""

    kinds = KINDS
    kept_days = KEPT_FOR.days

    def __init__(self, row: Rehearsal, run: Run, asked: Asked | None = None) -> None:
        self.row, self.run, self.asked = row, run, asked or Asked()
        self.drawing = run.definition.drawing
        self.open = list(dict.fromkeys(task.element_id for task in run.instance.ready()))
        # Its last step is done: what else waits no longer matters.
        self.is_finished = run.instance.is_finished
        with fixed_at(run.clock_at):
            self.clocks = [ClockLine(clock, clock.light, clock.words) for clock in run.clocks.all]
            self.states = self._states()
            self.next_at = None if self.is_finished else run.next_instant()

    @property
    def clock_words(self) -> str:
        """The sandbox's date and time."""
        return f"{self.run.clock_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"

    @property
    def element(self) -> str:
        """The open step whose form is shown."""
        return self.asked.element if self.asked.element in self.open else next(iter(self.open), "")

    @cached_property
    def form(self) -> StepForm | None:
        """The forms of that step."""
        if not self.element:
            return None
        return self.asked.form or step_form(self.run, self.element)

    @cached_property
    def facts(self) -> BaseForm:
        """The panel of facts."""
        return self.asked.facts or facts_form(self.run)

    @cached_property
    def clock_form(self) -> BaseForm:
        """Date and hour to which the sandbox's clock may be moved."""
        now = self.run.clock_at.astimezone(SHANGHAI)
        data = {"day": now.date(), "hour": f"{now:%H:%M}"}
        made = self.asked.clock or ClockForm(None, csrf=False, data=data)
        return made.bind(FormContext(today=now.date())) if made.context is None else made

    @property
    def messages(self) -> list[tuple[str, str]]:
        """The messages that are waited for: name, and what is written on the event."""
        found = {
            self.drawing.messages[e]: self.run.title(e)
            for e in self.run.instance.waiting()
            if e in self.drawing.messages
        }
        return [] if self.is_finished else list(found.items())

    @property
    def held(self) -> list[tuple[str, str]]:
        """Timers that wait for the official calendar."""
        timers = [t for t in self.run.instance.timers() if t.is_held]
        return [
            (
                t.element_id,
                f"{self.run.title(t.element_id)}（{t.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}）",
            )
            for t in timers
        ]

    @cached_property
    def findings(self) -> str:
        """The decision table that is shown beside the form, over the facts as they stand."""
        form = self.form
        name = form.step.properties.get("decision", "") if form else ""
        table = self.run.questions.tables.get(name)
        if table is None:
            return ""
        with fixed_at(self.run.clock_at):
            return hit_words(table, self.run.definition.decisions[table.file_name], self.run.given)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The newest first."""
        return list(reversed(self.row.events))

    @cached_property
    def stations(self) -> list[Station]:
        """The picture in words."""
        return stations(self.drawing, self.states)

    def _states(self) -> States:
        run, timers = self.run, self.drawing.timers
        found: States = {
            e: {"level": "done"} for e, count in run.instance.passed.items() if count and e not in timers
        }
        missed = {clock.key for clock in run.clocks.all if clock.missed_at}
        found |= {
            t.element_id: {"level": "late", "label": "已超期"}
            for t in timers.values()
            if t.deadline in missed and run.instance.passed[t.element_id]
        }
        found |= {
            e: {"level": "waiting", "label": "等待消息"}
            for e in run.instance.waiting()
            if e in self.drawing.waits and e in self.drawing.messages
        }
        found |= {e: self._open_state(e) for e in self.open}
        found |= {e: {"level": "paused", "label": text[:40]} for e, text in run.held_back().items()}
        if self.asked.stuck_at:
            found[self.asked.stuck_at] = {"level": "late", "label": f"不能继续：{self.asked.message[:60]}"}
        return found

    def _open_state(self, element_id: str) -> dict[str, Any]:
        clock = self.run.clocks.of_step(element_id)
        is_late = clock is not None and clock.light is Light.OVER
        words = f"办理中 · {clock.words}" if clock is not None else "办理中"
        return {"level": "late" if is_late else "active", "label": words}
