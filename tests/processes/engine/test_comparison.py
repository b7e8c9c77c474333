"""What differs between two drawings: every kind of change in the words of who draws it, and nothing that is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from processes.engine.comparison import changes
from processes.engine.xml import XmlRefused
from processes.workflow import DEFINITIONS, SHIPPED

BPMN = (DEFINITIONS / "combined_review.bpmn").read_text(encoding="utf-8")
TABLE = (DEFINITIONS / "eligibility.dmn").read_text(encoding="utf-8")
REVIEW = '<bpmn:userTask id="qualification_review" name="资格审核">'
FIELD = "{&quot;label&quot;:&quot;%s&quot;,&quot;kind&quot;:&quot;text&quot;,&quot;required&quot;:%s}"
CHECK = (
    '<bpmn:userTask id="finance_check" name="财政复核"><bpmn:extensionElements><spiffworkflow:properties>'
    '<spiffworkflow:property name="form" value="drawn" /></spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>'
)
CLOCK = (
    '<bpmn:boundaryEvent id="finance_due" name="复核时限" attachedToRef="finance_check" cancelActivity="false">'
    '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="deadline" value="finance" />'
    "</spiffworkflow:properties></bpmn:extensionElements><bpmn:timerEventDefinition>"
    "<bpmn:timeDate>working_days(3)</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
)
FLOW = '<bpmn:sequenceFlow id="flow_new" sourceRef="qualification_review" targetRef="finance_check" />'


def said(old: str, new: str) -> list[str]:
    """Every change as one line."""
    return [f"{one.title} {one.words}" for one in changes(old, new)]


def put(old: str, new: str) -> Callable[[str], str]:
    """A drawing in which `old`, which is there, is `new`."""

    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return edit


def reviewed(name: str, value: str) -> Callable[[str], str]:
    """A property more on 资格审核."""
    head = '<spiffworkflow:property name="form" value="qualification_review" />'
    return put(head, f'{head}<spiffworkflow:property name="{name}" value="{value}" />')


def in_lane(lane: str) -> Callable[[str], str]:
    """资格审核 stands in another lane."""

    def edit(text: str) -> str:
        reference = "<bpmn:flowNodeRef>qualification_review</bpmn:flowNodeRef>"
        head, tail = f'<bpmn:lane id="{lane}"', text.replace(reference, "")
        start = tail.index(">", tail.index(head)) + 1
        return tail[:start] + reference + tail[start:]

    return edit


def another_gateway(text: str) -> str:
    """case_opened is of another kind."""
    head, tail = text.split('<bpmn:parallelGateway id="case_opened">')
    return f'{head}<bpmn:inclusiveGateway id="case_opened">' + tail.replace(
        "</bpmn:parallelGateway>", "</bpmn:inclusiveGateway>", 1
    )


CHANGES: list[tuple[str, Callable[[str], str], list[str]]] = [
    ("deadline", put("working_days(7, accepted_on)", "working_days(5, accepted_on)"),
     ["环节“资格审核” 时限 7 → 5 个工作日"]),
    ("unit", put("working_days(7, accepted_on)", "calendar_days(7, accepted_on)"),
     ["环节“资格审核” 时限 7 个工作日 → 7 个自然日"]),
    ("start of the term", put("working_days(7, accepted_on)", "working_days(7)"),
     ["环节“资格审核” 时限起算 accepted_on → 当日"]),
    ("clause", put("第二条（资格审核，7个工作日）", "第三条"),
     ["环节“资格审核” 时限依据 内人社发〔2021〕22号第二条（资格审核，7个工作日） → 内人社发〔2021〕22号第三条"]),
    ("warnings of a clock",
     put('name="deadline" value="qualification" />',
         'name="deadline" value="qualification" /><spiffworkflow:property name="warnings" value="-1=assignee" />'),
     ["环节“资格审核” 时限预警 （无） → -1=assignee"]),
    ("what a missed clock ends",
     put('attachedToRef="qualification_review" cancelActivity="false"', 'attachedToRef="qualification_review"'),
     ["环节“资格审核” 时限届满时 本环节继续办理 → 终止本环节"]),
    ("name", put(REVIEW, REVIEW.replace("资格审核", "资格复核")), ["环节“资格复核” 名称 资格审核 → 资格复核"]),
    ("lane", in_lane("lane_bank"), ["环节“资格审核” 泳道 人社部门 → 经办金融机构"]),
    ("lane renamed", put('name="担保机构"', 'name="财政部门"'), ["泳道“财政部门” 名称 担保机构 → 财政部门"]),
    ("form", put('value="qualification_review" />', 'value="due_diligence" />'),
     ["环节“资格审核” 表单 资格审核 → 尽职调查"]),
    ("status", put('value="qualifying"', 'value="investigating"'),
     ["环节“资格审核” 案卷状态 资格审核中 → 尽职调查/贷前调查中"]),
    ("separation", reviewed("not_same_as", "acceptance"),
     ["环节“资格审核” 不得由同一人办理的环节 （无） → 受理审查"]),
    ("priority", reviewed("priority", "urgent"), ["环节“资格审核” 优先级 （无） → 急件"]),
    ("permission",
     put('value="qualifying" /><spiffworkflow:property name="permission" value="task:work"',
         'value="qualifying" /><spiffworkflow:property name="permission" value="task:assign"'),
     ["环节“资格审核” 办理权限 task:work → task:assign"]),
    ("unknown property", reviewed("colour_of_paper", "red"), ["环节“资格审核” 属性“colour_of_paper” （无） → red"]),
    ("field", reviewed("field:site", FIELD % ("现场", "true")),
     ["环节“资格审核” 字段“现场” （无） → 现场（单行文字，必填）"]),
    ("multi-instance",
     put(REVIEW, f"{REVIEW}<bpmn:multiInstanceLoopCharacteristics isSequential='true' />"),
     ["环节“资格审核” 其他设置 （无） → multiInstanceLoopCharacteristics isSequential=true"]),
    ("condition", put(">qualified<", ">not qualified<"),
     ["连线“符合” 条件 qualified → not qualified"]),
    ("flow led elsewhere",
     put('sourceRef="is_complete" targetRef="qualification_review"', 'sourceRef="is_complete" targetRef="supplement"'),
     ["连线“齐全，予以受理” 走向 材料齐全？ 至 资格审核 → 材料齐全？ 至 补正材料"]),
    ("default flow",
     put('default="flow_is_complete__supplement"', 'default="flow_is_complete__qualification_review"'),
     ["判断网关“材料齐全？” 默认去向 补正材料 → 资格审核"]),
    ("message",
     put('messageRef="message_withdrawal"', 'messageRef="message_none"'),
     ["等待事件“申请人撤回” 事件 消息（withdrawal） → 消息（message_none）"]),
    ("promise", put('name="promise" value="21"', 'name="promise" value="18"'),
     ["流程“创业担保贷款多审合一” 承诺办结时限 21 → 18 个工作日"]),
    ("ending", put('value="lapsed"', 'value="refused"'),
     ["结束事件“逾期未补正视为撤回” 案卷状态 逾期未补正视为撤回 → 不符合条件（已通知）"]),
    ("decision shown", put('name="decision" value="eligibility"', 'name="decision" value="other"'),
     ["环节“资格审核” 规则提示（决策表） eligibility → other"]),
    ("kind", another_gateway,
     ["包容网关“未命名” 类型 并行网关 → 包容网关"]),
    ("documentation", put(REVIEW, f"{REVIEW}<bpmn:documentation>须双人</bpmn:documentation>"),
     ["环节“资格审核” 说明 （无） → 须双人"]),
    ("step with its clock and a flow", put(REVIEW, CHECK + CLOCK + FLOW + REVIEW),
     ["环节“财政复核” 新增：表单 只有自绘字段；时限 3 个工作日", "连线“资格审核 至 财政复核” 新增：走向 资格审核 至 财政复核"]),
    ("a note", put("</bpmn:process>", '<bpmn:textAnnotation id="n1"><bpmn:text>注意</bpmn:text></bpmn:textAnnotation></bpmn:process>'),
     ["注释“n1” 新增：文字 注意"]),
    ("moved", put('bpmnElement="qualification_review"><dc:Bounds x="', 'bpmnElement="qualification_review"><dc:Bounds x="9'),
     ["环节“资格审核” 移动"]),
    ("colour", put('bpmnElement="qualification_review">', 'bpmnElement="qualification_review" xmlns:c="urn:c" c:fill="#fff">'),
     ["环节“资格审核” 颜色 （无） → #fff"]),
    ("written otherwise", put("<bpmn:startEvent", "<!-- a remark -->\n   <bpmn:startEvent"), []),
    ("number written otherwise", put('<dc:Bounds x="120"', '<dc:Bounds x="120.0"'), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "expected"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_a_change_is_told_in_words(edit: Callable[[str], str], expected: list[str]) -> None:
    found = said(BPMN, edit(BPMN))
    assert [line for line in found if line in expected] == expected
    # A lane that is renamed is told at each of its steps too; nothing else comes along.
    assert all("泳道" in line for line in found if line not in expected), found


def test_what_is_gone_is_told_as_what_came() -> None:
    with_check = BPMN.replace(REVIEW, CHECK + CLOCK + REVIEW, 1)
    assert said(with_check, BPMN) == ["环节“财政复核” 删除：表单 只有自绘字段；时限 3 个工作日"]


def test_a_clock_that_comes_or_goes_is_a_change_of_its_step() -> None:
    clock = CLOCK.replace("finance_check", "supplement")
    with_clock = BPMN.replace(REVIEW, clock + REVIEW, 1)
    assert said(BPMN, with_clock) == ["环节“补正材料” 时限 （无） → 3 个工作日"]
    assert said(with_clock, BPMN) == ["环节“补正材料” 时限 3 个工作日 → （无）"]


def test_lines_that_only_follow_a_step_have_not_been_moved() -> None:
    moved = BPMN.replace(
        'bpmnElement="qualification_review"><dc:Bounds x="',
        'bpmnElement="qualification_review"><dc:Bounds x="9',
    )
    head, tail = moved.split('bpmnElement="flow_is_complete__qualification_review"', 1)
    moved = head + 'bpmnElement="flow_is_complete__qualification_review"' + tail.replace('x="', 'x="1', 1)
    assert said(BPMN, moved) == ["环节“资格审核” 移动"]


CELLS: list[tuple[str, str, str, list[str]]] = [
    ("cell", "&lt; minimum_age", "&lt; 18", ["决策表“资格审核规则” 第 2 行“年龄（周岁）” < minimum_age → < 18"]),
    ("policy", 'hitPolicy="COLLECT"', 'hitPolicy="FIRST"', ["决策表“资格审核规则” 命中方式 汇总 → 首个"]),
    ("column", 'label="申请金额"', 'label="金额"',
     ["决策表“资格审核规则” 输入列“金额” 申请金额，amount，number → 金额，amount，number"]),
    ("name", '<decision id="eligibility" name="资格审核规则">', '<decision id="eligibility" name="规则">',
     ["决策表“规则” 名称 资格审核规则 → 规则"]),
    ("note of a row", "<description>达到最低法定劳动年龄</description>", "<description>年龄</description>",
     ["决策表“资格审核规则” 第 2 行“说明” 达到最低法定劳动年龄 → 年龄"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS]
)
def test_a_table_is_compared_by_row_and_column(old: str, new: str, expected: list[str]) -> None:
    assert old in TABLE
    found = changes(BPMN, BPMN, {"e.dmn": TABLE}, {"e.dmn": TABLE.replace(old, new, 1)})
    assert [f"{one.title} {one.words}" for one in found][:1] == expected
    assert {one.element_id for one in found} == {"eligibility"}


def test_a_row_that_comes_or_goes_is_one_change() -> None:
    start = TABLE.index('<rule id="eligibility_rule2">')
    end = TABLE.index("</rule>", start) + len("</rule>")
    without = TABLE[:start] + TABLE[end:]
    gone = changes(BPMN, BPMN, {"e": TABLE}, {"e": without})
    come = changes(BPMN, BPMN, {"e": without}, {"e": TABLE})
    for found, words in ((gone, "→ （无）"), (come, "（无） →")):
        rows = [one for one in found if one.attribute == "第 2 行"]
        assert len(rows) == 1 and words in rows[0].words and "< minimum_age" in rows[0].words
        assert {one.attribute for one in found} == {"第 2 行", "行的次序"}


def test_a_table_that_comes_or_goes() -> None:
    assert [one.words for one in changes(BPMN, BPMN, {}, {"e": TABLE})] == ["新增"]
    assert [one.words for one in changes(BPMN, BPMN, {"e": TABLE}, {})] == ["删除"]


@pytest.mark.parametrize("key", SHIPPED)
def test_a_drawing_does_not_differ_from_itself_and_differs_from_another(key: str) -> None:
    text = (DEFINITIONS / f"{key}.bpmn").read_bytes()
    tables = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED[key]}
    assert changes(text, text, tables, tables) == []
    assert key == "combined_review" or changes(text, BPMN)


@pytest.mark.parametrize(
    "value", ["[]", "1", '{"kind":"text"', "[" * 400, '{"kind":"no"}', '{"kind":"text","choices":5}']
)
def test_a_field_that_is_none_is_shown_as_it_stands(value: str) -> None:
    quoted = value.replace('"', "&quot;")
    (line,) = said(BPMN, reviewed("field:site", quoted)(BPMN))
    assert line == f"环节“资格审核” 字段“site” （无） → {value}"


def test_a_file_that_is_no_drawing_is_refused() -> None:
    with pytest.raises(XmlRefused):
        changes(BPMN, "<x><y></x>")


def test_a_node_without_a_name_is_told_by_its_kind() -> None:
    flow = '<bpmn:sequenceFlow id="more" sourceRef="case_opened" targetRef="investigations_open" />'
    found = said(BPMN, BPMN.replace("</bpmn:process>", f"{flow}</bpmn:process>"))
    assert found == [
        "连线“并行网关（未命名） 至 并行网关（未命名）” 新增：走向 并行网关（未命名） 至 并行网关（未命名）"
    ]
