"""Gaps, overlaps and dead rows: found where they are, with an example, and proved against trying everything."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processes.engine.decision import decide
from processes.engine.lint import check, known
from processes.engine.lint_tables import words_of
from processes.engine.tables import translated
from processes.engine.tables_findings import findings
from processes.engine.tables_read import tables_in
from processes.engine.tables_report import report
from processes.engine.xml import read_xml
from processes.workflow import DEFINITIONS
from tests.processes.engine.bad_drawings import FORMS
from tests.processes.engine.table_files import dmn, one
from tests.processes.engine.test_decision import CALLING

WORDS = words_of(known(()))
Rows = Sequence[tuple[Sequence[str], Sequence[str]]]


def said(content: bytes) -> list[str]:
    """Code and words of everything found."""
    (table,) = tables_in(read_xml(content))
    return [f"{found.problem.code}: {found.problem.message}" for found in findings(table, WORDS)]


def rows(*cells: str | Sequence[str]) -> Rows:
    return [((cell,) if isinstance(cell, str) else cell, (str(number),)) for number, cell in enumerate(cells)]


AGE = (("age", "number"),)
TWO = (("age", "number"), ("tax_grade", "string"))


@pytest.mark.parametrize(
    ("cells", "columns", "policy", "wanted"),
    [
        (["< 18", "[18..60]", "> 60"], AGE, "FIRST", []),
        (["< 18", "[18..60]", "> 60"], AGE, "UNIQUE", []),
        # Whole years leave nothing between 17 and 18; money does.
        (["[0..17]", "[18..60]", "> 60"], AGE, "FIRST", []),
        (
            ["[0..17]", "[18..60]", "> 60"],
            (("amount", "number"),),
            "FIRST",
            ["table-gap: 当 amount=17.5 时没有规则"],
        ),
        (["< 18", "(18..60]", "> 60"], AGE, "FIRST", ["table-gap: 当 age=18 时没有规则"]),
        (["< 18", "[18..60]"], AGE, "FIRST", ["table-gap: 当 age=61 时没有规则"]),
        (
            ["< 18", "[18..60]", ">= 60"],
            AGE,
            "UNIQUE",
            ["table-overlap: 第 2 行与第 3 行重叠：age=60 时两行都符合"],
        ),
        (["< 18", "[18..60]", ">= 60"], AGE, "FIRST", []),
        (["< 18", "[20..60]", "> 60", ""], AGE, "FIRST", []),
        (["< 60", "< 18", ""], AGE, "FIRST", ["table-dead: 第 2 行永远不会命中"]),
        (["< 30", ">= 30", "5", ""], AGE, "FIRST", ["table-dead: 第 3 行永远不会命中"]),
        (["? > 5 and ? < 3", ""], AGE, "FIRST", ["table-never: 第 1 行永远不会命中"]),
        (["[5..1]", ""], AGE, "FIRST", ["table-never: 第 1 行永远不会命中"]),
        (["(5..5)", ""], AGE, "COLLECT", ["table-never: 第 1 行永远不会命中"]),
        (["null", ""], AGE, "FIRST", ["table-never: 第 1 行永远不会命中"]),
        (["< 0", ">= 0"], AGE, "FIRST", ["table-never: 第 1 行永远不会命中"]),
        (["3", "5"], AGE, "COLLECT", []),
        (
            [("< 18", '"甲"'), (">= 18", ""), ("", 'not("甲","乙")')],
            TWO,
            "FIRST",
            ["table-gap: 当 age=17、tax_grade=乙 时没有规则"],
        ),
        (
            [("< 18", '"甲"'), (">= 18", "")],
            TWO,
            "FIRST",
            ["table-gap: 当 age=17、tax_grade=其他 时没有规则"],
        ),
        (["true"], (("is_person", "boolean"),), "FIRST", ["table-gap: 当 is_person=否 时没有规则"]),
        (["true", "false"], (("is_person", "boolean"),), "UNIQUE", []),
        (
            ['< date("2026-01-01")', '>= date("2026-01-01")'],
            (("accepted_on", "date"),),
            "FIRST",
            ["table-gap: 当 accepted_on=（空） 时没有规则"],
        ),
        (
            ['<= date("2026-01-01")', '>= date("2026-01-02")', "null"],
            (("accepted_on", "date"),),
            "UNIQUE",
            [],
        ),
        # A free condition: only the case knows. What cannot be proved is said and stops nobody.
        (
            ["<= minimum_age", "> minimum_age"],
            AGE,
            "FIRST",
            [
                "table-gap-free: 含有表达式，未能证明完整：当 “age <= minimum_age”=不成立、“age > minimum_age”=不成立 时"
            ],
        ),
        (["<= minimum_age", ""], AGE, "FIRST", []),
        (
            ["<= minimum_age", "> 5", "<= 5"],
            AGE,
            "UNIQUE",
            ["table-overlap-free: 含有表达式，未能证明不重叠", "table-overlap-free: 含有表达式"],
        ),
        (["<= minimum_age", "<= minimum_age", ""], AGE, "FIRST", ["table-dead: 第 2 行永远不会命中"]),
        ([""], AGE, "ANY", ["table-policy: 命中策略只能是 FIRST 或 COLLECT"]),
        ([""], AGE, "RULE ORDER", ["table-policy: 命中策略只能是 FIRST 或 COLLECT"]),
        ([], AGE, "FIRST", ["table-rows: 决策表没有任何规则"]),
    ],
)
def test_what_is_said_of_a_table(cells: Any, columns: Any, policy: str, wanted: list[str]) -> None:
    found = said(dmn(rows(*cells), columns, policy=policy))
    assert len(found) == len(wanted), found
    assert all(line.startswith(start) for line, start in zip(found, wanted, strict=True)), found


CELL = st.sampled_from(
    ["", "2", "< 2", "[1..3)", "not(1,3)", "> 3", "? != 2", "1,3", "(0..2]", "< 0", "]1..2["]
)
WORD = st.sampled_from(["", '"甲"', 'not("甲")', '"甲","乙"', 'not("乙","丙")', "? != null"])
TABLE = st.lists(st.tuples(CELL, WORD, st.sampled_from(["", "true", "false"])), min_size=1, max_size=5)
POINTS = list(itertools.product([-1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4], ["甲", "乙", "丙", "丁"], [True, False]))


@settings(max_examples=40, deadline=None)
@given(TABLE)
def test_the_proof_finds_what_trying_everything_finds(cells: list[tuple[str, str, str]]) -> None:
    """By the real engine, on a grid that has a point in every section."""
    columns = [("report_age_days / 1", "number"), ("tax_grade", "string"), ("is_person", "boolean")]
    content = dmn(rows(*cells), columns)
    codes = {line.split(":")[0] for line in said(content)}
    text = translated({"small.dmn": content})["small.dmn"].decode()
    fired = {_fired(text, *point) for point in POINTS}
    if "table-never" not in codes:
        assert ("table-gap" in codes) is (None in fired)
    dead = [number for number in range(len(cells)) if number not in fired]
    is_spared = dead == [len(cells) - 1] and cells[-1] == ("", "", "") and ("", "", "") not in cells[:-1]
    assert bool(codes & {"table-dead", "table-never"}) is (bool(dead) and not is_spared)


def _fired(text: str, days: float, grade: str, is_person: bool) -> Any:
    return decide(text, {"report_age_days": days, "tax_grade": grade, "is_person": is_person}).get("result")


def test_overlaps_that_first_allows_are_told_beside_the_table() -> None:
    found = report("small.dmn", dmn(rows("< 18", "<= 18", "")), [], WORDS)
    assert found["findings"] == []
    assert found["overlaps"] == [{"first": 1, "second": 2, "example": "age=17"}]
    assert report("small.dmn", dmn(rows("< 18", "> 18", "")), [], WORDS)["overlaps"] == []


def test_shipped_tables_pass() -> None:
    for path in DEFINITIONS.glob("*.dmn"):
        assert said(path.read_bytes()) == [], path.name


def test_a_table_beyond_the_bounds_is_refused_quickly() -> None:
    many = [(("",) * 8, ("1",))] * 190
    assert said(dmn(many, AGE * 8))[0].startswith("table-size: 决策表最多 200 行、1500 个条件单元格")
    assert any(line.startswith("table-size") for line in said(dmn([(("5",), ("1",))] * 201)))


def test_a_proof_beyond_its_cost_is_given_up_and_said() -> None:
    lists = [(", ".join(str(50 * row + number) for number in range(50)),) for row in range(120)]
    found = said(dmn([(cells, ("1",)) for cells in lists]))
    assert found[0].startswith("table-large: 表过大，未能证明完整")
    rest = said(dmn([*((cells, ("1",)) for cells in lists), (("",), ("0",))]))
    assert rest[0].startswith("table-large-rest")


def test_a_table_of_many_columns_is_still_proved() -> None:
    """Sixteen free conditions are 65,536 combinations; the same rules are looked at once."""
    names = [name for name in sorted(WORDS.kinds) if WORDS.kinds[name].word == "boolean"][:16]
    cells = [tuple("true" if at == column else "" for at in range(16)) for column in range(16)]
    rows_ = [(row, ("1",)) for row in [*cells, ("false",) * 16]]
    assert said(dmn(rows_, [(name, "boolean") for name in names])) == []
    assert said(dmn(rows_[:-1], [(name, "boolean") for name in names]))[0].startswith("table-gap")


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (one("5", kind="string", column="salary_kind"), "expression-name: 表达式“salary_kind”"),
        (dmn(rows("5", '"甲"'), [("fee", "")]), "expression-name"),
        (dmn(rows("5", '"甲"'), [("age + 1", "")]), "table-column-mixed: “age + 1”一列中混用了数字和文本"),
        (dmn([((), ("1",))]), "table-columns: 第 1 行的条件数与列数不一致"),
        (dmn([(("5",), ())]), "table-results: 第 1 行的结果数与输出列数不一致"),
        (dmn(rows(""), outputs=("age",)), "table-output-fact: 输出列“age”与案卷情况“age”同名"),
        (dmn(rows(""), outputs=("__builtins__",)), "table-output: 输出列“__builtins__”"),
        (dmn([(("",), ("1", "2"))], outputs=("a", "a")), "table-output: 输出列“a”"),
        (dmn(rows(""), outputs=("a.b",)), "table-output: 输出列“a.b”"),
        (dmn(rows(""), [("", "number")]), "expression-wrong: 表达式“”不正确"),
        (dmn([(("",), ("",))]), "expression-wrong: 表达式“”不正确：表达式不能为空"),
        (dmn(rows(""), policy="COLLECT", more='aggregation="SUM"'), "table-policy"),
    ],
)
def test_a_table_with_a_faulty_shape_is_refused(content: bytes, wanted: str) -> None:
    assert any(line.startswith(wanted) for line in said(content)), said(content)


def test_a_step_may_run_a_table_whose_rows_are_proved_apart() -> None:
    """The engine takes the first row; where no two overlap that is what UNIQUE means."""
    apart = dmn(rows("< 18", ">= 18"), outputs=("level",), policy="UNIQUE")
    assert check(CALLING, {"small.dmn": apart}, FORMS) == []
    found = check(CALLING, {"small.dmn": dmn(rows("< 18", ""), outputs=("level",), policy="UNIQUE")}, FORMS)
    assert [one.code for one in found] == ["table-overlap"]
