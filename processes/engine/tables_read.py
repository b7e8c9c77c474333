"""Room tables: a decision table of a file as plain rows, and the small facts of its XML that others need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from processes.engine.xml import read_xml

# On a translated cell: what the owner typed. The engine ignores it, an editor of decision tables keeps it.
NAMESPACE = "https://duoshen/table"
TYPED = f"{{{NAMESPACE}}}typed"


@dataclass(frozen=True)
class Column:
    """One column of conditions: what is asked, how it is called and which type the file declares."""

    expression: str
    label: str
    type_ref: str

    @property
    def title(self) -> str:
        """How people call it."""
        return self.label or self.expression


@dataclass(frozen=True)
class Output:
    """One column of results."""

    name: str
    label: str

    @property
    def title(self) -> str:
        """How people call it."""
        return self.label or self.name


@dataclass(frozen=True)
class Rule:
    """One row as it is typed."""

    element_id: str
    cells: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One decision with its table."""

    decision_id: str
    name: str
    policy: str
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


def children(node: etree._Element, name: str) -> list[etree._Element]:
    """Children of that name in whichever DMN namespace the file uses."""
    return [child for child in node if etree.QName(child).localname == name]


def text_of(node: etree._Element) -> str:
    """The typed text below a node, on one line."""
    found = next((child for child in node.iter() if etree.QName(child).localname == "text"), None)
    return "" if found is None else " ".join((found.text or "").split("\n")).strip()


def decisions_of(root: etree._Element) -> Iterator[tuple[etree._Element, etree._Element | None]]:
    """Each decision of a file with its table, if it has one."""
    for decision in children(root, "decision"):
        yield decision, next(iter(children(decision, "decisionTable")), None)


def decision_names(content: bytes) -> list[tuple[str, str]]:
    """Id and name of every decision of a file. Raises XmlRefused."""
    return [(node.get("id", ""), node.get("name", "")) for node, _table in decisions_of(read_xml(content))]


def table_of(decision: etree._Element, found: etree._Element) -> Table:
    """The table as rows."""
    return Table(
        decision.get("id", ""),
        decision.get("name", "") or decision.get("id", ""),
        # An aggregation is a policy of its own, which the engine does not know.
        " ".join((found.get("hitPolicy", "UNIQUE"), found.get("aggregation", ""))).strip().upper(),
        tuple(_column(node) for node in children(found, "input")),
        tuple(Output(node.get("name", ""), node.get("label", "")) for node in children(found, "output")),
        tuple(_rule(node) for node in children(found, "rule")),
    )


def tables_in(root: etree._Element) -> list[Table]:
    """Every table of a file."""
    return [table_of(decision, found) for decision, found in decisions_of(root) if found is not None]


def _column(node: etree._Element) -> Column:
    asked = next(iter(children(node, "inputExpression")), node)
    return Column(text_of(asked), node.get("label", ""), asked.get("typeRef", ""))


def _rule(node: etree._Element) -> Rule:
    return Rule(
        node.get("id", ""),
        tuple(text_of(cell) for cell in children(node, "inputEntry")),
        tuple(text_of(cell) for cell in children(node, "outputEntry")),
    )


def put_text(entry: etree._Element, text: str) -> bool:
    """Write a cell; whether it was another before."""
    node = next(iter(children(entry, "text")), None)
    if node is None or (node.text or "") == text:
        return False
    node.text = text
    return True
