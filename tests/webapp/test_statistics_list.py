"""Behind every figure of the statistics are exactly its records: each link is followed, for every reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO
from json import loads
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from sqlalchemy import delete, select

from models.case import CaseDepartment, CaseFile
from models.database import DbSession, reading, transaction
from models.flow_record import FlowRecord
from models.people import User
from models.statistics_asked import Asked, asked
from models.statistics_days import Days
from models.statistics_list import HIDDEN, conditions, page, sight
from models.statistics_sum import summary
from processes import flow_month, withdrawal
from tests.moving_back import ORDER, recalled, sent_back
from tests.webapp.api import Caller
from tests.webapp.knock import counted
from tests.world import World, answers, on
from webapp import handlers_board
from webapp import statistics_export_job as export_job
from webapp.api.statistics_list import SHAPES
from webapp.statistics_page import asked as period_asked

SignIn = Callable[[str], FlaskClient]
# A share of all days is no number of its own list.
LINK = re.compile(r'<a [^>]*href="(/statistics/records\?[^"]*)">([\d.,]++)(?![^<]*<span[^>]*>[^<]*占比)')
CHART = re.compile(r"data-chart='([^']*)'")
LATER = date(2026, 4, 10)
YEAR: dict[str, Any] = {"from": "2026-01-01", "to": "2026-04-10"}


@pytest.fixture
def spring(world: World) -> World:
    """Steps done, late, sent back and done again on the same day and a month later; one case withdrawn, one paid out."""
    with on(date(2026, 2, 25)):
        paid, late, returned = world.submitted(), world.submitted(), world.submitted("small_enterprise")
        for case_id in (paid, late, returned):
            world.complete(case_id, "acceptance", answers("acceptance"))
        world.submitted()
    with on(date(2026, 3, 20)):
        world.fire_due()
        said = answers("qualification_review", late_reason="人员不足")
        world.complete(paid, "qualification_review", said)
        world.complete(paid, "due_diligence", answers("due_diligence"))
        world.submitted()
        for _twice in range(2):
            world.complete(late, "qualification_review", said)
            recalled(world, late, "qualification_review", "renshe2")
        world.complete(late, "qualification_review", said)
        sent_back(world, late, "due_diligence", "qualification_review", "danbao1", "direct")
        whole = world.submitted()
        for element in (*ORDER, "disbursement"):
            world.complete(whole, element, answers(element))
    with on(date(2026, 4, 2)), transaction() as session:
        withdrawal.withdraw(session, returned, world.user(session, "renshe1"), "不办了")
    return world


def links(text: str) -> Iterator[tuple[str, str]]:
    """(address, number) of every link of a page that leads to records."""
    return ((unescape(url), number) for url, number in LINK.findall(text))


def points(text: str) -> Iterator[tuple[str, Any]]:
    """(address, value) of every point of the charts that leads to records."""
    options = [loads(unescape(found)) for found in CHART.findall(text)]
    drawn = [pair for option in options for pair in zip(option["series"], option["links"], strict=True)]
    places = [place for series, urls in drawn for place in zip(urls, series["data"], strict=False)]
    for url, value in places:
        if url and value:
            yield url, value[2] if isinstance(value, list) else value


def all_rows(session: DbSession, user: User, values: dict[str, str]) -> Sequence[FlowRecord]:
    """Every record of an address."""
    given = asked(values)
    where = conditions(session, *sight(session, user, period_asked(values).wanted, given), given)
    return session.scalars(select(FlowRecord).where(*where)).all()


def value_of(values: dict[str, str], rows: Sequence[FlowRecord]) -> set[str]:
    """What a link to those records may say: how many, the rate, or how long they took."""
    days, met = Days(), sum(row.kind == "clock.met" for row in rows)
    for row in rows:
        days.add(row.used_days, 1)
    late = sum(row.is_late for row in rows)
    paid = [row for row in rows if row.outcome == "disbursed"]
    parts = {met, len(rows) - late, len(paid)} if rows else set()
    money = sum(row.amount or 0 for row in paid)
    numbers = [len(rows), days.total, days.median, days.p90]
    rates = [round(part * 100 / len(rows), 1) for part in parts]
    return {f"{money:,.2f}", f"{money / max(len(paid), 1):,.2f}", *map(str, numbers), *map(str, rates)}


def test_every_link_leads_to_exactly_its_records(spring: World, sign_in: SignIn) -> None:
    with on(LATER):
        found = _followed(sign_in, "lingdao", "/statistics", "/statistics/classes", "/statistics/diagram")
        assert len(found) >= 90, len(found)
        _agree(spring, "lingdao", found)
        own = _followed(sign_in, "renshe0", "/statistics")
        assert len(own) >= 15 and "steps_opened" in next(iter(own)), len(own)
        _agree(spring, "renshe0", own)
        with transaction() as session:
            assert all(flow_month.close_month(session, date(2026, month, 1)) for month in (2, 3))
        _agree(
            spring,
            "shenji",
            {url: found[url] for url in found if "month" not in url and "process" not in url},
        )


def _followed(sign_in: SignIn, who: str, *paths: str) -> dict[str, set[str]]:
    """Address → what the links and points that lead there say."""
    client, found = sign_in(who), dict[str, set[str]]()
    for path in paths:
        text = client.get(path, query_string={"period": "custom", **YEAR}).text
        for url, value in (*links(text), *points(text)):
            found.setdefault(url, set()).add(str(value))
    return found


def _agree(world: World, who: str, found: dict[str, set[str]]) -> None:
    with reading() as session:
        user = world.user(session, who)
        for url, numbers in found.items():
            values = dict(parse_qsl(urlsplit(url).query))
            rows = all_rows(session, user, values)
            said = summary(session, user, period_asked(values).wanted, asked(values))
            assert said.number == len(rows) == len({row.id for row in rows}), (who, url)
            has_days = any(word in url for word in ("longest", "classified", "decided", "office_done"))
            assert numbers <= (value_of(values, rows) if has_days else {str(len(rows))}), (who, url, numbers)


def _pages_join_up_in_both_orders(spring: World) -> None:
    with on(LATER), reading() as session:
        leader, wanted = spring.user(session, "lingdao"), period_asked(YEAR).wanted
        for figure, order in (("steps_done", "newest"), ("steps_done", "longest"), ("met", "newest")):
            seen, given = list[int](), Asked(figure, order=order)
            while not seen or given.after:
                found = page(session, leader, wanted, given, limit=2)
                seen += [row.id for row in found.rows]
                given = replace(given, after=found.after)
            assert len(seen) == len(set(seen)) == summary(session, leader, wanted, given).number > 4
            days = [row.used_days or 0 for row in page(session, leader, wanted, given).rows]
            assert order == "newest" or days == sorted(days, reverse=True)


def test_the_page_is_worked_on_and_asks_a_fixed_number_of_statements(
    spring: World, sign_in: SignIn, caller: Callable[[str], Caller]
) -> None:
    address = {**YEAR, "figure": "office_done", "element": "acceptance", "process": "combined_review"}
    with on(LATER):
        leader, asked_for = sign_in("lingdao"), []
        for more in (0, 3):
            for _case in range(more):
                spring.complete(spring.submitted(), "acceptance", answers("acceptance"))
            with counted() as statements:
                text = leader.get("/statistics/records", query_string=address).text
            asked_for.append(len(statements))
        assert asked_for[0] == asked_for[1] <= 22, asked_for
        assert "批量催办" in text and "批量督办" in text and "批量转办" in text and "环节：受理审查" in text
        tasks = re.findall(r'name="task_id" value="(\d+)"', text)
        sent = {"operation": "urge", "task_id": tasks[:2], "back": "/statistics/records"}
        assert "2 件可以催办" in leader.post("/bulk/preview", data=sent).text
        for wrong in ({"figure": "x"}, {"after": "x"}, {"month": "2025-01"}, {"spread": "99"}, {"from": "x"}):
            assert leader.get("/statistics/records", query_string={**YEAR, **wrong}).status_code == 422, wrong
        assert sign_in("renshe1").get("/statistics/records").status_code == 403
        assert sign_in("danbao0").get("/statistics/records?figure=classified").status_code == 403
        assert "批量催办" not in sign_in("shenji").get("/statistics/records", query_string=address).text
    _whose_case_it_is_stays_out(spring, sign_in, caller)


def _whose_case_it_is_stays_out(spring: World, sign_in: SignIn, caller: Callable[[str], Caller]) -> None:
    """Of what a head may not read any more, nor where it stands: on the page, for programs, in the workbook."""
    with transaction() as session:
        name, number = session.execute(select(CaseFile.applicant_name, CaseFile.number)).first() or ("", "")
        taken = delete(CaseDepartment).where(
            CaseDepartment.department_id == spring.user(session, "renshe0").department_id
        )
        session.execute(taken)
    with on(LATER):
        text = (
            sign_in("renshe0").get("/statistics/records", query_string={**YEAR, "figure": "steps_done"}).text
        )
        said = caller("renshe0").get("/statistics/records", **YEAR, figure="steps_done")["rows"]
        book = BytesIO()
        with reading() as session:
            given = spring.user(session, "renshe0"), {**YEAR, "figure": "steps_done"}
            export_job.write(session, *given, book, lambda _done: None)
    assert HIDDEN in text and name not in text and f"/cases/{number}" not in text and "task_id" not in text
    assert said and all(row["applicant_name"] is row["status"] is row["task"] is None for row in said)
    sheet = load_workbook(book).active
    assert sheet is not None and sheet.max_row > 1
    assert {cell for row in sheet.iter_rows(2, min_col=16, values_only=True) for cell in row} <= {None, ""}


def test_programs_the_command_line_and_workbooks_hold_the_same(
    spring: World, app: Flask, caller: Callable[[str], Caller], sign_in: SignIn, tmp_path: Path
) -> None:
    given, file = {**YEAR, "figure": "missed"}, tmp_path / "records.xlsx"
    with on(LATER):
        program, leader = caller("lingdao"), sign_in("lingdao")
        said = program.get("/statistics/records", **given)
        Draft202012Validator(SHAPES["StatisticsRecords"]).validate(said)
        assert said["number"] == len(said["rows"]) > 1
        program.get("/statistics/records", 422, figure="x")
        made = program.post("/statistics/records/exports", {"filters": given}, 201)
        handlers_board.write_export(made["id"])
        place = leader.post("/statistics/records/exports", data=given).location
        assert "统计明细" in leader.get(place).text and "/statistics/records?" in leader.get(place).text
        sheet = load_workbook(BytesIO(leader.get(f"/board/exports/{made['id']}/file").data)).active
        assert sheet is not None and sheet.max_row == said["number"] + 1
        filters = [part for name, value in given.items() for part in ("--filter", f"{name}={value}")]
        run = app.test_cli_runner().invoke
        shown = run(args=["statistics", "records", *filters, "--by", "lingdao"])
        assert f"共 {said['number']} 行" in shown.output, shown.output
        written = run(args=["statistics", "records", *filters, "--by", "lingdao", "--file", str(file)])
        assert written.exit_code == 0 and load_workbook(file).active is not None, written.output
        wrong = run(args=["statistics", "records", "--filter", "colour=red", "--by", "lingdao"])
        assert "没有这个筛选条件" in wrong.output
    _pages_join_up_in_both_orders(spring)
