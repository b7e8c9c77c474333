"""The stalled board: every number leads to exactly its rows, pages join up, reasons, forecast, workbooks, bulk, screens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from statistics import median_low
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from sqlalchemy import update

from models import board_cache, board_list
from models.board_asked import Asked, Sort, asked
from models.board_forecast import StepKey, expected_on, known
from models.calendar import calendars, local_date, today
from models.case import CaseFile
from models.database import DbSession, reading, transaction
from models.people import User
from models.workflow import STALLED, Timer
from tests.walk import ITEMS
from tests.webapp.api import Caller
from tests.webapp.knock import counted
from tests.world import World, answers, on
from webapp import handlers_board
from webapp.api.work import SHAPES


def is_shaped(answer: Any, shape: str) -> Any:
    Draft202012Validator(SHAPES[shape]).validate(answer)
    return answer


SignIn = Callable[[str], FlaskClient]
EXAMPLES = [1] * 3 + [2] * 2 + [4] * 3 + [9]
MARCH, ROW = date(2026, 3, 20), '<td data-label="案卷">'
LINK = re.compile(r'href="(/board/cases[^"]*)"[^>]*>(?:<span>.*?</span> <b>)?(\d+)')


@pytest.fixture
def busy(world: World) -> list[int]:
    """Cases at different steps: late, just arrived, waiting for the applicant, broken; one draft that nobody sees."""
    ids = [world.submitted(), world.submitted(), world.submitted("small_enterprise")]
    for case_id in ids[:2]:
        world.complete(case_id, "acceptance", answers("acceptance"))
    world.complete(ids[1], "qualification_review", answers("qualification_review"))
    with on(MARCH):
        ids += [world.submitted(), world.submitted()]
        lacking = {"result": "incomplete", "items": ITEMS, "delivery_method": "direct", "delivered_on": MARCH}
        world.complete(ids[4], "acceptance", answers("acceptance", **lacking))
        with transaction() as session:
            broken = update(Timer).where(Timer.case_id == ids[2], Timer.status == "armed")
            session.execute(broken.values(status=STALLED, fault="示例故障"))
    return ids


def links(page: str) -> dict[str, int]:
    """Address → number of everything on the board that leads to rows."""
    return {unescape(url): int(number) for url, number in LINK.findall(page)}


def test_every_number_leads_to_exactly_its_rows(
    app: Flask, busy: list[int], world: World, sign_in: SignIn
) -> None:
    found: dict[str, dict[str, int]] = {}
    with on(MARCH):
        for who, least in (("lingdao", 45), ("renshe0", 25), ("shenji", 45)):
            found[who] = links(sign_in(who).get("/board").text)
            assert len(found[who]) >= least
            _rows_agree(world, who, found[who])
        leader, head = found["lingdao"], found["renshe0"]
        shown = sign_in("lingdao").get("/board/cases?window=over").text
    assert shown.count(ROW) == leader["/board/cases?window=over"] and "待办环节 4 项" in shown
    assert leader["/board/cases"] == 6 and head["/board/cases"] == 4
    assert leader["/board/cases?why=broken"] == 1 == leader["/board/cases?unit=case&state=broken"]
    assert leader["/board/cases?why=applicant"] == 1
    assert leader["/board/cases?window=over"] == 4 == head["/board/cases?window=over"] + 2


def _rows_agree(world: World, who: str, found: dict[str, int]) -> None:
    """Each number is how many rows its address shows this person."""
    with reading() as session:
        user = world.user(session, who)
        for url, number in found.items():
            wanted = asked(dict(parse_qsl(urlsplit(url).query)))
            rows = board_list.page(session, user, wanted, {}).lines
            assert number == len(rows) == board_list.count(session, user, wanted, {}), (who, url)


def test_rows_say_why_and_pages_join_up_in_every_order(app: Flask, busy: list[int], world: World) -> None:
    with on(MARCH), reading() as session:
        leader = world.user(session, "lingdao")
        for unit, total, sort in ((u, n, s) for u, n in (("step", 6), ("case", 5)) for s in Sort):
            seen = list(_paged(session, leader, unit, sort))
            assert len(seen) == len(set(seen)) == total, sort
        lines = board_list.page(session, leader, Asked(), {}).lines
        faults = {line.row.case_id: line.detail.fault for line in lines if line.detail.fault}
        acts = {line.row.case_id: line.detail.act for line in lines}
        assert faults == {busy[2]: "示例故障"}
        first = acts[busy[1]]
        assert first is not None and "资格审核" in first.what and first.who.endswith("孙三")
        assert lines[0].row.late_days == max(line.row.late_days for line in lines) > 5


def _paged(session: DbSession, reader: User, unit: str, sort: Sort) -> Iterator[tuple[int, int | None]]:
    """Case and step of every row, two rows a page."""
    page = board_list.page(session, reader, Asked(unit=unit, sort=sort.value), {}, limit=2)
    yield from ((line.row.case_id, line.row.task_id) for line in page.lines)
    while page.after:
        page = board_list.page(
            session, reader, Asked(unit=unit, sort=sort.value, after=page.after), {}, limit=2
        )
        yield from ((line.row.case_id, line.row.task_id) for line in page.lines)


def _statements(leader: FlaskClient, url: str) -> int:
    """How many a page asks that has nothing kept from before."""
    with on(MARCH):
        leader.get(url)
        board_cache.forget()
        with counted() as statements:
            assert leader.get(url).status_code == 200
    return len(statements)


def test_statements_do_not_grow_with_the_rows(
    app: Flask, busy: list[int], world: World, sign_in: SignIn
) -> None:
    leader, counts = sign_in("lingdao"), []
    for more in (0, 4):
        for _case in range(more):
            world.submitted()
        counts += [
            _statements(leader, url)
            for url in ("/board", "/board/cases", "/board/cases?unit=case&state=quiet")
        ]
    assert counts[:3] == counts[3:] and max(counts) <= 40


def test_the_forecast_is_what_its_definition_says(app: Flask, busy: list[int], world: World) -> None:
    pace = {StepKey("startup_loan", "", "acceptance"): Counter(EXAMPLES),
            StepKey("startup_loan", "", "due_diligence"): Counter({1: 4})}  # fmt: skip
    assert list(known(pace)) == [StepKey("startup_loan", "", "acceptance")]
    for offset in range(10):
        day = MARCH + timedelta(days=offset)
        with on(day), reading() as session:
            leader = world.user(session, "lingdao")
            for within in (1, 5):
                wanted = Asked(forecast=True, within=within)
                found = {line.row.task_id for line in board_list.page(session, leader, wanted, pace).lines}
                every = [line.row for line in board_list.page(session, leader, Asked(), {}).lines]
                last = _working_day(within)
                assert found == {
                    row.task_id
                    for row in every
                    if row.step == "受理审查" and row.due_on and today() <= row.due_on <= last and _late(row)
                }, (day, within)


def _late(row: board_list.Row) -> bool:
    """By hand: the examples as a list, days by their names."""
    assert row.created_at is not None and row.due_on is not None
    opened = local_date(row.created_at)
    days = [opened + timedelta(days=n + 1) for n in range((today() - opened).days)]
    taken = sum(day.weekday() < 5 for day in days)
    longer = [example for example in EXAMPLES if example > taken]
    day = _working_day(median_low(longer) - taken) if longer else None
    assert expected_on(Counter(EXAMPLES), opened, calendars().of()) == day
    return day is None or day > row.due_on


def _working_day(within: int) -> date:
    day = today()
    while within:
        day += timedelta(days=1)
        within -= day.weekday() < 5
    return day


def test_a_workbook_is_written_behind_the_knock(app: Flask, busy: list[int], sign_in: SignIn) -> None:
    leader, other = sign_in("lingdao"), sign_in("renshe0")
    with on(MARCH):
        place = leader.post("/board/exports", data={"window": "over"}).location
        assert place == "/board/exports/1"
        assert "等待后台生成" in leader.get(place).text and leader.get(f"{place}/file").status_code == 409
        assert leader.post("/board/exports", data={"window": "x"}).status_code == 422
        handlers_board.write_export(1)
        handlers_board.write_export(1)
        assert "4 / 4" in leader.get(f"{place}/progress").text
        sheet = load_workbook(BytesIO(leader.get(f"{place}/file").data)).active
        assert sheet is not None and sheet.max_row == 5
        assert sheet.freeze_panes == "A2" and "示例故障" in {str(row[15]) for row in sheet.values}
        assert other.get(place).status_code == other.get(f"{place}/file").status_code == 404
        done = app.test_cli_runner().invoke(args=["board", "show", "--by", "lingdao"])
        assert "待办环节 6 项，其中超期 4 项" in done.output


def test_rows_are_ordered_about_in_bulk(app: Flask, busy: list[int], world: World, sign_in: SignIn) -> None:
    with on(MARCH):
        leader = sign_in("lingdao")
        rows = re.findall(r'/cases/(CD\d+)\?task=(\d+)"', leader.get("/board/cases?window=over").text)
        sent = {
            "operation": "supervise",
            "task_id": [task for _number, task in rows[:2]],
            "back": "/board/cases?window=over",
        }
        shown = leader.post("/bulk/preview", data=sent).text
        assert "将督办 2 件" in re.sub(r"\s+", " ", shown)
        wrong = leader.post("/bulk", data={**sent, "text": "办", "due_on": "2026-03-01"})
        assert wrong.status_code == 422 and "办结期限不能早于今天" in wrong.text
        saturday = {**sent, "text": "请办结", "due_on": "2026-03-28"}
        assert leader.post("/bulk", data=saturday, follow_redirects=True).text.count("督办〔2026〕") == 2
        assert "（非工作日）" in leader.get("/supervisions/1").text and "data-confirm" in shown
        assert leader.get("/supervisions").text.count("督办〔2026〕") == 2
        board, cases = leader.get(leader.get("/").location).text, {number for number, _task in rows[:2]}
        assert links(board)["/board/cases?unit=case&ordered=1"] == len(cases) and "“尚未签收”含" in board
        assert "督办〔2026〕" in leader.get(f"/cases/{rows[0][0]}").text
        assert "下达督办" not in sign_in("renshe1").get(f"/cases/{rows[0][0]}").text


def test_programs_read_the_same(app: Flask, busy: list[int], caller: Callable[[str], Caller]) -> None:
    with on(MARCH):
        leader, clerk = caller("lingdao"), caller("renshe1")
        board = is_shaped(leader.get("/board", within="3"), "Board")
        assert (board["total"], board["late"], board["whys"]["broken"]) == (6, 4, 1)
        rows = is_shaped(leader.get("/board/cases", window="over"), "BoardRows")
        assert rows["total"] == len(rows["rows"]) == 4
        leader.get("/board/cases", 422, after="broken")
        clerk.get("/board", 403)
        export = is_shaped(leader.post("/board/exports", {"filters": {"why": "broken"}}, 201), "BoardExport")
        handlers_board.write_export(export["id"])
        assert is_shaped(leader.get(f"/board/exports/{export['id']}"), "BoardExport")["percent"] == 100
        number = next(row["case"] for row in rows["rows"] if row["step"] == "受理审查")
        (target, *_rest) = is_shaped(leader.get(f"/cases/{number}/supervisions/targets"), "OrderTargets")[
            "targets"
        ]
        wanted = {"target": target["target"], "text": "请办结", "due_on": "2026-03-31"}
        made = is_shaped(leader.post(f"/cases/{number}/supervisions", wanted, 201), "Order")
        leader.post(f"/cases/{number}/supervisions", wanted, 409)
        assert is_shaped(clerk.get("/supervisions", state="waiting"), "Orders")["orders"] == [made]
        clerk.post(f"/supervisions/{made['id']}/answer", {"text": "已在办"})
        assert leader.post(f"/supervisions/{made['id']}/close", {"text": "同意"})["closed_on"] == "2026-03-20"


def test_a_screen_of_a_hall_shows_numbers_and_nobody(app: Flask, busy: list[int], sign_in: SignIn) -> None:
    with on(MARCH, 11):
        chief, public = sign_in("guanli"), app.test_client()
        assert chief.post("/admin/halls", data={"name": "", "region": "2"}).status_code == 422
        page = chief.post("/admin/halls", data={"name": "一楼大屏", "region": "2"}).text
        address = re.search(r"<code>https?://[^/]+(/hall/[^<]+)</code>", page)
        assert address is not None and address[1] not in chief.get("/admin/halls").text
        shown = public.get(address[1])
        assert (
            shown.status_code == 200
            and "今日收件<b>2<small>件</small></b>" in shown.text
            and "CD2026" in shown.text
        )
        with reading() as session:
            people = {session.get_one(CaseFile, case_id).applicant_name for case_id in busy}
        assert people and not any(name in shown.text for name in people)
        assert public.get("/hall/unknown").status_code == 404
        assert chief.post("/admin/halls/1/revoke").status_code == 302
        assert chief.post("/admin/halls/1/revoke").status_code == 409
        assert public.get(address[1]).status_code == 404


def test_the_command_line_orders_and_opens_screens(app: Flask, busy: list[int], tmp_path: Path) -> None:
    runner = app.test_cli_runner()

    def run(*arguments: str, by: str = "lingdao", status: int = 0) -> str:
        with on(MARCH):
            done = runner.invoke(args=[*arguments, "--by", by])
        assert done.exit_code == status, done.output
        return str(done.output)

    assert "共 4 行" in run("board", "list", "--filter", "window=over")
    assert "没有这个筛选条件" in run("board", "list", "--filter", "colour=red", status=1)
    assert "共 6 行" in run("board", "export", str(tmp_path / "a.xlsx"))
    number = run("board", "list", "--filter", "why=broken").split("\t")[0]
    target = run("supervisions", "issue", number).split("\t")[0]
    assert "--due" in run("supervisions", "issue", number, "--target", target, status=1)
    demand = ("--target", target, "--due", "2026-03-31", "--text", "请办结")
    assert "已下达督办〔2026〕00001号" in run("supervisions", "issue", number, *demand)
    assert "待答复" in run("supervisions", "list", "--state", "open", by="renshe1")
    assert "已答复" in run("supervisions", "answer", "1", "--text", "在办", by="renshe1")
    assert "已办结" in run("supervisions", "close", "1", "--text", "同意")
    assert "/hall/" in run("halls", "open", "大屏", "150627", by="guanli")
    assert "已停用" in run("halls", "revoke", "1", by="guanli")
    assert "没有代码" in run("halls", "open", "大屏", "999999", by="guanli", status=1)
    assert "已停用" in runner.invoke(args=["halls", "list"]).output
