"""Requests to stand still before the head of a department: where he finds them, and when they come too late."""

from __future__ import annotations

import re
from datetime import date

import pytest

from models.pause import PauseKind
from tests.webapp.knock import SignIn, counted, number_of, paused
from tests.world import World, answers, on

AGREE = {"decide-decision": "approve", "decide-decision_text": "同意核查"}
REFUSE = {"decide-decision": "refuse", "decide-decision_text": "材料足以判断"}
HINT = "待审批的暂停计时申请"


def in_review(world: World) -> int:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def test_a_head_finds_the_requests_in_his_list(world: World, sign_in: SignIn) -> None:
    case_id, other = in_review(world), in_review(world)
    head = sign_in("renshe0")
    with counted() as none:
        assert HINT not in head.get("/tasks").text
    asked = [paused(world, one, PauseKind.INSPECTION) for one in (case_id, other)]
    with counted() as two:
        page = head.get("/tasks").text
    # The list of an office itself (test_inbox.py: 9, one of them for the conditions that people keep), and the hint.
    assert len(none) == len(two) <= 10
    assert f"{HINT} 2 件：" in page
    assert f'href="/cases/{number_of(case_id)}#asked-{asked[0]}"' in page
    assert f'id="asked-{asked[0]}"' in head.get(f"/cases/{number_of(case_id)}").text
    for who in ("renshe2", "yinhang0"):
        assert HINT not in sign_in(who).get("/tasks").text
    head.post(f"/pauses/{asked[0]}/decide", data=REFUSE)
    assert f"{HINT} 1 件：" in head.get("/tasks").text


@pytest.mark.parametrize(("day", "why"), [(11, "今日为时限最后一日"), (12, "时限已届满")])
def test_too_late_a_request_can_only_be_refused(world: World, sign_in: SignIn, day: int, why: str) -> None:
    case_id = in_review(world)
    pause_id = paused(world, case_id, PauseKind.INSPECTION)
    with on(date(2026, 3, day)):
        head = sign_in("renshe0")
        page = head.get(f"/cases/{number_of(case_id)}").text
        assert f"{why}，不能批准暂停" in page
        again = head.post(f"/pauses/{pause_id}/decide", data=AGREE)
        assert (again.status_code, "同意核查" in again.text) == (422, True)
        for shown in (page, again.text):
            offered = re.findall(r'<input[^>]*name="decide-decision"[^>]*>', shown)
            assert len(offered) == 1
            assert 'value="refuse"' in offered[0]
        assert head.post(f"/pauses/{pause_id}/decide", data=REFUSE).status_code == 302
