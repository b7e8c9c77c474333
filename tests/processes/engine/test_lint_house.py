"""What the house expects of its own processes: gutted drawings are refused, owners' changes are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.scheme import Scheme
from processes.engine.drawing import read_drawing
from processes.engine.lint import check, check_in_child
from processes.engine.lint_house import check_house
from processes.engine.xml import read_xml
from processes.house_contracts import HOUSE, contract_of
from processes.workflow import DEFINITIONS, SHIPPED
from processes.worklist import form_keys
from tests.migrating import FIVE, SEVEN, drawing
from tests.processes.engine.bad_drawings import CLOSED, work
from tests.processes.engine.drawings import drawing as drawn
from tests.processes.engine.drawings import line, start

pytestmark = pytest.mark.once
GUTTED = (start(), work("acceptance", form="acceptance"), CLOSED, *line("begin", "acceptance", "finish"))
FIELD = '<spiffworkflow:property name="field:visited" value=\'{"label":"走访","kind":"yes_no"}\' />'
FORM = '<spiffworkflow:property name="form" value="acceptance" />'

VISITED = (
    '<bpmn:sequenceFlow id="flow_visit__acceptance" sourceRef="visit" targetRef="acceptance" />'
    '<bpmn:userTask id="visit" name="部门核查"><bpmn:extensionElements><spiffworkflow:properties>'
    '<spiffworkflow:property name="form" value="drawn" /><spiffworkflow:property name="status" value="submitted" />'
    + FIELD
    + "</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
)


def codes(bpmn: bytes) -> set[str]:
    return {found.code for found in check_house(read_drawing(read_xml(bpmn)), contract_of)}


def test_every_process_of_the_house_has_a_contract() -> None:
    assert SHIPPED.keys() - {Scheme.GENERAL.process} == HOUSE and len(HOUSE) == 10
    assert all(codes((DEFINITIONS / f"{key}.bpmn").read_bytes()) == set() for key in SHIPPED)


@pytest.mark.parametrize("key", sorted(HOUSE))
def test_a_gutted_process_of_the_house_is_refused(key: str) -> None:
    bpmn = drawn(*GUTTED, key=key)
    found = check(bpmn, {}, form_keys(), None, contract_of)
    missing = {one.code for one in found if not one.is_warning}
    assert {"house-missing-form", "house-missing-ending"} <= missing
    # Offices change hands by an owner's drawing and a second person's word (tests/processes/test_screening.py).
    assert ("house-missing-lane", True) in {(one.code, one.is_warning) for one in found}
    assert check(bpmn, {}, form_keys()) == [], "only because of what it is called"


def test_the_child_asks_for_the_contract() -> None:
    found = check_in_child(drawn(*GUTTED, key="combined_review"), {}, form_keys())
    assert "house-missing-message" in {one.code for one in found}
    alone = check_in_child(drawn(*GUTTED, key="visits"), {}, form_keys())
    assert [(one.code, one.is_warning) for one in alone] == [("house-uncalled", True)]


@pytest.mark.parametrize(
    ("key", "old", "new", "code"),
    [
        ("combined_review", 'name="withdrawal"', 'name="listed"', "house-missing-message"),
        ("screening", 'name="group_asked"', 'name="group_approval"', "house-missing-act"),
        ("combined_review", 'value="disbursed"', 'value="completed"', "house-missing-ending"),
        ("combined_review", 'value="disbursed"', 'value="completed"', "house-general-status"),
        ("combined_review", 'name="担保机构"', 'name="人社部门"', "house-missing-lane"),
        ("combined_review", 'value="due_diligence"', 'value="diligence"', "house-missing-form"),
        ("combined_review", 'value="qualification"', 'value="quick"', "house-clock-gone"),
        ("combined_review", SEVEN, "working_days(8, accepted_on)", "house-clock-longer"),
        ("combined_review", SEVEN, "working_days(7)", "house-clock-longer"),
        ("combined_review", SEVEN, "calendar_days(9, accepted_on)", "house-clock-longer"),
        ("arrears", "calendar_days(arrears_wait_days,", "working_days(arrears_wait_days,", None),
        ("arrears", "working_days(arrears_consent_days, ", "working_days(90, ", "house-clock-longer"),
    ],
)
def test_each_loss_is_said(key: str, old: str, new: str, code: str | None) -> None:
    assert (code is None) or code in codes(drawing((old, new), key=key))


CHANGES: dict[str, Callable[[], bytes]] = {
    "seven days become five": lambda: drawing((SEVEN, FIVE)),
    "working days become calendar days": lambda: drawing((SEVEN, "calendar_days(7, accepted_on)")),
    "an added field": lambda: drawing((FORM, FORM + FIELD)),
    "an added check of the offices": lambda: drawing(
        ('targetRef="acceptance" />', 'targetRef="visit" />' + VISITED),
        (
            "<bpmn:flowNodeRef>acceptance<",
            "<bpmn:flowNodeRef>visit</bpmn:flowNodeRef><bpmn:flowNodeRef>acceptance<",
        ),
    ),
    "a renamed step": lambda: drawing(('name="受理审查"', 'name="受理申请材料"')),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_owners_may_change_passes(change: str) -> None:
    tables = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED["combined_review"]}
    found = check(CHANGES[change](), tables, form_keys(), None, contract_of)
    assert [one for one in found if not one.is_warning or one.code.startswith("house-")] == []
