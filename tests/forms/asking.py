"""Helpers of the forms tests: every form of the system, and one question of it filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from werkzeug.datastructures import MultiDict

from forms.application import APPLICATION_STEPS
from forms.base import BaseForm
from forms.dynamic import DrawnForm, drawn_form
from forms.registry import TASK_FORMS
from tests.drawn import every_kind
from tests.examples import example_context

CHINESE = re.compile("[\u4e00-\u9fff]")

_NAMED: dict[str, type[BaseForm]] = {
    f"{kind}.{step.key}": step.form for kind, steps in APPLICATION_STEPS.items() for step in steps
} | TASK_FORMS
# What a process owner draws: a form of nothing else, and a built-in form with more questions.
_NAMED |= {
    "drawn": drawn_form(DrawnForm, every_kind()),
    "acceptance.fields": drawn_form(TASK_FORMS["acceptance"], every_kind()),
}

ALL_FORMS = {name: form for form, name in {form: name for name, form in reversed(_NAMED.items())}.items()}
"""Every form class once."""


def empty(form: type[BaseForm]) -> Any:
    """The form as REST uses it, bound, with nothing typed."""
    return form(None, csrf=False).bind(example_context(overdue=True))


def filled(form: type[BaseForm], **typed: str) -> Any:
    """The form with some texts typed, bound and validated."""
    asked: Any = form(MultiDict(typed), csrf=False).bind(example_context(overdue=True))
    asked.validate()
    return asked


def paths(form: type[BaseForm]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every question's name (`guarantors-0-name` for sub-tables) with what must be typed to see it."""
    asked = empty(form)
    for question in asked.questions():
        needed = needs(asked, question, "")
        if question.kind != "rows":
            yield question.name, needed
            continue
        row = question.blank_row().form
        for cell in row.questions():
            prefix = f"{question.name}-0-"
            yield prefix + cell.short_name, needed | needs(row, cell, prefix)


def needs(form: Any, question: Any, prefix: str) -> dict[str, str]:
    """What must be typed so that `visible_when` of the question holds, conditions of conditions included."""
    if not question.visible_when:
        return {}
    name, _, values = question.visible_when.partition("=")
    return {prefix + name: values.split("|")[0]} | needs(form, form[name], prefix)


def find(form: Any, path: str) -> Any:
    """The question behind a path of `paths`."""
    name, _, rest = path.partition("-0-")
    return form[name].entries[0].form[rest] if rest else form[name]


def one_field(field: Any, text: str) -> Any:
    """A form with the single question `answer`, bound and validated with `text` typed."""
    form = type("OneQuestion", (BaseForm,), {"answer": field})
    return filled(form, answer=text)["answer"]
