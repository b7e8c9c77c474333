"""The auditor's log: paged, narrowed, verified."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from models.audit_log import ACTIONS, Asked, log_page
from models.database import bound, reading
from models.refusal import Refusal
from tests.world import World, answers

ROOT = Path(__file__).resolve().parents[2]
_RECORDED = re.compile(r"(?:audit\.record|_log)\([^\"]*\"([a-z_]+\.[a-z_]+)\"")
SignIn = Callable[[str], FlaskClient]


def test_the_log_is_paged_newest_first_without_gap(world: World) -> None:
    for _ in range(3):
        world.submitted()
    seen: list[int] = []
    after = ""
    with reading() as session:
        while True:
            page = log_page(session, Asked(after=after), limit=4)
            seen += [line.event.id for line in page.lines]
            after = page.after
            if not after:
                break
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == len(set(seen)) == len(log_page(session, Asked()).lines)
        for broken in ("x", "-1", "٣", "9" * 19):
            with pytest.raises(Refusal):
                log_page(session, Asked(after=broken))


def test_the_log_is_narrowed(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    client = sign_in("shenji")
    with reading() as session:
        number = session.execute(sa.text("SELECT number FROM case_file")).scalar_one()
    of_case = client.get(f"/audit?case={number}").text
    assert "办理" in of_case
    assert "登录（" not in of_case
    assert "登录（" in client.get("/audit?action=login.succeeded").text
    assert "受理" in client.get("/audit?person=钱二&action=task.completed").text
    assert "没有符合条件的记录" in client.get("/audit?person=%25%00").text
    assert client.get("/audit?after=x").status_code == 422


def test_old_and_new_values_are_shown_as_text(world: World, sign_in: SignIn) -> None:
    with reading() as session:
        me = world.user(session, "renshe1")
    data = {"name": "<b>钱</b>", "role": me.role, "department": str(me.department_id), "is_active": "yes"}
    assert sign_in("guanli").post(f"/admin/people/users/{me.id}", data=data).status_code == 302
    page = sign_in("shenji").get("/audit?action=user.changed").text
    assert "<del>钱二</del>" in page
    assert "<ins>&lt;b&gt;钱&lt;/b&gt;</ins>" in page


def test_verification_says_that_all_is_whole_and_then_what_is_not(world: World, sign_in: SignIn) -> None:
    world.submitted()
    client = sign_in("shenji")
    assert "审计日志完整" in client.post("/audit/verify").text
    with bound().writer.begin() as connection:
        # What an intruder with the database's own password would do: take the guard away first.
        drop = "DROP TRIGGER audit_event_append_only ON audit_event"
        if bound().is_sqlite:
            drop = "DROP TRIGGER audit_event_no_update"
        connection.execute(sa.text(drop))
        connection.execute(sa.text("UPDATE audit_event SET summary = '改' WHERE action = 'case.submitted'"))
    broken = client.post("/audit/verify").text
    assert "审计日志不完整" in broken
    assert re.search(r"链 \d+ 第 \d+ 条起不一致", broken)


def test_every_action_of_the_program_has_its_title() -> None:
    found: set[str] = set()
    for storey in ("processes", "webapp"):
        for path in (ROOT / storey).rglob("*.py"):
            found |= set(_RECORDED.findall(path.read_text(encoding="utf-8")))
    assert {"case.submitted", "document.added", "policy.added"} <= found
    assert found <= set(ACTIONS)
