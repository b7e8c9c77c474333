"""The lists of the studio ask a fixed number of questions and load no drawing; what is older can be reached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.calendar import now, real_now
from models.database import transaction
from models.draft import DraftSnapshot, ProcessDraft
from models.proposal import ProcessProposal, ProposalStatus
from models.refusal import Refusal
from processes import draft, draft_content, proposal
from processes.blank import blank_drawing
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, counted
from tests.world import World

LISTS = ("/admin/drafts", "/admin/proposals", "/admin/rehearsals")


def fill(world: World, count: int) -> None:
    with transaction() as session:
        mine, other = world.user(session, "liucheng"), world.user(session, "liucheng2")
        for place in range(count):
            key, at = f"process_{place}", now() + timedelta(seconds=place)
            about: dict[str, Any] = {"key": key, "name": key, "bpmn": "<a/>", "decisions": {}, "tests": {}}
            for owner in (mine, other):
                seen = {"created_at": at, "saved_at": at, "seen_at": real_now()}
                session.add(ProcessDraft(owner_id=owner.id, **about, **seen))
            put = {"digest": "0" * 64, "author_id": mine.id, "reason": "修改时限", "submitted_at": at}
            session.add(ProcessProposal(**about, **put, status=ProposalStatus.RETURNED))


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_list_asks_no_more(sign_in: SignIn, world: World, path: str) -> None:
    client, numbers = sign_in("liucheng"), []
    client.get(path)
    for count in (1, 6):
        fill(world, count)
        with counted() as seen:
            answer = client.get(path)
        assert answer.status_code == 200
        numbers.append(len(seen))
        wide = [one for one in seen if "process_draft.bpmn" in one or "process_proposal.bpmn" in one]
        assert not wide, wide
    assert numbers[0] == numbers[1] <= 12


def test_older_proposals_are_on_the_next_page_and_what_waits_is_first(
    sign_in: SignIn, world: World, caller: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal, "PAGE", 2)
    fill(world, 5)
    with transaction() as session:
        rows = session.scalars(select(ProcessProposal).order_by(ProcessProposal.id)).all()
        rows[0].status = ProposalStatus.PENDING
        ids = [row.id for row in rows]
    found, page = [], caller("liucheng").get("/proposals")
    while True:
        found += [row["id"] for row in page["proposals"]]
        if not page["before"]:
            break
        page = caller("liucheng").get("/proposals", before=str(page["before"]))
    assert found == [ids[0], ids[4], ids[3], ids[2], ids[1]]
    html = sign_in("liucheng").get("/admin/proposals").text
    assert f"before={ids[3]}" in html and 'rel="next"' in html
    assert sign_in("liucheng").get(f"/admin/proposals?before={'9' * 40}").status_code == 200


@pytest.mark.once
def test_tables_and_snapshots_are_bounded_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "KEPT_SIZE", 3 * len(blank_drawing("venue", "场地")))
    with transaction() as session:
        owner = world.user(session, "liucheng")
        row = draft.create_draft(session, owner, key="venue", name="场地")
        for place in range(6):
            bpmn = blank_drawing("venue", f"场地{place}")
            draft.save(session, row.id, owner, row.revision, bpmn=bpmn)
        kept = session.scalars(select(DraftSnapshot.bpmn).order_by(DraftSnapshot.id.desc())).all()
        assert len(kept) == 2 and "场地4" in kept[0]
        monkeypatch.setattr(draft_content, "MAX_TABLES_SIZE", 10)
        with pytest.raises(Refusal, match="合计不得超过"):
            draft.save(session, row.id, owner, row.revision, decisions={"a.dmn": "<definitions/>"})
