"""A table from the draft to the engine: FEEL as typed, translated on publication, shown again as typed, guarded by examples."""

from __future__ import annotations

import pytest

from models.database import reading, transaction
from models.draft import ProcessDraft
from models.refusal import Conflict, NotFound, Refusal
from models.workflow import ProcessDefinition
from processes import decision, draft, version_files
from processes.engine.comparison import changes
from processes.engine.decision import decide
from processes.engine.xml import XmlRefused
from processes.publication import Publication, encoded, errors_of, store
from processes.workflow import newest_definition
from tests.processes.engine.table_files import dmn
from tests.world import World

pytestmark = pytest.mark.once
# Accepted on a day that may not have come: its column can be missing.
FEEL = dmn(
    [(('[date("2026-01-01")..date("2026-06-30")]',), ('"spring"',)), (("",), ('"later"',))],
    [("accepted_on", "date")],
    ("season",),
    key="season",
).decode()
GOOD = [{"name": "首日", "inputs": {"accepted_on": "2026-01-01"}, "expected": {"season": "spring"}}]
BAD = [{"name": "未受理", "inputs": {"accepted_on": None}, "expected": {"season": "spring"}}]


def begun(world: World) -> ProcessDraft:
    """A draft of 创业担保贷款 with one table more."""
    with transaction() as session:
        owner = world.user(session, "liucheng")
        version = newest_definition(session, "combined_review").id
        row = draft.create_draft(session, owner, based_on=version)
        file = decision.add_table(session, row.id, owner, "season", "季度")
        return decision.save_table(session, row.id, owner, row.revision, file, dmn=FEEL, examples=GOOD)


def published(row: ProcessDraft) -> ProcessDefinition:
    tables = encoded(row.decisions)
    if found := errors_of(row.bpmn.encode(), tables, row.tests):
        raise XmlRefused("\n".join(f"{one.element_id} {one.message}".strip() for one in found))
    with transaction() as session:
        return store(session, row.bpmn.encode(), tables, None, Publication(tests=row.tests))


def test_feel_is_typed_published_run_and_shown_again(world: World) -> None:
    row = begun(world)
    version = published(row)
    stored = version.decisions["season.dmn"]
    assert '<text>? != null and date("2026-01-01")' in stored
    assert decide(stored, {"accepted_on": None}) == {"season": "later"}
    with transaction() as session:
        owner = world.user(session, "liucheng2")
        again = draft.create_draft(session, owner, based_on=version.id)
        assert '<text>[date("2026-01-01")..date("2026-06-30")]</text>' in again.decisions["season.dmn"]
        assert again.tests["season"] == GOOD
        files = version_files.files_of(session, session.get_one(ProcessDefinition, version.id))
        assert b"? != null" not in files["season.dmn"]
    assert changes(version.bpmn, again.bpmn, version.decisions, again.decisions) == []
    assert published(again).id == version.id


def test_a_failing_example_stops_the_publication(world: World) -> None:
    row = begun(world)
    with transaction() as session:
        owner = world.user(session, "liucheng")
        row = decision.save_table(
            session, row.id, owner, row.revision, "season.dmn", dmn=FEEL, examples=[*GOOD, *BAD]
        )
    with pytest.raises(
        XmlRefused, match="用例“未受理”（第 2 行）不符：应为 season=spring，实际为 season=later"
    ):
        published(row)


def test_a_gap_stops_the_publication(world: World) -> None:
    row = begun(world)
    row.decisions = {
        **row.decisions,
        "season.dmn": FEEL.replace("<text></text>", '<text>&gt; date("2026-07-01")</text>'),
    }
    with pytest.raises(XmlRefused, match="当 accepted_on=2025-12-31 时没有规则"):
        published(row)


def test_whose_draft_and_which_revision(world: World) -> None:
    row = begun(world)
    with transaction() as session, pytest.raises(NotFound):
        decision.remove_table(session, row.id, world.user(session, "liucheng2"), "season.dmn")
    with transaction() as session, pytest.raises(Conflict):
        owner = world.user(session, "liucheng")
        decision.save_table(session, row.id, owner, row.revision - 1, "season.dmn", dmn=FEEL, examples=[])
    with transaction() as session, pytest.raises(Refusal, match="已有标识"):
        decision.rename_table(session, row.id, world.user(session, "liucheng"), "season.dmn", "eligibility")
    with reading() as session:
        assert session.get_one(ProcessDraft, row.id).tests["season"] == GOOD


def test_a_table_is_renamed_to_itself_and_kept_without_examples(world: World) -> None:
    row = begun(world)
    with transaction() as session:
        owner = world.user(session, "liucheng")
        assert decision.rename_table(session, row.id, owner, "season.dmn", "season") == "season.dmn"
        kept = decision.save_table(session, row.id, owner, row.revision, "season.dmn", dmn=FEEL, examples=[])
        assert "season" not in kept.tests
