"""Every row of both shipped decision tables, on its edge and beside it, and what a bad table is told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from processes.engine.decision import decide, examine
from processes.engine.lint import check
from processes.engine.xml import XmlRefused, read_xml
from processes.workflow import DEFINITIONS
from tests.processes.engine.bad_drawings import CLOSED, FORMS, sound, work
from tests.processes.engine.drawings import drawing, line, start

ELIGIBILITY = (DEFINITIONS / "eligibility.dmn").read_text("utf-8")
GUARANTEE = (DEFINITIONS / "counter_guarantee.dmn").read_text("utf-8")

GOOD: dict[str, Any] = {
    "is_person": True,
    "group_listed": True,
    "age": 30,
    "minimum_age": 16,
    "is_past_working_age": False,
    "is_past_working_age_at_maturity": False,
    "amount": Decimal("200000.00"),
    "amount_limit": Decimal("200000.00"),
    "term_months": 36,
    "term_limit": 36,
    "loan_ordinal": 3,
    "subsidised_loans": 3,
    "other_loans_counted": 0,
    "counter_guarantee_offered": False,
    "counter_guarantee_free": Decimal("100000.00"),
    "is_small_or_micro": True,
    "is_hiring_share_reached": True,
    "wage_arrears": False,
    "insurance_arrears": False,
    "short_contracts": 0,
}


def findings(**over: Any) -> list[str]:
    return [row.outputs["code"] for row in examine(ELIGIBILITY, {**GOOD, **over}) if row.matched]


def test_exactly_at_every_limit_nothing_is_found() -> None:
    assert findings() == []
    assert findings(is_person=False) == []


@pytest.mark.parametrize(
    ("code", "over"),
    [
        ("P-01", {"group_listed": False}),
        ("P-02", {"age": 15}),
        ("P-03", {"is_past_working_age": True}),
        ("P-04", {"is_past_working_age_at_maturity": True}),
        ("C-01", {"amount": Decimal("200000.01")}),
        ("C-02", {"term_months": 37}),
        ("C-03", {"loan_ordinal": 4}),
        ("P-05", {"other_loans_counted": 1}),
        ("P-06", {"amount": Decimal("100000.00"), "counter_guarantee_offered": True}),
        ("E-01", {"is_person": False, "is_small_or_micro": False}),
        ("E-02", {"is_person": False, "is_hiring_share_reached": False}),
        ("E-03", {"is_person": False, "wage_arrears": True}),
        ("E-04", {"is_person": False, "insurance_arrears": True}),
        ("E-05", {"is_person": False, "short_contracts": 1}),
    ],
)
def test_each_row_of_the_eligibility_table_finds_its_own_fault(code: str, over: dict[str, Any]) -> None:
    assert findings(**over) == [code]
    other_kind = {**over, "is_person": not over.get("is_person", True)}
    assert (code in findings(**other_kind)) is code.startswith("C")


def test_the_table_has_no_row_beyond_those() -> None:
    rows = examine(ELIGIBILITY, GOOD)
    assert len(rows) == 14
    assert len({row.outputs["code"] for row in rows}) == 14
    for row in rows:
        assert row.outputs["level"] in ("block", "notice")
        assert row.outputs["requirement"] and row.outputs["clause"]


@pytest.mark.parametrize(("age", "found"), [(15, True), (16, False), (17, False)])
def test_the_minimum_age_itself_is_old_enough(age: int, found: bool) -> None:
    assert ("P-02" in findings(age=age)) is found


def rule(**over: Any) -> dict[str, Any]:
    facts = {
        "counter_guarantee_requested": False,
        "is_person": True,
        "loan_amount": Decimal("100000.00"),
        "is_special_group": False,
        "is_exception_recorded": False,
        "is_registration_needed": False,
        "counter_guarantee_free": Decimal("100000.00"),
    }
    return decide(GUARANTEE, {**facts, **over})


ASKED: dict[str, Any] = {"counter_guarantee_requested": True}
ABOVE: dict[str, Any] = {"loan_amount": Decimal("100000.01")}
SPECIAL: dict[str, Any] = {"is_special_group": True}


@pytest.mark.parametrize(
    ("over", "name", "needed"),
    [
        ({}, "forbidden", False),
        ({"is_registration_needed": True}, "forbidden", False),
        (ASKED, "forbidden", False),
        ({**ASKED, "loan_amount": Decimal("100000")}, "forbidden", False),
        ({**ASKED, "loan_amount": Decimal("99999.99")}, "forbidden", False),
        ({**ASKED, **ABOVE}, "required", True),
        ({**ASKED, "is_person": False}, "required", True),
        ({**ASKED, **ABOVE, **SPECIAL}, "waived", False),
        ({**ASKED, **ABOVE, **SPECIAL, "is_exception_recorded": True}, "exception", True),
        ({**ASKED, **SPECIAL, "is_exception_recorded": True}, "forbidden", False),
        ({**ABOVE, "is_registration_needed": True}, "none", True),
        (ABOVE, "none", False),
    ],
)
def test_each_row_of_the_counter_guarantee_table(over: dict[str, Any], name: str, needed: bool) -> None:
    """100,000.00 元 itself is free of it (A-02); a cent more is not."""
    result = rule(**over)
    assert (result["counter_guarantee_rule"], result["procedure_needed"]) == (name, needed)
    assert result["counter_guarantee_clause"]


def test_a_document_type_in_a_table_is_refused() -> None:
    with pytest.raises(XmlRefused):
        read_xml(b"<!DOCTYPE a>" + GUARANTEE.encode())


REST = '<rule id="rest"><inputEntry id="c2"><text /></inputEntry><outputEntry id="v2"><text>0</text></outputEntry></rule>'


def table(condition: str = "&gt; 5", output: str = "1", policy: str = "FIRST", column: str = "age") -> bytes:
    """One row, and one for the rest, without which the table would not answer every case."""
    rest = "" if condition in ("", "-") else REST
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<decision id="small" name="small"><decisionTable id="t" hitPolicy="{policy}">'
        f'<input id="i"><inputExpression id="ix"><text>{column}</text></inputExpression></input>'
        '<output id="o" name="paid" /><rule id="r">'
        f'<inputEntry id="c"><text>{condition}</text></inputEntry>'
        f'<outputEntry id="v"><text>{output}</text></outputEntry></rule>{rest}</decisionTable></decision>'
        "</definitions>"
    ).encode()


CALLING = drawing(
    start(),
    work(),
    '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements><spiffworkflow:calledDecisionId>small'
    "</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>",
    CLOSED,
    *line("begin", "work", "rule", "finish"),
)


def told(bpmn: bytes, content: bytes) -> str:
    return "\n".join(f"{p.element_id}: {p.message}" for p in check(bpmn, {"small.dmn": content}, FORMS))


def test_a_sound_table_is_accepted() -> None:
    for condition in (
        "&gt; 5",
        "5",
        "",
        "-",
        "? &gt; 3 and ? &lt; 9",
        "&lt;= minimum_age",
        "[1..5]",
        "not(3,20)",
    ):
        assert told(CALLING, table(condition)) == "", condition


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (table("[1..5"), "small 第 1 行: 表达式"),
        (table("[1..5] or f()"), "small 第 1 行: 表达式"),
        (table('in ["a"]'), "表达式“agein"),
        (table("&gt;&gt; 5"), "small 第 1 行: 表达式"),
        (table("&gt; salary"), "“salary”不是已声明的名称"),
        (table("x" * 301), "单元格不得超过 300 个字符"),
        (table(output="approve()"), "函数“approve”不存在"),
        (table(output="a ="), "small: 表达式"),
        (table(column="salary"), "small: 表达式“salary”中的“salary”不是已声明的名称"),
        (table(policy="PRIORITY"), "命中策略只能是 FIRST 或 COLLECT"),
        (table(policy="COLLECT"), "rule: 决策表“small”的命中策略应为 FIRST"),
        (b"<!DOCTYPE a><a/>", "small.dmn: 决策表 small.dmn：文件含有文档类型声明"),
    ],
)
def test_a_bad_table_is_refused(content: bytes, message: str) -> None:
    assert message in told(CALLING, content)


def test_a_cell_that_the_engine_would_glue_to_its_column_is_refused_in_an_unused_table_too() -> None:
    assert "agein" in told(sound(), table('in ["a"]'))
