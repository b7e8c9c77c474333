"""The register of arrears, its workbook, the page of a file, and the REST door, by who looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.arrears import arrears_case, do, good, hand_in_all, lent, letters_of, number_of, wake
from tests.credit_loans import active, draw, pay_overdue, payoff_of
from tests.register import OTHER_CODE, SOMEBODY, listed
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, counted
from tests.world import World, on
from webapp.demo.files import sample_pdf

ROW = re.compile(r'<a data-open href="/cases/(YQ\d+)"')
DAY_ONE, DAY_SIXTY = date(2026, 5, 1), date(2026, 6, 29)
As = Callable[[str], Caller]


def test_each_office_sees_its_files_with_days_sums_and_whose_turn_it_is(
    world: World, sign_in: SignIn
) -> None:
    case_id = lent(world, date(2026, 3, 30))
    with on(DAY_ONE):
        center = sign_in("jinrong1")
        assert "没有逾期的“信保贷”贷款" in center.get("/arrears").text
        wake(world)
        number = number_of(arrears_case(case_id))
        for who in ("jinrong1", "yinhang1", "danbao1", "shenji"):
            page = sign_in(who).get("/arrears").text
            assert ROW.findall(page) == [number] and "逾期清收并报告首日情况" in page and "2,221.67" in page
        assert ROW.findall(sign_in("youchu1").get("/arrears").text) == [], "another bank"
        assert sign_in("shenqing").get("/arrears").status_code == 403
        assert ROW.findall(center.get("/arrears?stage=demanding").text) == []
        assert ROW.findall(center.get("/arrears?q=示例商贸&stage=collecting&scope=all").text) == [number]
        for hostile in ("after=broken", "after=2026-13-01-5", "after=2026-01-01-99999999999"):
            assert center.get(f"/arrears?{hostile}").status_code == 422
        assert center.get("/arrears?q=%00%25&stage=x&scope=x").status_code == 200
        shown = center.get(f"/cases/{number}").text
    assert "逾期 1 日" in shown and "602,293.33" in shown and "逾期第1日" in shown


def test_the_register_costs_the_same_for_one_file_and_for_many(world: World, sign_in: SignIn) -> None:
    with on(date(2026, 3, 30)):
        first = active(world)
        draw(world, first)
    with on(DAY_ONE):
        wake(world)
        client = sign_in("jinrong1")
        client.get("/arrears")
        with counted() as one:
            client.get("/arrears")
    with on(date(2026, 5, 2)):
        listed(world, OTHER_CODE, "另一家公司", SOMEBODY)
        contract = {"account_name": "另一家公司", "contract_number": "XBHT-2"}
        second = active(world, contract, uscc=OTHER_CODE, name="另一家公司")
        draw(world, second, account={"account_name": "另一家公司"}, receipt_number="JJ-9")
    with on(date(2026, 6, 3)):
        wake(world)
        with counted() as many:
            page = client.get("/arrears").text
    assert ROW.findall(page) == [number_of(arrears_case(case)) for case in (first, second)]
    assert len(one) == len(many)


def test_the_workbook_has_every_sum_as_a_number(world: World, sign_in: SignIn) -> None:
    case_id = _compensated(world)
    with on(DAY_SIXTY):
        answer = sign_in("jinrong1").get("/arrears.xlsx")
        owed = payoff_of(case_id, DAY_SIXTY)
    sheet = load_workbook(BytesIO(answer.data)).active
    head, line = ([cell.value for cell in row] for row in sheet.iter_rows())
    row = dict(zip(head, line, strict=True))
    assert row["逾期天数"] == 60 and str(row["代偿日"])[:10] == "2026-06-29" and row["纳入风险补偿"] == "是"
    assert Decimal(str(row["代偿金额（元）"])) == Decimal(str(row["未追回（元）"])) > 600000
    assert owed.total == 0 and row["未偿本金（元）"] == 0


def _compensated(world: World) -> int:
    case_id = lent(world, date(2026, 3, 30))
    with on(DAY_SIXTY):
        wake(world)
        for element in (
            "demand_notice",
            "compensation_application",
            "compensation_consent",
            "compensation_payment",
        ):
            do(world, case_id, element)
    return case_id


def test_every_letter_can_be_read_and_its_amounts_are_those_of_the_ledger(
    world: World, sign_in: SignIn
) -> None:
    case_id = lent(world, date(2026, 3, 30))
    with on(DAY_ONE):
        wake(world)
        do(world, case_id, "day_one_collection")
    with on(DAY_SIXTY):
        wake(world)
        do(world, case_id, "demand_notice")
        do(world, case_id, "compensation_application")
        do(world, case_id, "compensation_consent", decision="refuse", reason_text="清收措施不足。")
        for element in ("further_collection", "compensation_application", "compensation_consent",
                        "compensation_payment", "compensation_confirmation"):  # fmt: skip
            do(world, case_id, element)
        client = sign_in("danbao1")
        letters = letters_of(arrears_case(case_id))
        pages = {row.kind: client.get(f"/letters/{row.id}").text for row in letters}
    assert len(pages) == 8 and all("XBHT-1" in page for page in pages.values())
    total = next(row for row in letters if row.kind == "comp_confirm").content["amount"]
    assert "逾期天数</th><td>60 日" in pages["demand"] and "送达回执" in pages["demand"]
    assert all(
        f"{Decimal(total):,.2f}元（大写：人民币陆拾万" in pages[kind]
        for kind in ("comp_notice", "comp_confirm")
    )
    assert "清收措施不足。" in pages["comp_refusal"] and "150000000000000010" in pages["comp_notice"]


def test_the_reports_of_day_1_are_there_also_when_the_firm_pays_before_its_bank_reports(
    world: World, sign_in: SignIn
) -> None:
    """B-19, D-31: by the house, for the bank; the list of a late report says how many days it is."""
    case_id, other = lent(world, date(2026, 3, 30)), lent(world, date(2026, 3, 30), amount=Decimal("1000.00"))
    with on(date(2026, 5, 3)):
        wake(world)
        pay_overdue(world, case_id)
        do(world, other, "day_one_collection")
        wake(world)
        client = sign_in("jinrong1")
        paid, late = (
            [client.get(f"/letters/{row.id}").text for row in letters_of(arrears_case(one))]
            for one in (case_id, other)
        )
    assert len(paid) == 2 and all("2,221.67" in page and "已于2026年5月3日全部还清" in page for page in paid)
    heads = {head for page in [*paid, *late] for head in re.findall(r'"letter-head">(.+)</p>', page)}
    assert len(heads) == 1 and "已逾期第1日" in paid[0], "both kinds come from the bank"
    assert len(late) == 2 and "已逾期3日" in late[0] and "已逾期第1日" not in late[0]


def test_the_door_does_every_act_in_its_turn_and_no_other(world: World, caller: As) -> None:
    case_id = lent(world, date(2026, 3, 30))
    with on(DAY_ONE):
        wake(world)
        number = number_of(arrears_case(case_id))
        bank, center, guarantor = caller("yinhang1"), caller("jinrong1"), caller("danbao1")
        (line,) = center.get("/arrears")["arrears"]
        assert (line["number"], line["days_past_due"], line["stage"]) == (number, 1, "collecting")
        assert line["demand_on"] == "2026-06-29" and line["unpaid_principal"] == "600000.00"
        _refused(bank, number, "demand", case_id, "未满60日")
        _refused(guarantor, number, "payment", case_id, "未满60日")
        _act(bank, number, "report", "day_one_collection", case_id)
        _refused(bank, number, "report", case_id, "不能办理此事项", 409)
    with on(DAY_SIXTY):
        _refused(bank, number, "application", case_id, "尚未发放催收通知书")
        _refused(guarantor, number, "payment", case_id, "尚未发放催收通知书")
        _act(bank, number, "demand", "demand_notice", case_id)
        _refused(center, number, "consent", case_id, "尚未申请代偿")
        hand_in_all(world, case_id, but="statement")
        lacking = _sent(bank, number, "application", "compensation_application", case_id)
        assert lacking.status_code == 422 and "上传：扣款和还款流水。" in lacking.json["errors"]["proofs"][0]
        _hands_in(bank, guarantor, number)
        _act(bank, number, "application", "compensation_application", case_id)
        _refused(guarantor, number, "payment", case_id, "尚未同意代偿")
        assert _sent(bank, number, "consent", "compensation_consent", case_id).status_code in (403, 404)
        _act(center, number, "consent", "compensation_consent", case_id)
        short = _sent(guarantor, number, "payment", "compensation_payment", case_id, amount="1.00")
        assert short.status_code == 422 and "一次付清" in short.json["errors"]["amount"][0]
        _act(guarantor, number, "payment", "compensation_payment", case_id)
        _refused(guarantor, number, "payment", case_id, "不能办理此事项", 409)
        _act(bank, number, "confirmation", "compensation_confirmation", case_id)
        whole = guarantor.get(f"/arrears/{number}")
        assert whole["stage"] == "recovering" and whole["compensation"]["confirmed_on"] == "2026-06-29"
    assert center.get("/arrears", 422, stage="x")["errors"]["stage"]
    center.get("/arrears/YQ999", 404)
    caller("youchu1").get(f"/arrears/{number}", 404)
    caller("shenqing").get("/arrears", 403)
    center.post(f"/arrears/{number}/nothing", {"answers": {}}, 404)


def _hands_in(bank: Caller, guarantor: Caller, number: str) -> None:
    """The last of the four files, by REST."""
    for who, kind, status in (
        (bank, "id_card", 422),
        (guarantor, "due_statement", 403),
        (bank, "due_statement", 201),
    ):
        data = {"kind": kind, "file": (BytesIO(sample_pdf()), "流水.pdf")}
        sent = who.call("POST", f"/cases/{number}/documents", data=data)
        assert sent.status_code == status, sent.text


def test_the_bank_hands_in_the_files_of_its_application_on_the_page_of_the_case(
    world: World, sign_in: SignIn
) -> None:
    case_id = lent(world, date(2026, 3, 30))
    with on(DAY_SIXTY):
        wake(world)
        number, bank = number_of(arrears_case(case_id)), sign_in("yinhang1")
        at = f"/arrears/{number}/documents"
        assert "代偿申请材料" not in bank.get(f"/cases/{number}").text
        assert bank.post(at, data=_file("due_demand")).status_code == 409, "before the demand notice"
        do(world, case_id, "demand_notice")
        assert bank.get(f"/cases/{number}").text.count("尚未上传") == 4
        for data, told in (
            (_file("due_demand"), "已上传“催收通知书及回执”1 个文件"),
            (_file("id_card"), "请选择材料种类"),
            ({"kind": "due_receipt"}, "请选择要上传的文件"),
        ):
            assert bank.post(at, data=data).status_code == 302
            assert told in bank.get(f"/cases/{number}").text
        assert sign_in("danbao1").post(at, data=_file("due_receipt")).status_code == 403
        assert sign_in("youchu1").post(at, data=_file("due_receipt")).status_code == 404
        page = sign_in("jinrong1").get(f"/cases/{number}").text
    assert "回执.pdf" in page and page.count("尚未上传") == 3 and 'id="proof-file"' not in page


def _file(kind: str) -> dict[str, Any]:
    return {"kind": kind, "file": (BytesIO(sample_pdf()), "回执.pdf")}


def _json(element: str, case_id: int, over: dict[str, Any]) -> dict[str, Any]:
    answers = {**good(element, case_id), **over}
    answers.pop("late_reason")
    if answers.get("decision") == "approve":
        answers.pop("reason_text")
    kept = {name: value for name, value in answers.items() if value is not None and value != ""}
    return {
        name: value.isoformat() if isinstance(value, date) else _text(value) for name, value in kept.items()
    }


def _text(value: Any) -> Any:
    return value if isinstance(value, bool | list) else str(value)


def _sent(who: Caller, number: str, act: str, element: str, case_id: int, **over: Any) -> Any:
    return who.call("POST", f"/arrears/{number}/{act}", json={"answers": _json(element, case_id, over)})


def _act(who: Caller, number: str, act: str, element: str, case_id: int) -> None:
    answer = _sent(who, number, act, element, case_id)
    assert answer.status_code == 200, answer.json


def _refused(who: Caller, number: str, act: str, case_id: int, words: str, status: int = 422) -> None:
    """Whatever is sent: the order is looked at first."""
    answer = who.call("POST", f"/arrears/{number}/{act}", json={"answers": {}})
    assert answer.status_code == status and words in answer.json["message"], answer.json


def test_menu_and_forms_reach_the_three_offices_only(world: World, sign_in: SignIn) -> None:
    def has_menu(client: FlaskClient) -> bool:
        return ">逾期处置</a>" in client.get("/tasks", follow_redirects=True).text.replace("\n", "")

    assert [has_menu(sign_in(who)) for who in ("jinrong1", "yinhang1", "danbao1", "shuiwu1")] == [
        True
    ] * 3 + [False]
    case_id = lent(world, date(2026, 3, 30))
    with on(DAY_ONE):
        wake(world)
        task = world.open_tasks(arrears_case(case_id))["day_one_collection"]
        client = sign_in("yinhang1")
        client.post(f"/tasks/{task}/claim")
        empty = client.post(f"/tasks/{task}", data={})
        assert empty.status_code == 422 and "请选择“逾期原因”" in empty.text
        sent = client.post(f"/tasks/{task}", data={
            "cause": "loss", "analysis": "停产", "measures": ["call"], "plan": "每日联系"})  # fmt: skip
        assert sent.status_code == 302
    assert len(letters_of(arrears_case(case_id))) == 2
