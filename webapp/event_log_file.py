"""Room event log: traces as XES (IEEE 1849) and as CSV, written while they are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from models.calendar import SHANGHAI
from models.database import reading
from models.event_log import SYSTEM, Asked, Event, Trace, traces
from models.people import User
from webapp.log_export import csv_lines

FORMATS = {"xes": "XES", "csv": "CSV"}
MEDIA = {"xes": "application/xml; charset=utf-8", "csv": "text/csv; charset=utf-8"}
_CASE_FACTS = (
    "scheme", "type", "region", "process", "version", "status", "received_on", "accepted_on", "submitted_at",
    "closed_at",
)  # fmt: skip
_CLOCK_FACTS = ("key", "clause", "length", "unit", "due_on", "provisional", "days_late")
CSV_HEAD = (
    "case_id", "activity", "lifecycle", "timestamp", "resource", "group", "instance", "element",
    *(f"deadline_{name}" for name in _CLOCK_FACTS), *(f"case_{name}" for name in _CASE_FACTS),
)  # fmt: skip
# What XML 1.0 cannot hold.
_FOREIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
<string key="org:group" value="系统"/>
</global>
<classifier name="Activity" scope="event" keys="concept:name"/>
<classifier name="ActivityAndTransition" scope="event" keys="concept:name lifecycle:transition"/>
<classifier name="Office" scope="event" keys="org:group"/>
"""


def all_traces(user: User, asked: Asked) -> Iterator[Trace]:
    """The cases, some hundred at a time, each picture of the data short."""
    after = 0
    while True:
        with reading() as session:
            found, after = traces(session, user, asked, after)
        yield from found
        if not after:
            return


def written(kind: str, user: User, asked: Asked) -> Iterator[str]:
    """The file in the format that was asked for, piece by piece."""
    return _WRITERS[kind](all_traces(user, asked), asked)


def _xes(found: Iterable[Trace], asked: Asked) -> Iterator[str]:
    yield _HEAD
    yield _attribute("concept:name", "duoshen")
    yield _attribute("lifecycle:model", "standard")
    yield _attribute("duoshen:from", asked.from_on) + _attribute("duoshen:to", asked.to_on)
    for trace in found:
        yield "".join(_trace(trace))
    yield "</log>\n"


def _trace(trace: Trace) -> Iterator[str]:
    yield "<trace>\n" + _attribute("concept:name", trace.number)
    yield from (_attribute(f"case:{name}", value) for name, value in trace.facts.items())
    for event in trace.events:
        yield "<event>\n"
        yield from (_attribute(name, value) for name, value in _named(event).items())
        yield "</event>\n"
    yield "</trace>\n"


def _named(event: Event) -> Mapping[str, Any]:
    return {
        "concept:name": event.name,
        "concept:instance": str(event.instance),
        "lifecycle:transition": event.transition,
        "time:timestamp": event.at,
        "org:resource": event.resource,
        # Every event has it: a classifier goes by it.
        "org:group": event.group or SYSTEM,
        "duoshen:element": event.element,
        **{f"deadline:{name}": value for name, value in event.clock.items()},
    }


def _attribute(key: str, value: Any) -> str:
    """One attribute; what is not known is left out."""
    if value is None or value == "":
        return ""
    kind, text = _typed(value)
    return f'<{kind} key="{key}" value={quoteattr(_FOREIGN.sub("", text))}/>\n'


def _typed(value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", str(value).lower()
    if isinstance(value, int):
        return "int", str(value)
    if isinstance(value, datetime):
        return "date", _instant(value)
    if isinstance(value, date):
        return "date", f"{value.isoformat()}T00:00:00.000+08:00"
    return "string", str(value)


def _instant(value: datetime) -> str:
    return value.astimezone(SHANGHAI).isoformat(timespec="milliseconds")


def _csv(found: Iterable[Trace], _asked: Asked) -> Iterator[str]:
    return csv_lines(CSV_HEAD, (_row(trace, event) for trace in found for event in trace.events))


def _row(trace: Trace, event: Event) -> list[object]:
    clock = [event.clock.get(name) for name in _CLOCK_FACTS]
    facts = [trace.facts.get(name) for name in _CASE_FACTS]
    told = [trace.number, event.name, event.transition, event.at, event.resource, event.group]
    return [_flat(value) for value in (*told, event.instance, event.element, *clock, *facts)]


def _flat(value: Any) -> object:
    if isinstance(value, datetime):
        return _instant(value)
    return "" if value is None else value


_WRITERS: dict[str, Callable[[Iterable[Trace], Asked], Iterator[str]]] = {"xes": _xes, "csv": _csv}
