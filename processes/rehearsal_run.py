"""Room rehearsal, run: one token in a sandbox: acts, the passing of time, and what would have happened outside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from models.calendar import SHANGHAI, fixed_at
from models.case_status import CaseStatus
from models.people import LANES
from models.refusal import Conflict, Refusal
from models.reminder import Recipient
from processes.deadline import LATE
from processes.engine.armed import ArmedTimer
from processes.engine.definition import Definition
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.projection import LAPSED
from processes.rehearsal_asked import Questions
from processes.rehearsal_budget import Budget
from processes.rehearsal_clocks import Clocks, SandboxClock
from processes.rehearsal_words import hit_words, in_words, reached
from processes.sandbox import GivenFacts, sandbox

# What a jump may bring about before it stops, and how far it may reach.
MAX_INSTANTS, MAX_DAYS = 400, 366 * 3
_LAST_YEAR = 9000


class Run:
    """A token with its facts, its clocks and its events; its time is `clock_at` and never runs by itself."""

    def __init__(self, questions: Questions, given: GivenFacts, region_code: str, at: datetime) -> None:
        self.questions, self.given, self.clock_at = questions, given, at
        self.definition: Definition = questions.definition
        self.clocks = Clocks(self.definition.drawing, region_code)
        self.events: list[dict[str, Any]] = []
        self.asked = sandbox(self.definition, given, region_code)
        self._instance: Instance | None = None
        self._ready: set[str] = set()
        self._stalled: set[str] = set()
        self._passed: dict[str, int] = {}
        self._fired = self._acts = 0
        self.budget = Budget()

    @property
    def instance(self) -> Instance:
        """The token."""
        assert self._instance is not None, "begin() or restore() first"
        return self._instance

    def begin(self) -> None:
        """Start the token. Raises Stuck."""
        with fixed_at(self.clock_at), in_words():
            self._instance = Instance.start(self.definition, self.asked, {})
            self._note("begin", "", "演练开始")
            self._follow("")

    def restore(self, state: bytes, passed: Mapping[str, int]) -> None:
        """The token from its stored state."""
        self._instance = Instance.restore(self.definition, state, passed, self.asked)
        self._ready = {task.engine_id for task in self.instance.ready()}
        self._stalled = {timer.engine_id for timer in self.instance.timers() if timer.fault}
        self._passed = dict(passed)

    def complete(self, element_id: str, values: Mapping[str, Any], routing: Mapping[str, Any]) -> None:
        """Do an open step with these facts and routing values. Raises Conflict when it is not open, Stuck."""
        task = next((one for one in self.instance.ready() if one.element_id == element_id), None)
        if task is None:
            raise Conflict("该环节现在没有待办，请刷新。")
        self.given.give(values)
        with fixed_at(self.clock_at), in_words(element_id):
            self._note("done", element_id, f"办理“{self.title(element_id)}”")
            self.instance.complete(task.engine_id, routing)
            self._follow(element_id)

    def send(self, message: str) -> None:
        """Deliver a message that is waited for. Raises Conflict when none waits, Stuck."""
        with fixed_at(self.clock_at), in_words():
            if not self.instance.waits_for(message):
                raise Conflict("现在没有环节等待这一消息，请刷新。")
            element_id = next(e for e in self.instance.waiting() if self._messages.get(e) == message)
            self._note("message", element_id, f"收到“{self.title(element_id)}”")
            self.instance.send(message)
            self._follow("")

    def learn(self, values: Mapping[str, Any]) -> None:
        """The facts of the case have changed; terms without a date are counted anew."""
        self.given.give(values)
        with fixed_at(self.clock_at), in_words():
            self._note("facts", "", "更改案情")
            self.instance.fire_due()
            self._follow("")

    def next_instant(self) -> datetime | None:
        """When anything happens by itself next; None: nothing waits."""
        with fixed_at(self.clock_at):
            return min(self._instants(), default=None)

    def jump(self, to: datetime) -> None:
        """Let time pass up to `to`; what falls due happens in due order, each at its own instant."""
        if to < self.clock_at:
            raise Refusal("演练时钟只能向前调整；要回到以前，请撤销上一步或重新开始。", "to")
        if to > self.clock_at + timedelta(days=MAX_DAYS):
            raise Refusal("一次最多向前调整三年。", "to")
        for _count in range(MAX_INSTANTS):
            with fixed_at(self.clock_at):
                instant = min(self._instants(), default=None)
            if instant is None or instant > to or self.instance.is_finished:
                self.clock_at = to
                return
            self.budget.spend()
            self.clock_at = max(self.clock_at, instant)
            with fixed_at(self.clock_at):
                self._pass()
            self._renew()
        raise Refusal("这段时间内发生的事项过多，请分次调整。", "to")

    def release(self, element_id: str) -> None:
        """Take the calendar of a provisional term for official: the timer that is held may fire."""
        held = [t for t in self.instance.timers() if t.element_id == element_id and t.is_held]
        if not held:
            raise Conflict("该计时器没有等待正式日历，请刷新。")
        with fixed_at(self.clock_at), in_words(element_id):
            self._note("release", element_id, f"“{self.title(element_id)}”视同正式日历已公布")
            self.instance.reschedule(held[0].engine_id, held[0].due_at, False)
            self.instance.fire_due()
            self._follow("")

    def note(self, kind: str, text: str) -> None:
        """A line in the events that is no doing of the drawing."""
        self._note(kind, "", text)

    def title(self, element_id: str) -> str:
        """What is written on an element."""
        return self.questions.titles.get(element_id) or element_id

    def held_back(self) -> dict[str, str]:
        """Element id → why a timer does not fire: without a time, or waiting for the official calendar."""
        found = {}
        for timer in self.instance.timers():
            if timer.fault:
                found[timer.element_id] = timer.fault
            elif timer.is_held:
                found[timer.element_id] = "日期为暂定，正式日历公布前不会自动触发"
            elif timer.due_at <= self.clock_at:
                found[timer.element_id] = self._fault_of(timer)
        return found

    @property
    def _messages(self) -> Mapping[str, str]:
        return self.definition.drawing.messages

    def _instants(self) -> list[datetime]:
        timers = [t for t in self.instance.timers() if not t.is_held and not t.fault]
        found = [t.due_at for t in timers if t.due_at > self.clock_at and t.due_at.year < _LAST_YEAR]
        return found + self.clocks.instants()

    def _pass(self) -> None:
        """What happens at this instant."""
        self.instance.fire_due(self.clock_at)
        for timer in self.instance.timers():
            if timer.due_at == self.clock_at and not timer.is_held and not timer.fault:
                self._note("fault", timer.element_id, self._fault_of(timer))
        self._follow("")

    def _renew(self) -> None:
        """Each instant is a knock of its own, with a budget of steps of its own."""
        if self._fired:
            self.asked.fired.clear()
            self._fired = self._acts = 0
            state, passed = self.instance.dump(), dict(self.instance.passed)
            self._instance = Instance.restore(self.definition, state, passed, self.asked)

    def _fault_of(self, timer: ArmedTimer) -> str:
        try:
            self.instance.insist(timer.engine_id)
        except EngineFault as fault:
            return f"“{self.title(timer.element_id)}”已到期但不能触发：{fault}"
        told = [e["text"] for e in self.events if (e["kind"], e["element"]) == ("fault", timer.element_id)]
        return str(told[-1]) if told else f"“{self.title(timer.element_id)}”已到期但没有触发"

    def _follow(self, done_step: str) -> None:
        """Write down what the token has brought about since the last look."""
        fired = self.instance.fired()[self._fired :]
        self._fired += len(fired)
        for timer in [*fired, *self.instance.timers()]:
            self._started(self.clocks.start(timer))
        self._note_fired(fired)
        self._note_tables()
        for act, at in self.instance.asked_for[self._acts :]:
            self._note(
                "act",
                self._thrower(act),
                f"流程要求系统办理“{self.title(self._thrower(act))}”（演练中不执行）",
                at=at,
            )
        self._acts = len(self.instance.asked_for)
        steps = [task.element_id for task in self.instance.ready()]
        ending = next(filter(None, self._ended().values()), "") if self.instance.is_finished else ""
        for clock in self.clocks.close(steps, done_step, self.instance.is_finished, ending):
            self._note("clock", "", f"{clock.name}：{clock.words}")
        self._note_steps()
        self._note_stalled()
        self._note_end()
        self._started(self.clocks.start_promise(self._promised()))
        self._passed = dict(self.instance.passed)
        self._remind()

    def _remind(self) -> None:
        """What is owed by now: also of a clock that counts from an earlier day and has begun only now."""
        for clock in self.clocks.missed_promises(self.clock_at):
            self._miss(clock, clock.name + LATE.format(day=clock.due_on), self.clock_at, "")
        for clock in [c for c in self.clocks.all if (at := c.next_warning()) and at <= self.clock_at]:
            self._warn(clock)

    def _promised(self) -> date | None:
        name = self.definition.drawing.promise_from
        found = self.given[name] if name and not self.instance.is_finished else None
        return found if isinstance(found, date) else None

    def _started(self, clock: SandboxClock | None) -> None:
        if clock is not None:
            words = f"{clock.name}开始计算：{clock.length_words}，{clock.start_on} 起，至 {clock.due_on}"
            self._note("clock", "", words + ("（暂定）" if clock.provisional else ""))

    def _note_fired(self, fired: list[ArmedTimer]) -> None:
        for timer in fired:
            drawn = self.definition.drawing.timers[timer.element_id]
            self._note("timer", timer.element_id, f"“{drawn.name}”到期触发", at=timer.due_at)
            clock = self.clocks.running(drawn.deadline, timer.start_on)
            if clock is None or clock.missed_at is not None:
                continue
            words = (LAPSED if drawn.is_interrupting else LATE).format(day=clock.due_on)
            # A term that ends its step by itself is the applicant's own (D-12): he and his office are told.
            told = "申请人（告知书和消息）、受理部门（消息）" if drawn.is_interrupting else ""
            self._miss(clock, clock.name + words, timer.due_at, told)

    def _miss(self, clock: SandboxClock, words: str, at: datetime, told: str) -> None:
        clock.missed_at = at
        self._note("miss", "", words, told=told, at=at)

    def _warn(self, clock: SandboxClock) -> None:
        who, daily = clock.warn()
        told = "、".join(reached(one, clock.lane) for one in Recipient if one in who)
        later = "、".join(reached(one, clock.lane) for one in Recipient if one in daily)
        more = f"；此后每个工作日提醒{later}，不再逐日列出" if later else ""
        self._note("warning", "", f"时限提醒：{clock.name}，{clock.words}{more}", told=told)

    def _note_tables(self) -> None:
        for element_id, decision in self.questions.called.items():
            if self.instance.passed[element_id] > self._passed.get(element_id, 0):
                self._note("table", element_id, self.hits(decision))

    def hits(self, decision: str) -> str:
        """A decision table over the facts as they stand: which row hits, and what it says."""
        table = self.questions.tables.get(decision)
        if table is None:
            return f"没有决策表“{decision}”"
        return hit_words(table, self.definition.decisions[table.file_name], self.given)

    def _note_steps(self) -> None:
        ready = {task.engine_id: task.element_id for task in self.instance.ready()}
        for engine_id, element_id in ready.items():
            if engine_id not in self._ready:
                lane = self.definition.drawing.steps[element_id].lane
                # Offices find it in their list; only the applicant is sent a message.
                told = "" if lane in LANES else lane
                self._note("step", element_id, f"“{self.title(element_id)}”列入{lane}待办", told=told)
        self._ready = set(ready)

    def _note_stalled(self) -> None:
        stalled = {timer.engine_id: timer for timer in self.instance.timers() if timer.fault}
        for engine_id, timer in stalled.items():
            if engine_id not in self._stalled:
                self._note(
                    "fault", timer.element_id, f"“{self.title(timer.element_id)}”没有日期：{timer.fault}"
                )
        self._stalled = set(stalled)

    def _ended(self) -> dict[str, str]:
        """The ends reached since the last look, with the status that each brings."""
        endings, passed = self.definition.drawing.endings, self.instance.passed
        return {e: endings[e] for e in passed if e in endings and passed[e] > self._passed.get(e, 0)}

    def _note_end(self) -> None:
        for element_id, status in self._ended().items():
            is_known = status in CaseStatus.__members__.values()
            words = f"，案卷状态：{CaseStatus(status).label}" if is_known else ""
            self._note("end", element_id, f"到达“{self.title(element_id)}”{words}")

    def _thrower(self, act: str) -> str:
        return next((e for e, name in self.definition.drawing.acts.items() if name == act), "")

    def _note(
        self, kind: str, element_id: str, text: str, *, told: str = "", at: datetime | None = None
    ) -> None:
        shown = (at or self.clock_at).astimezone(SHANGHAI).isoformat(timespec="minutes")
        self.events.append({"at": shown, "kind": kind, "element": element_id, "text": text, "told": told})
