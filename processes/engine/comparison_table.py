"""Room comparison: a decision table as facts by row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from processes.engine.comparison_element import local
from processes.engine.tables import restore
from processes.engine.xml import read_xml

TABLE = "决策表"
# Key → title and value. The key of a cell is its row, a slash, its column; the columns come first, then the rows.
Table = dict[str, tuple[str, str]]
_HIT = {
    "UNIQUE": "唯一",
    "FIRST": "首个",
    "ANY": "任一",
    "COLLECT": "汇总",
    "RULE ORDER": "按行序",
    "PRIORITY": "优先",
}


@dataclass(frozen=True)
class Row:
    """One rule of a table: 第 3 行, and its cells in one line."""

    title: str
    text: str


def read_decisions(decisions: Mapping[str, str | bytes]) -> dict[str, Table]:
    """Decision id → its table. Raises XmlRefused."""
    found = {}
    for content in decisions.values():
        root = restore(read_xml(content.encode() if isinstance(content, str) else content))
        for node in root.iter():
            if local(node) == "decision":
                found[node.get("id", "")] = dict(_table(node))
    return found


def rows_by_id(table: Mapping[str, tuple[str, str]]) -> dict[str, Row]:
    """Row id → its title and its filled cells."""
    rows: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for key, (title, value) in table.items():
        row, slash, _column = key.partition("/")
        if slash:
            head, _, column = title.partition("“")
            titles[row] = head
            rows.setdefault(row, []).extend([f"{column.rstrip('”')} {value}"] if value else [])
    return {row: Row(titles[row], "，".join(cells) or "（空行）") for row, cells in rows.items()}


def _table(decision: etree._Element) -> Iterator[tuple[str, tuple[str, str]]]:
    yield "name", ("名称", decision.get("name", ""))
    table = next((node for node in decision.iter() if local(node) == "decisionTable"), None)
    if table is None:
        yield "text", ("内容", " ".join("".join(str(part) for part in decision.itertext()).split()))
        return
    policy, gathered = table.get("hitPolicy", "UNIQUE"), table.get("aggregation", "")
    yield "policy", ("命中方式", " ".join(filter(None, [_HIT.get(policy, policy), gathered])))
    columns = [node for node in table if local(node) in ("input", "output")]
    for number, column in enumerate(columns, 1):
        yield from _column(number, column)
    titles = [_title(column) for column in columns]
    order = []
    for number, rule in enumerate((node for node in table if local(node) == "rule"), 1):
        row = rule.get("id") or f"row{number}"
        order.append(row)
        yield from _cells(row, number, rule, titles)
    yield "order", ("行的次序", "、".join(order))


def _column(number: int, column: etree._Element) -> Iterator[tuple[str, tuple[str, str]]]:
    key, title = column.get("id") or f"column{number}", _title(column)
    word = "输入列" if local(column) == "input" else "输出列"
    expression = next((node for node in column.iter() if local(node) == "inputExpression"), column)
    content = _text(expression) if expression is not column else column.get("name", "")
    values = next((_text(node) for node in column if local(node) in ("inputValues", "outputValues")), "")
    kind = expression.get("typeRef", "")
    said = "，".join(filter(None, [title, content, kind, f"可取 {values}" if values else ""]))
    yield f"column:{key}", (f"{word}“{title}”", said)


def _title(column: etree._Element) -> str:
    expression = next((node for node in column.iter() if local(node) == "inputExpression"), None)
    written = _text(expression) if expression is not None else ""
    return str(column.get("label") or column.get("name") or written or column.get("id", ""))


def _cells(
    row: str, number: int, rule: etree._Element, titles: list[str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    head = f"第 {number} 行"
    entries = [node for node in rule if local(node) in ("inputEntry", "outputEntry")]
    for title, entry in zip([*titles, *[""] * len(entries)], entries, strict=False):
        yield f"{row}/{title}", (f"{head}“{title}”", _text(entry))
    for node in rule:
        if local(node) == "description":
            yield f"{row}/description", (f"{head}“说明”", (node.text or "").strip())


def _text(node: etree._Element) -> str:
    """The text of a cell: its own, or that of its `text` element."""
    inner = next((child for child in node if local(child) == "text"), None)
    return " ".join(((node if inner is None else inner).text or "").split())
