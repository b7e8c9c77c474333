"""The sheet of a department on its pages: out, filled, in: columns, row errors, preview, applied once."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from models.database import reading
from models.screening import ScreeningRound
from tests import screening
from tests.screening import JUNE, candidates, opinion, passing, say
from tests.webapp.knock import SignIn
from tests.world import World, on


@pytest.fixture
def round_id(world: World) -> Iterator[int]:
    """A round of four candidates, on the day on which it was opened."""
    with on(JUNE):
        yield screening.opened(world, 4)


def place(round_id: int) -> str:
    with reading() as session:
        return f"/rounds/{session.get_one(ScreeningRound, round_id).number}/sheet"


def saved(book: Any) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def send(client: FlaskClient, at: str, content: bytes, name: str = "甄别.xlsx") -> Any:
    return client.post(at, data={"file": (BytesIO(content), name)})


def filled(content: bytes, fill: Callable[[Any], None]) -> bytes:
    book = load_workbook(BytesIO(content))
    fill(book.worksheets[0])
    return saved(book)


def test_out_filled_in_and_applied_once(world: World, sign_in: SignIn, round_id: int) -> None:
    ids, at, tax = [row.id for row in candidates(round_id)], place(round_id), sign_in("shuiwu1")
    say(world, round_id, "shuiwu1", passing(ids[3:]))
    sheet = tax.get(f"{at}/download.xlsx")
    assert sheet.status_code == 200

    def fill(page: Any) -> None:
        assert page.protection.sheet
        assert [one.formula1 for one in page.data_validations.dataValidation] == ['"通过,不通过,无法核实"']
        assert page["B2"].protection.locked
        assert not page["G2"].protection.locked
        page["G2"], page["H2"] = "通过", "金税系统"
        page["G3"] = "不通过"
        page["G4"] = "同意"

    content = filled(sheet.data, fill)
    answer = send(tax, at, content)
    assert answer.status_code == 302
    shown = tax.get(answer.location).text
    assert "保存没有问题的 1 户" in shown
    assert "有问题的 2 行" in shown
    assert re.search(r'data-label="行号"[^>]*>3<', shown)
    assert "应为通过、不通过或无法核实" in shown
    assert opinion(ids[0], "shuiwu1", world).result == "", "nothing is written before the click"
    done = tax.post(f"{answer.location}/apply")
    again = tax.post(f"{answer.location}/apply")
    assert done.location == again.location
    assert [opinion(one, "shuiwu1", world).version for one in ids] == [1, 0, 0, 1]
    assert "未填的 2 户" in tax.get(done.location).text
    assert "此前已经导入" in tax.get(send(tax, at, content).location).text, "the same sheet again"
    assert opinion(ids[0], "shuiwu1", world).version == 1


def test_a_strange_sheet_is_asked_which_column_is_which(world: World, sign_in: SignIn, round_id: int) -> None:
    rows, at, tax = candidates(round_id), place(round_id), sign_in("shuiwu1")
    book = Workbook()
    page: Any = book.active
    page.append(["甄别表"])
    page.append(["公司", "税务登记代码", "我局结论", "备注"])
    page.append([rows[0].name, rows[0].uscc, "无法核实", "系统中无记录"])
    page.append(["=1+1", "91150627MA000000XX", "通过", ""])
    answer = send(tax, at, saved(book), "自制.xlsx")
    assert answer.location.endswith("/columns")
    asked = tax.get(answer.location).text
    assert "我局结论" in asked
    assert tax.post(answer.location, data={"column-result": ""}).status_code == 422
    good = {"column-uscc": "1", "column-result": "2", "column-reason": "3"}
    assert tax.post(answer.location, data=good | {"column-result": "99"}).status_code in (302, 422)
    shown = tax.get(tax.post(answer.location, data=good).location).text
    assert "保存没有问题的 1 户" in shown
    assert "本轮甄别中没有" in shown
    tax.post(f"{answer.location.removesuffix('/columns')}/apply")
    assert opinion(rows[0].id, "shuiwu1", world).result == "unverified"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0old", "名称,结果\n".encode()])
def test_what_is_no_workbook_is_refused_on_the_page(
    world: World, sign_in: SignIn, round_id: int, content: bytes
) -> None:
    at, tax = place(round_id), sign_in("shuiwu1")
    answer = send(tax, at, content)
    assert answer.status_code == 422
    assert "err-sum" in answer.text
    assert tax.post(at).status_code == 422


def test_a_sheet_belongs_to_its_department(world: World, sign_in: SignIn, round_id: int) -> None:
    at, tax, court = place(round_id), sign_in("shuiwu1"), sign_in("fayuan1")
    content = filled(tax.get(f"{at}/download.xlsx").data, lambda page: page.__setitem__("G2", "通过"))
    batch = send(tax, at, content).location
    for address in (batch, f"{batch}/columns"):
        assert court.get(address).status_code == 404
    assert court.post(f"{batch}/apply").status_code == 404
    assert court.post(f"{batch}/columns", data={"column-result": "6"}).status_code == 404
    for who, expected in (("jinrong1", 404), ("lingdao", 404), ("renshe1", 404), ("shenqing", 403)):
        assert sign_in(who).get(f"{at}/download.xlsx").status_code == expected, who


def test_a_file_stands_beside_an_answer_until_it_is_handed_in(
    world: World, sign_in: SignIn, round_id: int
) -> None:
    one, at = candidates(round_id)[0], place(round_id).removesuffix("/sheet")
    tax, court, row = sign_in("shuiwu1"), sign_in("fayuan1"), f"{at}/board/{one.id}"
    for content in (b"", b"MZ"):
        answer = tax.post(
            f"{row}/evidence", data={"file": (BytesIO(content), "a.pdf")}, follow_redirects=True
        )
        assert "alert-danger" in answer.text
    sent = {"file": (BytesIO(b"%PDF-1.4\n%%EOF\n"), "评价结果.pdf")}
    assert "评价结果.pdf" in tax.post(f"{row}/evidence", data=sent, follow_redirects=True).text
    file = re.search(r"/evidence/(\d+)\"", tax.get(row).text)
    assert file is not None
    shown = tax.get(f"{at}/evidence/{file[1]}")
    assert shown.data.startswith(b"%PDF")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert court.get(f"{at}/evidence/{file[1]}").status_code == 404
    assert "评价结果" not in court.get(row).text
    assert court.post(f"{row}/evidence/{file[1]}/remove").status_code == 404
    say(world, round_id, "shuiwu1", passing([one.id]))
    screening.hand_in(world, round_id, "shuiwu1")
    assert tax.post(f"{row}/evidence/{file[1]}/remove").status_code == 409


@pytest.mark.parametrize("row", ['r="99999999999"', 'r="100000000"', 'r="1048576"'])
def test_a_row_far_below_is_refused_at_once(world: World, sign_in: SignIn, round_id: int, row: str) -> None:
    """A row numbered a milliard would be preceded by a milliard empty ones, before anybody else may write."""
    at, tax = place(round_id), sign_in("shuiwu1")
    whole = zipfile.ZipFile(BytesIO(tax.get(f"{at}/download.xlsx").data))
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in whole.namelist():
            content = whole.read(part).replace(b"</sheetData>", f"<row {row}/></sheetData>".encode())
            packed.writestr(part, content)
    began = time.perf_counter()
    answer = send(tax, at, out.getvalue())
    assert answer.status_code == 422
    assert "以后还有内容" in answer.text
    assert time.perf_counter() - began < 3
