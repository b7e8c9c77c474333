"""Tests of the pages of notices: the public's without a login, the center's register, and the REST door."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from models.case import CaseFile
from models.database import reading
from models.notice import PublicNotice
from models.objection import Objection
from tests.notice_board import DECIDED, PDF, Board
from tests.webapp.api import Caller
from tests.webapp.knock import counted, number_of
from tests.world import World, on
from webapp.api.notice import SHAPES

SignIn = Callable[[str], FlaskClient]
FORM = {
    "objector": "person", "name": "郑某举", "phone": "13900000009", "address": "示例镇", "category": "fraud",
    "facts": "申报材料与实际不符。", "truthful": "yes", "website": "",
}  # fmt: skip


@pytest.fixture
def board(world: World) -> Board:
    return Board(world)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Somebody without a login."""
    return app.test_client()


def form(board: Board, notice: PublicNotice, **over: Any) -> dict[str, Any]:
    return {**FORM, "uscc": board.entries(notice)[0].uscc, **over}


def file(name: str = "借条.pdf", content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def send(client: FlaskClient, notice: PublicNotice, data: dict[str, Any]) -> Any:
    return client.post(
        f"/public/notices/{notice.id}/objection", data=data, content_type="multipart/form-data"
    )


def objections() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Objection)) or 0


def test_the_public_reads_names_and_codes_and_nothing_else(board: Board, stranger: FlaskClient) -> None:
    draft = board.opened(1)
    assert stranger.get(f"/public/notices/{draft.id}").status_code == 404
    assert "目前没有公示公告" in stranger.get("/public/notices").text
    notice = board.published(4)
    case_id = board.object(notice)
    board.verify(case_id, decision="upheld", breaches=["fraud"])
    listed, shown = stranger.get("/public/notices").text, stranger.get(f"/public/notices/{notice.id}").text
    assert "公示中" in listed and "2026-03-03 至 2026-03-16" in listed
    for entry in board.entries(notice):
        assert entry.name in shown and entry.uscc in shown
    assert "2026年3月3日至2026年3月16日（10个工作日）" in shown
    assert re.search(r"为什么到2026年3月16日", shown) and "10止" in shown
    assert notice.digest in shown
    for private in ("郑某举", "13900000009", number_of(case_id), "属实", "移出", "jinrong", "吕甲"):
        assert private not in shown + listed
    assert "没有名单中含" in stranger.get("/public/notices?q=不存在").text
    assert notice.title in stranger.get(f"/public/notices?q={board.entries(notice)[2].uscc.lower()}").text


def test_anybody_may_object_by_his_name_and_is_given_a_number_that_nobody_else_sees(
    board: Board, stranger: FlaskClient, app: Flask
) -> None:
    notice = board.published(2)
    data = form(
        board,
        notice,
        objector="unit",
        unit="示例公司",
        file=[file(), file("照片.pdf")],
        seal=file("异议书.pdf"),
    )
    answer = send(stranger, notice, data)
    assert answer.status_code == 302 and answer.location.endswith("/objection/received")
    with reading() as session:
        made = session.scalars(select(Objection)).one()
        number = session.get_one(CaseFile, made.case_id).number
    assert number in stranger.get(answer.location).text
    other = app.test_client().get(answer.location)
    assert other.status_code == 302 and number not in other.text
    assert made.statement["unit"] == "示例公司" and made.category == "fraud"


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"name": ""}, "真实姓名"),
        ({"phone": "12"}, "联系电话"),
        ({"category": "ghost"}, "事由类别"),
        ({"truthful": ""}, "承诺"),
        ({"uscc": "91150627MA0A00057R"}, "公示名单中没有"),
        ({"uscc": "<b>"}, "公示名单中没有"),
        ({"website": "http://example.com"}, "提交未通过校验"),
        ({"objector": "unit", "unit": "示例公司"}, "加盖公章"),
        ({"facts": "x" * 2001}, "不能超过2000个字"),
        ({"facts": "a\0b"}, "控制字符"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    board: Board, stranger: FlaskClient, over: dict[str, str], words: str
) -> None:
    notice = board.published(1)
    answer = send(stranger, notice, form(board, notice, **over))
    assert answer.status_code == 422 and words in answer.text
    assert objections() == 0


def test_bad_files_and_too_much_are_refused(board: Board, stranger: FlaskClient) -> None:
    notice = board.published(1)
    for bad in (
        file("a.exe", b"MZ"),
        file("a.pdf", b"%PDF- /Launch %%EOF"),
        file("b.png", b"\x89PNG\r\n\x1a\nxx"),
    ):
        answer = send(stranger, notice, form(board, notice, file=[bad]))
        assert answer.status_code == 422 and 'id="file-err"' in answer.text
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'
    body, url = head + bytes(13 * 1024 * 1024) + b"\r\n--x--\r\n", f"/public/notices/{notice.id}/objection"
    huge = stranger.post(url, data=body, content_type="multipart/form-data; boundary=x")
    assert huge.status_code == 413
    assert objections() == 0


def test_many_from_one_address_wait_until_tomorrow(board: Board, stranger: FlaskClient) -> None:
    notice = board.published(1)
    answers = [
        send(stranger, notice, form(board, notice, facts=f"第{number}件")).status_code for number in range(6)
    ]
    assert answers == [302] * 5 + [429]
    assert objections() == 5


def test_a_form_of_a_stranger_needs_its_token(board: Board, app: Flask) -> None:
    notice = board.published(1)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    refused = send(client, notice, form(board, notice))
    assert refused.status_code == 400 and "页面已失效" in refused.text
    page = client.get(f"/public/notices/{notice.id}/objection").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    assert send(client, notice, form(board, notice, csrf_token=token[1])).status_code == 302
    app.config["WTF_CSRF_ENABLED"] = False


def test_after_the_last_day_the_form_is_closed(board: Board, stranger: FlaskClient) -> None:
    notice = board.published(1)
    data = form(board, notice)
    with on(date(2026, 3, 17)):
        assert stranger.get(f"/public/notices/{notice.id}/objection").status_code == 302
        assert "公示期满，待确认" in stranger.get(f"/public/notices/{notice.id}").text
        late = send(stranger, notice, data)
        assert late.status_code == 422 and "公示期已结束" in late.text
        board.world.fire_due()
        board.confirm(notice)
        assert "1 户确定为信用企业（户）" in stranger.get(f"/public/notices/{notice.id}").text


def test_the_center_reads_the_register_and_others_do_not(board: Board, sign_in: SignIn, world: World) -> None:
    notice = board.published(2)
    board.object(notice)
    number = number_of(notice.case_id)
    desk = sign_in("jinrong1").get(f"/notices/{number}").text
    assert "异议登记（1 件）" in desk and "可确认日" in desk and "郑某举" not in desk
    assert number in sign_in("jinrong0").get("/notices").text
    for stranger in ("renhang1", "xiaozu1", "yinhang1", "dlt_renshe1"):
        client = sign_in(stranger)
        assert client.get(f"/notices/{number}").status_code == 404
        assert number not in client.get("/notices").text
    with on(date(2026, 3, 16)):
        board.verify(world_objection(notice))
    with on(date(2026, 3, 17)):
        world.fire_due()
        board.confirm(notice)
    # The result is recommended to the banks; what was said against whom stays inside.
    bank = sign_in("yinhang1").get(f"/notices/{number}")
    assert bank.status_code == 200 and "异议登记" not in bank.text
    assert "登记书面异议" not in sign_in("lingdao").get(f"/notices/{number}").text


def world_objection(notice: PublicNotice) -> int:
    with reading() as session:
        return session.scalars(select(Objection.case_id).where(Objection.notice_id == notice.id)).one()


def test_the_center_works_through_the_pages(board: Board, sign_in: SignIn, world: World) -> None:
    notice = board.opened(2)
    number, client = number_of(notice.case_id), sign_in("jinrong1")
    assert "预览，尚未发布" in client.get(f"/notices/{number}/preview").text
    task_id = world.open_tasks(notice.case_id)["draft_notice"]
    client.post(f"/tasks/{task_id}/claim")
    page = client.get(f"/cases/{number}").text
    assert "伊政办发〔2019〕53号" in page and "公示期10个工作日" in page and "预览公示" in page
    given = {
        "title": "公示", "basis": "依据", "text": "正文", "office": "旗金融服务中心", "phone": "0477-0000000、12345",
        "address": "示例路", "places": ["release"], "published_on": "2026-03-02",
    }  # fmt: skip
    assert client.post(f"/tasks/{task_id}", data={**given, "places": []}).status_code == 422
    assert client.post(f"/tasks/{task_id}", data=given).status_code == 302
    assert "确认后 <b>2</b> 户确定为信用企业（户），已移出 <b>0</b> 户" in client.get(f"/cases/{number}").text
    written = {**form(board, notice), "received_on": "2026-03-02"}
    answer = client.post(f"/notices/{number}/objections/new", data={**written, "received_on": "2026-03-01"})
    assert answer.status_code == 422 and "收到日期" in answer.text
    assert client.post(f"/notices/{number}/objections/new", data=written).status_code == 302
    case_id = world_objection(notice)
    task_id = world.open_tasks(case_id)["verify_objection"]
    client.post(f"/tasks/{task_id}/claim")
    page = client.get(f"/cases/{number_of(case_id)}").text
    assert "郑某举" in page and "13900000009" in page and "申报材料与实际不符" in page
    verified = {"method": "site", "departments": "法院", "findings": "查无此事。", "decision": "dismissed"}
    assert client.post(f"/tasks/{task_id}", data=verified).status_code == 302
    # Who does not work on it sees the telephone masked.
    other = sign_in("jinrong2").get(f"/cases/{number_of(case_id)}").text
    assert "郑某举" in other and "13900000009" not in other and "查无此事。" in other
    board.world.complete(
        case_id, "decide_objection", {**DECIDED, "delivered_on": date(2026, 3, 2)}, "jinrong0"
    )
    letter = client.get("/letters/1").text
    assert "公示异议核实结论告知书" in letter and "郑某举" in letter and "不影响公示结果" in letter
    assert sign_in("yinhang1").get("/letters/1").status_code == 404


def test_lists_ask_the_database_equally_often_whatever_they_show(
    board: Board, sign_in: SignIn, stranger: FlaskClient
) -> None:
    client = sign_in("jinrong1")
    seen = []
    for _round in range(2):
        board.object(board.published(2))
        with counted() as asked:
            client.get("/notices")
            stranger.get("/public/notices")
        seen.append(len(asked))
        for _more in range(3):
            board.published(1)
    assert seen[0] == seen[1]


def test_programs_read_notices_and_record_what_came_on_paper(
    board: Board, caller: Callable[[str], Caller]
) -> None:
    notice = board.published(2)
    number, center = number_of(notice.case_id), caller("jinrong1")
    (line,) = center.get("/notices")["notices"]
    assert line["number"] == number and line["period"]["last_on"] == "2026-03-16"
    names = ("uscc", "objector", "name", "phone", "category", "facts")
    answers = {name: form(board, notice)[name] for name in names} | {"received_on": "2026-03-02"}
    made = center.post(f"/notices/{number}/objections", {"answers": answers}, 201)
    assert made["due_on"] == "2026-03-16"
    assert set(center.post(f"/notices/{number}/objections", {"answers": {}}, 422)["errors"]) >= {
        "uscc",
        "name",
    }
    shown = center.get(f"/notices/{number}")
    Draft202012Validator(SHAPES["PublicNotice"]).validate(shown)
    Draft202012Validator(SHAPES["PublicNotices"]).validate(center.get("/notices"))
    Draft202012Validator(SHAPES["RecordedObjection"]).validate(made)
    assert [row["number"] for row in shown["objections"]] == [made["number"]]
    assert "郑某举" not in str(shown)
    caller("renhang1").post(f"/notices/{number}/objections", {"answers": answers}, 404)
    caller("renhang1").get(f"/notices/{number}", 404)
