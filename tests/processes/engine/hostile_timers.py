"""Times that are none, storms, promises that cannot be kept, and ways that lead nowhere."""

from __future__ import annotations

from tests.processes.engine.bad_drawings import CLOSED, DEADLINE, LATE, SIGNAL, sound, work
from tests.processes.engine.drawings import catch, drawing, end, flow, gateway, line, properties, start, timer
from tests.processes.engine.hostile_kit import BY_SIGNAL, PROMISE, add, deadline, due, either, on_process
from tests.processes.engine.test_lint_soundness import NEVER, NO_WAY_OUT, split


def _stopping(count: int) -> bytes:
    """Each branch may refuse and so stop all others: nothing can be looked at alone."""
    names = [f"b{n}" for n in range(count)]
    parts = []
    for name in names:
        first, second, third = (f"{name}_{step}" for step in range(3))
        caught = f'<bpmn:boundaryEvent id="{{0}}_stop" attachedToRef="{{0}}">{BY_SIGNAL.replace("sd", "{0}_sd")}</bpmn:boundaryEvent>'
        for step in (first, second, third):
            parts += [
                work(step),
                caught.format(step),
                end(f"{step}_over"),
                flow(f"{step}_stop", f"{step}_over"),
            ]
        parts += line("fork", first, second, third, "join")
    throw = f'<bpmn:intermediateThrowEvent id="throw">{BY_SIGNAL}</bpmn:intermediateThrowEvent>'
    return drawing(
        start(),
        *(gateway("fork", "parallel"), gateway("join", "parallel"), CLOSED, throw, *parts),
        *line("begin", "fork"),
        *line("join", "throw", "finish"),
        outside=SIGNAL,
    )


# Times that are none, storms, and clocks that promise what cannot be kept.
add("no time", "timer-value", due("7"))
for text, kind in (
    ("PT0S", "timeDuration"),
    ("R/PT0S", "timeCycle"),
    ("R99999/PT1S", "timeCycle"),
    ("P999999999999Y", "timeDuration"),
    ("working_days(0)", "timeDate"),
):
    wanted = "expression-wrong" if text == "P999999999999Y" else "timer-value"
    add(f"a storm {text}", wanted, due(text, kind))
add("a day that is none", "timer-trial", due("working_days(3, date('2026-13-41'))"))
add("division by nothing", "timer-trial", due("working_days(3 / 0)"))
both = due("P1D").replace(b"</bpmn:timeDate>", b"</bpmn:timeDate><bpmn:timeDuration />")
add("two times", "timer-written", both)
add(
    "an odd interruption",
    "timer-cancel",
    due("P1D").replace(b'cancelActivity="false"', b'cancelActivity="0"'),
)
add("cron", "timer-cron", due("* * * * *", "timeCycle"))
add("a cycle that interrupts", "timer-cycle", due("R3/P1D", "timeCycle", cancel=True))
cycle = due("every(3, working_days(1))", "timeCycle", **DEADLINE)
add("a statutory cycle", "timer-statutory-cycle", cycle)
add("a timer on the start", "timer-host", sound(timer("due", "begin", "P1D"), LATE))
two = either(catch("one", "P60D"), catch("two", "P1D"))
add("two timers behind a gateway", "gateway-timers", two)
parallel = either(catch("one", "P3D"), catch("two", message="m1"), ' eventGatewayType="Parallel"')
add("a gateway for all events", "gateway-events", parallel)
alone = drawing(
    start(),
    '<bpmn:eventBasedGateway id="which" />',
    catch("one", "P1D"),
    work(),
    CLOSED,
    *line("begin", "which", "one", "work", "finish"),
)
add("a gateway for one event", "gateway-exits", alone)
add("a gateway before a step", "gateway-catch", either(catch("one", "P3D"), work("two")))
add(
    "the same message twice",
    "gateway-messages",
    either(catch("one", message="m1"), catch("two", message="m1")),
)
again = (
    timer("due2", "work", "working_days(5, received_on)", **DEADLINE) + end("late2") + flow("due2", "late2")
)
add(
    "two clocks",
    "deadline-twice",
    deadline().replace(b"</bpmn:process>", again.encode() + b"</bpmn:process>"),
)
add("no clause", "deadline-clause", deadline(clause=""))
add(
    "a clock on nothing",
    "deadline-step",
    sound(timer("due", "begin", "working_days(5)", **DEADLINE), LATE),
)
add("a clock without days", "deadline-days", deadline("received_on"))
add("a basis of other days", "clause-days", deadline(clause="第一条（7个工作日）"))
add("an endless clause", "deadline-length", deadline(clause="长" * 121))
add("a ladder to nobody", "warnings-unreadable", deadline(warnings="2=boss"))
add("a ladder without a clock", "warnings-misplaced", due("working_days(3)", warnings="daily=manager"))


add("no number of days", "promise-days", on_process(sound(), promise="-1"))
add("a basis for nothing", "promise-missing", on_process(sound(), promise_clause="x"))
add("no basis", "promise-clause", on_process(deadline(), **{**PROMISE, "promise_clause": ""}))
add("from nowhere", "promise-from", on_process(deadline(), **{**PROMISE, "promise_from": "os"}))
add("from no step", "promise-begin", on_process(deadline(), **{**PROMISE, "promise_from": "received_on"}))
add(
    "days that change",
    "promise-variable",
    on_process(deadline("working_days(supplement_days, accepted_on)"), **PROMISE),
)
add("more than promised", "promise-exceeded", on_process(deadline(), **PROMISE))
parts, before = [], "work"
for n in range(9):
    left, right = (
        work(f"{side}{n}")
        + timer(
            f"d{side}{n}",
            f"{side}{n}",
            f"working_days({n + 1}, refused_on)",
            deadline=f"{side}{n}",
            clause="x",
        )
        + end(f"o{side}{n}")
        + flow(f"d{side}{n}", f"o{side}{n}")
        for side in ("l", "r")
    )
    choice = gateway(f"x{n}", default=f"f_x{n}_l{n}") + gateway(f"y{n}")
    parts += [
        left,
        right,
        choice,
        flow(before, f"x{n}"),
        *line(f"x{n}", f"l{n}", f"y{n}"),
        flow(f"x{n}", f"r{n}", "is_person"),
        flow(f"r{n}", f"y{n}"),
    ]
    before = f"y{n}"
clock = timer("due", "work", "working_days(9, accepted_on)", **DEADLINE) + LATE
many = drawing(start(), work(), clock, *parts, CLOSED, flow("begin", "work"), flow(before, "finish"))
add("too many ways to add up", "promise-ways", on_process(many, **PROMISE))


add("a join that waits for ever", "sound-dead-end", split("exclusive", "parallel"))
add("everything twice", "sound-twice", split("parallel", "exclusive"))
opened = split("parallel", "parallel", end("else") + "", last=end())
add(
    "over, but open",
    "sound-open",
    opened.replace(
        b'<bpmn:endEvent id="else">',
        f'<bpmn:endEvent id="else">{properties(status="refused")}<bpmn:terminateEventDefinition />'.encode(),
    ).replace(
        b"</bpmn:process>",
        (timer("t", "left", "P1D", True) + flow("t", "else") + "</bpmn:process>").encode(),
    ),
)
add("no way out", "sound-endless", NO_WAY_OUT)
add("a join beside the case", "sound-never", NEVER)
add("ten offices that stop one another", "sound-many", _stopping(8))
