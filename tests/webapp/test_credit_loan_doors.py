"""A loan of 信保贷 through the other doors: REST and command line, the same rules as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from models.database import transaction
from processes.seed import department_ids
from tests import credit_loans as loans
from tests.register import CODE, listed
from tests.webapp.api import API, Caller
from tests.webapp.knock import number_of
from tests.world import World

As = Callable[[str], Caller]
DRAW = {"amount": "600000.00", "drawn_on": "2026-03-02", "months": 6, "method": "monthly_interest",
        "receipt_number": "JJ-1", "purpose_text": "支付货款", **loans.ACCOUNT}  # fmt: skip


def _f10() -> dict[str, Any]:
    """An application of the listed firm to its bank."""
    with transaction() as session:
        offices = department_ids(session)
    return {"uscc": CODE, "bank": str(offices["bank"]), "guarantor": str(offices["guarantor"]), "months": 12,
              "amount": "1000000.00", "purpose": "goods", "purpose_text": "支付货款", "committed": True,
              "committed_by": "周五", "committed_on": "2026-03-02"}  # fmt: skip


def test_a_program_applies_draws_repays_and_closes(app: Flask, world: World, caller: As) -> None:
    """Every answer is what the document says; what the page refuses is a problem at the same field."""
    document: Any = app.test_client().get(f"{API}/openapi.json").json

    def check(name: str, answer: Any) -> Any:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer)
        return answer

    listed(world, name=loans.NAME)
    bank, fields = caller("yinhang1"), _f10()
    check("NewLoan", {"fields": fields})
    assert set(bank.post("/loans", {"fields": {**fields, "committed": False}}, 422)["errors"]) == {
        "committed"
    }
    brief = check("CaseBrief", bank.post("/loans", {"fields": fields}, 201))
    check("Loan", bank.get(f"/loans/{brief['number']}"))
    bank.post(f"/loans/{brief['number']}/withdraw", {"reason": "另行融资"})
    number = number_of(loans.active(world))
    assert bank.post(f"/loans/{number}/draws", {"fields": {**DRAW, "amount": "1e3"}}, 422)["errors"]
    drawn = check("Loan", bank.post(f"/loans/{number}/draws", {"fields": DRAW}, 201))
    assert (drawn["outstanding"], drawn["available"], len(drawn["schedule"])) == ("600000.00", "400000.00", 6)
    assert drawn["draws"][0]["account_number"] != loans.ACCOUNT["account_number"]
    use = {"checked_on": "2026-03-02", "result": "as_promised", "finding": "已付", "evidence": "发票"}
    assert check("Loan", bank.post(f"/loans/{number}/checks", {"fields": use}, 201))["checks"]
    paid = {"amount": "600000.00", "value_on": "2026-03-02", "kind": "prepayment", "reference": "YH-1",
            "draw": "JJ-1", "note": ""}  # fmt: skip
    check("NewRepayment", {"fields": paid})
    repaid = check("Loan", bank.post(f"/loans/{number}/repayments", {"fields": paid}, 201))
    assert (repaid["outstanding"], repaid["payoff"]["total"]) == ("0.00", "0.00")
    assert set(bank.post(f"/loans/{number}/repayments", {"fields": paid}, 422)["errors"]) == {"reference"}
    caller("danbao1").post(f"/loans/{number}/repayments", {"fields": {**paid, "draw": ""}}, 403)
    caller("youchu1").get(f"/loans/{number}", 404)
    page = check("LoanPage", bank.get("/loans", state="active"))
    assert [line["number"] for line in page["loans"]] == [number]
    for bad in ({"state": "x"}, {"after": "x"}):
        bank.get("/loans", 422, **bad)
    closed = bank.post(f"/loans/{number}/close", {"fields": {"closed_on": "2026-03-02", "note": ""}})
    assert check("CaseBrief", closed)["status"] == "loan_settled"
    bank.post(f"/loans/{number}/draws", {"fields": {**DRAW, "receipt_number": "JJ-2"}}, 409)


def test_the_operator_enters_a_banks_sheet(app: Flask, world: World, tmp_path: Path) -> None:
    """Template, reading, entering once; a person of another office is refused in a sentence."""
    case_id, file = loans.drawn(world), tmp_path / "还款.xlsx"
    run = app.test_cli_runner().invoke
    assert run(args=["loans", "template", str(file), "--by", "yinhang1"]).exit_code == 0
    book = load_workbook(file)
    for column, value in {"C": "2026-03-02", "D": "600000", "E": "提前还款", "F": "YH-1"}.items():
        book.active[f"{column}2"] = value
    book.save(file)
    assert "由合作金融机构登记" in run(args=["loans", "import", str(file), "--by", "danbao1"]).output
    assert "没有在用的账号" in run(args=["loans", "import", str(file), "--by", "nobody"]).output
    told = run(args=["loans", "import", str(file), "--by", "yinhang1"]).output
    assert "本金 600,000.00 元，利息 0.00 元，余额 0.00 元" in told and "可入账 1 行" in told
    batch = told.split("编号 ")[1].split("：")[0]
    for _again in range(2):
        assert "已入账 1 行" in run(args=["loans", "apply", batch, "--by", "yinhang1"]).output
    assert [line.kind for line in loans.ledger(case_id)] == ["draw", "prepayment"]
