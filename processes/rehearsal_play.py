"""Room rehearsal, play: acts as they are kept: carried out one by one, saved as a scenario, played again, compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.calendar import SHANGHAI, fixed_at
from models.refusal import Conflict, Refusal
from processes.engine.definition import Definition
from processes.rehearsal_asked import Questions
from processes.rehearsal_names import dates_of
from processes.rehearsal_run import Run
from processes.rehearsal_values import parted, plain, read_values
from processes.sandbox import GivenFacts

FORMAT = "duoshen-rehearsal-1"
MAX_ACTS = 200
# The kinds of an act: one of these names, with what belongs to it.
COMPLETE, SEND, JUMP, FACTS, RELEASE = KINDS = ("complete", "send", "jump", "facts", "release")
NEXT = "next"
FIRST, LAST = date(2016, 1, 1), date(2035, 12, 31)
Act = Mapping[str, Any]


def begun(definition: Definition, bpmn: str, opening: Act) -> Run:
    """A new run. Raises Refusal, Stuck when the drawing cannot even start."""
    questions = Questions(definition, bpmn)
    given = GivenFacts(read_values(_object(opening, "facts"), definition.drawing), definition.drawing)
    run = Run(questions, given, str(opening.get("region") or ""), instant_of(opening.get("at")))
    run.begin()
    return run


def do(run: Run, act: Act) -> None:
    """Carry out one act. Raises Refusal, Conflict when it does not fit, Stuck."""
    kind = kind_of(act)
    if run.instance.is_finished and kind != JUMP:
        raise Conflict("本次演练已到达结束，可以撤销上一步或重新开始。")
    _ACTS[kind](run, act)


def kind_of(act: Act) -> str:
    """Which act it is. Raises Refusal when it is none."""
    found = [kind for kind in KINDS if kind in act]
    if len(found) != 1 or not set(act) <= {found[0], "values"} or ("values" in act and found[0] != COMPLETE):
        raise Refusal("每一步应写明 complete、send、jump、facts、release 之一。")
    return found[0]


def _complete(run: Run, act: Act) -> None:
    element_id = _text(act, COMPLETE)
    step = run.definition.drawing.steps.get(element_id)
    if step is None:
        raise Refusal(f"流程图中没有环节“{element_id[:80]}”。", COMPLETE)
    values = read_values(_object(act, "values"), run.definition.drawing)
    facts, routing = parted(values, run.definition.drawing)
    day = run.clock_at.astimezone(SHANGHAI).date()
    dated = {
        name: facts.get(source, run.given[source]) if source else day
        for name, source in dates_of(step.form_key, routing).items()
        if name not in facts
    }
    run.complete(element_id, {**facts, **dated}, routing)


def _send(run: Run, act: Act) -> None:
    run.send(_text(act, SEND))


def _jump(run: Run, act: Act) -> None:
    wanted = act[JUMP]
    if wanted == NEXT:
        at = run.next_instant()
        if at is None:
            raise Refusal("没有等待发生的事项，日期未作调整。", "to")
        at = _in_calendar(max(at, run.clock_at))
    elif type(wanted) is int and 1 <= wanted <= 366:
        at = _in_calendar(run.clock_at + timedelta(days=wanted))
    elif isinstance(wanted, str):
        at = instant_of(wanted)
    else:
        raise Refusal("快进应写明天数（1 至 366）、日期或 next。", "to")
    run.jump(at)


def _facts(run: Run, act: Act) -> None:
    values = read_values(_object(act, FACTS), run.definition.drawing)
    facts, routing = parted(values, run.definition.drawing)
    if routing:
        raise Refusal(f"“{next(iter(routing))}”由办理环节决定，不能作为案情给出。", next(iter(routing)))
    run.learn(facts)


def _release(run: Run, act: Act) -> None:
    run.release(_text(act, RELEASE))


_ACTS = {COMPLETE: _complete, SEND: _send, JUMP: _jump, FACTS: _facts, RELEASE: _release}


def outcome(run: Run) -> dict[str, Any]:
    """Where a run stands: what a second playing is compared by."""
    with fixed_at(run.clock_at):
        clocks = {clock.key: str(clock.due_on) for clock in run.clocks.all if clock.is_running}
        missed = sorted(clock.key for clock in run.clocks.all if clock.missed_at)
    endings = run.definition.drawing.endings
    return {
        "at": run.clock_at.astimezone(SHANGHAI).isoformat(timespec="minutes"),
        "open": sorted(task.element_id for task in run.instance.ready()),
        "due": clocks,
        "missed": missed,
        "ended": sorted(e for e in endings if run.instance.passed[e]),
        "finished": run.instance.is_finished,
    }


def differences(run: Run, before: Act, after: Act) -> list[str]:
    """What is different, in words."""
    words = []
    for name, title in (
        ("open", "待办环节"),
        ("ended", "到达的结束"),
        ("missed", "超期时限"),
        ("due", "到期日"),
    ):
        old, new = before.get(name), after.get(name)
        if old != new:
            words.append(f"{title}：原为{_listed(run, old)}，现为{_listed(run, new)}")
    if before.get("at") != after.get("at"):
        words.append(f"演练时间：原为 {before.get('at')}，现为 {after.get('at')}")
    return words


def instant_of(value: Any) -> datetime:
    """A day (its 09:00) or an instant, Beijing time when it says nothing else. Raises Refusal."""
    try:
        found = datetime.fromisoformat(str(value) if len(str(value)) > 10 else f"{value}T09:00")
        found = (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal("日期应写成 2026-03-02 或 2026-03-02T09:00。", "to") from None
    return _in_calendar(found)


def _in_calendar(at: datetime) -> datetime:
    if not FIRST <= at.astimezone(SHANGHAI).date() <= LAST:
        raise Refusal(f"日期应在 {FIRST.year} 年至 {LAST.year} 年之间。", "to")
    return at


def checked(scenario: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Opening and acts of a scenario file. Raises Refusal."""
    if not isinstance(scenario, dict) or scenario.get("format") != FORMAT:
        raise Refusal(f"不是演练脚本（format 应为 {FORMAT}）。", "scenario")
    opening, acts = scenario.get("opening"), scenario.get("acts")
    if not isinstance(opening, dict) or not isinstance(acts, list) or len(acts) > MAX_ACTS:
        raise Refusal(f"演练脚本应有 opening 和 acts（最多 {MAX_ACTS} 步）。", "scenario")
    for act in acts:
        if not isinstance(act, dict) or not isinstance(act.get("do"), dict):
            raise Refusal("演练脚本的每一步应写明 do。", "scenario")
    return opening, acts


def play(run: Run, acts: Sequence[Act]) -> tuple[list[dict[str, Any]], list[str]]:
    """Carry out the acts of a scenario; the acts done, and what became different, with the step's number.

    It stops at the first act that the drawing does not admit any more.
    """
    done: list[dict[str, Any]] = []
    found: list[str] = []
    for number, act in enumerate(acts, start=1):
        try:
            done.append(done_act(run, act["do"]))
        except Refusal as refusal:
            return done, [*found, f"第 {number} 步不能办理：{refusal.message}"]
        if isinstance(act.get("after"), dict):
            told = differences(run, act["after"], done[-1]["after"])
            found += [f"第 {number} 步起不同：{text}" for text in told]
        if found:
            # What follows differs because of it.
            found = found[:10]
    return done, found


def done_act(run: Run, act: Act) -> dict[str, Any]:
    """Carry out one act; as it is kept: what was done, where it led, and how many instants it took. Raises as do()."""
    before = run.budget.spent
    do(run, act)
    return {"do": dict(act), "after": outcome(run), "instants": run.budget.spent - before}


def spent(acts: Sequence[Act]) -> int:
    """How many instants the acts that are kept have brought about."""
    return sum(act.get("instants", 0) for act in acts)


def stored_facts(run: Run) -> dict[str, Any]:
    """What was given, for JSON."""
    return {name: plain(value) for name, value in run.given.given.items()}


def _listed(run: Run, value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(f"{key} {day}" for key, day in sorted(value.items())) or "无"
    return "、".join(f"“{run.title(str(one))}”" for one in value or ()) or "无"


def _object(act: Act, name: str) -> Mapping[str, Any]:
    found = act.get(name) or {}
    if not isinstance(found, Mapping):
        raise Refusal(f"{name} 应为 JSON 对象。", name)
    return found


def _text(act: Act, name: str) -> str:
    found = act[name]
    if not isinstance(found, str) or not found or "\0" in found:
        raise Refusal(f"{name} 应为文本。", name)
    return found
