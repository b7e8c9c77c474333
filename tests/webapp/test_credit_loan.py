"""The pages of a loan of 信保贷: applying, the loan, drawing, repaying, importing; who sees and may do what."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from models.database import transaction
from processes.repayment import HEAD
from processes.seed import department_ids
from tests import credit_loans as loans
from tests.register import CODE, OTHER_CODE, listed
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World, on

F10 = {
    "uscc": CODE,
    "amount": "1,000,000.00",
    "months": "12",
    "purpose": "goods",
    "purpose_text": "支付货款",
    "committed": "yes",
    "committed_by": "周五",
    "committed_on": "2026-03-02",
}
ROW = ["", "JJ-1", date(2026, 4, 2), 2221.67, "还款", "YH-1", ""]


def _offices() -> dict[str, str]:
    with transaction() as session:
        found = department_ids(session)
    return {"bank": str(found["bank"]), "guarantor": str(found["guarantor"])}


def _book(*rows: list[Any], head: tuple[str, ...] = HEAD) -> dict[str, Any]:
    book = Workbook()
    book.active.append(list(head))
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return {"file": (BytesIO(content.getvalue()), "还款.xlsx")}


def _rows(number: str) -> list[list[Any]]:
    """Two good rows and eight bad ones."""
    return [
        [number, *ROW[1:]],
        [number, "JJ-1", "2026-04-02", "100,000.00", "提前还款", "YH-2", "部分提前"],
        [number, "JJ-1", "2026-04-02", "1", "还款", "ｙh -１", ""],
        [number, "JJ-9", "2026-04-02", "1", "还款", "YH-3", ""],
        ["XB202699999", "", "2026-04-02", "1", "还款", "YH-4", ""],
        [number, "", "昨天", "1", "还款", "YH-5", ""],
        [number, "", "2026-03-01", "1", "还款", "YH-6", ""],
        [number, "", "2026-04-02", "-1", "还款", "YH-7", ""],
        [number, "", "2026-04-02", "9000000", "还款", "YH-8", ""],
        [number, "", "2026-04-02", "1", "退款", "YH-9", ""],
    ]


def _broken() -> list[dict[str, Any]]:
    """No workbooks, and workbooks that are no sheet of repayments."""
    return [
        {"file": (BytesIO(b"PK\x03\x04nonsense"), "x.xlsx")},
        {"file": (BytesIO(b""), "x.xlsx")},
        _book(ROW, head=("别的", "列")),
        _book(),
        {},
    ]


def _apply_batch(client: FlaskClient, where: str) -> str:
    return client.post(f"{where}/apply", follow_redirects=True).text


def test_a_firm_is_lent_to_and_repays(world: World, sign_in: SignIn) -> None:
    """Application at the counter of the bank, then the loan's page with draw and repayment."""
    listed(world, name=loans.NAME)
    bank = sign_in("yinhang1")
    wrong = bank.post("/loans/new", data={**F10, **_offices(), "committed": "", "amount": "5000000.01"})
    assert wrong.status_code == 422 and "承诺" in wrong.text
    sent = bank.post("/loans/new", data={**F10, **_offices()})
    number = sent.headers["Location"].rsplit("/", 1)[1]
    page = bank.get(f"/loans/{number}").text
    assert "1,000,000.00 元，12 个月" in page and "周五 于 2026-03-02 签署" in page and "登记还款" not in page
    again = bank.post("/loans/new", data={**F10, **_offices(), "amount": "5000000.01"})
    assert again.status_code == 422 and "5,000,000.00" in again.text
    assert "撤回申请" in page and "贷款台账" in bank.get(f"/cases/{number}").text
    withdrawn = bank.post(f"/loans/{number}/withdraw", data={"reason": "另行融资"}, follow_redirects=True)
    assert "已撤回" in withdrawn.text
    case_id = loans.active(world)
    number = number_of(case_id)
    assert "尚未提款" in bank.get(f"/loans/{number}").text
    drawn = {"amount": "600000", "drawn_on": "2026-03-02", "months": "6", "method": "monthly_interest",
             "receipt_number": "JJ-1", "purpose_text": "支付货款", **loans.ACCOUNT}  # fmt: skip
    assert bank.post(f"/loans/{number}/draw", data={**drawn, "months": "13"}).status_code == 422
    assert bank.post(f"/loans/{number}/draw", data=drawn).status_code == 302
    with on(date(2026, 4, 2)):
        paid = {"amount": "2221.67", "value_on": "2026-04-02", "kind": "repayment", "reference": "YH-1"}
        refused = bank.post(f"/loans/{number}/repay", data={**paid, "amount": "900000"})
        assert refused.status_code == 422 and "最多可还" in refused.text
        told = bank.post(f"/loans/{number}/repay", data=paid, follow_redirects=True).text
        assert "已入账：本金 0.00 元，利息 2,221.67 元" in told and "已还清" in told
        assert bank.post(f"/loans/{number}/repay", data=paid).status_code == 422
        checked = {
            "checked_on": "2026-04-02",
            "result": "as_promised",
            "finding": "已付货款",
            "evidence": "发票1号",
        }
        seen = sign_in("danbao1").post(f"/loans/{number}/checks/new", data=checked, follow_redirects=True)
        assert "发票1号" in seen.text and "已登记资金使用检查" in seen.text
    sheet = load_workbook(BytesIO(bank.get(f"/loans/{number}/ledger.xlsx").data)).active
    assert [row[0] for row in sheet.iter_rows(values_only=True)][:4] == ["类别", "提款", "还款", "还款计划"]
    assert "尚有未偿本息" in bank.post(f"/loans/{number}/close", data={"closed_on": "2026-03-02"}).text


def test_who_sees_and_may_do_what(world: World, sign_in: SignIn) -> None:
    """Its bank acts; guarantor, center, leaders and auditors read; another bank and other offices see nothing."""
    number = number_of(loans.drawn(world))
    for who, status in {"danbao1": 200, "jinrong1": 200, "lingdao": 200, "shenji": 200, "youchu1": 404,
                        "shuiwu1": 404, "shenqing": 404, "dlt_yinhang1": 404}.items():  # fmt: skip
        client = sign_in(who)
        assert client.get(f"/loans/{number}").status_code == status, who
        assert (loans.NAME in client.get("/loans").text) == (status == 200), who
        if who in ("danbao1", "jinrong1", "youchu1"):
            paid = {"amount": "1", "value_on": "2026-03-02", "kind": "repayment", "reference": "X"}
            assert client.post(f"/loans/{number}/repay", data=paid).status_code in (403, 404), who
            for page in ("draw", "repay", "close"):
                assert client.get(f"/loans/{number}/{page}").status_code in (403, 404), who
    assert "登记还款" not in sign_in("danbao1").get(f"/loans/{number}").text
    bank = sign_in("yinhang0")
    with counted() as few:
        assert bank.get("/loans?state=active").status_code == 200
    loans.agreed(world, uscc=OTHER_CODE, name="示例二号有限公司")
    with counted() as more:
        page = bank.get("/loans")
    assert len(more) == len(few) and "示例二号有限公司" in page.text
    for state, count in {
        "applying": 1,
        "active": 1,
        "soon": 0,
        "overdue": 0,
        "ended": 0,
        "nonsense": 2,
    }.items():
        assert bank.get(f"/loans?state={state}&after=x").text.count("<tr><td") == count, state
    assert bank.get(f"/loans?after={10**30}").status_code == 200
    assert bank.get("/loans?q=%00%25").status_code == 200


def test_repayments_come_from_the_banks_excel_once(world: World, sign_in: SignIn) -> None:
    """Template, row errors with their number, preview, good rows entered once, by file and by number."""
    case_id = loans.drawn(world)
    number, bank = number_of(case_id), sign_in("yinhang1")
    filled = load_workbook(BytesIO(bank.get("/repayments/template.xlsx").data)).active
    assert [cell.value for cell in filled[2]][:2] == [number, "JJ-1"]
    with on(date(2026, 4, 2)):
        rows = _rows(number)
        sent = bank.post("/repayments/import", data=_book(*rows))
        where = sent.headers["Location"]
        page = bank.get(where).text
        assert "共 10 行" in page and "可入账 <b>2</b> 行" in page and "8 行有错误" in page
        for words in ("2,221.67", "已登记", "没有借据", "不属于本行", "日期应写作", "早于台账", "不能为负数",
                      "最多可还", "还款类型应为", "500,000.00"):  # fmt: skip
            assert words in page, words
        assert len(loans.ledger(case_id)) == 1
        assert sign_in("youchu1").get(where).status_code == 404
        assert bank.post("/repayments/import", data=_book(*rows)).headers["Location"] == where
        assert "已入账 2 笔" in _apply_batch(bank, where)
        assert "未重复登记" in _apply_batch(bank, where)
        again = bank.post("/repayments/import", data=_book(*rows), follow_redirects=True)
        assert again.request.path == where and "该文件已导入，以下为原导入结果" in again.text
    lines = loans.ledger(case_id)
    assert [(line.reference, str(line.amount)) for line in lines[1:]] == [
        ("YH-1", "2221.67"),
        ("YH-2", "100000.00"),
    ]
    for data in _broken():
        assert bank.post("/repayments/import", data=data).status_code == 422
    assert sign_in("danbao1").post("/repayments/import", data=_book(ROW)).status_code == 403


def test_a_line_that_may_not_be_drawn_shows_nothing_to_draw_and_why(world: World, sign_in: SignIn) -> None:
    """A loan past due freezes every line of the firm, before and after its day 1 is noticed."""
    late, other = loans.drawn(world), loans.active(world)
    with on(date(2026, 4, 2)):
        bank, number = sign_in("yinhang1"), number_of(other)
        page = bank.get(f"/loans/{number}").text
        assert "1,000,000.00</b> 元" in page and f"/loans/{number}/draw" in page and "不能提款" not in page
    with on(date(2026, 4, 3)):
        for reason in (f"{number_of(late)} 有逾期", "已被取消信用企业（户）资格"):
            page, asked = bank.get(f"/loans/{number}").text, bank.get(f"/loans/{number}/draw")
            assert "不能提款" in page and reason in page and f"/loans/{number}/draw" not in page
            assert asked.status_code == 409 and reason in asked.text
            world.fire_due()
        assert bank.get("/loans").text.count('data-label="可用额度" class="num">0.00<') == 2
