"""Who appears in a case, and that nobody guarantees two."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.crypto import keyed_hash
from models.database import reading
from models.party import CaseParty
from models.refusal import Refusal
from tests.examples import guarantor
from tests.world import World


def _large(**over: object) -> dict[str, object]:
    return {"amount": "200000.00", "total_amount": "200000.00", "waiver_claimed": False, **over}


def test_parties_are_found_by_number_but_never_stored_readable(world: World) -> None:
    row = guarantor(guarantee_amount="200000.00")
    case_id = world.submitted(**_large(guarantors=[row]))
    with reading() as session:
        hashes = dict(
            session.execute(
                select(CaseParty.role, CaseParty.id_hash).where(CaseParty.case_id == case_id)
            ).all()
        )
    assert hashes["guarantor"] == keyed_hash(str(row["id_number"]))
    assert {"applicant", "business"} <= set(hashes)


def test_the_cover_must_reach_the_amount(world: World) -> None:
    with pytest.raises(Refusal) as refusal:
        world.submitted(**_large(guarantors=[guarantor(guarantee_amount="199999.99")]))
    assert refusal.value.field == "guarantors"


def test_nobody_guarantees_two_live_cases(world: World) -> None:
    world.submitted(**_large(guarantors=[guarantor(guarantee_amount="200000.00")]))
    with pytest.raises(Refusal, match="正在为其他"):
        world.submitted(**_large(guarantors=[guarantor(guarantee_amount="200000.00")]))
