"""Room lint: the decision tables that come with a drawing: present, named, sound, complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from processes.engine.drawing import Drawing
from processes.engine.lint_codes import problem
from processes.engine.lint_elements import Known
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables_findings import ONE_ROW, Words, findings
from processes.engine.tables_kinds import declared_kinds
from processes.engine.tables_read import decisions_of, table_of
from processes.engine.xml import BPMN, SPIFF, XmlRefused, read_xml
from processes.facts import FACTS


def read_tables(decisions: Mapping[str, bytes]) -> tuple[dict[str, etree._Element], list[Problem]]:
    """The safe tables by file name, and a problem for each that is not."""
    tables, problems = {}, []
    for name, content in decisions.items():
        try:
            tables[name] = read_xml(content)
        except XmlRefused as error:
            problems.append(problem("table-file", name, file=name, reason=error))
    return tables, problems


def check_tables(
    root: etree._Element, drawing: Drawing, decisions: Mapping[str, etree._Element], known: Known
) -> Iterator[Problem]:
    """Called tables are present, decide for one row, and every table is sound and complete."""
    words = words_of(known, drawing)
    policies: dict[str, str] = {}
    for name, file in decisions.items():
        yield from _file(name, file, words, policies)
    yield from _called(root, drawing, policies)


def words_of(known: Known, drawing: Drawing | None = None) -> Words:
    """What the cells of a drawing's tables may speak of."""
    steps = drawing.steps.values() if drawing else ()
    drawn = {field.name: field.kind.value for step in steps for field in step.fields}
    return Words({*known.names, *drawn}, known.functions, declared_kinds(drawn), FACTS)


def _file(name: str, file: etree._Element, words: Words, policies: dict[str, str]) -> Iterator[Problem]:
    found = list(decisions_of(file))
    if len(found) > 1:
        yield problem("table-several", name, file=name, count=len(found))
    if not found:
        yield problem("table-none", name, file=name)
    for decision, table in found:
        if table is None:
            yield problem("table-none", decision.get("id", name), file=name)
            continue
        read = table_of(decision, table)
        policies[read.decision_id] = read.policy
        if name != f"{read.decision_id}.dmn":
            yield problem("table-name", read.decision_id, file=name, name=read.decision_id)
        yield from (one.problem for one in findings(read, words))


def _called(root: etree._Element, drawing: Drawing, policies: Mapping[str, str]) -> Iterator[Problem]:
    for task in root.iter(f"{BPMN}businessRuleTask"):
        name = task.findtext(f".//{SPIFF}calledDecisionId") or ""
        if name not in policies:
            yield problem("table-missing", task.get("id", ""), name=name)
        elif policies[name] not in ONE_ROW:
            yield problem("table-first", task.get("id", ""), name=name)
    for step in drawing.steps.values():
        wanted = step.properties.get("decision", "")
        if wanted and wanted not in policies:
            yield problem("table-missing", step.element_id, name=wanted)


def outputs_of(decisions: Mapping[str, etree._Element]) -> set[str]:
    """The names that these tables put into the token."""
    return {
        node.get("name", "")
        for table in decisions.values()
        for node in table.iter()
        if etree.QName(node).localname == "output"
    }
