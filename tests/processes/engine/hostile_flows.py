"""Connections that lose, double or never end a case."""

from __future__ import annotations

from tests.processes.engine.bad_drawings import CLOSED, branched, sound, work
from tests.processes.engine.drawings import catch, drawing, flow, gateway, line, start, timer
from tests.processes.engine.hostile_kit import add, pairs, rounds

# Connections that lose, double or never end a case.
add("a flow into nothing", "flow-dangling", sound(flow("work", "gone")))
add("two starts", "flow-start", sound(start("again"), flow("again", "work")))
add("twelve pairs", "flow-forks", pairs(12, 2))
add("six times three", "flow-ways", pairs(6, 3))
conditional = b'targetRef="finish"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">is_person</bpmn:conditionExpression>'
add("a condition out of a step", "flow-condition", sound().replace(b'targetRef="finish">', conditional))
add("an approval nobody reaches", "flow-no-entry", sound(work("alone")))
add("into the start", "flow-entry", sound(gateway("g"), flow("g", "begin")))
add("a merge in a step", "flow-merge", branched().replace(b'targetRef="entry"', b'targetRef="work"'))
add("after the end", "flow-after-end", sound(flow("finish", "work")))
add("out into nothing", "flow-no-exit", drawing(start(), work(), CLOSED, *line("begin", "work")))
add("a split in a step", "flow-split", sound(work("more"), flow("work", "more")))
one = drawing(
    start(),
    gateway("g"),
    work(),
    CLOSED,
    flow("begin", "g"),
    flow("g", "work", "is_person"),
    flow("work", "finish"),
)
add("a condition on the only way", "flow-single-condition", one)
add("no default", "flow-no-default", branched(default=""))
add("a condition on the default", "flow-default-condition", branched(left="is_person"))
add("no condition", "flow-no-condition", branched(more=""))
island = sound(work("a"), gateway("g"), flow("a", "g"), gateway("h"), flow("g", "h"), flow("h", "a"))
add("an island", "flow-unreached", island)
add("gateways for ever", "loop-automatic", rounds())
itself = drawing(
    start(),
    work(),
    gateway("g", default="f_g_finish"),
    CLOSED,
    *line("begin", "work", "g", "finish"),
    flow("g", "g", "is_person"),
)
add("a gateway into itself", "loop-automatic", itself)
add(
    "a fork for ever",
    "loop-automatic",
    rounds(gateway("fork", "parallel")).replace(
        b"</bpmn:process>", flow("fork", "entry").encode() + b"</bpmn:process>"
    ),
)
add("a day that has passed", "loop-fixed", rounds(catch("wait", "2020-01-01")))
join = rounds(gateway("fork", "parallel"), work("left"), gateway("join", "parallel"), work("after"))
right = work("right") + flow("fork", "right") + flow("right", "join") + "</bpmn:process>"
add("a join in a loop", "loop-join", join.replace(b"</bpmn:process>", right.encode()))
back = drawing(
    start(),
    gateway("entry"),
    work(),
    timer("due", "work", "P1D"),
    CLOSED,
    *line("begin", "entry", "work", "finish"),
    flow("due", "entry"),
)
add("work that piles up", "loop-piling", back)
