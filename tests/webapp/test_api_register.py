"""The REST door and the command line of the register: the same rules, in the shapes of the document."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from openpyxl import Workbook, load_workbook

from models.scheme import Scheme
from tests import credit_loans, register
from tests.webapp.api import Caller
from tests.webapp.knock import number_of
from tests.world import World

As = Callable[[str], Caller]
HEAD = ("统一社会信用代码", "信息领域", "信息内容", "截至日期", "信息来源")


def sheet(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for row in (HEAD, *rows):
        book.worksheets[0].append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def holds(caller: Caller, name: str, answer: Any) -> Any:
    """The answer, which has the documented shape."""
    document = caller.get("/openapi.json")
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema).validate(answer)
    return answer


def test_the_register_and_its_firms_by_rest(world: World, caller: As) -> None:
    case_id = credit_loans.drawn(world)
    center, bank, other = caller("jinrong1"), caller("yinhang1"), caller("youchu1")
    found = holds(center, "RegisterPage", center.get("/register", text="示例", kind="enterprise"))
    assert [(one["number"], one["uscc"]) for one in found["listings"]] == [("XQ202600001", register.CODE)]
    assert found["counters"][0] == {"kind": "enterprise", "listed": 1, "cancelled": 0, "target": 100}
    place, query = (
        f"/firms/{register.CODE}",
        {"source": "court", "queried_on": "2026-03-02", "result": "clean"},
    )
    assert center.post(f"{place}/queries", {"answers": query}, 201)["valid_until"] == "2026-04-01"
    bank.post(f"{place}/queries", {"answers": query}, 403)
    given = {"field": "tax", "content": "A级", "as_of": "2026-03-01", "source": "征管系统"}
    holds(center, "CreditInfo", caller("shuiwu1").post(f"{place}/credit-info", {"answers": given}, 201))
    assert caller("shuiwu1").post(f"{place}/credit-info", {"answers": {**given, "field": "gas"}}, 422)[
        "errors"
    ]
    assert bank.get(f"{place}/credit-info")["values"][0]["value"] == "A级"
    assert caller("renshe1").get(f"{place}/credit-info")["values"] == []
    assert holds(center, "Firm", center.get(place))["loans"][0]["outstanding"] == "600000.00"
    assert bank.get(place)["loans"][0]["case"] == number_of(case_id)
    assert (other.get(place)["loans"], other.get(place)["queries"]) == ([], [])
    assert len(center.get(place)["queries"]) == 1
    caller("dlt_renshe1").get(place, 404)
    caller("shenqing").get("/register", 403)


def test_exit_and_blacklist_by_rest(world: World, caller: As) -> None:
    subject_id = register.listed(world)
    center, bank = caller("jinrong1"), caller("yinhang1")
    report = {"uscc": register.CODE, "answers": {"ground": "tax", "facts": "等级降为C。"}}
    caller("shuiwu1").post("/exits", report, 403)
    number = holds(bank, "CaseBrief", bank.post("/exits", report, 201))["number"]
    bank.post("/exits", report, 409)
    given = {"answers": register.CONFIRMED}
    center.post(f"/tasks/{center.task(number, 'exit_check')}/complete", given)
    assert holds(bank, "ExitList", bank.get("/exits"))["exits"][0]["cancelled_on"] == "2026-03-02"
    assert center.get("/register")["counters"][0]["cancelled"] == 1
    proposal: dict[str, Any] = {
        "ground": "evasion",
        "facts": "转移资产。",
        "evidence": "流水。",
        "told_on": "2026-03-02",
    }
    bank.post("/blacklist", {"uscc": register.CODE, "answers": proposal}, 403)
    overdue = {"uscc": register.CODE, "answers": {**proposal, "ground": "overdue"}}
    assert "ground" in center.post("/blacklist", overdue, 422)["errors"]
    number = center.post("/blacklist", {"uscc": register.CODE, "answers": proposal}, 201)["number"]
    said = {"answers": {"result": "waived", "stated_on": "2026-03-02"}}
    center.post(f"/tasks/{center.task(number, 'blacklist_statement')}/complete", said)
    (case,) = [one for one in register.cases(Scheme.BLACKLISTING, subject_id) if one.number == number]
    register.prove(world, case.id)
    group, decided = caller("xiaozu1"), register.decision(world)
    group.post(f"/tasks/{group.task(number, 'blacklist_decision')}/complete", {"answers": decided})
    tax, measures = caller("shuiwu1"), {"answers": {"measures": "停止退税优惠。"}}
    assert holds(tax, "Blacklist", tax.get("/blacklist"))["blacklist"][0]["is_owed"]
    tax.post(f"/blacklist/{number}/receipt", measures)
    tax.post(f"/blacklist/{number}/receipt", measures, 409)
    group.post(f"/blacklist/{number}/receipt", measures, 404)
    assert tax.get("/blacklist")["blacklist"][0]["received"] == 1
    assert [one["cause"] for one in center.get(f"/firms/{register.CODE}")["exclusions"]] == [
        "blacklist",
        "exit",
    ]


def test_a_sheet_by_rest_and_by_the_command_line(
    world: World, caller: As, app: Flask, tmp_path: Path
) -> None:
    register.listed(world)
    center = caller("jinrong1")
    content = sheet(
        (register.CODE, "水", "按月缴清", "2026-02-28", "供水公司"), ("91", "水", "x", "2026-02-28", "y")
    )
    sent = center.call("POST", "/credit-info/imports", data={"file": (BytesIO(content), "信息.xlsx")})
    made = holds(center, "InfoImport", sent.json)
    assert (made["new"], made["errors"][0]["row"], made["applied_at"]) == (1, 3, None)
    assert center.post(f"/credit-info/imports/{made['id']}/apply")["written"] == 1
    center.post(f"/credit-info/imports/{made['id']}/apply", status=409)
    caller("fayuan1").post(f"/credit-info/imports/{made['id']}/apply", status=404)
    file, out = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    file.write_bytes(
        sheet((register.CODE, "电", "正常", "2026-02-28", "供电公司"), (register.CODE, "房", "", "", ""))
    )
    run = app.test_cli_runner()
    checked = run.invoke(args=["credit", "import", str(file), "--user", "xinyong1", "--check"])
    assert "第 3 行：信息领域应为" in checked.output and "可写入 1 条，尚未写入，1 行有误。" in checked.output
    assert "已写入 1 条" in run.invoke(args=["credit", "import", str(file), "--user", "xinyong1"]).output
    refused = run.invoke(args=["credit", "import", str(file), "--user", "yinhang1"])
    assert refused.exit_code == 1 and "不能导入" in refused.output
    assert run.invoke(args=["credit", "export", str(out)]).exit_code == 0
    rows = [row[:3] for row in load_workbook(out).worksheets[0].iter_rows(values_only=True)]
    assert rows[1:] == [(register.CODE, "电", "正常"), (register.CODE, "水", "按月缴清")]
