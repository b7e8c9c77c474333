"""The auditor's log: paged, narrowed, verified."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from models.audit import AuditEvent
from models.audit_log import ACTIONS, Asked, log_page
from models.calendar import fixed_at
from models.database import bound, reading
from models.refusal import Refusal
from tests.conftest import MONDAY
from tests.world import World, answers
from webapp.audit_view import Reader
from webapp.jobs import anchor

ROOT = Path(__file__).resolve().parents[2]
_RECORDED = re.compile(r"(?:audit\.record|_log|_note|_record)\([^\"]*\"([a-z_]+\.[a-z_]+)\"")
_DONE = re.compile(r"\"([a-z_]+\.[a-z_]+ed)\"")
# Addresses, and kinds of flow records, that read like an action.
_PAGES = {
    "application.submitted", "register.firm",
    "case.closed", "clock.lifted", "clock.missed", "clock.reopened", "task.opened", "task.unopened", "task.cancelled",
}  # fmt: skip
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


def test_the_log_is_searched_by_office_period_and_words_and_exported(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    with fixed_at(MONDAY + timedelta(days=2)):
        world.complete(case_id, "acceptance", answers("acceptance", opinion="材料%齐全_"))
    client = sign_in("shenji")

    def found(**given: str) -> list[list[str]]:
        answer = client.post("/audit/export", data={"format": "csv", **given})
        return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))[1:]

    assert {row[3] for row in found(office="人力资源和社会保障局", from_on="2026-03-04")} >= {
        "办理",
        "出具文书",
    }
    assert found(office="人力资源和社会保障局", from_on="2026-03-05", to_on="2026-03-06") == []
    assert {row[3] for row in found(text="%齐全_", action="task.completed")} == {"办理"}
    assert found(text="齐%全", action="task.completed") == []
    assert found(office="没有这个机构") == []
    assert [row[3] for row in found(action="case.submitted")] == ["提交申请"]
    wrong = client.get("/audit?from_on=2026-03-09&to_on=2026-03-02&text=甲")
    assert wrong.status_code == 422
    assert "截止日期不得早于起始日期。" in wrong.text
    assert 'value="甲"' in wrong.text
    assert client.post("/audit/export", data={"format": "csv", "to_on": "0001-01-01"}).status_code == 422
    assert client.post("/audit/export", data={"format": "doc"}).status_code == 422
    assert sign_in("lingdao").post("/audit/export", data={"format": "csv"}).status_code == 403
    assert client.get("/audit?action=log.exported").text.count("导出审计日志") >= 5


def test_words_are_looked_for_in_a_case_or_within_a_year(world: World, sign_in: SignIn) -> None:
    world.submitted()
    with reading() as session:
        number = session.execute(sa.text("SELECT number FROM case_file")).scalar_one()
    with fixed_at(MONDAY + timedelta(days=400)):
        client = sign_in("shenji")
        for given, finds in (
            ({"text": "提交"}, False),
            ({"text": "提交", "from_on": "2026-03-01"}, True),
            ({"text": "提交", "to_on": "2026-03-02"}, True),
            ({"text": "提交", "from_on": "2026-03-01", "to_on": "2027-03-02"}, True),
            ({"text": "提交", "case": number}, True),
            ({"action": "case.submitted"}, True),
        ):
            page = client.get("/audit", query_string={"action": "case.submitted", **given})
            assert (number in page.text.partition("<tbody>")[2]) is finds, given
        long = {"text": "提交", "from_on": "2026-03-01", "to_on": "2027-03-03"}
        page = client.get("/audit", query_string=long)
        assert page.status_code == 422 and "期间不得超过一年" in page.text
        assert client.post("/audit/export", data={"format": "csv", **long}).status_code == 422


def test_old_and_new_values_are_shown_as_text(world: World, sign_in: SignIn) -> None:
    with reading() as session:
        me = world.user(session, "renshe1")
    data = {"name": "<b>钱</b>", "role": me.role, "department": str(me.department_id), "is_active": "yes"}
    assert sign_in("guanli").post(f"/admin/people/users/{me.id}", data=data).status_code == 302
    page = sign_in("shenji").get("/audit?action=user.changed").text
    assert "<del>钱二</del>" in page
    assert "<ins>&lt;b&gt;钱&lt;/b&gt;</ins>" in page


def test_answers_are_shown_under_their_labels_and_in_words(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    for step in ("acceptance", "qualification_review", "due_diligence"):
        world.complete(case_id, step, answers(step))
    client = sign_in("shenji")
    with reading() as session:
        number = session.execute(sa.text("SELECT number FROM case_file")).scalar_one()
    for address in ("/audit?action=task.completed", f"/cases/{number}?tab=audit"):
        page = client.get(address).text
        assert "<dt>调查方式</dt><dd><ins>实地调查</ins></dd>" in page
        assert "<dt>尽职调查通过</dt><dd><ins>是</ins></dd>" in page
        assert "<dt>反担保要求</dt><dd><ins>无</ins></dd>" in page
    with reading() as session:
        events = session.scalars(sa.select(AuditEvent)).all()
        views = Reader(session).views(events)
        known = {change.label for view in views for change in view.changes}
        raw = [label for label in known if label.isascii()]
    assert raw == []
    assert len(views) > 5


def test_persons_offices_and_codes_are_shown_by_name(world: World) -> None:
    with reading() as session:
        reader, person = Reader(session), world.user(session, "renshe1")
        noted = {
            "assignee": person.id,
            "reason_codes": ["H01"],
            "bank": person.department_id,
            "is_active": False,
        }
        event = AuditEvent(
            action="user.changed", old={}, new={**noted, "department_id": person.department_id}
        )
        words = {change.label: change.new for change in reader.view(event).changes}
        office = person.display_name.partition(" ")[0]
        assert words["办理人"] == person.display_name
        assert words["机构"] == office
        assert words["启用"] == "否"
        assert "H01" not in words.values()
        times = {
            "old": {"at": "2026-12-02T06:28:45+00:00"},
            "new": {"at": "2026-12-03T14:28:45+08:00", "to": None},
        }
        (change,) = reader.view(AuditEvent(action="clock.set", **times)).changes
        assert (change.old, change.new) == ("2026-12-02 14:28", "2026-12-03 14:28")
        items = [{"material": "id_card", "problem": "不清晰"}]
        event = AuditEvent(
            action="task.completed", old={}, new={"element": "acceptance", "answers": {"items": items}}
        )
        (change,) = reader.view(event).changes
        assert change.label == "需补正的材料"
        assert change.new == "材料名称：本人身份证（正反面），问题：不清晰"


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


def test_verification_walks_the_anchors_too(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    anchor()
    with bound().writer.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO audit_anchor (id, at, last_event_id, chains, previous, root) "
                "VALUES (99, '2026-03-02 01:00:00', 1000000, 1, '', 'x')"
            )
        )
    page = sign_in("shenji").post("/audit/verify").text
    assert f"链 {case_id} " not in page
    assert "锚点 99（" in page


def test_every_action_of_the_program_has_its_title(sign_in: SignIn) -> None:
    """Also those that reach the log by a name: whatever reads like “noun.done” in the code."""
    found: set[str] = set()
    for storey in ("models", "processes", "webapp"):
        for path in (ROOT / storey).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= {*_RECORDED.findall(text), *_DONE.findall(text)} - _PAGES
    assert {
        "case.submitted",
        "document.added",
        "document.viewed",
        "policy.added",
        "calendar.applied",
    } <= found
    assert found <= set(ACTIONS)
    page = sign_in("shenji").get("/audit").text
    assert all(f'<option value="{action}"' in page for action in found)
