"""The calendar's pages: the year for everybody; notices imported, previewed, applied and undone by administrators."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from models.audit import AuditEvent
from models.calendar_book import CalendarNotice
from models.database import reading
from tests.notices import notice
from tests.webapp.knock import counted, paused
from tests.world import World, answers, on

SignIn = Callable[[str], FlaskClient]
DECEMBER = date(2026, 12, 31)


def imported(client: FlaskClient, text: str, by: str = "text", region: str = "national") -> str:
    """The address of the notice's page."""
    answer = client.post(f"/calendar/import/{by}", data={"text": text, "region": region})
    assert answer.status_code == 302, re.findall(r"invalid-feedback[^>]*>([^<]+)", answer.text)
    return answer.location


def test_everybody_sees_the_year_and_nobody_else_the_notices(sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    page = client.get("/calendar").text
    assert "全年工作日 <b>248</b> 天" in page
    assert re.search(r'<td class="cal-day work"[^>]*>10<i aria-hidden="true">班</i>', page)
    assert re.search(
        r'<td class="cal-day statutory"[^>]*>19<i aria-hidden="true">法</i>.*端午节（法定节假日）', page
    )
    assert page.count('aria-current="date"') == 1
    assert "暂定" in client.get("/calendar?year=2027").text
    for path in (
        "/calendar/notices",
        "/calendar/import/text",
        "/calendar/notices/1",
        "/calendar/notices/1/moves.xlsx",
    ):
        assert client.get(path).status_code == 403
    assert client.post("/calendar/notices/1/undo").status_code == 403
    for wrong in ("year=1999", "year=9999999999999", "region=x"):
        assert client.get(f"/calendar?{wrong}").status_code == 404


def test_a_notice_is_imported_previewed_applied_and_undone(world: World, sign_in: SignIn) -> None:
    with on(DECEMBER):
        for _ in range(2):
            world.submitted()
        client = sign_in("guanli")
        where = imported(client, notice(2027))
        page = client.get(where).text
        assert "预览：批准后" in page
        assert "由暂定转为正式" in page
        assert "人力资源和社会保障局" in page
        book = load_workbook(BytesIO(client.get(f"{where}/moves.xlsx").data))
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        assert rows[0][0] == "案卷号"
        assert len(rows) > 2
        seen = re.search(r'name="seen" value="(\d+)"', page)
        assert seen is not None
        for wrong in ("0", "x", ""):
            assert client.post(f"{where}/apply", data={"seen": wrong}).status_code == 409
        assert client.post(f"{where}/apply", data={"seen": seen[1]}).status_code == 302
        assert "如果撤销" in client.get(where).text
        year = client.get("/calendar?year=2027").text
        assert "尚未公布" not in year
        assert client.post(f"{where}/apply").status_code == 409
        assert client.post(f"{where}/undo").status_code == 302
        assert "尚未公布" in client.get("/calendar?year=2027").text
        assert client.post(f"{where}/undo").status_code == 409
        assert "已撤销" in client.get("/calendar/notices").text


def test_what_was_typed_stays_and_every_contradiction_is_told(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    text = notice(2027).replace("共8天", "共9天").replace("6月9日（周三）", "6月9日（周四）")
    answer = client.post("/calendar/import/text", data={"text": text, "region": "national"})
    assert answer.status_code == 422
    assert "第 8 行：春节写作共9天，列出的是 8 天" in answer.text
    assert "第 11 行：2027年6月9日写作周四，实为周三" in answer.text
    assert "6月9日（周四）放假1天" in answer.text
    for by, data in (
        ("json", {"text": "{"}),
        ("text", {}),
        ("rows", {"year": "1"}),
        ("json", {"text": "[" * 9000}),
    ):
        answer = client.post(f"/calendar/import/{by}", data={"region": "national", **data})
        assert answer.status_code == 422, by
    assert client.get("/calendar/import/else").status_code == 404
    for path in ("apply", "undo", "discard"):
        assert client.post(f"/calendar/notices/99999/{path}").status_code == 404


def test_local_days_are_typed_by_hand_and_shown_for_their_region(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    data = {
        "year": "2026", "scope": "days", "paper": "伊政发〔2026〕1号", "region": "150627",
        "rows-0-first": "2026-08-03", "rows-0-last": "2026-08-05", "rows-0-kind": "off", "rows-0-name": "那达慕",
    }  # fmt: skip
    more = client.post("/calendar/import/rows", data={**data, "add_row": "rows"})
    assert (more.status_code, "rows-1-first" in more.text) == (200, True)
    answer = client.post("/calendar/import/rows", data=data)
    assert answer.status_code == 302
    for path in (answer.location, "/calendar/notices"):
        assert re.search("伊金霍洛旗，个别日期", client.get(path).text)
    assert client.post(f"{answer.location}/apply").status_code == 409
    assert client.post(f"{answer.location}/apply", data={"seen": "1"}).status_code == 302
    assert "那达慕" in client.get("/calendar?region=150627").text
    assert "那达慕" not in client.get("/calendar").text
    again = client.post("/calendar/import/rows", data=data)
    assert "内容相同" in again.text


def test_the_preview_says_who_turns_late_and_who_no_more(world: World, sign_in: SignIn) -> None:
    with on(date(2027, 2, 3)):
        world.submitted()
    with on(date(2027, 2, 16)):
        client = sign_in("guanli")
        where = imported(client, notice(2027))
        assert "推迟 6 日，不再超期，转为正式" in client.get(where).text
        client.post(f"{where}/apply", data={"seen": "1"})
        page = client.get(where).text
        assert "1 个转为超期" in page
        assert re.search(r"转为超期</span> 提前 6 日", page)


def test_the_preview_says_what_the_notice_ends_for_good(world: World, sign_in: SignIn) -> None:
    items = [{"material": "credit_report", "problem": "过期", "requirement": "一份"}]
    asked = {"items": items, "delivery_method": "direct", "delivered_on": date(2027, 2, 3)}
    with on(date(2027, 2, 3)):
        lapsing, resting = world.submitted(), world.submitted()
        world.complete(lapsing, "acceptance", answers("acceptance", result="incomplete", **asked))
        world.complete(resting, "acceptance", answers("acceptance"))
        paused(world, resting)
    with on(date(2027, 4, 20)):
        world.fire_due()
        assert world.status(lapsing) == "supplementing", "held: its date is provisional"
        client = sign_in("guanli")
        where = imported(client, notice(2027))
        page = client.get(where).text
        words = "1 件补正期限已届满，启用后视为撤回申请，不可撤销；1 件暂停期限已届满，启用后自动恢复计时"
        assert re.search(f"其中 <b>{words}", page)
        assert re.search(f'data-confirm="[^"]*其中 {words}', page)
        marks = re.findall(r'<td data-label="变化"><span><span class="light over">(..)期限已届满', page)
        assert sorted(marks) == ["暂停", "补正"]
        client.post(f"{where}/apply", data={"seen": "1"})
        assert "已届满，启用后" not in client.get(where).text
        world.fire_due()
        assert world.status(lapsing) == "lapsed"


def test_a_waiting_notice_is_discarded(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    where = imported(client, notice(2027))
    assert client.post(f"{where}/discard").status_code == 302
    assert "已放弃" in client.get(where).text


def test_the_office_hour_is_kept_and_logged(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    assert client.post("/calendar/office-hour", data={"opens": "25:00"}).status_code == 422
    assert client.post("/calendar/office-hour", data={"opens": "09:00"}).status_code == 302
    assert 'value="09:00"' in client.get("/calendar/notices").text
    with reading() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "calendar.office_hour_set")
        ).one()
        assert (event.old, event.new) == ({"office_opens": "08:30"}, {"office_opens": "09:00"})


@pytest.mark.parametrize("path", ["/calendar", "/calendar/notices", "NOTICE"])
def test_the_number_of_questions_is_fixed(world: World, sign_in: SignIn, path: str) -> None:
    with on(DECEMBER):
        client = sign_in("guanli")
        where = imported(client, notice(2027))

        def asked() -> int:
            with counted() as statements:
                assert client.get(where if path == "NOTICE" else path).status_code == 200
            return len(statements)

        world.submitted()
        asked()
        few = asked()
        for _ in range(3):
            world.submitted()
        assert asked() == few <= 25


def test_every_state_of_a_notice_is_stored_once(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    where = imported(client, notice(2027))
    again = client.post("/calendar/import/text", data={"text": notice(2027), "region": "national"})
    assert (again.status_code, f'<a href="{where}">' in again.text) == (422, True)
    with reading() as session:
        assert len(session.scalars(select(CalendarNotice).where(CalendarNotice.year == 2027)).all()) == 1
