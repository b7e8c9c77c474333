"""Plans of migration on their pages, behind REST and on the command line: two owners, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from models.case import CaseFile
from models.database import reading
from models.migration import MigrationPlan
from models.workflow import ProcessInstance
from tests.migrating import (
    FIVE,
    KEY,
    OWNER,
    SECOND,
    SEVEN,
    next_version,
    planned,
    status_of,
    the_line,
    version_of,
)
from tests.processes.standing_timers import copies
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World, answers, on
from webapp import handlers_migration

WEDNESDAY = date(2026, 3, 4)


@pytest.fixture
def to_id(world: World) -> int:
    """One case in qualification review on the first version; the second counts five days."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return next_version((SEVEN, FIVE))


def from_id() -> int:
    with reading() as session:
        return session.scalars(select(ProcessInstance.definition_id).limit(1)).one()


def the_plan() -> int:
    with reading() as session:
        return session.scalars(select(MigrationPlan.id)).one()


def test_one_owner_plans_and_another_carries_out(sign_in: SignIn, world: World, to_id: int) -> None:
    case_id = the_case()
    with on(WEDNESDAY):
        author, other = sign_in(OWNER), sign_in(SECOND)
        assert "制定方案" in author.get("/admin/migrations").text
        for version, words in ((from_id(), "迁移到现行的第 2 版"), (to_id, "迁移到本版")):
            shown = author.get(f"/admin/processes/{version}").text
            assert f'/admin/migrations/new/{to_id}">{words}</a>' in shown
        page = author.get(f"/admin/migrations/new/{to_id}")
        assert page.status_code == 200 and "第 1 版（1 件）" in page.text
        refused = author.post(f"/admin/migrations/new/{to_id}", data={"reason": "", "numbers": "X"})
        assert refused.status_code == 422 and "X</textarea>" in refused.text
        sent = author.post(f"/admin/migrations/new/{to_id}", data={"reason": "时限调整"})
        plan_id = the_plan()
        assert sent.status_code == 302 and status_of(plan_id) == "checking"
        url = f"/admin/migrations/{plan_id}"
        assert "every 2s" in author.get(url).text
        handlers_migration.check_plan(plan_id)
        assert author.get(f"{url}/progress", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
        shown = author.get(url).text
        assert "2026-03-11 → <b>2026-03-09</b>" in shown and "请由另一名流程负责人" in shown
        assert "时限" in shown and "&#34;qualification_review&#34;" in shown
        assert author.post(f"{url}/apply").status_code == 403
        assert other.post(f"{url}/apply").status_code == 302
        assert other.post(f"{url}/apply").status_code == 409
        assert [other.post(f"{url}/{act}").status_code for act in ("recheck", "drop")] == [409, 409]
        handlers_migration.apply_plan(plan_id)
        assert "已迁移" in other.get(url).text and version_of(case_id) == 2
        sheet = load_workbook(BytesIO(other.get(f"{url}/cases.xlsx").data)).active
        row = [cell.value for cell in sheet[2]]
        assert row[:3] == [number_of(case_id), 1, "已迁移"] and row[6:8] == ["2026-03-11", "2026-03-09"]
        clerk = sign_in("renshe2")
        assert "由 2026-03-11 变为" not in clerk.get("/notifications").text
        assert "1 件在办事项的办理期限" in clerk.get("/notifications").text
        assert clerk.get(url).status_code == 403
        assert author.post(f"/admin/migrations/new/{to_id}", data={"reason": "再次"}).status_code == 422


def the_case() -> int:
    with reading() as session:
        return session.scalars(select(CaseFile.id)).one()


def test_what_would_be_over_at_once_is_asked_twice(sign_in: SignIn, world: World, to_id: int) -> None:
    with on(date(2026, 3, 10)):
        plan_id = planned(world, to_id)
        assert the_line(plan_id).is_overdue
        other, url = sign_in(SECOND), f"/admin/migrations/{plan_id}"
        assert "迁移后即超期" in other.get(url).text
        refused = other.post(f"{url}/apply")
        assert refused.status_code == 422 and "请确认后再执行" in refused.text
        assert other.post(f"{url}/apply", data={"overdue": "yes"}).status_code == 302
        handlers_migration.apply_plan(plan_id)
        world.fire_due()
        assert world.deadlines(the_case())["qualification"].missed_at is not None


def test_bad_addresses_and_bodies(sign_in: SignIn, world: World, to_id: int) -> None:
    client = sign_in(OWNER)
    assert client.get("/admin/migrations/999").status_code == 404
    assert client.get("/admin/migrations/new/1999").status_code == 404
    assert client.get("/admin/migrations/new/1").status_code == 422
    for query in ("?before=x", "?before=%00", "?before=99999999999999999999"):
        assert client.get(f"/admin/migrations{query}").status_code == 200
    plan_id = planned(world, to_id)
    for query in ("?after=-1", "?verdict=%00", "?verdict=refused", "?after=99999999999999999999"):
        assert client.get(f"/admin/migrations/{plan_id}{query}").status_code == 200
    for data in (
        {"reason": "\0"},
        {"reason": "好", "region": "9" * 30},
        {"reason": "x" * 1001},
        {"step": "x"},
    ):
        assert client.post(f"/admin/migrations/new/{to_id}", data=data).status_code == 422
    assert client.post(f"/admin/migrations/{plan_id}/drop").status_code == 302
    assert client.post(f"/admin/migrations/{plan_id}/drop").status_code == 409


def test_the_page_asks_a_fixed_number_of_questions(sign_in: SignIn, world: World) -> None:
    made = copies(world, 8)
    to_id, client = next_version((SEVEN, FIVE)), sign_in(OWNER)
    one, all_ = planned(world, to_id, numbers=[number_of(made[0])]), planned(world, to_id)
    client.get(f"/admin/migrations/{one}")
    asked = []
    for plan_id in (one, all_):
        with counted() as statements:
            assert client.get(f"/admin/migrations/{plan_id}").status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] < 30


def test_programs_plan_and_carry_out(caller: Callable[[str], Caller], world: World, to_id: int) -> None:
    author, other = caller(OWNER), caller(SECOND)
    made = author.call(
        "POST", "/migrations", json={"to": to_id, "reason": "时限调整", "step": "qualification_review"}
    )
    assert (made.status_code, made.json["status"], made.json["counts"]["waiting"]) == (201, "checking", 1)
    plan_id = made.json["id"]
    assert author.call("POST", f"/migrations/{plan_id}/apply").status_code == 409
    handlers_migration.check_plan(plan_id)
    found = author.call("GET", f"/migrations/{plan_id}?verdict=possible").json
    assert [(task["due"], task["due_after"]) for task in found["cases"][0]["tasks"]] == [
        ("2026-03-11", "2026-03-09")
    ]
    assert author.call("POST", f"/migrations/{plan_id}/recheck").status_code == 200
    handlers_migration.check_plan(plan_id)
    assert author.call("POST", f"/migrations/{plan_id}/apply").status_code == 403
    assert other.call("POST", f"/migrations/{plan_id}/apply", json={}).status_code == 200
    handlers_migration.apply_plan(plan_id)
    assert other.call("GET", "/migrations").json["migrations"][0]["status"] == "applied"
    for body, status in (
        ({"to": 10**10, "reason": "x"}, 422),
        ({"to": 1, "reason": "x"}, 422),
        ({"to": to_id, "reason": " "}, 422),
        ({"to": to_id, "reason": "x", "numbers": [1]}, 422),
        ({"to": to_id, "reason": "x", "numbers": ["没有"]}, 422),
        ({"to": to_id, "reason": "x", "steps": {"a": "没有"}}, 422),
        ({"to": 99999, "reason": "x"}, 404),
    ):
        assert author.call("POST", "/migrations", json=body).status_code == status, body
    assert caller("renshe1").call("GET", "/migrations").status_code == 403


def test_the_command_line_tries_and_carries_out(app: Flask, world: World, to_id: int) -> None:
    run = app.test_cli_runner().invoke
    with on(WEDNESDAY):
        tried = run(
            args=["process", "migrate", KEY, "--to", "2", "--dry-run", "--by", OWNER, "--reason", "调整"]
        )
        assert tried.exit_code == 0, tried.output
        assert "2026-03-11 → 2026-03-09" in tried.output and "可迁移 1 件" in tried.output
        plan = ["process", "migrate", KEY, "--apply", str(the_plan()), "--by"]
        assert "双人复核" in run(args=[*plan, OWNER]).output
        done = run(args=[*plan, SECOND])
        assert done.exit_code == 0 and "已迁移 1 件" in done.output, done.output
        assert run(args=[*plan, SECOND]).exit_code == 1
    for bad in (
        [],
        ["--to", "9", "--dry-run"],
        ["--to", "1", "--dry-run"],
        ["--to", "2"],
        ["--apply", "999"],
    ):
        assert run(args=["process", "migrate", KEY, "--by", OWNER, "--reason", "x", *bad]).exit_code == 1, bad
    bad_pair = ["--to", "2", "--dry-run", "--step", "x", "--by", OWNER, "--reason", "x"]
    assert run(args=["process", "migrate", KEY, *bad_pair]).exit_code == 1
