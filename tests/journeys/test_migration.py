"""The journey of a migration: planned, tried, dates compared, carried out by the second owner, found by the clerk."""

from __future__ import annotations

from datetime import date

import pytest

from models.database import transaction
from models.migration import MigrationPlan
from models.workflow import UserTask
from processes import worklist
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.test_clock import faults
from tests.migrating import FIVE, SEVEN, next_version
from tests.world import answers
from webapp import handlers_migration

pytestmark = [pytest.mark.browser, pytest.mark.once]


def _claimed(town: Town) -> int:
    """The task of a review that a clerk has claimed and begun to write."""
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    task_id = town.verbs.open_tasks(case_id)["qualification_review"]
    with transaction() as session:
        clerk = town.verbs.user(session, "renshe2")
        worklist.claim(session, task_id, clerk)
        worklist.save_draft(session, task_id, clerk, {"opinion": "初步符合，待核"})
    return task_id


def test_seven_becomes_five_for_running_cases(town: Town) -> None:
    task_id = _claimed(town)
    next_version((SEVEN, FIVE))
    town.it_is(date(2026, 3, 4))
    owner = town.person("liucheng")
    owner.goes_to("/admin/migrations")
    assert not faults(owner, NARROW)
    owner.page.get_by_role("link", name="制定方案").click()
    owner.submits("试算")
    owner.sees("请填写“迁移理由”")
    owner.page.get_by_label("迁移理由").fill("审核时限缩短为 5 个工作日")
    assert not faults(owner, NARROW)
    owner.submits("试算")
    owner.sees("正在后台处理")
    with transaction() as session:
        plan_id = session.query(MigrationPlan.id).scalar()
    handlers_migration.check_plan(plan_id)
    # The page asks by itself, and is there again once the dry run is through.
    owner.sees("2026-03-11 → 2026-03-09")
    owner.sees("请由另一名流程负责人核对后执行")
    owner.page.locator("#diagram[data-drawn]").wait_for()
    assert "1 件" in (owner.page.locator("#diagram .token-active").first.text_content() or "")
    assert not faults(owner, NARROW, WIDE)
    second = town.person("liucheng2")
    second.goes_to(f"/admin/migrations/{plan_id}")
    second.submits("执行迁移（1 件）")
    handlers_migration.apply_plan(plan_id)
    second.sees("已迁移 1 件")
    assert not second.faults
    clerk = town.person("renshe2")
    clerk.goes_to(f"/tasks/{task_id}")
    assert clerk.page.locator("[name=opinion]").first.input_value() == "初步符合，待核"
    clerk.sees("2026-03-09")
    with transaction() as session:
        assert session.get_one(UserTask, task_id).assignee_id is not None
