"""Texts of a clock that name another number of days than it counts are a warning; those shipped are consistent."""

from __future__ import annotations

from pathlib import Path

import pytest

from processes.engine.drawing import read_drawing
from processes.engine.lint_clauses import check_clauses
from processes.engine.xml import read_xml

pytestmark = pytest.mark.once
FOLDER = Path(__file__).parents[3] / "processes" / "definitions"


def told(bpmn: bytes) -> list[str]:
    found = list(check_clauses(read_drawing(read_xml(bpmn))))
    assert all(one.code == "clause-days" and one.is_warning for one in found)
    return [one.message for one in found]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.bpmn")), ids=lambda file: file.stem)
def test_what_is_shipped_agrees_with_itself(file: Path) -> None:
    assert told(file.read_bytes()) == []


def test_seven_made_five_says_that_the_basis_still_names_seven() -> None:
    shipped = (FOLDER / "combined_review.bpmn").read_bytes()
    changed = told(shipped.replace(b"working_days(7, accepted_on)", b"working_days(5, accepted_on)"))
    assert len(changed) == 1 and "“7个工作日”，而时限为 5 个工作日" in changed[0]
    assert any(
        "“21个工作日”，而时限为 19" in one for one in told(shipped.replace(b'value="21"', b'value="19"'))
    )
