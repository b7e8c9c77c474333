"""A process owner replays last spring on five days instead of seven, and looks at one case on both drawings."""

from __future__ import annotations

from datetime import date

from models.database import transaction
from processes import draft
from tests import replays
from tests.journeys.conftest import Town
from tests.world import on
from webapp import handlers_replay


def test_five_days_instead_of_seven(town: Town) -> None:
    case_id = replays.accepted(town.verbs, date(2026, 3, 2))
    replays.reviewed(town.verbs, case_id, date(2026, 3, 10))
    replays.paid(town.verbs, case_id, date(2026, 3, 13))
    bpmn = replays.shorter(replays.version().bpmn)
    with on(date(2026, 4, 1)), transaction() as session:
        author = town.verbs.user(session, "liucheng")
        made = draft.create_draft(session, author, based_on=replays.version().id)
        draft.save(session, made.id, author, made.revision, bpmn=bpmn)
    town.it_is(date(2026, 4, 1))
    owner = town.person("liucheng")
    owner.goes_to(f"/admin/replays/new?draft_id={made.id}")
    assert owner.axe() == []
    owner.page.get_by_label("办结日期自").fill("2026-03-01")
    owner.presses("开始回放")
    owner.sees("等待中")
    handlers_replay.run_replay(1)
    # The page asks by itself how far it is.
    owner.sees("已完成")
    owner.page.get_by_role("link", name="1 新超期").click()
    owner.sees("资格审核时限：应于 2026-03-09（含当日）前办结，超期 1 日")
    assert owner.axe() == []
    owner.page.locator("tbody a").first.click()
    owner.page.locator("[data-drawn]").nth(1).wait_for()
    assert owner.page.locator(".token-late").count() == 1
    assert owner.axe() == []
    phone = town.person("liucheng", narrow=True)
    phone.goes_to(owner.page.url)
    phone.page.locator("[data-drawn]").nth(1).wait_for()
    assert phone.axe() == []
    assert not owner.faults + phone.faults
