"""Every question of every form against hostile text: a Chinese sentence at the field or a sound value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.forms.asking import ALL_FORMS, CHINESE, filled, find, paths

HOSTILE = {
    "nan": "NaN",
    "signalling nan": "sNaN",
    "infinity": "-Infinity",
    "overflow": "1e309",
    "huge exponent": "1E+1000000",
    "negative": "-1",
    "minus zero": "-0.00",
    "full width": "１２３",
    "superscript": "5²",
    "arabic digits": "١٢٣",
    "underscores": "1_000",
    "many digits": "9" * 5000,
    "no such day": "2026-02-30",
    "year zero": "0000-00-00",
    "full width day": "２０２６－０２－２８",
    "nul": "正常\x00文字",
    "newline at the end": "150627199001010005\n",
    "escape": "\x1b[31m红\x1b[0m",
    "direction override": "付款\u202e甲方",
    "lone surrogate": "\ud800",
    "noncharacter": "\uffff",
    "html": "<script>alert(1)</script>",
    "attribute": '" onfocus="alert(1)" autofocus="',
    "sql": "'; DROP TABLE case_file; --",
    "jinja": "{{ config.items() }}{% for x in y %}",
    "format": "%s%n{0.__class__}",
    "zalgo": "e" + "\u0301" * 500,
    "long": "长" * 34_000,
    "long ascii": "A" * 100_000,
    "blank": " \t\u3000\u200b\u2060\u00ad\u3164",
}
QUESTIONS = [(key, path, needed) for key, form in ALL_FORMS.items() for path, needed in paths(form)]
PLAIN = (str, bool, int, Decimal, date, list, type(None))


def test_the_table_covers_the_forms() -> None:
    assert len(ALL_FORMS) == 56
    assert len(QUESTIONS) > 250
    assert sum(1 for _, path, _ in QUESTIONS if "-0-" in path) > 50


SHORT = ("money", "number", "percent", "count", "date", "resident_id", "uscc", "phone", "account", "postcode")
SOUND = {
    "full width": {"money", "number", "percent", "count"},
    "full width day": {"date"},
    "newline at the end": {"resident_id", "account"},
}


@pytest.mark.parametrize(
    ("key", "path", "needed"), QUESTIONS, ids=[f"{key}:{path}" for key, path, _ in QUESTIONS]
)
def test_hostile_text_never_raises(key: str, path: str, needed: dict[str, str]) -> None:
    for name, text in HOSTILE.items():
        form = filled(ALL_FORMS[key], **needed, **{path: text})
        question = find(form, path)
        judge(question, text)
        if question.kind in SHORT and name != "blank" and question.kind not in SOUND.get(name, ()):
            assert question.errors, f"{question.kind} took {name}"
        assert set(form.errors) == {name.partition("-")[0] for name in form.faults()}


def judge(question: Any, text: str) -> None:
    """A Chinese sentence or a plain sound value; what was typed is kept; the page can still be drawn."""
    assert all(CHINESE.search(error) for error in question.errors)
    assert not any("\ud800" in error for error in question.errors)
    answer = question.answer()
    assert question.errors or isinstance(answer, PLAIN)
    assert not isinstance(answer, Decimal) or (answer.is_finite() and answer >= 0) or question.errors
    if question.kind != "checkbox":
        assert question.raw in (text, text.strip())
    drawn = str(question())
    assert "<script>" not in drawn
    assert '" onfocus="' not in drawn
    drawn.encode("utf-8")
