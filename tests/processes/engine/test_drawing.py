"""The shipped drawing: valid by the schema, drawn completely, and read as its lanes and clauses say."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnValidator

from processes.engine.definition import parse_definition, stored_definition
from processes.engine.drawing import Drawing, read_drawing
from processes.engine.lint_elements import kind_of
from processes.engine.lint_vocabulary import NODES
from processes.engine.xml import BPMN, XmlRefused, read_xml
from processes.steps import STEPS
from processes.workflow import DEFINITIONS, SHIPPED
from processes.worklist import form_keys
from tests.processes.engine.drawings import HEAD, drawing, end, flow, line, start, timer, user

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
SOURCE = (DEFINITIONS / "combined_review.bpmn").read_bytes()


@pytest.fixture(scope="module")
def root() -> etree._Element:
    return read_xml(SOURCE)


@pytest.fixture(scope="module")
def shipped(root: etree._Element) -> Drawing:
    return read_drawing(root)


def test_it_is_valid_by_the_standard_s_schema(root: etree._Element) -> None:
    BpmnValidator().validate(root, "combined_review.bpmn")


def _drawn(root: etree._Element) -> Iterator[str]:
    for kind in (*NODES, "sequenceFlow", "lane", "participant"):
        for node in root.iter(f"{BPMN}{kind}"):
            yield node.get("id", "")


def test_every_element_has_its_place_in_the_picture_and_nothing_else_has(root: etree._Element) -> None:
    shown = [node.get("bpmnElement") for node in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")]
    assert len(shown) == len(set(shown))
    assert set(shown) == set(_drawn(root))
    for bounds in root.iter(f"{DC}Bounds"):
        assert float(bounds.get("width")) > 0 and float(bounds.get("height")) > 0
        assert float(bounds.get("x")) >= 0 and float(bounds.get("y")) >= 0


def test_every_step_stands_in_the_lane_of_the_office_that_does_it(shipped: Drawing) -> None:
    lanes = {element: step.lane for element, step in shipped.steps.items()}
    assert lanes == {
        "acceptance": "人社部门",
        "supplement": "申请人",
        "qualification_review": "人社部门",
        "refusal_notice_hrss": "人社部门",
        "due_diligence": "担保机构",
        "refusal_notice_guarantor": "担保机构",
        "pre_loan_investigation": "经办金融机构",
        "bank_acceptance": "经办金融机构",
        "counter_guarantee": "经办金融机构",
        "extension_approval": "经办金融机构",
        "disbursement": "经办金融机构",
        "refusal_notice_bank": "经办金融机构",
    }


def _shipped(key: str) -> Drawing:
    return read_drawing(read_xml((DEFINITIONS / f"{key}.bpmn").read_bytes()))


def test_every_form_has_a_step_and_every_step_a_form() -> None:
    drawn = {step.form_key for key in SHIPPED for step in _shipped(key).steps.values()}
    assert drawn == set(STEPS) == form_keys()


def test_only_an_unanswered_supplement_ends_a_case_by_itself(shipped: Drawing) -> None:
    """A missed deadline never approves or refuses anything by itself."""
    assert [timer.element_id for timer in shipped.timers.values() if timer.is_interrupting] == [
        "supplement_due"
    ]
    assert shipped.endings["lapsed"] == "lapsed"


def test_every_step_has_one_clock_with_its_clause(shipped: Drawing) -> None:
    for element in shipped.steps:
        clock = shipped.deadline_of(element)
        assert clock is not None, element
        assert clock.clause, element


def test_the_bank_s_five_days_span_procedure_extension_and_payout(shipped: Drawing) -> None:
    clocks = {
        shipped.deadline_of(element)
        for element in ("counter_guarantee", "extension_approval", "disbursement")
    }
    assert {(clock.deadline, clock.expression) for clock in clocks if clock} == {
        ("bank", "working_days(5, bank_accepted_on)")
    }


def test_the_approver_did_not_investigate(shipped: Drawing) -> None:
    assert shipped.steps["bank_acceptance"].not_same_as == ("pre_loan_investigation",)


def test_a_definition_reads_the_same_from_its_row(shipped: Drawing) -> None:
    tables = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED["combined_review"]}
    made = parse_definition(SOURCE, tables)
    stored = stored_definition(SOURCE.decode(), made.spec_json, made.decisions)
    assert stored.drawing == made.drawing == shipped
    assert {f.name for f in dataclasses.fields(stored)} == {"drawing", "spec_json", "decisions"}
    assert set(stored.specs[0].task_specs) == set(made.specs[0].task_specs)


def _simple(*more: str) -> bytes:
    return drawing(start(), user("work"), end(), *line("begin", "work", "finish"), *more)


def test_a_lane_lost_by_white_space_is_refused() -> None:
    """The engine gives such a step no lane at all, and lanes say who may work."""
    parse_definition(_simple(), {})
    with pytest.raises(XmlRefused, match="泳道"):
        parse_definition(_simple().replace(b">work<", b">\n work \n<"), {})


def test_a_step_that_would_silently_vanish_is_refused() -> None:
    with pytest.raises(XmlRefused, match="不能到达"):
        parse_definition(_simple(user("alone")), {})


@pytest.mark.parametrize("content", [b"<a/>", f"{HEAD}</bpmn:definitions>".encode()])
def test_a_file_without_one_process_is_refused(content: bytes) -> None:
    with pytest.raises(XmlRefused):
        parse_definition(content, {})


def test_events_are_read_with_what_they_mean() -> None:
    timed = _simple(
        timer("due", "work", " working_days(5, received_on) ", True, deadline="review", clause="第二条"),
        end("late", status="lapsed"),
        flow("due", "late"),
    )
    found = read_drawing(read_xml(timed))
    clock = found.timers["due"]
    assert (clock.attached_to, clock.expression) == ("work", "working_days(5, received_on)")
    assert clock.is_interrupting
    assert found.deadline_of("work") == clock
    assert found.endings == {"finish": "", "late": "lapsed"}
    assert kind_of(read_xml(timed)) == "definitions"
