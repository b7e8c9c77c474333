"""Drawings that come with the program: brought in by an upgrade, never over what an owner has changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.calendar import now
from models.database import reading, transaction
from models.process_version import versions
from models.workflow import ProcessDefinition
from processes import shipped
from processes.publication import Publication, store
from processes.shipped import offer_of, publish_shipped
from processes.workflow import DEFINITIONS, SHIPPED, newest_definition
from tests.processes.proposing import decided, drafted, put_forward, said, states, told, version_of
from tests.world import World

SOFTWARE = "资料受理"
AFTERWARDS = "受理审查（二）"


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of drawings of the next release: the same, until a test changes one."""
    for key, tables in SHIPPED.items():
        for name in (f"{key}.bpmn", *tables):
            (tmp_path / name).write_bytes((DEFINITIONS / name).read_bytes())
    monkeypatch.setattr(shipped, "DEFINITIONS", tmp_path)
    return tmp_path


def renames(folder: Path, name: str) -> None:
    """The software calls 受理审查 something else."""
    file = folder / "combined_review.bpmn"
    text = (DEFINITIONS / file.name).read_text(encoding="utf-8")
    file.write_text(text.replace('name="受理审查"', f'name="{name}"'), encoding="utf-8")


def upgraded() -> list[int]:
    """What `db upgrade` does to a database that is not new; the numbers of the new versions."""
    with transaction() as session:
        return [row.version for row in publish_shipped(session)]


def in_force() -> str:
    with reading() as session:
        return newest_definition(session, "combined_review").bpmn


def test_the_same_release_brings_nothing(world: World, release: Path) -> None:
    assert upgraded() == []
    assert told(world, "liucheng") == []


def test_where_nobody_has_changed_anything_the_new_drawing_is_in_force_at_once(
    world: World, release: Path
) -> None:
    renames(release, SOFTWARE)
    assert upgraded() == [2] and upgraded() == []
    assert states() == [(2, "in_force"), (1, "replaced")] and SOFTWARE in in_force()
    assert "新案卷即按新版本办理" in told(world, "liucheng")[-1]


def test_an_owners_version_stays_in_force_and_the_new_drawing_is_offered(world: World, release: Path) -> None:
    decided(world, put_forward(world, drafted(world)))
    renames(release, SOFTWARE)
    assert upgraded() == [3] and upgraded() == []
    assert states() == [(3, "offered"), (2, "in_force"), (1, "replaced")]
    assert SOFTWARE not in in_force() and said("process.offered") == 1
    assert all("未启用" in told(world, owner)[-1] for owner in ("liucheng", "liucheng2"))
    # The next release is offered too; an older one that comes back is known.
    renames(release, AFTERWARDS)
    assert upgraded() == [4]
    renames(release, SOFTWARE)
    assert upgraded() == []


def test_what_both_have_changed_is_told_apart(world: World, release: Path) -> None:
    decided(world, put_forward(world, drafted(world)))
    renames(release, SOFTWARE)
    upgraded()
    with reading() as session:
        rows = {row.version: row for row in session.scalars(select(ProcessDefinition).where(
            ProcessDefinition.key == "combined_review"))}  # fmt: skip
        assert offer_of(session, rows[1]) is None and offer_of(session, rows[2]) is None
        offer = offer_of(session, rows[3])
    assert offer is not None and (offer.base.version, offer.standing.version) == (1, 2)
    assert [change.words for change in offer.theirs] == [f"名称 受理审查 → {SOFTWARE}"]
    assert [change.words for change in offer.ours] == ["时限 7 → 5 个工作日"]
    assert offer.both == set()


def test_an_owner_takes_the_new_drawing_over_by_a_draft_of_it(world: World, release: Path) -> None:
    decided(world, put_forward(world, drafted(world)))
    renames(release, SOFTWARE)
    upgraded()
    with reading() as session:
        offered = next(row.id for row in versions(session) if row.state.value == "offered")
    made = put_forward(world, drafted(world, based_on=offered))
    decided(world, made)
    assert states()[:2] == [(4, "in_force"), (3, "offered")]
    assert SOFTWARE in in_force() and "working_days(5, accepted_on)" in in_force()
    # His version holds changes again, so the next one is offered.
    renames(release, AFTERWARDS)
    assert upgraded() == [5] and states()[0] == (5, "offered")


def test_an_owner_who_went_back_to_the_softwares_drawing_gets_the_next_at_once(
    world: World, release: Path
) -> None:
    decided(world, put_forward(world, drafted(world)))
    decided(world, put_forward(world, drafted(world, new="working_days(7, accepted_on)")))
    renames(release, SOFTWARE)
    assert upgraded() == [4] and states()[0] == (4, "in_force")


def test_a_release_that_comes_before_an_adopted_ones_day_is_offered(world: World, release: Path) -> None:
    decided(world, put_forward(world, drafted(world)))
    renames(release, SOFTWARE)
    upgraded()
    offered = version_of(3)
    with transaction() as session:
        later = Publication(effective_at=now() + timedelta(days=7))
        tables = {name: (release / name).read_bytes() for name in offered.decisions}
        store(session, offered.bpmn.encode(), tables, world.user(session, "liucheng"), later)
    renames(release, AFTERWARDS)
    assert upgraded() == [5] and upgraded() == []
    assert states()[:2] == [(5, "offered"), (4, "coming")]


def test_drawings_from_before_there_were_examples_get_them(world: World, release: Path) -> None:
    """As migration 0017 leaves them: without examples, with the digest that they had."""
    for name in SHIPPED["combined_review"]:
        beside = Path(name).stem + ".tests.json"
        if (DEFINITIONS / beside).exists():
            (release / beside).write_bytes((DEFINITIONS / beside).read_bytes())
    examples = version_of().tests
    assert examples
    with transaction() as session:
        for row in session.scalars(select(ProcessDefinition)):
            row.tests = {}
    assert upgraded() == []
    assert version_of().tests == examples


def test_a_process_that_a_release_adds_comes_with_its_first_upgrade(world: World, release: Path) -> None:
    text = (DEFINITIONS / "arrears.bpmn").read_bytes()
    (release / "arrears_again.bpmn").write_bytes(text.replace(b'id="arrears"', b'id="arrears_again"').replace(
        b'processRef="arrears"', b'processRef="arrears_again"'))  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SHIPPED, "arrears_again", ())
        assert upgraded() == [1]
    with reading() as session:
        assert newest_definition(session, "arrears_again").is_shipped


def test_a_version_deployed_by_command_is_an_owners(world: World, release: Path) -> None:
    own = (DEFINITIONS / "combined_review.bpmn").read_bytes().replace("受理审查".encode(), "初审".encode())
    tables = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED["combined_review"]}
    with transaction() as session:
        store(session, own, tables, None, Publication())
    renames(release, SOFTWARE)
    assert upgraded() == [3] and states()[0] == (3, "offered")
