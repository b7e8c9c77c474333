"""Decision tables that would decide wrongly in silence, break out of their cells, or lie in their examples."""

from __future__ import annotations

from typing import Any

from tests.processes.engine.bad_drawings import sound
from tests.processes.engine.drawings import drawing, end, line, properties, start, user
from tests.processes.engine.hostile_kit import HOSTILE, Hostile, add
from tests.processes.engine.table_files import NAMESPACE, dmn

_REST = (("",), ('"no"',))


def cell(name: str, code: str, text: str, column: str = "age", kind: str = "number") -> None:
    """One odd cell in an otherwise good table."""
    add(name, code, sound(), {"small.dmn": dmn([((text,), ('"yes"',)), _REST], [(column, kind)])})


def example(name: str, code: str, tests: Any) -> None:
    """Examples kept with a good table."""
    tables = {"small.dmn": dmn([(("< 18",), ('"yes"',)), _REST])}
    HOSTILE.append(Hostile(name, code, sound(), tables, tests))


def ruled(policy: str) -> tuple[bytes, dict[str, bytes]]:
    """A drawing that calls a table of this policy."""
    called = (
        '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements><spiffworkflow:calledDecisionId>small'
        "</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>"
    )
    bpmn = drawing(
        start(), user("work", status="submitted"), called, end(), *line("begin", "work", "rule", "finish")
    )
    return bpmn, {"small.dmn": dmn([_REST], policy=policy)}


cell("a name that the engine keeps", "cell-reserved", "dmninputexpr")
cell("in, glued to the name before it", "cell-glued", "in [1, 2]")
cell("nothing behind a comma", "cell-comma", "1, ")
cell("a comparison with nothing", "cell-value", "> ")
cell("a list", "cell-list", "[1, 2]")
cell("a text without quotes", "cell-word", "micro", "tax_grade", "string")
cell("quotes that do not meet", "cell-quotes", "? == \"it's\" or ? == 'x'", "tax_grade", "string")
cell("always true", "cell-truth", "? + 1")
cell("yes or no compared with a number", "cell-compares", "5 > 3")
cell("larger than true", "cell-order", "> true", "is_person", "boolean")
cell("a text in a column of numbers", "cell-kind", '"micro"')
cell("two kinds in one cell", "cell-mixed", '5, "five"', "field_of_nobody", "")
cell("code behind a question mark", "cell-syntax", "? == ().__class__")
cell("a sum of everything", "expression-function", "? in sum_of_all(1)")

add("no table", "table-none", sound(), {"small.dmn": f'<definitions xmlns="{NAMESPACE}" />'.encode()})
_one = dmn([_REST]).decode()
_body = _one[_one.index("<decision ") : _one.index("</definitions>")]
_two = _one.replace("</definitions>", _body.replace('id="small"', 'id="other"') + "</definitions>")
add("two tables in one file", "table-several", sound(), {"small.dmn": _two.encode()})
add("a table under another name", "table-name", sound(), {"../../etc/passwd.dmn": dmn([_REST])})
add(
    "a result that bricks the state",
    "table-output",
    sound(),
    {"small.dmn": dmn([_REST], outputs=["typename"])},
)
_ASKED = properties(form="drawn", status="submitted").replace(
    "</spiffworkflow:properties>",
    '<spiffworkflow:property name="field:typename" value="{&quot;label&quot;:&quot;x&quot;,&quot;kind&quot;:&quot;text&quot;}" />'
    "</spiffworkflow:properties>",
)
_STEP = f'<bpmn:userTask id="work" name="work">{_ASKED}</bpmn:userTask>'
add("a field that bricks the state", "field-reserved", sound(task=_STEP))
add("many answers for one question", "table-first", *ruled("COLLECT"))

example("examples of another table", "example-orphan", {"gone": []})
example("examples that are none", "example-shape", {"small": "x"})
_YOUNG = {"name": "young", "inputs": {"age": 17}, "expected": {"result": "no"}}
example("an example that lies", "example-fails", {"small": [_YOUNG]})
_ODD = {"name": "odd", "inputs": {"age": "text"}, "expected": {"result": "no"}}
example("an example that cannot be computed", "example-error", {"small": [_ODD]})
