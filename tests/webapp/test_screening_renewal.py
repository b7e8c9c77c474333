"""Queries grow old (D-17): such answers are not handed in by any door, and are renewed in bulk as they stand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.database import reading
from models.refusal import Refusal
from models.screening import ScreeningRound
from tests.screening import JUNE, Answer, candidates, hand_in, opened, opinion, passing, say
from tests.webapp.knock import SignIn
from tests.webapp.test_screening_round import hidden
from tests.world import World, on

TAX, COURT = "shuiwu1", "fayuan1"
LATER = JUNE + timedelta(days=31)


def test_the_page_of_a_task_hands_in_no_old_query(world: World) -> None:
    round_id = opened(world, 1)
    (one,) = candidates(round_id)
    say(world, round_id, TAX, passing([one.id]))
    said = {"result": "pass", "reason": "", "basis": ""}
    with on(LATER):
        with pytest.raises(Refusal, match="重新查询") as refused:
            world.complete(one.case_id, "opinion_tax", said, TAX)
        assert refused.value.field == "queried_on"
        assert opinion(one.id, TAX, world).handed_in_at is None
        world.complete(one.case_id, "opinion_tax", {**said, "queried_on": LATER}, TAX)
    assert opinion(one.id, TAX, world).queried_on == LATER


def test_old_answers_are_renewed_in_bulk_as_they_stand(world: World, sign_in: SignIn) -> None:
    round_id = opened(world, 3)
    ids = [one.id for one in candidates(round_id)]
    say(world, round_id, TAX, [*passing(ids[:1]), Answer(ids[1], "fail", "欠税", "金税系统")])
    with reading() as session:
        at = f"/rounds/{session.get_one(ScreeningRound, round_id).number}"
    with on(LATER):
        tax = sign_in(TAX)
        assert "已过有效期" in tax.get(f"{at}/hand-in").text
        sent = {"bulk_result": "renew", "bulk_queried_on": "2026-07-08", "candidate": ids}
        assert tax.post(f"{at}/batches/preview", data=sent | {"bulk_queried_on": "2026-7"}).status_code == 422
        page = tax.post(f"{at}/batches/preview", data=sent)
        assert "确认填写 2 户" in page.text
        assert tax.post(f"{at}/batches", data=hidden(page)).status_code == 302
    first, second, third = (opinion(one, TAX, world) for one in ids)
    assert (first.result, first.version, second.reason, second.basis) == ("pass", 2, "欠税", "金税系统")
    assert {str(first.queried_on), str(second.queried_on)} == {"2026-07-08"}
    assert third.version == 0, "silence is not renewed"
    assert hand_in(world, round_id, TAX, LATER).total == 2


def test_a_yes_does_not_keep_the_reason_of_a_maybe(world: World) -> None:
    round_id = opened(world, 1)
    (one,) = (row.id for row in candidates(round_id))
    said = ("系统维护", "金税系统")
    say(world, round_id, TAX, [Answer(one, "unverified", *said)])
    say(world, round_id, TAX, [Answer(one, "pass", *said)])
    assert (opinion(one, TAX, world).reason, opinion(one, TAX, world).basis) == ("", "金税系统")
    say(world, round_id, TAX, [Answer(one, "pass", "已恢复查询", "金税系统")])
    assert opinion(one, TAX, world).reason == "已恢复查询"
