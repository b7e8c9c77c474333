"""Drawn forms: every kind asks, checks and answers like the fields that Python declares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from forms.application import declared_fields, fill
from forms.base import BaseForm, errors_by_field
from forms.dynamic import EXTRA, HEADING, DrawnForm, drawn_form
from forms.registry import TASK_FORMS
from forms.schema import json_schema
from forms.task import TaskForm
from models.drawn_field import DRAWN_FORM, DrawnField, FieldKind
from processes import drawn_answer
from tests.drawn import GOOD, every_kind
from tests.examples import example_context

DRAWN = drawn_form(DrawnForm, every_kind())
EXACT: dict[str, object] = {
    "of_text": "示例文字",
    "of_paragraph": "第一行\n第二行",
    "of_integer": 12,
    "of_money": Decimal("5000.50"),
    "of_percent": Decimal("12.5"),
    "of_date": date(2026, 2, 28),
    "of_choice": "a",
    "of_choices": ["b"],
    "of_yes_no": False,
    "of_resident_id": "150627199001010005",
    "of_uscc": GOOD["of_uscc"],
    "of_phone": "13900000000",
}


def sent(form: type[BaseForm] = DRAWN, **over: str) -> Any:
    """The form with good answers, some of them replaced, validated."""
    filled: Any = form(MultiDict({**GOOD, **over}), csrf=False).bind(example_context())
    filled.validate()
    return filled


def test_every_kind_answers_with_its_own_type() -> None:
    form = sent()
    assert errors_by_field(form) == {}
    answers = form.answers()
    assert {name: answers[name] for name in EXACT} == EXACT
    assert (answers["folded"], answers["why_b"], answers["why_yes"]) == ("", "", "")
    assert {kind.value for kind in FieldKind} == {name.removeprefix("of_") for name in EXACT}


WRONG = {
    "of_integer": ("1.5", "整数"),
    "of_money": ("12.345", "金额"),
    "of_percent": ("101", "100"),
    "of_date": ("2026-02-30", "不存在"),
    "of_choice": ("c", "无效"),
    "of_choices": ("c", "无效"),
    "of_yes_no": ("maybe", "无效"),
    "of_resident_id": ("150627199001010004", "校验"),
    "of_uscc": ("91150627MA0N12345Y", ""),
    "of_phone": ("12", "电话"),
    "of_text": ("甲" * 101, "100"),
    "of_paragraph": ("甲" * 1001, "1000"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused_at_its_field(name: str) -> None:
    text, word = WRONG[name]
    faults = errors_by_field(sent(**{name: text}))
    assert set(faults) == {name}
    assert word in faults[name][0]


def test_nothing_at_all_is_refused_at_every_wanted_field() -> None:
    empty: Any = DRAWN(MultiDict(), csrf=False).bind(example_context())
    assert not empty.validate()
    assert set(errors_by_field(empty)) == set(EXACT)


def test_what_is_not_visible_is_neither_wanted_nor_kept() -> None:
    assert errors_by_field(sent(of_choice="b")) == {"why_b": ["请填写“乙类的理由”"]}
    assert sent(of_choice="b", why_b="有理由").answers()["why_b"] == "有理由"
    assert sent(of_choice="a", why_b="多余").answers()["why_b"] == ""


def test_a_built_in_form_keeps_its_own_questions_first() -> None:
    extended = drawn_form(
        TASK_FORMS["qualification_review"], (DrawnField("opinion", "补充意见", FieldKind.TEXT, True),)
    )
    assert EXTRA == drawn_answer.EXTRA
    form: Any = fill(extended, {"decision": "pass", "opinion": "符合"}, example_context(overdue=True))
    assert not form.validate()
    assert errors_by_field(form) == {
        "late_reason": ["请填写“超期原因”"],
        "extra_opinion": ["请填写“补充意见”"],
    }
    names = [question.name for question in form.questions()]
    assert names[-2:] == ["extra_opinion", "late_reason"] and names.index("opinion") < len(names) - 2
    assert form["extra_opinion"].heading == HEADING
    good: Any = fill(
        extended, {"decision": "pass", "opinion": "符合", "extra_opinion": "另见"}, example_context()
    )
    assert good.validate()
    assert (good.answers()["opinion"], good.answers()["extra_opinion"]) == ("符合", "另见")


@pytest.mark.parametrize(
    "name", ["data", "errors", "validate", "meta", "bind", "answers", "process", "faults", "last"]
)
def test_a_name_hides_nothing_of_the_form(name: str) -> None:
    form: Any = drawn_form(DrawnForm, (DrawnField(name, "名目", FieldKind.TEXT, True),))
    empty = form(MultiDict(), csrf=False).bind(example_context())
    assert not empty.validate()
    assert errors_by_field(empty) == {name: ["请填写“名目”"]}
    full = form(MultiDict({name: "填了"}), csrf=False).bind(example_context())
    assert full.validate() and full.answers()[name] == "填了"


def test_no_built_in_form_has_a_name_that_looks_added() -> None:
    for form in TASK_FORMS.values():
        assert not any(name.startswith(EXTRA) for name in declared_fields(form))


def test_a_stored_answer_is_shown_again() -> None:
    form: Any = DRAWN(None, csrf=False, data=EXACT).bind(example_context())
    assert {name: form[name].raw for name in ("of_money", "of_date", "of_yes_no")} == {
        "of_money": "5000.50",
        "of_date": "2026-02-28",
        "of_yes_no": "no",
    }
    typed = sent(of_money="坏").typed()
    assert typed["of_money"] == "坏" and typed["of_choices"] == ["b"]


def test_the_same_fields_make_the_same_class_and_none_the_form_itself() -> None:
    assert drawn_form(DrawnForm, every_kind()) is DRAWN
    assert drawn_form(TASK_FORMS["acceptance"], ()) is TASK_FORMS["acceptance"]
    assert issubclass(DRAWN, TaskForm) and TASK_FORMS[DRAWN_FORM] is DrawnForm


def test_the_schema_says_what_the_page_asks() -> None:
    schema = json_schema(DRAWN)
    assert set(schema["properties"]) == declared_fields(DRAWN)
    assert schema["properties"]["why_b"]["x-visible-when"] == "of_choice=b"
    assert set(schema["required"]) == set(EXACT)
    options = schema["properties"]["folded"]["oneOf"]
    assert options[0] == {"const": "o1", "title": "第1项"} and len(options) == 8
