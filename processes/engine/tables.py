"""Room tables: translates the cells of decision tables for the engine, and gives back what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from processes.engine.lint_codes import words
from processes.engine.tables_cells import CellRefused, read_cell
from processes.engine.tables_examples import check_examples
from processes.engine.tables_kinds import Kind, declared_kinds
from processes.engine.tables_read import (
    NAMESPACE,
    TYPED,
    children,
    decisions_of,
    put_text,
    text_of,
)
from processes.engine.xml import XmlRefused, read_xml

__all__ = ["as_typed", "check_examples", "restore", "translate", "translated"]


def translated(decisions: Mapping[str, bytes]) -> dict[str, bytes]:
    """The tables with every FEEL cell rewritten as the engine composes it; the draft keeps what was typed.

    A file without such a cell stays as it is, byte by byte. Raises XmlRefused for a cell without a translation.
    """
    kinds = declared_kinds()
    return {name: translate(content, kinds) for name, content in decisions.items()}


def as_typed(decisions: Mapping[str, str]) -> dict[str, str]:
    """Published tables as their owner typed them, to be edited again."""
    return {name: _as_typed(text) if NAMESPACE in text else text for name, text in decisions.items()}


def translate(content: bytes, kinds: Mapping[str, Kind]) -> bytes:
    """One table, where facts are of these kinds. Raises XmlRefused."""
    root = read_xml(content)
    changed = False
    for number, column, entry in _entries(root):
        changed |= _translate(number, column, entry, kinds)
    changed |= any([put_text(entry, text_of(entry)) for entry in _results(root)])
    return _written(root) if changed else content


def _as_typed(text: str) -> str:
    return _written(restore(read_xml(text.encode()))).decode()


def restore(root: etree._Element) -> etree._Element:
    """The file as its owner typed it, in place. What a cell says it was counts only where it means what stands there."""
    kinds = declared_kinds() if any(entry.get(TYPED) is not None for entry in root.iter()) else {}
    for _number, column, entry in _entries(root):
        typed = str(entry.attrib.pop(TYPED, ""))
        if typed and _means(typed, column, kinds) == text_of(entry):
            put_text(entry, typed)
    etree.cleanup_namespaces(root)
    return root


def _means(typed: str, column: str, kinds: Mapping[str, Kind]) -> str | None:
    try:
        return read_cell(typed, column, kinds.get(column, _undeclared(column))).engine
    except CellRefused:
        return None


def _undeclared(column: str) -> Kind:
    """A name that no fact has is a drawn field, which may be empty; an expression has no say in that."""
    return Kind(can_be_missing=column.isidentifier())


def _written(root: etree._Element) -> bytes:
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _entries(root: etree._Element) -> Iterator[tuple[int, str, etree._Element]]:
    """Every condition: its row, what its column asks, its element."""
    for _decision, table in decisions_of(root):
        if table is None:
            continue
        columns = [text_of(node) for node in children(table, "input")]
        for number, rule in enumerate(children(table, "rule"), start=1):
            for column, entry in zip(columns, children(rule, "inputEntry"), strict=False):
                yield number, column, entry


def _results(root: etree._Element) -> Iterator[etree._Element]:
    for _decision, table in decisions_of(root):
        for rule in children(table, "rule") if table is not None else ():
            yield from children(rule, "outputEntry")


def _translate(number: int, column: str, entry: etree._Element, kinds: Mapping[str, Kind]) -> bool:
    typed, before = text_of(entry), str(entry.attrib.pop(TYPED, ""))
    if before and _means(before, column, kinds) == typed:
        # Translated before and not touched since.
        typed = before
    try:
        engine = read_cell(typed, column, kinds.get(column, _undeclared(column))).engine
    except CellRefused as refusal:
        reason = words(refusal.code, **refusal.values)
        raise XmlRefused(f"第 {number} 行“{column}”一列的“{typed[:60]}”：{reason}") from refusal
    if engine != typed:
        entry.set(TYPED, typed)
    return put_text(entry, engine) or bool(before)
