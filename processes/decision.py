"""Room decision: the decision tables of a draft: added, kept with their examples, renamed, removed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree
from sqlalchemy.orm import Session

from models.draft import ProcessDraft
from models.people import User
from models.refusal import Conflict, NotFound, Refusal
from processes import draft as drafts
from processes.engine.tables_read import tables_in
from processes.engine.tables_shape import misshapen
from processes.engine.xml import BPMN, SPIFF, XmlRefused, read_xml

_KEY = re.compile(r"[a-z][a-z0-9_]{1,57}", re.ASCII)
_BLANK = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="definitions_{key}" name="{key}" namespace="http://duoshen/dmn">
  <decision id="{key}" name="{name}">
    <decisionTable id="{key}_table" hitPolicy="FIRST">
      <input id="{key}_in" label="申请金额（元）">
        <inputExpression id="{key}_inx" typeRef="number"><text>amount</text></inputExpression>
      </input>
      <output id="{key}_out" label="结果" name="{key}_result" typeRef="string" />
      <rule id="{key}_rest">
        <inputEntry id="{key}_rest_in"><text></text></inputEntry>
        <outputEntry id="{key}_rest_out"><text>"一般"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


def table_text(draft: ProcessDraft, name: str) -> str:
    """The file of a table of a draft. Raises NotFound."""
    if name not in draft.decisions:
        raise NotFound("草稿中没有这张决策表。")
    return str(draft.decisions[name])


def title_of(text: str) -> str:
    """What a table is called; empty when its file has none."""
    found = tables_in(read_xml(text.encode()))
    return found[0].name if found else ""


def examples_of(draft: ProcessDraft, name: str) -> list[Any]:
    """The examples of a table; it is named after its decision."""
    rows = draft.tests.get(name.removesuffix(".dmn"), [])
    return rows if isinstance(rows, list) else []


def save_table(
    session: Session,
    draft_id: int,
    actor: User,
    revision: int,
    name: str,
    *,
    dmn: str,
    examples: Sequence[Mapping[str, Any]],
) -> ProcessDraft:
    """Keep a table as it is typed, with its examples. Raises Conflict on an old revision."""
    row = drafts.draft_for(session, draft_id, actor)
    table_text(row, name)
    if reason := misshapen(examples):
        raise Refusal(f"用例格式不正确：{reason}。", "examples")
    tests = {**row.tests, name.removesuffix(".dmn"): list(examples)}
    if not examples:
        tests.pop(name.removesuffix(".dmn"))
    return drafts.save(
        session, draft_id, actor, revision, decisions={**row.decisions, name: dmn}, tests=tests
    )


def add_table(session: Session, draft_id: int, actor: User, key: str, name: str) -> str:
    """A new table with a row for the rest, called `name`; its file name. Raises Refusal."""
    row = drafts.draft_for(session, draft_id, actor)
    file = _free(row, key)
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise Refusal("请填写决策表名称，不超过 100 个字。", "name")
    text = _BLANK.format(key=key, name=_quoted(name.strip()))
    drafts.save(session, draft_id, actor, row.revision, decisions={**row.decisions, file: text})
    return file


def _quoted(name: str) -> str:
    return name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _free(row: ProcessDraft, key: str) -> str:
    if not _KEY.fullmatch(key):
        raise Refusal("决策标识由小写字母、数字和下划线组成，以字母开头，2 至 58 个字符。", "key")
    if f"{key}.dmn" in row.decisions:
        raise Refusal(f"已有标识为 {key} 的决策表。", "key")
    return f"{key}.dmn"


def rename_table(session: Session, draft_id: int, actor: User, name: str, key: str) -> str:
    """Another identifier, in the file, in the drawing and in the examples; the new file name."""
    row = drafts.draft_for(session, draft_id, actor)
    text, old = table_text(row, name), name.removesuffix(".dmn")
    if key == old:
        return name
    file = _free(row, key)
    root = read_xml(text.encode())
    for node in root.iter():
        if etree.QName(node).localname == "decision" and node.get("id") == old:
            node.set("id", key)
    decisions = {other: kept for other, kept in row.decisions.items() if other != name}
    tests = {key if decision == old else decision: rows for decision, rows in row.tests.items()}
    drafts.save(
        session,
        draft_id,
        actor,
        row.revision,
        bpmn=_pointing(row.bpmn, old, key),
        decisions={**decisions, file: etree.tostring(root, encoding="unicode")},
        tests=tests,
    )
    return file


def remove_table(session: Session, draft_id: int, actor: User, name: str) -> None:
    """Take a table out of the draft with its examples. Raises Conflict while a step asks for it."""
    row = drafts.draft_for(session, draft_id, actor)
    table_text(row, name)
    key = name.removesuffix(".dmn")
    if asking := list(_asking(read_xml(row.bpmn.encode()), key)):
        raise Conflict(f"环节“{_step_of(asking[0])}”仍在使用这张决策表，请先在流程图中取消。")
    decisions = {other: kept for other, kept in row.decisions.items() if other != name}
    tests = {decision: rows for decision, rows in row.tests.items() if decision != key}
    drafts.save(session, draft_id, actor, row.revision, decisions=decisions, tests=tests)


def _asking(root: etree._Element, key: str) -> list[etree._Element]:
    called = [node for node in root.iter(f"{SPIFF}calledDecisionId") if (node.text or "").strip() == key]
    wanted = [
        node
        for node in root.iter(f"{SPIFF}property")
        if node.get("name") == "decision" and node.get("value") == key
    ]
    return [*called, *wanted]


def _step_of(node: etree._Element) -> str:
    """The name of the element that asks."""
    for around in node.iterancestors():
        if str(around.tag).startswith(BPMN) and etree.QName(around).localname != "extensionElements":
            return str(around.get("name") or around.get("id", ""))
    return ""


def _pointing(bpmn: str, old: str, key: str) -> str:
    """The drawing, asking for the table by its new identifier."""
    try:
        root = read_xml(bpmn.encode())
    except XmlRefused:
        return bpmn
    found = _asking(root, old)
    for node in found:
        if node.get("name") == "decision":
            node.set("value", key)
        else:
            node.text = key
    return etree.tostring(root, encoding="unicode") if found else bpmn
