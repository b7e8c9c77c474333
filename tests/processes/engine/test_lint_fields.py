"""The check of drawn fields: each of its codes is triggered by a drawing, and what is sound passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from models.drawn_field import FieldKind
from models.refusal import Refusal
from processes.blank import blank_drawing
from processes.engine.drawing import read_drawing
from processes.engine.drawn_fields import MAX_CHOICES, read_field
from processes.engine.lint import check
from processes.engine.xml import read_xml
from processes.worklist import form_keys
from tests.drawn import ending, field, process, properties, step, unforeseen

pytestmark = pytest.mark.once
CHOICE: dict[str, Any] = {"choices": [["a", "甲"], ["b", "乙"]]}
Drawn = Callable[[], bytes]


def drawn(*fields: tuple[str, str], condition: str = "", **values: str) -> bytes:
    """One step with these fields, and a gateway if there is a condition."""
    asked = step("ask", "填写", *fields, **values)
    return around(asked, condition)


def around(asked: str, condition: str = "", **values: str) -> bytes:
    elements = ['<bpmn:startEvent id="begin" />', asked, ending("finish")]
    flows, lane = "begin > ask\nask > finish", ["begin", "ask", "finish"]
    if condition:
        elements += ['<bpmn:exclusiveGateway id="which" />', ending("other")]
        flows = f"begin > ask\nask > which\nwhich > other : {condition}\nwhich > finish : *"
        lane += ["which", "other"]
    return process("example", "示例", {"人社部门": lane}, elements, flows, **values)


SOUND = field("plain", required=True)
REFUSED: list[tuple[str, bytes]] = [
    ("field-unreadable", drawn(field("Upper"))),
    ("field-unreadable", drawn(("field:broken", "{"))),
    ("field-unreadable", drawn(field("odd", kind="colour"))),
    ("field-count", drawn(*(field(f"f{number}") for number in range(61)))),
    ("field-none", drawn()),
    ("field-board", drawn(SOUND, board="screening")),
    ("step-priority", drawn(SOUND, priority="high")),
    ("field-reserved", drawn(field("amount"))),
    ("field-reserved", drawn(field("qualified"))),
    ("field-reserved", drawn(field("working_days"))),
    ("field-reserved", drawn(field("late_reason"))),
    ("field-reserved", drawn(field("case_id"))),
    ("field-reserved", drawn(field("not"))),
    ("field-visible", drawn(field("late", visible_when="later=a"), field("later", kind="choice", **CHOICE))),
    ("field-visible", drawn(field("self", kind="choice", visible_when="self=a", **CHOICE))),
    ("field-visible-value", drawn(field("kind", kind="choice", **CHOICE), field("why", visible_when="kind=c"))),
    ("field-visible-value", drawn(field("kind", kind="choice", **CHOICE), field("why", visible_when="kind"))),
    ("field-visible-value", drawn(SOUND, field("why", visible_when="plain=x"))),
    ("field-misplaced", around(step("ask", "填写", SOUND)).replace(b'<bpmn:startEvent id="begin" />',
        f'<bpmn:startEvent id="begin">{properties([SOUND])}</bpmn:startEvent>'.encode())),
    ("field-twice", drawn(SOUND, SOUND)),
    ("field-blank", drawn(field("sum", kind="money"), condition="sum > 5")),
    ("field-blank", drawn(field("sure", kind="yes_no"), condition="sure")),
    ("start-word", around(step("ask", "填写", SOUND), startable="maybe")),
    ("start-own", around(step("ask", "填写", SOUND)).replace(b'"example"', b'"combined_review"')),
    ("start-form", drawn(SOUND, form="acceptance")),
    ("start-act", process("example", "示例", {"人社部门": ["begin", "ask", "throw", "finish"]}, [
        '<bpmn:startEvent id="begin" />', step("ask", "填写", SOUND), ending("finish"),
        '<bpmn:intermediateThrowEvent id="throw"><bpmn:messageEventDefinition messageRef="m" /></bpmn:intermediateThrowEvent>',
    ], "begin > ask\nask > throw\nthrow > finish", outside='<bpmn:message id="m" name="cancel_listing" />')),
    ("start-series", around(step("ask", "填写", SOUND), series="CD")),
    ("start-series", around(step("ask", "填写", SOUND), series="ab")),
    ("start-documentation", around(step("ask", "填写", SOUND)).replace("无人预见的业务。".encode(), "长".encode() * 501)),
]  # fmt: skip


def codes(bpmn: bytes) -> set[str]:
    return {found.code for found in check(bpmn, {}, form_keys()) if not found.is_warning}


@pytest.mark.parametrize(
    ("code", "bpmn"), REFUSED, ids=[f"{number}-{code}" for number, (code, _) in enumerate(REFUSED)]
)
def test_what_is_wrong_is_named(code: str, bpmn: bytes) -> None:
    assert code in codes(bpmn)


def test_one_name_has_one_kind() -> None:
    first = step("ask", "填写", field("same", required=True))
    second = step("again", "再填", field("same", kind="date", required=True))
    bpmn = process(
        "example",
        "示例",
        {"人社部门": ["begin", "ask", "again", "finish"]},
        ['<bpmn:startEvent id="begin" />', first, second, ending("finish")],
        "begin > ask\nask > again\nagain > finish",
    )
    assert codes(bpmn) == {"field-kind"}
    assert (
        codes(bpmn.replace(b"&quot;date&quot;", b"&quot;text&quot;").replace(b'"date"', b'"text"')) == set()
    )


ACCEPTED = [
    drawn(SOUND, condition="plain == 'x'"),
    drawn(field("sum", kind="money", required=True), condition="sum > 5"),
    drawn(field("sum", kind="money"), condition="sum != null and sum > 5"),
    drawn(field("kinds", kind="choices", **CHOICE), condition="'a' in kinds"),
    drawn(field("kind", kind="choice", **CHOICE), field("why", visible_when="kind=a|b")),
    drawn(*(field(f"f{number}") for number in range(60))),
    around(step("ask", "填写", SOUND, form="acceptance"), startable=""),
    around(
        step("ask", "填写", field("opinion"), field("decision"), form="acceptance", priority="urgent"),
        startable="",
    ),
    blank_drawing("anything", "空白流程").encode(),
    unforeseen(),
    unforeseen(startable="", series=""),
]


@pytest.mark.parametrize("bpmn", ACCEPTED)
def test_what_is_sound_passes(bpmn: bytes) -> None:
    assert codes(bpmn) == set()


UNREADABLE: list[tuple[str, Any, str]] = [
    ("a", [], "JSON对象"),
    ("a", {"label": "甲"}, "类型"),
    ("a", {"kind": "text"}, "名目"),
    ("a", {"label": " ", "kind": "text"}, "名目"),
    ("a", {"label": "甲" * 61, "kind": "text"}, "60"),
    ("a", {"label": "甲\u202e乙", "kind": "text"}, "控制字符"),
    ("a", {"label": "甲", "kind": "text", "required": "yes"}, "required"),
    ("a", {"label": "甲", "kind": "text", "script": "x"}, "script"),
    ("a", {"label": "甲", "kind": "text", "help": "长" * 201}, "200"),
    ("a", {"label": "甲", "kind": "text", "choices": [["a", "甲"]]}, "不能写选项"),
    ("a", {"label": "甲", "kind": "choice"}, "选项"),
    ("a", {"label": "甲", "kind": "choice", "choices": [["a", "甲"], ["a", "乙"]]}, "重复"),
    ("a", {"label": "甲", "kind": "choice", "choices": [["a|b", "甲"]]}, "值只用"),
    ("a", {"label": "甲", "kind": "choice", "choices": [["a", ""]]}, "选项名称"),
    ("a", {"label": "甲", "kind": "choice", "choices": ["a"]}, "值, 名称"),
    (
        "a",
        {"label": "甲", "kind": "choice", "choices": [[str(n), "x"] for n in range(MAX_CHOICES + 1)]},
        "选项",
    ),
    ("1a", {"label": "甲", "kind": "text"}, "名称"),
    ("a" * 41, {"label": "甲", "kind": "text"}, "名称"),
    ("a", {"label": 5, "kind": "text"}, "label"),
    ("a", {"label": "甲", "kind": ["text"]}, "kind"),
]


@pytest.mark.parametrize(("name", "described", "word"), UNREADABLE)
def test_an_unreadable_field_says_why(name: str, described: Any, word: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_field(name, json.dumps(described, ensure_ascii=False))
    assert word in refused.value.message


@pytest.mark.parametrize("text", ["", "null", "[" * 450, "{" * 450, "1", '"x"', "x" * 501, '{"label": NaN}'])
def test_hostile_text_is_a_refusal(text: str) -> None:
    with pytest.raises(Refusal):
        read_field("a", text)


def test_a_step_knows_its_fields_and_its_priority() -> None:
    drawing = read_drawing(read_xml(unforeseen()))
    asked = drawing.steps["register"].fields
    assert [one.name for one in asked] == ["topic", "guests", "fee", "held_on", "is_open", "sponsor"]
    assert (asked[1].kind, asked[1].is_required, asked[5].visible_when) == (
        FieldKind.INTEGER,
        True,
        "is_open=yes",
    )
    assert drawing.steps["safety"].fields[0].choices == (("ok", "合格"), ("no", "不合格"))
    assert [step.priority for step in drawing.steps.values()] == [0, 1, 0]
    assert drawing.field_names >= {"topic", "safety_result", "paid_fee"}
    assert (drawing.is_startable, drawing.series, drawing.first) == (True, "ZZ", ("register",))
    assert drawing.documentation == "无人预见的业务。"
    other = read_drawing(read_xml(unforeseen(startable="", series="")))
    assert (other.is_startable, other.series) == (False, "TY")
