"""Steps, lanes and expressions that are not ours."""

from __future__ import annotations

from tests.processes.engine.bad_drawings import LATE, branched, sound, work
from tests.processes.engine.drawings import catch, end, properties
from tests.processes.engine.hostile_kit import BY_MESSAGE, CAUGHT, OS, THROW, add, between, bomb, due, table

# Lanes are authorisation; what a step says of itself must be ours.
add("space in a lane", "lane-space", sound().replace(b">work</bpmn:flow", b"> work </bpmn:flow"))
add("no lane", "lane-count", sound().replace(b"<bpmn:flowNodeRef>work</bpmn:flowNodeRef>", b""))
add("two lanes", "lane-count", sound().replace(b"<bpmn:flowNodeRef>begin<", b"<bpmn:flowNodeRef>work<"))
add("a lane of nobody", "lane-unknown", sound(lane="系统管理员"))
add("a form that is none", "step-form", sound(task=work(form="../../etc/passwd")))
add("no form chosen", "step-form-none", sound(task=work(form="")))
add("no status chosen", "step-status-none", sound(task=work(status="")))
add("a lane without a name", "lane-none", sound(lane=""))
add("a closed status", "step-status", sound(task=work(status="refused")))
add("a right that is none", "step-permission", sound(task=work(permission="*")))
add("a separation from nobody", "step-separation", sound(task=work(not_same_as="gone")))
add("the applicant by himself", "step-behalf", sound(lane="申请人"))
add("a long name", "step-name", sound(task=work().replace('name="work"', f'name="{"长" * 101}"')))
add("a slip of the pen", "property-unknown", sound(task=work(not_same_a="begin")))
_TWICE = b'<spiffworkflow:property name="form" value="x" /><spiffworkflow:property name="form"'
add("a form twice", "property-twice", sound().replace(b'<spiffworkflow:property name="form"', _TWICE))
add("a priority of its own", "step-priority", sound(task=work(priority="9")))
add(
    "an end in a running status",
    "end-status",
    sound(tail=end("finish", "<bpmn:terminateEventDefinition />")),
)
add("a closing status without an end", "end-plain", sound(tail=end(status="refused")))
add("never closed", "end-none", sound(tail=end()))
outside = '<bpmn:message id="m1" name="DROP TABLE" />'
add("a message nobody sends", "message-unknown", sound(CAUGHT.format(BY_MESSAGE), LATE, outside=outside))
add("an act of its own", "act-unknown", between(THROW.format(BY_MESSAGE), outside))
waits = catch("odd", "P1D").replace(
    "<bpmn:timer",
    f"{properties(status='refused')}<bpmn:timer",
)
add("waiting in a closed status", "wait-status", between(waits))


# Code at every place that is evaluated; bombs; names that are none.
for text in (
    OS,
    "().__class__.__base__.__subclasses__()",
    "9**9**9",
    "(lambda: 1)()",
    "[x for x in (1,)]",
    "(" * 300 + "1" + ")" * 300,
    "f'{paid}'",
    "paid; 1",
    "1e999",
    "amount := 1",
):
    add(f"condition {text[:30]}", "expression-wrong", branched(more=text))
add("a name of nothing", "expression-name", branched(more="os"))
add("a file opened", "expression-function", branched(more="open('/etc/passwd')"))
add("a function of nothing", "expression-function", branched(more="eval('1')"))
for kind in ("timeDate", "timeDuration", "timeCycle"):
    add(f"code in {kind}", "expression-wrong", due(f"{OS} or 'P1D'", kind))
add("code in an input", "expression-wrong", sound(), table(column="().__class__"))
add("code in a result", "expression-function", sound(), table(output="open('/etc/passwd')"))
add("code in a cell", "cell-syntax", sound(), table(cell="(lambda: 1)()"))
add("a cell that breaks out", "cell-syntax", sound(), table(cell="0) or __import__('os') or (0"))
add("a cell of question marks", "table-cell", sound(), table(cell="?" * 400 + "'"))
add("a table with a document type", "table-file", sound(), {"t.dmn": bomb("utf-8")})
