"""Room lint: what a drawing may say, put together from the tables of the check itself: for the page and for docs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.drawn_field import FieldKind
from processes.engine.drawn_fields import LONGEST, MAX_CHOICES
from processes.engine.expression_syntax import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES
from processes.engine.lint import known
from processes.engine.lint_codes import CODES
from processes.engine.lint_elements import MAX_NODES as MAX_ELEMENTS_DRAWN
from processes.engine.lint_elements import Known
from processes.engine.lint_fields import MAX_FIELDS
from processes.engine.lint_graph import MAX_FORKS, MAX_WAYS
from processes.engine.lint_soundness import MAX_STATES
from processes.engine.lint_vocabulary import ALLOWED, DEFINITIONS, MUST_HAVE, NODES, PROPERTIES, TITLES
from processes.engine.tables_kinds import TITLES as KINDS
from processes.engine.tables_kinds import declared_kinds
from processes.engine.timer_value import MAX_TIMES
from processes.engine.xml import MAX_ATTRIBUTE, MAX_BYTES, MAX_ELEMENTS, MAX_TEXT
from processes.engine.xml import MAX_DEPTH as MAX_XML_DEPTH

Row = tuple[str, ...]
_BY_REASON = "写不正确；检查时给出具体的原因和位置"
_BLANK = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Section:
    """One table of what may be drawn."""

    title: str
    told: str
    head: Row
    rows: Sequence[Row]


_NAMES = {
    "userTask": "用户任务：由人办理的环节",
    "businessRuleTask": "业务规则任务：按决策表自动判断",
    "exclusiveGateway": "排他网关：按条件走一个出口；多个出口时须有默认出口，每个其他出口写条件",
    "parallelGateway": "并行网关：分支同时办理；汇合时等齐各入口；汇合不能在循环之内",
    "eventBasedGateway": "事件网关：等待几件事中先发生的一件；最多一个计时器",
    "startEvent": "开始事件：一个，不带触发条件",
    "endEvent": "结束事件：不带条件时只结束本分支；终止时办结案卷，并写明办结状态",
    "intermediateCatchEvent": "中间捕获事件：等待时间或消息",
    "intermediateThrowEvent": "中间抛出事件：发出信号，或请系统做一个动作",
    "boundaryEvent": "边界事件：附着在用户任务上，中断或不中断",
}
_SYNTAX: tuple[Row, ...] = (
    ("比较和逻辑", "==  !=  <  <=  >  >=  in  not in  and  or  not", "amount > 500000 and not is_person"),
    ("算术", "+  -  *  /  //  %", "amount / term_months"),
    ("取值", "名称、字典.键、列表[序号]、甲 if 条件 else 乙", "5 if is_person else 7"),
    ("常量", "数字、“文本”、true、false、null、[列表]", 'tax_grade in ["A", "B"]'),
    ("日期和时长（计时器）", "2027-05-01、P3D、PT2H、R3/P1D", "P3D"),
    (
        "期限（计时器）",
        "working_days(天数, 起算日)、calendar_days(…)、every(次数, 期限)",
        "working_days(7, accepted_on)",
    ),
)


def sections(form_keys: Iterable[str]) -> list[Section]:
    """Every table, in the order in which an owner needs them."""
    words = known(frozenset(form_keys))
    return [*_drawn(), *_said(words), *_named(words), *_bounds()]


def _drawn() -> list[Section]:
    told = "写在元素的扩展属性（spiffworkflow:properties）中。"
    kinds = [(kind.value, kind.label) for kind in FieldKind]
    return [
        Section("元素", "可以画的元素。", ("元素", "说明"), _elements()),
        Section("事件", "每种事件可以有的触发条件；每个事件最多一个。", ("事件", "触发条件"), _events()),
        Section("属性", told, ("元素", "属性", "含义"), _properties()),
        Section("字段类型", "自绘字段的类型。", ("类型", "说明"), kinds),
    ]


def _said(words: Known) -> list[Section]:
    kinds = declared_kinds()
    names = sorted(set(words.names))
    facts = [(name, KINDS[kinds[name].word] if name in kinds else "办理结果") for name in names]
    told = "条件、计时器和决策表都用同一种写法，从不执行程序。"
    functions = _ones({*words.functions, "every"})
    asked = "表达式可以使用的名称；另有本图的自绘字段和决策表的输出。"
    return [
        Section("表达式", told, ("用途", "写法", "示例"), _SYNTAX),
        Section("函数", "表达式可以调用的函数。", ("函数",), functions),
        Section("案卷事项", asked, ("名称", "种类"), facts),
    ]


def _named(words: Known) -> list[Section]:
    told = "事件可以等待的消息，抛出事件可请求的动作。"
    return [
        Section("泳道", "每个环节在且只在一条泳道内。", ("泳道",), _ones(words.lanes)),
        Section("表单", "环节可以使用的表单。", ("表单",), _ones(words.form_keys)),
        Section("状态", "案卷状态。", ("状态", "办结"), _statuses(words.statuses)),
        Section("消息和动作", told, ("名称", "用途"), _heard(words.messages, words.acts)),
        Section("权限", "环节可以要求的权限。", ("权限",), _ones(words.permissions)),
    ]


def _bounds() -> list[Section]:
    told = "检查的每一条意见；“提示”不妨碍发布。"
    return [
        Section("限度", "超过时不能发布。", ("项目", "限度"), _limits()),
        Section("不能发布的原因", told, ("类别", "代码", "意见", "程度"), _refusals()),
    ]


def as_markdown(form_keys: Iterable[str]) -> str:
    """The document docs/bpmn-subset.md."""
    parts = [_HEAD]
    for section in sections(form_keys):
        parts.append(f"## {section.title}\n\n{section.told}\n")
        parts.append(_line(section.head) + _line(tuple("---" for _ in section.head)))
        parts[-1] += "".join(_line(row) for row in section.rows)
    return "\n".join(parts)


_HEAD = """# What a drawing may contain

Written by `flask --app webapp process subset` from the tables of the deploy check (`processes/engine/lint*.py`); do not edit it by
hand, a test compares it. Process owners read the same tables in Chinese at *流程 → 流程与版本 → 绘图规则*. Why the check is as it
is: [0022](decisions/0022-the-deploy-check-tries-every-way.md).
"""


def _line(row: Row) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |\n"


def _ones(names: Iterable[str]) -> list[Row]:
    return [(name,) for name in sorted(names)]


def _elements() -> list[Row]:
    others = sorted(ALLOWED - set(NODES))
    return [*((kind, _NAMES[kind]) for kind in NODES), ("其他", "、".join(others))]


def _events() -> list[Row]:
    return [
        (
            TITLES[kind],
            "、".join([*(() if kind in MUST_HAVE else ("无",)), *(TITLES[one] for one in definitions)]),
        )
        for kind, definitions in DEFINITIONS.items()
    ]


def _properties() -> list[Row]:
    return [
        (f"{TITLES.get(kind, kind)}（{kind}）", name, meaning)
        for kind, names in PROPERTIES.items()
        for name, meaning in names.items()
    ]


def _statuses(statuses: Mapping[str, bool]) -> list[Row]:
    return [(name, "是" if is_final else "") for name, is_final in statuses.items()]


def _heard(messages: Iterable[str], acts: Iterable[str]) -> list[Row]:
    return [*((name, "消息") for name in sorted(messages)), *((name, "动作") for name in sorted(acts))]


def _limits() -> list[Row]:
    return [
        ("文件", f"{MAX_BYTES} 字节，{MAX_ELEMENTS} 个 XML 元素，{MAX_XML_DEPTH} 层"),
        ("属性值、文字", f"{MAX_ATTRIBUTE} 字、{MAX_TEXT} 字"),
        ("环节、事件和网关", f"{MAX_ELEMENTS_DRAWN} 个"),
        ("并行分支", f"{MAX_FORKS} 处，前后相接的组合 {MAX_WAYS} 条"),
        ("为证明走得通而试走的状态", f"{MAX_STATES} 个"),
        ("表达式", f"{MAX_CHARACTERS} 字，{MAX_NODES} 个组成部分，{MAX_DEPTH} 层"),
        ("循环计时器", f"{MAX_TIMES} 次"),
        ("一个环节的自绘字段", f"{MAX_FIELDS} 个，每个 {LONGEST} 字，选项 {MAX_CHOICES} 个"),
        ("检查", "子进程中进行，1 GB 内存、4 秒运算、15 秒时间"),
    ]


def _refusals() -> list[Row]:
    return [
        (
            rule.group,
            code,
            _BLANK.sub("…", rule.text) if rule.text != "{reason}" else _BY_REASON,
            "提示" if rule.is_warning else "错误",
        )
        for code, rule in CODES.items()
    ]
