"""Files that are none, bombs, and elements that the engine ignores, breaks on or would run."""

from __future__ import annotations

from processes.engine.lint_vocabulary import ALLOWED, INSTEAD
from tests.processes.engine.bad_drawings import CLOSED, LATE, SIGNAL, node, sound, work
from tests.processes.engine.drawings import HEAD, drawing, end, start
from tests.processes.engine.hostile_kit import (
    BY_SIGNAL,
    CAUGHT,
    OS,
    SPIFF_KINDS,
    THROW,
    UTF7,
    add,
    between,
    bomb,
    extended,
    pictured,
    table,
)

# What is no drawing at all, or a bomb.
add("a megabyte of nothing", "xml-size", b" " * 1_000_001)
add("half a tag", "xml-syntax", b"<bpmn:definitions")
add("a NUL", "xml-syntax", sound().replace(b"begin", b"be\0gin"))
add("UTF-7 with a document type", "xml-syntax", UTF7)
add("an undeclared prefix", "xml-syntax", sound().replace(b"xmlns:bpmn=", b"xmlns:other="))
add("bytes of no encoding", "xml-encoding", b"\xff\xff\xff")
add("EBCDIC", "xml-encoding", "<!DOCTYPE d []><d/>".encode("cp500"))
add("UTF-32", "xml-doctype", bomb("utf-32"))
for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
    add(f"a billion laughs in {encoding}", "xml-doctype", bomb(encoding))
add("laughs that lie of their encoding", "xml-doctype", bomb("utf-16", "us-ascii"))
external = b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>'
add("a file of the server", "xml-doctype", external)
add("a document type of a stranger", "xml-doctype", b'<!DOCTYPE d SYSTEM "http://example/d"><d/>')
add("depth", "xml-proportion", b"<a>" * 60 + b"</a>" * 60)
add("a crowd", "xml-proportion", sound(outside='<bpmn:message id="m" />' * 4100))
add("a long attribute", "xml-attribute", sound(task=work().replace('name="work"', f'name="{"a" * 501}"')))
add("a long text", "xml-text", sound(outside=f"<bpmn:documentation>{'a' * 5001}</bpmn:documentation>"))
add("a page", "file-kind", b"<html><body onload='x()' /></html>")
add("a table instead", "file-kind", table()["t.dmn"])
add("no process", "file-processes", f"{HEAD}</bpmn:definitions>".encode())
add("two", "file-processes", sound(outside='<bpmn:process id="other" isExecutable="true" />'))
add("against the schema", "engine-refused", sound().replace(b"<bpmn:laneSet", b'<bpmn:laneSet odd="1"'))


# What the engine ignores, breaks on, or would run.
for kind in INSTEAD:
    if kind in ALLOWED:
        continue
    prefix = "spiffworkflow" if kind in SPIFF_KINDS else "bpmn"
    inside = f'<{prefix}:{kind} id="odd">{OS}</{prefix}:{kind}>'
    add(f"{kind} with code", f"element-{kind}", sound(task=work(inside=inside)))
add("a choreography", "element-other", sound(outside='<bpmn:choreography id="odd" />'))
add("an unknown extension", "element-other", extended("<spiffworkflow:odd>1</spiffworkflow:odd>"))
add(
    "XInclude",
    "element-foreign",
    extended('<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd" />'),
)
listener = f'<camunda:executionListener event="start"><camunda:script>{OS}</camunda:script></camunda:executionListener>'
add("a listener", "element-foreign", extended(listener))
add("a class", "attribute-foreign", extended("", 'camunda:class="java.lang.Runtime"'))
add("compensation", "attribute-ignored", extended("", 'isForCompensation="true"'))
add("twice at once", "attribute-ignored", extended("", 'startQuantity="2"'))
add("201 steps", "element-count", drawing(start(), *(work(f"w{n}") for n in range(201)), CLOSED))
add(
    "900 steps",
    "element-count",
    drawing(start(), *('<bpmn:task id="w" />' for n in range(900)), CLOSED).replace(b":task", b":userTask"),
)
add("a signal at the end", "event-definition", sound(tail=end("finish", BY_SIGNAL), outside=SIGNAL))
add(
    "a link",
    "event-definition",
    sound(tail=end("finish", '<bpmn:errorEventDefinition id="x" />')).replace(b"errorE", b"timerE"),
)
add(
    "two triggers",
    "event-several",
    between(THROW.format(BY_SIGNAL + '<bpmn:signalEventDefinition id="s2" signalRef="s1" />'), SIGNAL),
)
add("no trigger", "event-none", node("intermediateThrowEvent"))
add("a signal that is none", "event-signal", between(THROW.format(BY_SIGNAL)))
add("a signal nobody hears", "event-unheard", between(THROW.format(BY_SIGNAL), SIGNAL))
add("a signal nobody sends", "event-unthrown", sound(CAUGHT.format(BY_SIGNAL), LATE, outside=SIGNAL))
add("an id twice", "id-twice", sound(work("begin")))
add("XPath in an id", "id-odd", sound().replace(b'id="begin"', b"id=\"x'] | //*[contains(., '\""))
add("no id", "id-none", sound("<bpmn:userTask />"))
for name in ("Start", "End", "Root", "work.BoundaryEventSplit", "example.EndJoin", "StartEventSplit"):
    add(f"the engine's own {name}", "id-reserved", sound().replace(b'"begin"', f'"{name}"'.encode()))
add("an endless name", "process-name", sound().replace(b'name="example"', f'name="{"长" * 101}"'.encode()))
for number in ("NaN", "abc", "1e999", "-inf", "1e9"):
    add(f"a shape at {number}", "picture-number", pictured(number, "begin"))
add("a step without a picture", "picture-none", pictured("1", "begin", "finish"))
