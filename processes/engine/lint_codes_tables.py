"""Room lint: what the check can say of decision tables; part of the one table of codes."""

from __future__ import annotations

_TABLES = {
    "table-file": "决策表 {file}：{reason}",
    "table-none": "{file} 中没有决策表。",
    "table-several": "{file} 中有 {count} 个决策，引擎只能执行一个；请每个文件只放一个决策表。",
    "table-name": "文件 {file} 中的决策标识是“{name}”；文件名应为“{name}.dmn”，否则办理环节找不到它。",
    "table-missing": "决策表“{name}”没有随流程一起提供。",
    "table-first": "决策表“{name}”的命中策略应为 FIRST。",
    "table-policy": (
        "命中策略只能是 FIRST 或 COLLECT，其他策略引擎不会遵守；各行互不重叠的表也可以用 UNIQUE。"
    ),
    "table-columns": "第 {row} 行的条件数与列数不一致。",
    "table-results": "第 {row} 行的结果数与输出列数不一致。",
    "table-rows": "决策表没有任何规则，请至少写一行。",
    "table-size": "决策表最多 {rows} 行、{cells} 个条件单元格，请拆成几张表。",
    "table-output": "输出列“{title}”的名称“{name}”不能使用；名称由字母、数字和下划线组成，以字母开头，且不能重复。",
    "table-output-fact": "输出列“{title}”与案卷情况“{name}”同名，结果会被案卷情况盖住；请换一个名称。",
    "table-column-mixed": "“{title}”一列中混用了{kinds}，其中一些单元格永远不会符合；请统一写法。",
    "table-gap": "当 {example} 时没有规则；请补充规则，或在最后一行各列留空，作为其余情况的规则。",
    "table-gap-free": "含有表达式，未能证明完整：当 {example} 时可能没有规则；请核对，或在最后加一行各列留空的规则。",
    "table-overlap": (
        "第 {first} 行与第 {second} 行重叠：{example} 时两行都符合，命中策略 UNIQUE 不允许；"
        "请修改条件，或改用 FIRST（取排在前面的一行）。"
    ),
    "table-overlap-free": (
        "含有表达式，未能证明不重叠：{example} 时第 {first} 行与第 {second} 行可能都符合，系统取前一行。"
    ),
    "table-dead": "第 {row} 行永远不会命中：符合它的情况都已被前面的规则取走；请删除该行，或移到前面。",
    "table-never": "第 {row} 行永远不会命中：没有任何值符合它的条件；请修改条件。",
    "table-large": "表过大，未能证明完整；请拆成几张表，或在最后加一行各列留空的规则。",
    "table-large-rest": "表过大，未能查出永远不会命中的规则；请考虑拆成几张表。",
    "table-stopped": "决策表过于复杂，检查未能在规定的时间和内存内完成。",
    "example-shape": "决策“{name}”的用例格式不正确：{reason}",
    "example-orphan": "用例所属的决策“{name}”不在流程中，这些用例没有运行。",
    "example-fails": "用例“{example}”（第 {row} 行）不符：应为 {expected}，实际为 {found}。",
    "example-error": "用例“{example}”（第 {row} 行）不能计算：{reason}",
}
_CELLS = {
    "table-cell": "单元格不得超过 {limit} 个字符。",
    "cell-reserved": "单元格中不能出现“{name}”，引擎保留了这个名称。",
    "cell-glued": (
        "表达式“{text}”不正确：引擎会把单元格直接接在列名后面；请写“? in (3, 20)”，或直接写“3, 20”。"
    ),
    "cell-comma": "逗号前后缺少内容；请写成“3, 20”这样。",
    "cell-value": "比较符号或区间缺少数值；请写成“> 5”或“[1..5]”这样。",
    "cell-list": "“{text}”是一个列表，永远不会等于一个值；请直接写“1, 2”，不加括号。",
    "cell-syntax": "{reason}",
    "cell-word": '表达式“{text}”中的“{name}”不是已声明的名称；如果是文本，请加英文双引号："{name}"。',
    "cell-quotes": "引号没有成对，引擎会看错其中的“?”；文本统一使用英文双引号，文本中不要再用单引号。",
    "cell-truth": "“{text}”的结果不是“是”或“否”，引擎会把它当作总是符合；请写成比较，如“? > 5”。",
    "cell-compares": "比较的结果不会等于本列的值；请直接写“> 5”，或用 ? 代表本列的值。",
    "cell-order": "是否值和空值不能比较大小；请写 true、false 或 null。",
    "cell-kind": "本列是{kind}，单元格“{text}”却与{wrong}比较，永远不会符合；{instead}。",
    "cell-mixed": "同一个单元格中混用了不同种类的值，其中一种永远不会符合；请分成两行。",
}

TABLES = {"决策表": _TABLES, "决策表的单元格": _CELLS}
# What is worth saying and stops no publication.
TABLE_WARNINGS = frozenset(
    ("table-gap-free", "table-overlap-free", "table-dead", "table-large-rest", "example-orphan")
)
