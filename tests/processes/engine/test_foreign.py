"""Files of other modelers: what can be executed comes in, the rest is listed by element, nothing foreign survives."""

from __future__ import annotations

import pytest

from processes.engine.drawing import read_drawing
from processes.engine.foreign import adapt
from processes.engine.foreign_texts import condition_of, time_of
from processes.engine.lint import check
from processes.engine.lint_foreign import HARMLESS
from processes.engine.xml import BPMN, SPIFF, XmlRefused, read_xml
from tests.processes.engine.bad_drawings import FORMS
from tests.processes.engine.foreign_files import BPMN_IO, CAMUNDA_7, CAMUNDA_8, FILES, FLOWABLE, SIGNAVIO

EVIL = (
    *(
        "groovy",
        "listener",
        "Listener",
        "delegate",
        "Bean",
        "connector",
        "http://x",
        "evil",
        "execute",
        "getVariable",
    ),
    *(
        "setVariable",
        "org.example",
        "assignee",
        "embedded:",
        "scriptFormat=",
        "zeebe",
        "camunda:",
        "flowable",
        "bizagi:",
    ),
)


@pytest.mark.parametrize("tool", FILES)
def test_nothing_foreign_survives(tool: str) -> None:
    adapted = adapt(FILES[tool])
    root = read_xml(adapted.bpmn)
    for node in root.iter():
        assert node.tag.startswith((*HARMLESS, SPIFF)), node.tag
        assert all(not str(n).startswith("{") or str(n).startswith(HARMLESS) for n in node.attrib), (
            node.attrib
        )
    text = adapted.bpmn.decode().replace('scriptFormat="text/javascript"', "")
    assert [word for word in EVIL if word in text] == []
    assert adapt(adapted.bpmn).bpmn == adapted.bpmn
    read_drawing(root)


@pytest.mark.parametrize("tool", FILES)
def test_what_is_left_is_refused_by_name_or_asks_for_our_own_words_only(tool: str) -> None:
    codes = {found.code for found in check(adapt(FILES[tool]).bpmn, {}, FORMS)}
    ours = (
        "lane-",
        "step-",
        "end-",
        "expression-name",
        "flow-no-condition",
        "table-missing",
        "timer-",
        "picture-none",
    )
    by_name = {"element-serviceTask", "element-scriptTask"}
    drawn = {"sound-open", "flow-merge", "expression-wrong"}
    assert {code for code in codes - by_name - drawn if not code.startswith(ours)} == set()


def listed(bpmn: bytes) -> list[str]:
    return [" ".join(one) for one in adapt(bpmn).dropped]


@pytest.mark.parametrize(
    ("bpmn", "lines"),
    [
        (
            CAMUNDA_7,
            [
                "invoice 执行监听器（camunda:executionListener）",
                "approve 任务监听器（camunda:taskListener）",
                "approve 脚本（camunda:script）",
                "approve 表单（camunda:formKey）",
                "approve 表单字段 3 个字段已转为自绘字段，请核对",
                "approve 表单字段 字段“approvedAmount”改名为“f_approvedamount”",
                "approve 表单字段 字段“odd”的类型“custom”改为单行文字",
                "pay 委托表达式（camunda:delegateExpression）",
                "pay 连接器（camunda:connector）",
                "r1 数据对象",
            ],
        ),
        (
            CAMUNDA_8,
            [
                "look 表单（zeebe:formDefinition）",
                "look 输入输出映射（zeebe:ioMapping）",
                "f6 条件“=every x in xs satisfies x > 1”",
                " 图形 文件中没有图形的位置",
            ],
        ),
        (
            SIGNAVIO,
            ["sid-3 空的泳池", "sid-m 消息流", " Signavio 的绘图备注", "sid-a 普通任务 已改为用户任务"],
        ),
        (
            FLOWABLE,
            ["ask 执行监听器（flowable:executionListener）", "late 计时器“0 0 12 * * ?”", "ask 办理人"],
        ),
        (BPMN_IO, ["Activity_1 普通任务", "G 分组"]),
    ],
)
def test_what_goes_is_listed_by_element(bpmn: bytes, lines: list[str]) -> None:
    found = listed(bpmn)
    for line in lines:
        assert any(one.startswith(line) for one in found), (line, found)
    assert not [one for one in found if "扩展内容（camunda:formData）" in one], (
        "what was converted is not gone"
    )


def test_fields_lanes_conditions_times_and_decisions_stay() -> None:
    drawing = read_drawing(read_xml(adapt(CAMUNDA_7).bpmn))
    step = drawing.steps["approve"]
    assert [field.name for field in step.fields] == ["f_approvedamount", "way", "odd"]
    assert step.fields[0].is_required and step.fields[1].choices == (("a_b", "甲"), ("c", "乙"))
    assert (step.lane, step.form_key) == ("人社部门", "drawn")
    root = read_xml(adapt(CAMUNDA_7).bpmn)
    assert root.findtext(f".//{BPMN}conditionExpression") == "amount > 5 and not is_person"
    eight = read_drawing(read_xml(adapt(CAMUNDA_8).bpmn))
    assert (eight.decisions, eight.timers["late"].expression) == (("risk",), "P7D")
    assert eight.steps["look"].lane == "人社部门"
    assert not adapt(CAMUNDA_8).has_picture and adapt(BPMN_IO).has_picture


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("= amount > 5", "amount > 5"),
        ("${amount > 5}", "amount > 5"),
        ("#{a == 'x=y' || b != 2}", "a == 'x=y' or b != 2"),
        ("=a = 1 and not(b)", "a == 1 and not(b)"),
        ("${a le 3}", "a <= 3"),
        ("${execution.getVariable('a')}", None),
        ("${''.getClass().forName('java.lang.Runtime')}", None),
        ("=if a then b else c", None),
        ("", None),
    ],
)
def test_simple_conditions_are_said_in_our_words(text: str, ours: str | None) -> None:
    assert condition_of(text) == ours


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("P7D", "P7D"),
        ('="PT2H"', "PT2H"),
        ("${'R3/P1D'}", "R3/P1D"),
        ('=date("2027-01-05")', "2027-01-05"),
        ("0 0 12 * * ?", None),
        ("${bean.when()}", None),
    ],
)
def test_times_are_kept_when_they_are_iso(text: str, ours: str | None) -> None:
    assert time_of(text) == ours


@pytest.mark.parametrize("content", [b"<a/>", b"<!DOCTYPE x><x/>", b"\x00\x01", b""])
def test_what_is_no_drawing_is_refused(content: bytes) -> None:
    with pytest.raises(XmlRefused):
        adapt(content)
