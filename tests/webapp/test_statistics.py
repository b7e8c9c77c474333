"""The statistics at every door: pages, workbook, REST, command line, weekly digest; who may read what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from sqlalchemy import select

from models.audit import AuditEvent
from models.database import reading
from models.notification import Notification
from models.people import User
from tests.webapp.api import Caller
from tests.webapp.knock import counted
from tests.world import World, answers, on
from webapp import figures
from webapp.api.statistics import SHAPES

SignIn = Callable[[str], FlaskClient]
MARCH: dict[str, Any] = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def march(world: World) -> World:
    """Two cases; one has passed its review late, with the step of the guarantor done."""
    with on(date(2026, 3, 2)):
        first, _second = world.submitted(), world.submitted()
        world.complete(first, "acceptance", answers("acceptance"))
    with on(date(2026, 3, 20)):
        world.fire_due()
        late = answers("qualification_review", late_reason="人员不足")
        world.complete(first, "qualification_review", late)
        world.complete(first, "due_diligence", answers("due_diligence"))
    return world


def actions() -> list[str]:
    with reading() as session:
        found = session.scalars(select(AuditEvent.action).order_by(AuditEvent.chain, AuditEvent.seq))
        return [one for one in found if one.startswith("statistics.")]


def test_pages_show_every_chart_with_its_table_and_definition(march: World, sign_in: SignIn) -> None:
    with on(date(2026, 3, 31)):
        client = sign_in("lingdao")
        page = client.get("/statistics", query_string=MARCH).text
        assert page.count("data-chart=") == 5 and page.count("<caption") == 5
        for words in ("按时率＝按时÷（按时＋超期）", "资格审核时限", "瓶颈", "部门比较", "2 件", "2026-03"):
            assert words in page
        assert client.get("/statistics/classes", query_string=MARCH).status_code == 200
        heat = client.get("/statistics/diagram").text
        assert "data-heat=" in heat and "/board/cases?step=pre_loan_investigation" in heat
        past = client.get(
            "/statistics/diagram", query_string={"period": "custom", **MARCH, "heat": "days"}
        ).text
        assert "尽职调查" in past and "/board/cases?step=" not in past


def test_the_page_asks_a_fixed_number_of_statements(march: World, sign_in: SignIn) -> None:
    bounds = {"/statistics": 25, "/statistics/classes": 22, "/statistics/diagram": 22}
    with on(date(2026, 3, 31)):
        client = sign_in("lingdao")
        before = {path: statements(client, path) for path in bounds}
        march.submitted()
        assert {path: statements(client, path) for path in bounds} == before
    assert all(before[path] <= most for path, most in bounds.items()), before


def statements(client: FlaskClient, path: str) -> int:
    with counted() as seen:
        assert client.get(path).status_code == 200
    return len(seen)


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"from": "31.3.2026", "to": "2026-03-31"}, "from"),
    ({"from": "2026-03-31", "to": "2026-03-01"}, "to"),
    ({"scheme": "<b>"}, "scheme"),
    ({"region": "99999999999999"}, "region"),
    ({"department": "999999999"}, "department"),
    ({"period": "x"}, "period"),
)


def test_bad_filters_are_told_at_their_field(
    march: World, sign_in: SignIn, caller: Callable[[str], Caller]
) -> None:
    client, program = sign_in("lingdao"), caller("lingdao")
    for given, field in BAD:
        answer = client.get("/statistics", query_string=given)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text, given
        assert given.get("from", "") in answer.text and "data-chart" not in answer.text
        assert list(program.get("/statistics", 422, **given)["errors"]) == [field]


def test_who_may_read_figures(march: World, sign_in: SignIn) -> None:
    clerk, head, officer = sign_in("renshe1"), sign_in("danbao0"), sign_in("renshe0")
    for path in ("/statistics", "/statistics/classes", "/statistics/diagram", "/statistics/export"):
        assert clerk.get(path).status_code == 403
    own = head.get("/statistics").text
    assert "按环节统计本部门" in own and "/statistics/classes" not in own
    assert "/statistics/classes" in officer.get("/statistics").text
    assert head.get("/statistics/classes").status_code == 403
    assert officer.get("/statistics/classes").status_code == 200
    assert sign_in("lingdao").get("/statistics/diagram?version=99999").status_code == 404


def test_workbooks_hold_the_tables_and_leave_a_line_in_the_log(march: World, sign_in: SignIn) -> None:
    with on(date(2026, 3, 31)):
        client = sign_in("lingdao")
        book = load_workbook(BytesIO(client.get("/statistics/export", query_string=MARCH).data))
        assert client.get("/statistics/classes/export", query_string=MARCH).status_code == 200
        assert client.get("/statistics/export?from=x").status_code == 422
    assert book.sheetnames == [
        "口径说明",
        "收件与办结趋势",
        "各阶段时限按时率",
        "环节用时和瓶颈",
        "用时分布",
        "部门比较",
    ]
    assert [cell.value for cell in book["收件与办结趋势"][2]][:3] == ["2026-03", 2, 0]
    assert actions() == ["statistics.exported", "statistics.classes_exported"]


def test_the_rest_door_says_what_the_page_says(march: World, caller: Callable[[str], Caller]) -> None:
    with on(date(2026, 3, 31)):
        program = caller("lingdao")
        said = program.get("/statistics", **MARCH)
        assert (said["opened"], said["missed"], said["open_steps"]) == (2, 2, 2)
        terms = next(table for table in said["tables"] if table["id"] == "terms")
        review = next(row for row in terms["rows"] if row["term"] == "资格审核时限")
        assert (review["met"], review["missed"], review["rate"], review["allowed_days"]) == (0, 1, 0.0, 7)
        heat = program.get("/statistics/steps", **MARCH)
        assert {"element": "due_diligence", "number": 1}.items() <= heat["steps"][4].items()
        for name, answer in (
            ("Statistics", said),
            ("StepStatistics", heat),
            ("ClassifiedStatistics", program.get("/statistics/classes", **MARCH)),
        ):
            Draft202012Validator(SHAPES[name]).validate(answer)
        program.get("/statistics/steps", 404, version=str(10**30))
        caller("renshe1").get("/statistics", 403)


def test_commands(march: World, app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    with on(date(2026, 3, 31)):
        shown = run(args=["statistics", "show", "--by", "lingdao", "--period", "this_month"])
        assert shown.exit_code == 0 and "资格审核时限" in shown.output
        assert run(args=["statistics", "show", "--by", "lingdao", "--from", "x"]).exit_code == 1
        file = tmp_path / "classes.xlsx"
        written = run(args=["statistics", "export", str(file), "--by", "renshe0", "--classes"])
        assert written.exit_code == 0 and load_workbook(file).sheetnames[0] == "口径说明"
        assert run(args=["statistics", "export", str(file), "--by", "danbao0", "--classes"]).exit_code == 1
        assert "没有需要月结的月份" in run(args=["statistics", "close"]).output
        assert "已接续历史案卷 0 件" in run(args=["statistics", "take-over"]).output
    assert actions() == ["statistics.classes_exported"]


def told() -> dict[str, list[str]]:
    with reading() as session:
        rows = session.execute(
            select(User.username, Notification.text)
            .join(Notification, Notification.user_id == User.id)
            .where(Notification.kind == "digest")
            .order_by(Notification.id)
        )
        found: dict[str, list[str]] = {}
        for name, text in rows:
            found.setdefault(name, []).append(text)
        return found


def test_the_weekly_digest_comes_once_on_the_first_working_morning_and_makes_up(march: World) -> None:
    with on(date(2026, 3, 22), 10):  # a Sunday
        assert figures.send_digests() == []
    with on(date(2026, 3, 23), 8):  # before the offices open
        assert figures.send_digests() == []
    with on(date(2026, 3, 24), 10):  # Monday was missed
        assert figures.send_digests() != []
        assert figures.send_digests() == []
    first = told()
    assert {"lingdao", "renshe0", "danbao0"} <= set(first) and not {"renshe1", "shenji"} & set(first)
    assert "2026-03-16 至 2026-03-22：收件 0 件，办结 0 件" in first["lingdao"][0]
    assert "环节办结 1 件" in first["danbao0"][0] and "资格审核 1 件" in first["renshe0"][0]
    with on(date(2026, 4, 7), 10):  # a week without a worker, and a Monday off
        figures.send_digests()
    assert "2026-03-23 至 2026-04-05" in told()["lingdao"][1]
    assert "statistics.digest_sent" in actions()
