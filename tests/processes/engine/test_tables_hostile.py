"""Cells that would run something, break out of their place, never match in silence or cost too much; and examples."""

from __future__ import annotations

import time
from typing import Any

import pytest

from processes.engine.lint import check, known
from processes.engine.lint_codes import CODES
from processes.engine.lint_codes_tables import TABLES
from processes.engine.lint_tables import words_of
from processes.engine.tables import check_examples
from processes.engine.tables_findings import findings
from processes.engine.tables_read import tables_in
from processes.engine.tables_report import report, report_in_child
from processes.engine.xml import XmlRefused, read_xml
from tests.processes.engine.bad_drawings import FORMS, sound
from tests.processes.engine.table_files import dmn, one

WORDS = words_of(known(()))
# (cell, column, code): everything in a cell that must not reach the engine.
HOSTILE = [
    ("__import__('os').system('id')", "age", "cell-syntax"),
    ("? > 5 and __import__('os')", "age", "cell-syntax"),
    ("? == ().__class__.__base__", "age", "cell-syntax"),
    ("(lambda: 1)()", "age", "cell-syntax"),
    ("[x for x in (1,)]", "age", "cell-syntax"),
    ("open('/etc/passwd')", "age", "expression-function"),
    ("> eval('1')", "age", "expression-function"),
    ("0) or f() or (0", "age", "cell-syntax"),
    ("5) == (5", "age", "cell-syntax"),
    ("0 # c", "age", "cell-syntax"),
    ("<!-- 5", "age", "cell-syntax"),
    ("1e999", "age", "cell-syntax"),
    ("9" * 40, "age", "cell-syntax"),
    ("9 ** 9 ** 9", "age", "cell-syntax"),
    ("NaN", "age", "cell-word"),
    ("> Infinity", "age", "expression-name"),
    ("?" * 300, "age", "cell-syntax"),
    ("x" * 301, "age", "table-cell"),
    ("(" * 140 + "5" + ")" * 140, "age", None),
    ("not(" * 50 + "5" + ")" * 50, "age", "cell-syntax"),
    ("abs(" * 40 + "5" + ")" * 40, "age", "cell-syntax"),
    ('"甲', "tax_grade", "cell-syntax"),
    ('? in ("it\'s", "a")', "tax_grade", "cell-quotes"),
    ("? == \"a'?'b\"", "tax_grade", "cell-quotes"),
    ('"dmninputexpr"', "tax_grade", "cell-reserved"),
    ("dmninputexpr > 3", "age", "cell-reserved"),
    ('in ["a"]', "age", "cell-glued"),
    ("not in (1, 2)", "age", "cell-glued"),
    ("?", "is_person", "cell-truth"),
    ("? and 1", "age", "cell-truth"),
    ("? or true", "is_person", "cell-truth"),
    ("age > 5", "amount", "cell-compares"),
    ("not is_person", "is_person", None),
    ("> true", "is_person", "cell-order"),
    ("> null", "age", "cell-order"),
    ("1", "is_person", "cell-kind"),
    ("true", "age", "cell-kind"),
    ('"18"', "age", "cell-kind"),
    ("18", "tax_grade", "cell-kind"),
    ('"2026-01-01"', "accepted_on", "cell-kind"),
    ("2026-01-01", "accepted_on", "cell-syntax"),
    ('date("2026-02-30")', "accepted_on", None),
    ('1, "a"', "len(tax_grade) + age", "cell-mixed"),
    ("(1, 2)", "age", "cell-list"),
    ("[1, 2]", "age", "cell-list"),
    ("3,,4", "age", "cell-comma"),
    ("not()", "age", "cell-comma"),
    ("[1..]", "age", "cell-value"),
    ("[..5]", "age", "cell-value"),
    ("> ", "age", "cell-value"),
    ("1..5", "age", "cell-syntax"),
    ("[1..2..3]", "age", "cell-syntax"),
    ("between 1 and 5", "age", "cell-syntax"),
    ("＞5", "age", "cell-syntax"),
    ("3，20", "age", "cell-syntax"),
    ("高风险", "tax_grade", "cell-word"),
    ('date and time("2026-01-01T00:00:00")', "accepted_on", "cell-syntax"),
]


def codes(content: bytes) -> list[str]:
    (table,) = tables_in(read_xml(content))
    return [found.problem.code for found in findings(table, WORDS)]


@pytest.mark.parametrize(("cell", "column", "code"), HOSTILE)
def test_a_hostile_cell_is_refused_with_its_row(cell: str, column: str, code: str | None) -> None:
    (table,) = tables_in(read_xml(one(cell, column, "")))
    start = time.thread_time()
    found = [found for found in findings(table, WORDS) if found.problem.code == code]
    assert time.thread_time() - start < 1
    if code is not None:
        assert found, codes(one(cell, column, ""))
        assert (found[0].rows, found[0].problem.element_id) == ((1,), "small 第 1 行")
        assert found[0].problem.message


def test_a_comment_in_a_table_is_read_as_if_it_were_not_there() -> None:
    content = one("5").replace(b"<rule id", b"<!-- one --><rule id").replace(b">5<", b"><!-- a -->5<")
    assert check(sound(), {"small.dmn": content}, FORMS) == []


def test_every_unbalanced_quote_is_cheap() -> None:
    for cell in ("'\"" * 150, "? " + "'\"?" * 99, '"' * 299, "?'" * 150):
        start = time.thread_time()
        assert codes(one(cell))
        assert time.thread_time() - start < 1


def test_the_child_answers_for_the_worst_table() -> None:
    """Everything at its bound at once: size is refused, and the process that asks stays well."""
    rows = [((", ".join(str(i * 97 + n) for n in range(40)),) * 7, ("1",)) for i in range(200)]
    found = report_in_child("small.dmn", dmn(rows, [("age", "")] * 7).decode(), [])
    assert found["findings"][0]["code"] in ("table-large", "table-stopped")


LEVELS = dmn(
    [(("[1..5]",), ('"low"', "false")), (("> 5",), ('"high"', "amount > 3"))],
    outputs=("level", "is_more"),
    policy="COLLECT",
)


def outcome(expected: Any, content: bytes = LEVELS, **inputs: Any) -> list[str]:
    rows = {"small": [{"name": "例", "inputs": inputs, "expected": expected}]}
    return [f"{found.code} {found.message}" for found in check_examples({"small.dmn": content}, rows)]


@pytest.mark.parametrize(
    ("expected", "inputs", "words"),
    [
        ([{"level": "low"}], {"age": 5, "amount": 1}, ""),
        ([{"level": "high", "is_more": True}], {"age": 6, "amount": "3.01"}, ""),
        ([{"level": "high", "is_more": "否"}], {"age": "6", "amount": 3}, ""),
        ([], {"age": 0, "amount": 1}, ""),
        (
            [{"level": "low"}],
            {"age": 6, "amount": 1},
            "example-fails 用例“例”（第 1 行）不符：应为 level=low，实际为 level=high。",
        ),
        ([{"level": "low"}], {"age": 0, "amount": 1}, "实际为 没有规则命中"),
        ([], {"age": 1, "amount": 1}, "应为 没有规则命中，实际为 level=low、is_more=否"),
        ([{"is_more": 0}], {"age": 1, "amount": 1}, "example-fails"),
        ([{"none": 1}], {"age": 1, "amount": 1}, "example-fails"),
        ([], {"amount": 1}, "example-error 用例“例”（第 1 行）不能计算：表达式"),
        ([], {"age": "十八", "amount": 1}, "example-error 用例“例”（第 1 行）不能计算：“age”应为数字"),
    ],
)
def test_an_example_is_run_by_the_engine(expected: Any, inputs: dict[str, Any], words: str) -> None:
    found = outcome(expected, **inputs)
    assert len(found) == bool(words)
    assert words in "".join(found)


def test_days_and_first_rows() -> None:
    content = dmn(
        [(('< date("2026-01-01")',), ("accepted_on",)), (("",), ('"later"',))], [("accepted_on", "date")]
    )
    assert outcome({"result": "2025-12-31"}, content, accepted_on="2025-12-31") == []
    assert outcome({"result": "later"}, content, accepted_on=None) == []
    assert "应为日期" in outcome({}, content, accepted_on="31.12.2025")[0]


@pytest.mark.parametrize(
    ("tests", "code"),
    [
        ({"other": []}, "example-orphan"),
        ({"small": 3}, "example-shape"),
        ({"small": [{"name": "a", "inputs": [], "expected": {}}]}, "example-shape"),
        ({"small": [{"name": "a", "inputs": {"age": [1]}, "expected": {}}]}, "example-shape"),
        ({"small": [{"name": "a", "inputs": {}, "expected": 5}]}, "example-shape"),
    ],
)
def test_malformed_examples_are_refused(tests: Any, code: str) -> None:
    assert [found.code for found in check_examples({"small.dmn": LEVELS}, tests)] == [code]


def test_a_failing_example_stops_the_whole_check() -> None:
    rows = [{"name": "例", "inputs": {"age": 9, "amount": 1}, "expected": []}]
    found = check(sound(), {"small.dmn": LEVELS}, FORMS, {"small": rows})
    assert [one.code for one in found] == ["example-fails"]


def test_files_that_are_no_table() -> None:
    twice = one("5").replace(b"</definitions>", b'<decision id="b" name="b"/></definitions>')
    for content, name, code in (
        (b"<a/>", "small.dmn", "table-none"),
        (twice, "small.dmn", "table-several"),
        (one("5"), "other.dmn", "table-name"),
        (b"", "small.dmn", "table-file"),
    ):
        assert code in [found.code for found in check(sound(), {name: content}, FORMS)], code
    assert report("a.dmn", b"<a/>", [], WORDS)["findings"][0]["code"] == "table-none"
    with pytest.raises(XmlRefused):
        read_xml(b"")


def test_every_message_of_tables_is_in_the_table_of_codes() -> None:
    assert all(code in CODES for texts in TABLES.values() for code in texts)
