"""Room lint: the one table of what the check can say: code, group, words with the advice, and whether it stops."""

from __future__ import annotations

from dataclasses import dataclass

from processes.engine.lint_codes_drawn import CONDITION_WARNINGS, DRAWN
from processes.engine.lint_codes_house import HOUSE, HOUSE_WARNINGS
from processes.engine.lint_codes_tables import TABLE_WARNINGS, TABLES
from processes.engine.lint_codes_timed import TIMED, TIMED_WARNINGS
from processes.engine.lint_vocabulary import INSTEAD, Problem

WARNING = "warning"
_FILE = {
    "xml-size": "文件超过 1 MB，不能使用。",
    "xml-syntax": "不是有效的 XML 文件：{reason}",
    "xml-encoding": "文件编码不是 UTF-8、UTF-16 或 GB18030。",
    "xml-proportion": "图形元素过多或嵌套过深，不能使用。",
    "xml-attribute": "属性值过长，不能使用。",
    "xml-text": "文字内容过长，不能使用。",
    "xml-doctype": "文件含有文档类型声明（DOCTYPE），不能使用。",
    "file-kind": "不是 BPMN 2.0 文件。",
    "file-processes": "文件中应有且只有一个可执行的流程。",
    "check-stopped": "流程图过于复杂，检查未能在规定的时间和内存内完成。",
    "engine-refused": "流程图不能执行：{reason}",
}
_ELEMENTS = {
    **{f"element-{kind}": f"图中的 {kind}：{advice}。" for kind, advice in INSTEAD.items()},
    "element-other": "图中的 {kind}：不能使用。",
    "element-foreign": (
        "“{name}”是其他工具的扩展内容，本系统不执行，也不能随流程发布；请用“导入文件”清理，"
        "或改用本系统的表单、字段和泳道。"
    ),
    "attribute-foreign": "属性“{name}”是其他工具的扩展内容，本系统不执行；请用“导入文件”清理，或删除该属性。",
    "attribute-ignored": "属性“{name}”会被引擎忽略，请删除；{advice}。",
    "element-count": "环节、事件和网关合计不得超过 {limit} 个。",
    "event-definition": "{title}不能使用{definition}{hint}。",
    "event-several": "{title}只能有一个触发条件。",
    "event-none": "{title}没有触发条件。",
    "event-signal": "{title}“{name}”没有指明信号，或所指的信号不存在。",
    "event-unheard": "没有边界事件等待信号“{name}”，抛出它不起作用。",
    "event-unthrown": "没有环节会抛出信号“{name}”，该事件永远不会发生。",
    "id-twice": "标识 {id} 重复。",
    "id-odd": "标识只能由英文字母、数字、下划线、点和短横线组成，不超过80个字符。",
    "id-reserved": "标识 {id} 由系统保留，请更换。",
    "id-none": "{title}没有标识。",
    "property-unknown": "属性“{name}”不是{title}的属性，会被忽略；请核对写法，或删除。",
    "property-twice": "属性“{name}”写了两次，只有后一个有效；请删除一个。",
    "process-name": "流程名称不得超过100字，流程标识不得超过60个字符。",
    "picture-number": "图形坐标“{value}”不是数字或过大，请重新摆放该图形。",
    "picture-none": "图中没有“{name}”的图形，在编辑器和流程图上看不到它；请删除后重新画出，或删去文件中的全部图形再导入，由系统排列。",
}

_GROUPS = {
    "文件": _FILE,
    "元素和标识": _ELEMENTS,
    **DRAWN,
    **TIMED,
    **TABLES,
    **HOUSE,
}
# What is worth saying and stops no publication.
_WARNINGS = (
    frozenset(("event-unheard", "event-unthrown", "picture-none", "property-unknown"))
    | TABLE_WARNINGS
    | TIMED_WARNINGS
    | CONDITION_WARNINGS
    | HOUSE_WARNINGS
)


@dataclass(frozen=True)
class Rule:
    """One thing that the check can say."""

    group: str
    text: str
    is_warning: bool


CODES: dict[str, Rule] = {
    code: Rule(group, text, code in _WARNINGS)
    for group, texts in _GROUPS.items()
    for code, text in texts.items()
}


def words(code: str, **values: object) -> str:
    """What a code says of these values."""
    return CODES[code].text.format(**values)


def problem(code: str, element_id: str = "", **values: object) -> Problem:
    """A problem of the table at an element."""
    severity = WARNING if CODES[code].is_warning else "error"
    return Problem(element_id, words(code, **values), code, severity=severity)
