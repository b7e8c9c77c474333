"""Key and name of a draft: the same bounds however it begins."""

from __future__ import annotations

from typing import Any

import pytest

from models.database import transaction
from models.refusal import Refusal
from processes import draft as verbs
from tests.world import World


@pytest.mark.parametrize(
    "given",
    [
        {"key": "x" * 100_000, "name": "走访"},
        {"key": "a" * 61, "name": "走访"},
        {"key": "Visit 1", "name": "走访"},
        {"key": "visit\0", "name": "走访"},
        {"key": "visit", "name": "走" * 101},
        {"key": "visit", "name": "走\0访"},
        {"key": "visit", "name": "走\ud800访"},
    ],
)
def test_key_and_name_are_bounded_also_beside_files(world: World, given: Any) -> None:
    with pytest.raises(Refusal) as refused, transaction() as session:
        verbs.create_draft(session, world.user(session, "liucheng"), bpmn="<a/>", **given)
    assert refused.value.field in ("key", "name")
