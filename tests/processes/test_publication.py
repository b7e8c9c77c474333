"""Publishing: only sound drawings, each content once; running cases stay on their version."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.database import reading, transaction
from models.workflow import ProcessDefinition, ProcessInstance
from processes.engine.xml import XmlRefused
from processes.publication import Publication, errors_of, store
from processes.workflow import DEFINITIONS, SHIPPED
from tests.invariants import check_all
from tests.world import World, answers

TABLES = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED["combined_review"]}
BPMN = (DEFINITIONS / "combined_review.bpmn").read_bytes()


def publish(bpmn: bytes, world: World) -> None:
    """As a door does it: the check first, in a process of its own; then the transaction."""
    if found := errors_of(bpmn, TABLES):
        raise XmlRefused("\n".join(f"{one.element_id} {one.message}".strip() for one in found))
    with transaction() as session:
        store(session, bpmn, TABLES, world.user(session, "liucheng"), Publication())


AS_SHIPPED = [(key, 1) for key in sorted(SHIPPED)]


def published() -> list[tuple[str, int]]:
    """Key and version of every drawing that is there."""
    with reading() as session:
        rows = session.execute(select(ProcessDefinition.key, ProcessDefinition.version))
        return sorted((key, version) for key, version in rows)


def test_a_drawing_with_problems_is_refused_naming_all_of_them(world: World) -> None:
    bad = BPMN.replace("人社部门".encode(), "信访部门".encode()).replace(
        b'value="acceptance"', b'value="poem"'
    )
    with pytest.raises(XmlRefused) as refused:
        publish(bad, world)
    assert "信访部门" in str(refused.value) and "poem" in str(refused.value)
    assert published() == AS_SHIPPED


def test_the_same_content_makes_no_new_version(world: World) -> None:
    publish(BPMN, world)
    assert published() == AS_SHIPPED


def test_running_cases_stay_on_their_version(world: World) -> None:
    old = world.submitted()
    renamed = BPMN.replace("受理审查".encode(), "材料审查".encode())
    publish(renamed, world)
    new = world.submitted()
    for case_id in (old, new):
        world.complete(case_id, "acceptance", answers("acceptance"))
    with reading() as session:
        used = session.execute(
            select(ProcessDefinition.version)
            .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
            .order_by(ProcessInstance.case_id)
        )
        assert list(used.scalars()) == [1, 2]
        check_all(session)
