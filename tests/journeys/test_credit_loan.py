"""A loan of 信保贷 in the browser: application, two investigations, contract, draw, repayment, re-draw, import."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from models.case import CaseFile
from models.database import reading
from processes.repayment import HEAD
from tests import credit_loans as loans
from tests.journeys.conftest import Town
from tests.journeys.office import FORM_SCOPE, opens_task
from tests.journeys.person import Person
from tests.register import CODE, listed

pytestmark = pytest.mark.browser
F10 = {
    "uscc": CODE,
    "amount": "1000000",
    "months": "12",
    "purpose": "goods",
    "purpose_text": "支付货款",
    "committed": True,
    "committed_by": "周五",
}
CONTRACT = {
    "outcome": "signed",
    "contract_number": "XBHT-1",
    "guarantee_number": "DBHT-1",
    "rate": "4.3",
    "fee_rate": "1",
    "account_bank": "示例银行示例支行",
    "account_number": "150000000000000001",
}
DRAW = {
    "amount": "600000",
    "months": "6",
    "method": "monthly_interest",
    "receipt_number": "JJ-1",
    "purpose_text": "货款",
}


def _does(person: Person, town: Town, case_id: int, element: str, given: dict[str, Any]) -> None:
    opens_task(person, town, case_id, element)
    person.fills(given, FORM_SCOPE)
    person.submits("提交并转下一步")


def _looks(person: Person, address: str) -> None:
    """The page at both widths: nothing that axe minds, and no scrolling sideways."""
    for size in ({"width": 1366, "height": 768}, {"width": 390, "height": 844}):
        person.page.set_viewport_size(size)  # type: ignore[arg-type]  # the shape it asks for
        person.goes_to(address)
        assert person.axe() == [], (address, size)
        wide = person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, (address, size, wide)
    person.page.set_viewport_size({"width": 1366, "height": 768})


def test_a_line_of_credit_from_application_to_import(town: Town, tmp_path: Path) -> None:
    listed(town.verbs, name=loans.NAME)
    bank, guarantor = town.person("yinhang1"), town.person("danbao1")
    bank.goes_to("/loans")
    bank.page.get_by_role("link", name="贷款申请", exact=True).click()
    bank.fills(F10)
    bank.page.get_by_label("合作金融机构").select_option(index=1)
    bank.page.get_by_label("担保公司").select_option(label="伊金霍洛旗创业担保中心")
    bank.submits("提交申请")
    number = bank.page.url.rsplit("/", 1)[1]
    case_id = _case_id(number)
    opinion = {key: value for key, value in loans.AGREED.items() if value}
    _does(guarantor, town, case_id, "guarantor_investigation", opinion)
    _does(bank, town, case_id, "bank_investigation", opinion)
    cashier = town.person("yinhang2")
    _does(cashier, town, case_id, "signing", CONTRACT)
    assert town.verbs.status(case_id) == "loan_active"
    cashier.goes_to(f"/loans/{number}/draw")
    cashier.fills(DRAW)
    cashier.submits("确认提款")
    assert cashier.sees("还款计划已生成")
    town.it_is(date(2026, 4, 2))
    cashier.goes_to(f"/loans/{number}/repay")
    cashier.fills({"amount": "202221.67", "kind": "prepayment", "reference": "YH-1"})
    cashier.submits("确认入账")
    assert cashier.sees("已入账：本金 200,000.00 元，利息 2,221.67 元")
    cashier.goes_to(f"/loans/{number}/draw")
    cashier.fills({**DRAW, "amount": "300000", "receipt_number": "JJ-2", "method": "equal_principal"})
    cashier.submits("确认提款")
    assert [line.kind for line in loans.ledger(case_id)] == ["draw", "prepayment", "draw"]
    batch = _imports(cashier, number, tmp_path / "还款.xlsx")
    for address in (f"/loans/{number}", "/loans", batch, "/loans/new"):
        _looks(cashier, address)
    assert [line.balance for line in loans.ledger(case_id)][-1] == 600_000
    assert bank.faults == guarantor.faults == cashier.faults == []


def _imports(cashier: Person, number: str, file: Path) -> str:
    """A sheet with a good and a bad row; where its preview stands."""
    book = Workbook()
    book.active.append(list(HEAD))
    book.active.append([number, "JJ-2", "2026-04-02", 100000, "提前还款", "YH-2", None])
    book.active.append([number, "JJ-2", "2026-04-02", 1, "退款", "YH-3", None])
    book.save(file)
    cashier.goes_to("/repayments/import")
    cashier.page.set_input_files("#file", str(file))
    cashier.submits("上传并预览")
    assert cashier.sees("1 行有错误")
    batch = cashier.page.url
    cashier.submits("确认入账 1 笔")
    assert cashier.sees("已入账 1 笔")
    return batch


def _case_id(number: str) -> int:
    with reading() as session:
        return session.scalars(select(CaseFile.id).where(CaseFile.number == number)).one()
