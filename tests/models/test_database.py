"""Tests of the database's own rules."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from models.database import transaction
from tests.world import World


def test_a_fault_names_the_statement_but_nobodys_data(world: World) -> None:
    """Faults are logged, and kept with timers and in the audit log, from which nothing is ever deleted."""
    with pytest.raises(IntegrityError) as raised, transaction() as session:
        clerk = world.user(session, "renshe1")
        clerk.username, clerk.phone = "renshe2", "13900000000"
    assert "UPDATE user_account" in str(raised.value)
    assert "13900000000" not in str(raised.value)
