"""Drafts: whose they are, what may be kept, snapshots and steps back, neighbours, files from outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from time import thread_time
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.audit import AuditEvent
from models.calendar import real_now
from models.database import reading, transaction
from models.draft import DraftSnapshot, ProcessDraft
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.workflow import ProcessDefinition
from processes import draft as verbs
from processes import words
from processes.acts import ACTS
from processes.blank import blank_drawing
from processes.catalogue import MESSAGES
from processes.draft_import import read_files
from processes.engine.drawing import read_drawing
from processes.engine.lint import check
from processes.engine.xml import read_xml
from processes.facts import FACTS
from processes.picture import with_picture
from processes.steps import ROUTING
from processes.workflow import DEFINITIONS
from processes.worklist import form_keys
from tests.world import World

# A drawing that differs from the blank one by its name.
BLANK = blank_drawing("visit", "走访")
DMN = (DEFINITIONS / "eligibility.dmn").read_text()


def begun(world: World, who: str = "liucheng", **given: Any) -> int:
    with transaction() as session:
        return verbs.create_draft(session, world.user(session, who), **(given or {"bpmn": BLANK})).id


def kept(world: World, draft_id: int, revision: int, **given: Any) -> int:
    with transaction() as session:
        return verbs.save(session, draft_id, world.user(session, "liucheng"), revision, **given).revision


def named(name: str) -> str:
    return blank_drawing("visit", name)


def test_a_draft_of_a_version_begins_as_that_version(world: World) -> None:
    with reading() as session:
        version = session.scalars(
            select(ProcessDefinition).where(ProcessDefinition.key == "combined_review")
        ).one()
    draft_id = begun(world, based_on=version.id)
    with reading() as session:
        draft = verbs.draft_for(session, draft_id, world.user(session, "liucheng"))
        line = session.scalars(select(AuditEvent).where(AuditEvent.action == "draft.created")).one()
    assert (draft.bpmn, draft.decisions) == (version.bpmn, version.decisions)
    assert (draft.key, draft.name, draft.based_on_id) == (version.key, version.name, version.id)
    assert draft.name in line.summary


@pytest.mark.once
def test_a_blank_process_passes_the_check_as_it_is() -> None:
    assert check(blank_drawing("subsidy_two", "补贴 <“&”>").encode(), {}, form_keys()) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"key": "", "name": "走访"}, "key"),
        ({"key": "Visit", "name": "走访"}, "key"),
        ({"key": "visit;drop", "name": "走访"}, "key"),
        ({"key": "v" * 61, "name": "走访"}, "key"),
        ({"key": "combined_review", "name": "走访"}, "key"),
        ({"key": "visit", "name": "  "}, "name"),
        ({"bpmn": "no xml"}, "bpmn"),
        ({"bpmn": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "bpmn"),
        ({"bpmn": "<a>" + "x" * 1_000_001 + "</a>"}, "bpmn"),
        ({"bpmn": BLANK, "decisions": {"../../etc.dmn": DMN}}, "decisions"),
        ({"bpmn": BLANK, "decisions": {"a.dmn": "nothing"}}, "decisions"),
        ({"bpmn": BLANK, "decisions": {f"t{n}.dmn": "<a/>" for n in range(21)}}, "decisions"),
        ({"bpmn": BLANK, "decisions": {"a.dmn": 5}}, "decisions"),
        ({"bpmn": BLANK, "tests": {"a": "x" * 200_001}}, "tests"),
    ],
)
def test_what_may_not_be_kept_is_refused_at_its_field(
    world: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        begun(world, **given)
    assert refused.value.field == field


def test_a_draft_is_its_owners_alone(world: World) -> None:
    draft_id = begun(world)
    asked: list[Callable[..., Any]] = [verbs.draft_for, verbs.step_back, verbs.discard, verbs.stay]
    for verb in asked:
        with pytest.raises(NotFound), transaction() as session:
            verb(session, draft_id, world.user(session, "liucheng2"))
        with pytest.raises(Forbidden), transaction() as session:
            verb(session, draft_id, world.user(session, "renshe1"))


def test_each_saving_keeps_what_was_before_and_one_steps_back_through_it(world: World) -> None:
    draft_id = begun(world)
    revision = kept(world, draft_id, 1, bpmn=named("二"))
    # the same again is no saving
    assert kept(world, draft_id, revision, bpmn=named("二")) == revision
    revision = kept(world, draft_id, revision, bpmn=named("三"), decisions={"a.dmn": DMN})
    with pytest.raises(Conflict):
        kept(world, draft_id, revision - 1, bpmn=named("旧窗口"))
    seen = []
    for _ in range(2):
        with transaction() as session:
            draft = verbs.step_back(session, draft_id, world.user(session, "liucheng"))
            seen.append((draft.name, list(draft.decisions)))
    assert seen == [("二", []), ("走访", [])]
    with pytest.raises(Conflict, match="没有更早"), transaction() as session:
        verbs.step_back(session, draft_id, world.user(session, "liucheng"))


def test_only_the_last_snapshots_are_kept_and_go_with_the_draft(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verbs, "KEPT", 3)
    draft_id, revision = begun(world), 1
    for number in range(6):
        revision = kept(world, draft_id, revision, bpmn=named(f"第{number}"))
    count = select(func.count()).select_from(DraftSnapshot)
    with reading() as session:
        assert session.scalar(count) == 3
    with transaction() as session:
        assert verbs.discard(session, draft_id, world.user(session, "liucheng")) == "第5"
    with reading() as session:
        assert session.scalar(count) == 0
        assert session.get(ProcessDraft, draft_id) is None


def test_nobody_fills_the_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "MAX_DRAFTS", 2)
    begun(world)
    begun(world)
    with pytest.raises(Refusal, match="请先删除"):
        begun(world)
    begun(world, "liucheng2")


def test_two_people_at_one_process_are_told_of_one_another(world: World) -> None:
    mine, _other, old = begun(world), begun(world, "liucheng2"), begun(world, "liucheng2")
    begun(world, "liucheng2", bpmn=blank_drawing("another", "别的"))
    with transaction() as session:
        draft = verbs.draft_for(session, mine, world.user(session, "liucheng"))
        found = verbs.neighbours(session, draft)
        name = world.user(session, "liucheng2").name
        assert [(one.name, one.minutes) for one in found] == [(name, 0)]
        # seen again by its page: no new revision, so the page that draws is not thrown out
        assert verbs.stay(session, mine, world.user(session, "liucheng")).revision == 1
        session.execute(update(ProcessDraft).values(seen_at=real_now() - timedelta(days=31)))
        assert verbs.neighbours(session, draft) == []
    assert old


def test_files_of_any_encoding_become_a_draft() -> None:
    for encoding in ("utf-8", "utf-16", "gb18030"):
        found = read_files([("a.bpmn", BLANK.encode(encoding)), ("规则 1.dmn", DMN.encode(encoding))])
        assert "走访" in found.bpmn
        assert list(found.decisions) == ["table_1.dmn"]
    refused: list[tuple[list[tuple[str, bytes]], str]] = [
        ([], "请选择"),
        ([("a.dmn", DMN.encode())], "应有且只有一个"),
        ([("a.bpmn", BLANK.encode()), ("b.bpmn", BLANK.encode())], "应有且只有一个"),
        ([("a.png", b"\x89PNG\r\n\x1a\n\xff\xfe")], "编码"),
        ([("a.svg", b"<svg/>")], "不是 BPMN"),
        ([("a.bpmn", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")], "a.bpmn"),
    ]
    for files, why in refused:
        with pytest.raises(Refusal, match=why):
            read_files(files)


@pytest.mark.once
def test_every_word_that_a_drawing_may_use_has_its_chinese() -> None:
    wanted: list[tuple[Any, dict[str, str]]] = [
        (form_keys(), words.FORMS),
        (FACTS, words.FACTS),
        (ROUTING, words.RESULTS),
        (ACTS, words.ACTS),
        (MESSAGES, words.MESSAGES),
    ]
    for declared, told in wanted:
        assert sorted(set(declared) - told.keys()) == []


@pytest.mark.once
@pytest.mark.parametrize("key", ["combined_review", "screening", "subsidy_claim"])
def test_a_drawing_without_a_picture_is_laid_out(key: str) -> None:
    shipped = (DEFINITIONS / f"{key}.bpmn").read_bytes()
    assert with_picture(shipped) == shipped
    laid = with_picture(re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", shipped, flags=re.S))
    assert read_drawing(read_xml(laid)) == read_drawing(read_xml(shipped))
    assert drawn(laid) == drawn(shipped)
    places = re.findall(rb'<dc:Bounds x="([^"]*)" y="([^"]*)" width="100"', laid)
    assert len(places) == len(set(places)), "two steps on one place"


def drawn(bpmn: bytes) -> set[str]:
    """What a picture shows."""
    return {node.get("bpmnElement", "") for node in read_xml(bpmn).iter() if "bpmnElement" in node.attrib}


@pytest.mark.once
def test_a_bare_process_gets_a_pool_and_a_lane() -> None:
    bare = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"><process id="p" name="甲" '
        'isExecutable="true"><startEvent id="s"/><userTask id="t"/><boundaryEvent id="b" attachedToRef="t"/>'
        '<endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" '
        'targetRef="t"/><sequenceFlow id="h" sourceRef="b" targetRef="e"/></process></definitions>'
    )
    found = read_files([("a.bpmn", bare.encode())])
    assert drawn(found.bpmn.encode()) >= {"pool_p", "lane_first", "s", "t", "b", "e", "f", "g", "h"}
    assert [line for line in found.dropped if "自动排列" in line[2]]
    drawing = read_drawing(read_xml(found.bpmn.encode()))
    assert list(drawing.steps) == ["t"]


@pytest.mark.once
def test_a_large_strange_graph_is_laid_out_in_time() -> None:
    count = 900
    nodes = "".join(f'<userTask id="t{n}"/>' for n in range(count))
    flows = "".join(
        f'<sequenceFlow id="f{n}_{m}" sourceRef="t{n}" targetRef="t{(n * 7 + m * 31) % count}"/>'
        for n in range(count)
        for m in range(2)
    )
    bare = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">'
        f'<process id="p" isExecutable="true">{nodes}{flows}</process></definitions>'
    )
    began = thread_time()
    assert b"BPMNShape" in with_picture(bare.encode())
    assert thread_time() - began < 2
