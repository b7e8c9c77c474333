"""Tests of the register's pages: who sees which firm and which part of it, filters, exports, the eight fields."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from models.case import CaseFile
from models.database import transaction
from models.scheme import Scheme
from processes import credit, credit_info
from tests import credit_loans, register
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World
from webapp.demo.files import sample_pdf

HEAD = ("统一社会信用代码", "信息领域", "信息内容", "截至日期", "信息来源")
LOANS, INFO, QUERIES, FACTS = "“信保贷”贷款", "共享信用信息", "准入条件查询", "等级降为C"


def _sheet(*rows: tuple[Any, ...], head: tuple[str, ...] = HEAD) -> dict[str, Any]:
    book = Workbook()
    for row in (head, *rows):
        book.worksheets[0].append(row)
    content = BytesIO()
    book.save(content)
    return {"file": (BytesIO(content.getvalue()), "信息.xlsx")}


def _told(world: World, subject_id: int, who: str, source: str, on_day: date, result: str = "clean") -> None:
    with transaction() as session:
        firm = session.get_one(register.Subject, subject_id)
        actor = world.user(session, who)
        credit_info.note_query(session, firm, source, on_day, result, "执行案一件", actor=actor)


# Who looks at a listed firm with a loan of “bank”: what stands on the page, and what does not.
SEEN: list[tuple[str, set[str]]] = [
    ("jinrong1", {LOANS, INFO, QUERIES, FACTS, "600,000.00", "执行案一件"}),
    ("xiaozu1", {LOANS, INFO, QUERIES, FACTS, "600,000.00", "执行案一件"}),
    ("lingdao", {LOANS, INFO, QUERIES, FACTS, "600,000.00", "执行案一件"}),
    ("shenji", {LOANS, INFO, QUERIES, FACTS, "600,000.00", "执行案一件"}),
    ("yinhang1", {LOANS, INFO, "600,000.00"}),
    ("danbao1", {LOANS, INFO, "600,000.00"}),
    ("youchu1", {LOANS, INFO}),
    ("fayuan1", {INFO, QUERIES, "执行案一件"}),
    ("shuiwu1", {INFO, QUERIES}),
    ("renshe1", set()),
]


def test_who_sees_which_part_of_a_firm(world: World, sign_in: SignIn) -> None:
    """The documented rule: a bank its own loans, a screening department no loan at all and its own queries."""
    case_id = credit_loans.drawn(world)
    subject_id = credit_loans.loan_of(case_id).subject_id
    _told(world, subject_id, "fayuan1", "court", date(2026, 3, 1), "adverse")
    exit_id = register.reported(world, subject_id, "jinrong1")
    world.complete(exit_id, "exit_check", register.CONFIRMED, "jinrong1")
    world.complete(exit_id, "exit_announcement", register.ANNOUNCED, "jinrong1")
    parts = {LOANS, INFO, QUERIES, FACTS, "600,000.00", "执行案一件"}
    for who, seen in SEEN:
        text = sign_in(who).get(f"/firms/{register.CODE}").text
        assert {part for part in parts if part in text} == seen, who
        assert "资格已取消" in text and "取消资格公告" in text, who
    for who, status in (("dlt_renshe1", 404), ("dlt_yinhang1", 404), ("shenqing", 403), ("guanli", 403)):
        assert sign_in(who).get(f"/firms/{register.CODE}").status_code == status, who


def test_a_firm_that_only_applies_exists_for_the_center_alone(world: World, sign_in: SignIn) -> None:
    with transaction() as session:
        register.firm(session)
    for who, status in (
        ("jinrong1", 200),
        ("lingdao", 200),
        ("shenji", 200),
        ("yinhang1", 404),
        ("shuiwu1", 404),
    ):
        assert sign_in(who).get(f"/firms/{register.CODE}").status_code == status, who
    assert sign_in("yinhang1").get("/firms", query_string={"q": "示例"}).text.count("没有找到") == 1


def test_the_register_counts_against_its_targets_filters_and_asks_a_fixed_number_of_questions(
    world: World, sign_in: SignIn
) -> None:
    first = register.listed(world)
    register.listed(world, register.TRADER_CODE, "示例小店", register.SOMEBODY)
    client = sign_in("jinrong1")
    with counted() as few:
        text = client.get("/register").text
    assert "中小微企业 <b>1</b> / 100 家" in text and "个体工商户 <b>1</b> / 100 家" in text
    _told(world, first, "jinrong1", "credit_report", date(2026, 1, 30))
    _told(world, first, "jinrong1", "court", date(2026, 1, 31))
    register.listed(world, register.OTHER_CODE, "另一家公司", "150627199511230008")
    with counted() as many:
        text = client.get("/register").text
    assert len(many) == len(few)
    assert "1 项已过期" in text, "31 days old is stale, 30 days is not"
    text = client.get("/register", query_string={"kind": "sole_trader"}).text
    assert "示例小店" in text and "另一家公司" not in text
    assert "另一家公司" in client.get("/register", query_string={"text": "XQ202600002"}).text
    assert "清除查询条件" in client.get("/register", query_string={"status": "blacklist"}).text
    assert "1 项已过期" not in sign_in("yinhang1").get("/register").text
    assert client.get("/register?after=x").status_code == 422
    found = client.get("/firms", query_string={"q": register.CODE.lower()})
    assert found.location.endswith(f"/firms/{register.CODE}")


def test_the_export_holds_what_the_page_shows_and_no_formula(world: World, sign_in: SignIn) -> None:
    register.listed(world, name="=1+1有限公司")
    content = sign_in("yinhang1").get("/register/export.xlsx").data
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:3] == ("XQ202600001", "=1+1有限公司", register.CODE)
    assert sheet["B2"].data_type == "s"
    assert (
        len(
            list(
                load_workbook(BytesIO(sign_in("dlt_yinhang1").get("/register/export.xlsx").data)).worksheets[
                    0
                ]
            )
        )
        == 1
    )


def test_the_eight_fields_are_typed_by_who_answers_for_them_and_keep_their_history(
    world: World, sign_in: SignIn
) -> None:
    register.listed(world)
    place = f"/firms/{register.CODE}/info"
    given = {"field": "tax", "as_of": "2026-02-28", "source": "征管系统", "content": "B级"}
    assert sign_in("shuiwu1").post(place, data=given).status_code == 302
    assert (
        sign_in("shuiwu1").post(place, data={**given, "as_of": "2026-03-01", "content": "A级"}).status_code
        == 302
    )
    assert sign_in("shuiwu1").post(place, data={**given, "field": "water"}).status_code == 422
    assert sign_in("shuiwu1").post(place, data={**given, "as_of": "2026-03-03"}).status_code == 422
    assert sign_in("yinhang1").post(place, data=given).status_code == 403
    assert sign_in("dlt_renshe1").post(place, data=given).status_code == 404
    text = sign_in("yinhang1").get(f"/firms/{register.CODE}").text
    assert text.index("A级") < text.index("2026-02-28：B级（征管系统）")
    place = f"/firms/{register.CODE}/queries"
    asked = {"source": "court", "queried_on": "2026-03-02", "result": "adverse", "note": ""}
    assert "写明具体情况" in sign_in("fayuan1").post(place, data=asked).text
    assert sign_in("fayuan1").post(place, data={**asked, "note": "一件"}).status_code == 302
    assert sign_in("fayuan1").post(place, data={**asked, "source": "police"}).status_code == 422


def test_a_sheet_is_checked_row_by_row_shown_and_applied_once(world: World, sign_in: SignIn) -> None:
    register.listed(world)
    client, code = sign_in("jinrong1"), register.CODE
    rows = (
        (code, "水", "按月缴清", date(2026, 2, 28), "供水公司"),
        (code.lower(), "社保", "12 人", "2026年2月28日", "社保局"),
        (code, "水", "重复", "2026-02-28", "供水公司"),
        ("91150627MA0A00057R", "电", "正常", "2026-02-28", "供电公司"),
        (code, "房产", "有", "2026-02-28", "不动产"),
        (code, "电", "", "2026-02-28", "供电公司"),
        (code, "气", "正常", "2026-03-03", "燃气公司"),
        (code, "气", "正常", "上月底", "燃气公司"),
    )
    place = client.post("/register/info/import", data=_sheet(*rows)).location
    text = client.get(place).text
    for row, reason in (
        (4, "与前面的行重复"),
        (5, "没有统一社会信用代码"),
        (6, "信息领域应为"),
        (7, "信息内容未填写"),
        (8, "截至日期应不晚于今日"),
        (9, "日期应写作"),
    ):
        assert f'<td data-label="行号" class="num">{row}</td><td data-label="原因">{reason}' in text
    assert "将写入 <b>2</b> 条" in text
    assert "按月缴清" not in client.get(f"/firms/{code}").text, "a preview writes nothing"
    assert client.post(f"{place}/apply").status_code == 302
    assert client.post(f"{place}/apply").status_code == 409
    assert "按月缴清" in client.get(f"/firms/{code}").text
    again = client.post("/register/info/import", data=_sheet(*rows[:2])).location
    assert "2 条与现有记录相同" in client.get(again).text
    assert sign_in("shuiwu1").get(place).status_code == 404
    bad = client.post("/register/info/import", data=_sheet(rows[0], head=("代码",)))
    assert bad.status_code == 422 and "首行缺少列" in bad.text
    junk = client.post("/register/info/import", data={"file": (BytesIO(b"PK\x03\x04junk"), "x.xlsx")})
    assert junk.status_code == 422 and "不是可读取的" in junk.text
    assert client.get("/register/info/template.xlsx").status_code == 200
    assert sign_in("yinhang1").get("/register/info/import").status_code == 403


PROPOSAL = {
    "ground": "fraud", "facts": "虚构合同。", "evidence": "合同一份。", "debts": "", "collection": "起诉", "told_on": "2026-03-02",
}  # fmt: skip


def test_a_proposal_for_the_blacklist_by_its_pages(world: World, sign_in: SignIn) -> None:
    """Proposal, evidence, statement and decision; by the center and the leading group alone."""
    subject_id = register.listed(world)
    center, place = sign_in("jinrong1"), f"/firms/{register.CODE}/blacklist"
    assert "违反的准入条件" in sign_in("yinhang1").get(f"/firms/{register.CODE}/exit").text
    assert sign_in("yinhang1").post(place, data=PROPOSAL).status_code == 403
    assert center.post(place, data={**PROPOSAL, "ground": "overdue"}).status_code == 422
    assert center.post(place, data=PROPOSAL).status_code == 302
    assert center.post(place, data=PROPOSAL).status_code == 409
    (case,) = register.cases(Scheme.BLACKLISTING, subject_id)
    for kind, status in (("blacklist_evidence", 302), ("id_card", 422)):
        pdf = {"kind": kind, "file": (BytesIO(sample_pdf()), "合同.pdf")}
        assert center.post(f"/cases/{case.number}/evidence", data=pdf).status_code == status
    said = {"result": "stated", "stated_on": "2026-03-02", "statement": "合同真实。"}
    statement = f"/tasks/{world.open_tasks(case.id)['blacklist_statement']}"
    assert center.post(statement, data=said).status_code == 302
    decided = {key: str(value) for key, value in register.decision(world).items()}
    decision = f"/tasks/{world.open_tasks(case.id)['blacklist_decision']}"
    assert center.post(decision, data=decided).status_code == 404
    assert sign_in("xiaozu1").post(decision, data=decided).status_code == 302
    page = sign_in("shuiwu1").get(f"/cases/{case.number}").text
    assert "合同真实。" in page and "合同.pdf" in page and "会议 0302号" in page
    assert "已列入黑名单" in sign_in("renshe1").get("/register").text


def test_receipts_and_objections_by_their_pages(world: World, sign_in: SignIn) -> None:
    case_id = register.blacklisted(world, register.listed(world))
    center, tax, case = sign_in("jinrong1"), sign_in("shuiwu1"), f"/cases/{number_of(case_id)}"
    assert "本部门待签收" in tax.get("/blacklist").text
    taken = {"measures": "停止退税优惠。"}
    assert tax.post(f"{case}/receipt", data=taken).status_code == 302
    assert tax.post(f"{case}/receipt", data=taken).status_code == 409
    assert "停止退税优惠。" in tax.get(case).text
    assert center.post(f"{case}/urge").status_code == 302
    assert tax.post(f"{case}/urge").status_code == 403
    for nobody in (0, 2_147_483_647):
        assert center.get(f"{case}/receipts/{nobody}").status_code == 404
    objected = {"objector": "周五", "contact": "书面", "content": "不服。", "reply": "维持。"}
    assert (
        center.post(f"{case}/objections", data={**objected, "received_on": "2026-03-01"}).status_code == 422
    )
    assert (
        center.post(f"{case}/objections", data={**objected, "received_on": "2026-03-02"}).status_code == 302
    )
    assert "答复：维持。" in center.get(case).text
    assert tax.post(f"{case}/objections", data={**objected, "received_on": "2026-03-02"}).status_code == 403


def test_every_letter_of_the_room_reads_and_prints(world: World, sign_in: SignIn) -> None:
    case_id = register.blacklisted(world, register.listed(world))
    register.listed(world, register.TRADER_CODE, "示例小店", register.SOMEBODY)
    with transaction() as session:
        shop = register.firm(session, register.TRADER_CODE)
        found = [credit.enlist(session, shop, None, None, None)]
        credit.recommend(session, session.get_one(CaseFile, case_id), found, world.user(session, "jinrong1"))
    client = sign_in("jinrong1")
    texts = {kind: client.get(f"/letters/{row.id}").text for kind, row in register.letters(case_id).items()}
    assert (
        "各有关单位和金融机构：" in texts["exit_warning"]
        and "人民银行伊金霍洛旗支行" in texts["exit_warning"]
    )
    assert (
        "5个工作日内" in texts["statement_notice"] and "告知日期：2026年3月2日" in texts["statement_notice"]
    )
    assert "决定将其列入信贷“黑名单”" in texts["blacklist_decision"]
    assert "伊金霍洛旗财政局" in texts["blacklist_circular"] and register.CODE in texts["blacklist_circular"]
    assert all("挪用" in text for kind, text in texts.items() if kind.startswith(("statement", "black")))
    assert "XH202600001" in texts["recommendation"] and "各合作金融机构：" in texts["recommendation"]
