"""Room lint: the fields drawn into steps: readable, named once and for nothing else, shown by what was asked before."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from lxml import etree

from models.drawn_field import DRAWN_FORM, PREFIX, DrawnField, FieldKind
from models.refusal import Refusal
from models.scheme import Scheme
from processes.engine.drawing import STARTABLE, URGENT, Drawing, Step
from processes.engine.drawn_fields import answers_to, read_field, written
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.lint_codes import problem
from processes.engine.lint_elements import Known
from processes.engine.lint_graph import Graph
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables_read import tables_in
from processes.engine.xml import BPMN, SPIFF
from processes.facts import FACTS, GENERAL_FACTS

MAX_FIELDS = 60
# What a series of numbers looks like (the letters of the other kinds of cases are taken).
_SERIES = re.compile("[A-Z]{2}")
_MAX_DOCUMENTATION = 500
# Kinds whose answer is None when nothing was answered: neither larger nor smaller, neither true nor false.
_COMPARED = (FieldKind.INTEGER, FieldKind.MONEY, FieldKind.PERCENT, FieldKind.DATE, FieldKind.YES_NO)
_NOTHING = "null"
# Questions that every form of a step has, and what the token holds anyway.
_OURS = ("late_reason", "csrf_token", "on_submit", "case_id", "typename")


def check_fields(
    root: etree._Element, drawing: Drawing, known: Known, outputs: Collection[str]
) -> Iterator[Problem]:
    """Every drawn field; `outputs` are the names that decision tables put into the token."""
    taken = {*known.names, *known.functions, *outputs, *_OURS, *keyword.kwlist}
    first: dict[str, DrawnField] = {}
    for step in drawing.steps.values():
        yield from _unreadable(step)
        yield from _shown(step)
        yield from _step(step)
        for field in step.fields:
            yield from _name(step, field, taken, first.setdefault(field.name, field).kind)
    yield from _misplaced(root)


def check_asked(graph: Graph, drawing: Drawing) -> Iterator[Problem]:
    """A number or a day that may be left blank is not compared before somebody has looked whether it is there."""
    blank = {
        name
        for name, field in drawing.drawn_fields.items()
        if field.kind in _COMPARED and (not field.is_required or field.visible_when)
    }
    for flow in graph.flows:
        for name in sorted(_names(flow.condition) & blank) if _NOTHING not in flow.condition else ():
            yield problem("field-blank", flow.element_id, text=flow.condition[:60], field=name)


def _names(text: str) -> frozenset[str]:
    try:
        return compile_expression(text).names if text else frozenset()
    except ExpressionError:
        return frozenset()  # said by the check of all texts


def _unreadable(step: Step) -> Iterator[Problem]:
    for name, text in written(step.properties):
        try:
            read_field(name, text)
        except Refusal as refusal:
            yield problem("field-unreadable", step.element_id, step=step.name, reason=refusal.message)


def _step(step: Step) -> Iterator[Problem]:
    count = sum(1 for _ in written(step.properties))
    if count > MAX_FIELDS:
        yield problem("field-count", step.element_id, step=step.name, count=count, limit=MAX_FIELDS)
    if step.form_key == DRAWN_FORM and not count:
        yield problem("field-none", step.element_id, step=step.name)
    if count and step.properties.get("board"):
        yield problem("field-board", step.element_id, step=step.name)
    if step.properties.get("priority", "") not in ("", URGENT):
        yield problem("step-priority", step.element_id, step=step.name, urgent=URGENT)


def _name(step: Step, field: DrawnField, taken: Collection[str], kind: FieldKind) -> Iterator[Problem]:
    if field.name in taken:
        yield problem("field-reserved", step.element_id, field=field.name)
    if field.kind is not kind:
        said = {"other": kind.label, "step": step.name, "kind": field.kind.label}
        yield problem("field-kind", step.element_id, field=field.name, **said)


def _shown(step: Step) -> Iterator[Problem]:
    """A condition looks at a field that stands above, at an answer that it can have."""
    before: dict[str, DrawnField] = {}
    for field in step.fields:
        name, sign, values = field.visible_when.partition("=")
        source = before.get(name)
        if field.visible_when and source is None:
            said = {"field": field.name, "condition": field.visible_when, "name": name}
            yield problem("field-visible", step.element_id, **said)
        elif source is not None and not (sign and set(values.split("|")) <= answers_to(source)):
            said = {"field": field.name, "condition": field.visible_when}
            yield problem("field-visible-value", step.element_id, **said)
        before[field.name] = field


def _misplaced(root: etree._Element) -> Iterator[Problem]:
    """Only steps have fields, and none twice: of two properties of one name only the last would be read."""
    for item in root.iter(f"{SPIFF}properties"):
        node = next((up for up in item.iterancestors() if up.tag.startswith(BPMN) and up.get("id")), None)
        element_id = "" if node is None else node.get("id", "")
        named = [child.get("name", "") for child in item if child.get("name", "").startswith(PREFIX)]
        if named and (node is None or node.tag != f"{BPMN}userTask"):
            yield problem("field-misplaced", element_id)
        for name, count in Counter(named).items():
            if count > 1:
                yield problem("field-twice", element_id, field=name.removeprefix(PREFIX))


def _foreign_to_it(drawing: Drawing) -> Iterator[Problem]:
    """What is written in Python reads the rows of its own scheme; a case that people start has none of them."""
    for step in drawing.steps.values():
        if step.form_key != DRAWN_FORM:
            yield problem("start-form", step.element_id, step=step.name, form=step.form_key)
    for element_id, act in drawing.acts.items():
        yield problem("start-act", element_id, act=act)


def check_start(drawing: Drawing) -> Iterator[Problem]:
    """How people start cases on it: not on a drawing whose cases the house opens, and in a series of its own."""
    others = [scheme for scheme in Scheme if scheme is not Scheme.GENERAL]
    if drawing.properties.get("startable", "") not in ("", STARTABLE):
        yield problem("start-word", drawing.key, word=STARTABLE)
    if drawing.is_startable and drawing.key in {scheme.process for scheme in others}:
        yield problem("start-own", drawing.key)
    if drawing.is_startable:
        yield from _foreign_to_it(drawing)
    if not _SERIES.fullmatch(drawing.series) or drawing.series in {scheme.series for scheme in others}:
        yield problem("start-series", drawing.key, series=drawing.series[:20])
    if len(drawing.documentation) > _MAX_DOCUMENTATION:
        yield problem("start-documentation", drawing.key, limit=_MAX_DOCUMENTATION)


def check_facts(graph: Graph, drawing: Drawing, decisions: Mapping[str, etree._Element]) -> Iterator[Problem]:
    """A case that a person starts has no application, no policy set, no loan: their facts never come."""
    if not drawing.is_startable:
        return
    texts = [(flow.element_id, flow.condition) for flow in graph.flows]
    texts += [(timer.element_id, timer.expression) for timer in drawing.timers.values()]
    texts += [(drawing.key, drawing.promise_from)]
    for table in (table for file in decisions.values() for table in tables_in(file)):
        cells = [cell for rule in table.rules for cell in (*rule.cells, *rule.outputs)]
        texts += [(table.decision_id, text) for text in (*(one.expression for one in table.columns), *cells)]
    for element_id, text in texts:
        for name in sorted(_names(text) & FACTS.keys() - GENERAL_FACTS - drawing.field_names):
            yield problem("start-fact", element_id, text=text[:60], name=name)
