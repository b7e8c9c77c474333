"""Every hostile drawing or table is refused by its own code, and every code of the check has something that triggers it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from processes.blank import blank_drawing
from processes.engine.lint import check, check_in_child
from processes.engine.lint_codes import CODES
from processes.worklist import form_keys
from tests.processes.engine.bad_drawings import FORMS
from tests.processes.engine.hostile import HOSTILE, Hostile

# Said by tables, fields and the house's contract (test_lint_house.py), and tested with them by name.
ELSEWHERE = ("table-", "cell-", "example-", "field-", "start-", "house-")
# What only happens when the child is stopped: tests/processes/engine/test_lint.py.
STOPPED = {"check-stopped", "table-stopped"}


@pytest.mark.parametrize("sent", HOSTILE, ids=[one.name for one in HOSTILE])
def test_each_is_refused_by_its_code(sent: Hostile) -> None:
    found = check(sent.bpmn, sent.decisions, FORMS, sent.tests)
    hit = [one for one in found if one.code == sent.code]
    assert hit, [(one.code, one.message) for one in found]
    assert all(one.is_warning == CODES[one.code].is_warning for one in found)
    assert all(max(one.message) >= "一" for one in hit)
    blanks = re.findall(r"\{\w+\}", CODES[sent.code].text)
    assert [blank for blank in blanks if blank in hit[0].message] == []


def test_every_code_has_something_that_triggers_it() -> None:
    mine = {code for code in CODES if not code.startswith(ELSEWHERE)} - STOPPED
    assert mine <= {one.code for one in HOSTILE}
    assert {one.code for one in HOSTILE} <= set(CODES)
    assert len(HOSTILE) >= 60


def test_the_codes_of_tables_and_fields_are_tested_by_name() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    sent = {one.code for one in HOSTILE} | STOPPED
    others = [code for code in CODES if code.startswith(ELSEWHERE) and code not in sent]
    assert [code for code in others if f'"{code}"' not in told and f'"{code}:' not in told] == []


@pytest.mark.parametrize("name", ["900 steps", "a cell of question marks"])
def test_the_child_refuses_them_as_well(name: str) -> None:
    sent = next(one for one in HOSTILE if one.name == name)
    assert sent.code in {found.code for found in check_in_child(sent.bpmn, sent.decisions, FORMS)}


def test_the_child_has_nothing_to_say_of_a_good_one() -> None:
    assert check_in_child(blank_drawing("visit", "走访").encode(), {}, form_keys()) == []
