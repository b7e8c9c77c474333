"""Room application: how the answers of an application read on a page, group by group, in Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from forms.application import filled_steps, steps_for
from forms.base import FormContext
from models.money import format_amount

BLANK = "—"


@dataclass(frozen=True)
class Line:
    """One question and its answer."""

    name: str
    label: str
    text: str
    messages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """One sub-table: each row is a list of lines."""

    name: str
    label: str
    rows: list[list[Line]]


@dataclass(frozen=True)
class Group:
    """One step of the form."""

    key: str
    title: str
    lines: list[Line]
    tables: list[Table]


def groups(applicant_type: str, fields: Mapping[str, object], context: FormContext) -> list[Group]:
    """The whole application as people read it; questions that do not apply are left out."""
    forms = filled_steps(applicant_type, fields, context)
    return [
        Group(step.key, step.title, list(_lines(forms[step.key])), list(_tables(forms[step.key])))
        for step in steps_for(applicant_type)
    ]


def _lines(form: Any) -> Iterator[Line]:
    for question in form.questions():
        if question.kind != "rows" and question.is_visible(form):
            yield Line(question.name, question.label.text, _text(question), list(map(str, question.errors)))


def _tables(form: Any) -> Iterator[Table]:
    for question in form.questions():
        if question.kind == "rows" and question.is_visible(form):
            rows = [[line for line in _lines(row) if line.text != BLANK] for row in question.filled()]
            yield Table(question.name, question.label.text, rows)


def _text(question: Any) -> str:
    """What was answered, in words; what was typed where it makes no sense."""
    if question.is_blank():
        return BLANK
    if question.kind == "checkbox":
        return "已确认"
    if question.kind in ("select", "radio", "checks"):
        titles = dict(question.options)
        return "、".join(titles.get(value, value) for value in question.chosen())
    if question.kind == "money" and isinstance(question.data, Decimal) and not question.errors:
        return format_amount(question.data)
    return str(question.raw)
