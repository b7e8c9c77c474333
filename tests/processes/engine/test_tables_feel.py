"""What FEEL means is what the real engine answers once a cell has been translated, and nothing is lost in silence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processes.engine.comparison import changes
from processes.engine.decision import decide
from processes.engine.tables import as_typed, translated
from processes.engine.tables_cells import GRAMMAR, read_cell
from processes.engine.tables_kinds import Kind, declared_kinds
from processes.engine.tables_read import NAMESPACE, TYPED
from processes.engine.xml import XmlRefused, read_xml
from processes.workflow import DEFINITIONS
from tests.processes.engine.bad_drawings import sound
from tests.processes.engine.table_files import one

# A reference of our own: three-valued, as FEEL is. A test is (operator, …); None stands for “cannot be said”.
Test = tuple[Any, ...]


def truth(test: Test, value: Any) -> bool | None:
    """What one positive unary test says of a value."""
    if test[0] == "=":
        return bool(value == test[1])
    if value is None:
        return None
    if test[0] == "range":
        _name, low, is_low_in, high, is_high_in = test
        above = value > low or (is_low_in and value == low)
        return bool(above and (value < high or (is_high_in and value == high)))
    signs = {"<": value < test[1], "<=": value <= test[1], ">": value > test[1], ">=": value >= test[1]}
    return bool(signs[test[0]])


def matches(tests: list[Test], is_negated: bool, value: Any) -> bool:
    """Whether a cell of these tests takes the value: one of them says yes; not(…): none, and none cannot be said."""
    answers = [truth(test, value) for test in tests]
    if not is_negated:
        return True in answers
    return True not in answers and None not in answers


def written(test: Test, show: Any) -> str:
    if test[0] == "=":
        return str(show(test[1]))
    if test[0] == "range":
        _name, low, is_low_in, high, is_high_in = test
        return f"{'[' if is_low_in else '('}{show(low)}..{show(high)}{']' if is_high_in else ')'}"
    return f"{test[0]} {show(test[1])}"


NUMBERS = st.one_of(
    st.integers(-30, 30), st.decimals("-30", "30", places=2, allow_nan=False, allow_infinity=False)
)
DAYS = st.dates(date(2025, 12, 20), date(2026, 1, 20))
TEXTS = st.sampled_from(["甲", "乙", "一般 户", "a?b", "3,20", "not(1)", "[1..5]", "x and y", "-"])


def unary(values: st.SearchStrategy[Any], is_ordered: bool = True) -> st.SearchStrategy[Test]:
    equal = st.tuples(st.just("="), values)
    if not is_ordered:
        return equal
    compared = st.tuples(st.sampled_from(["<", "<=", ">", ">="]), values)
    ranges = st.tuples(values, st.booleans(), values, st.booleans()).map(lambda parts: ("range", *parts))
    return st.one_of(equal, compared, ranges)


def show_day(day: date) -> str:
    return f'date("{day.isoformat()}")'


CELLS = st.one_of(
    st.tuples(st.just("number"), st.lists(unary(NUMBERS), min_size=1, max_size=4), NUMBERS),
    st.tuples(st.just("date"), st.lists(unary(DAYS), min_size=1, max_size=3), DAYS),
    st.tuples(st.just("string"), st.lists(unary(TEXTS, False), min_size=1, max_size=4), TEXTS),
    st.tuples(
        st.just("boolean"), st.lists(unary(st.booleans(), False), min_size=1, max_size=2), st.booleans()
    ),
)
SHOW: dict[str, Any] = {
    "number": lambda number: format(Decimal(number), "f"),
    "date": show_day,
    "string": lambda text: f'"{text}"',
    "boolean": lambda value: "true" if value else "false",
}


@settings(max_examples=250, deadline=None)
@given(CELLS, st.booleans(), st.booleans())
@example(("number", [("range", 1, True, 5, False), ("=", 7)], 5), False, False)
@example(("number", [("<", 3)], 0), True, True)
@example(("string", [("=", "甲"), ("=", "乙")], "丙"), True, True)
def test_a_translated_cell_means_what_feel_means(
    cell: tuple[str, list[Test], Any], is_negated: bool, is_missing: bool
) -> None:
    kind, tests, value = cell
    text = ", ".join(written(test, SHOW[kind]) for test in tests)
    text = f"not({text})" if is_negated else text
    # A name that no fact has: it may be missing.
    table = translated({"small.dmn": one(text, "drawn_answer", kind)})["small.dmn"].decode()
    given_value = None if is_missing else value
    answer = decide(table, {"drawn_answer": given_value})["result"]
    assert (answer == "yes") is matches(tests, is_negated, given_value), text


@pytest.mark.parametrize(("typed", "engine"), [(typed, engine) for typed, _meaning, engine in GRAMMAR])
def test_the_grammar_says_what_is_done(typed: str, engine: str) -> None:
    assert read_cell(typed, "drawn_answer", Kind()).engine == engine


@pytest.mark.parametrize(
    ("cell", "column", "yes", "no"),
    [
        ("[18..60]", "age", [18, 60], [17, 61]),
        ("]18..60[", "age", [19, Decimal("59.9")], [18, 60]),
        ("(18..60]", "age", [60], [18]),
        ("3,20", "age", [3, 20], [4]),
        ("< 3, > 20", "age", [2, 21], [3, 20]),
        ("not(3,20)", "age", [4], [3, 20]),
        ("not([1..5], 9)", "age", [6], [1, 9]),
        ("[-5..-1]", "age", [-3], [0]),
        ("= 5", "age", [5], [6]),
        ("!= 5", "age", [6], [5]),
        ("? not in (3, 20)", "age", [4], [3]),
        ("? in (3,)", "age", [3], [4]),
        ("1 <= ? <= 5", "age", [5], [6]),
        ("? > 5 or ? == 1", "age", [1, 6], [5]),
        ('"甲","乙"', "tax_grade", ["甲", "乙"], ["丙"]),
        ('not("甲")', "tax_grade", ["乙"], ["甲"]),
        ("null", "accepted_on", [None], [date(2026, 1, 1)]),
        ("not(null)", "accepted_on", [date(2026, 1, 1)], [None]),
        ('>= date("2026-01-01")', "accepted_on", [date(2026, 1, 1)], [date(2025, 12, 31), None]),
        ("> 0", "age if is_person else 0", [1], [0]),
        ("true", "age > 5 or is_person", [6], []),
    ],
)
def test_cells_by_hand(cell: str, column: str, yes: list[Any], no: list[Any]) -> None:
    name = column.split(maxsplit=1)[0]
    table = translated({"small.dmn": one(cell, column, "")})["small.dmn"].decode()
    facts = {"is_person": True}
    assert [decide(table, {**facts, name: value})["result"] for value in yes] == ["yes"] * len(yes)
    assert [decide(table, {**facts, name: value})["result"] for value in no] == ["no"] * len(no)


@pytest.mark.parametrize("blank", ["", "  ", " - ", "\n-\n", "-"])
def test_a_blank_cell_takes_everything(blank: str) -> None:
    """Untranslated, the engine would take a blank for a condition of its own and stop at “ - ”."""
    table = translated({"small.dmn": one(blank)})["small.dmn"].decode()
    assert decide(table, {"age": 5})["result"] == "yes"


def test_a_blank_before_a_result_is_taken_away() -> None:
    content = one("5").replace(b'"yes"', b'  "yes"')
    content = content.replace(b"&quot;yes&quot;", b"  &quot;yes&quot;")
    table = translated({"small.dmn": content})["small.dmn"].decode()
    assert decide(table, {"age": 5})["result"] == "yes"


def test_what_was_typed_is_kept_and_given_back() -> None:
    typed = one("[1..5]")
    stored = translated({"small.dmn": typed})
    assert b"? != null" not in stored["small.dmn"]
    entry = next(node for node in read_xml(stored["small.dmn"]).iter() if node.get(TYPED))
    assert entry.get(TYPED) == "[1..5]"
    assert translated(stored) == stored
    back = as_typed({"small.dmn": stored["small.dmn"].decode()})
    assert "[1..5]" in back["small.dmn"]
    assert "typed" not in back["small.dmn"]
    assert translated({"small.dmn": back["small.dmn"].encode()}) == stored


def test_a_translated_cell_that_was_edited_since_is_taken_as_it_stands() -> None:
    stored = translated({"small.dmn": one("[1..5]")})["small.dmn"]
    edited = stored.replace(b"1 &lt;= ? &lt;= 5", b"[2..3]")
    table = translated({"small.dmn": edited})["small.dmn"].decode()
    assert [decide(table, {"age": age})["result"] for age in (1, 2, 3, 4)] == ["no", "yes", "yes", "no"]


@pytest.mark.parametrize("said", ["[1..5]", "not(", ""])
def test_nobody_is_shown_another_cell_than_the_one_that_runs(said: str) -> None:
    """A draft could bring the mark of a translation that never was; whoever looks at it sees what stands there."""
    forged = one("> 100").replace(
        b'<inputEntry id="c0_0"', f'<inputEntry xmlns:t="{NAMESPACE}" t:typed="{said}" id="c0_0"'.encode()
    )
    assert forged != one("> 100")
    shown = as_typed({"small.dmn": forged.decode()})["small.dmn"]
    assert "&gt; 100" in shown
    assert (
        changes(sound().decode(), sound().decode(), {"small.dmn": one("> 100")}, {"small.dmn": forged}) == []
    )
    table = translated({"small.dmn": forged})["small.dmn"].decode()
    assert [decide(table, {"age": age})["result"] for age in (3, 101)] == ["no", "yes"]


@pytest.mark.parametrize("name", ["admission", "eligibility", "counter_guarantee"])
def test_shipped_tables_are_stored_byte_by_byte(name: str) -> None:
    content = (DEFINITIONS / f"{name}.dmn").read_bytes()
    assert translated({f"{name}.dmn": content}) == {f"{name}.dmn": content}


def test_a_cell_without_a_translation_is_refused_with_its_place() -> None:
    with pytest.raises(XmlRefused, match=r"第 1 行“age”一列的“高风险，”：.*请改为半角"):
        translated({"small.dmn": one("高风险，")})


def test_every_fact_has_a_kind() -> None:
    kinds = declared_kinds({"amount": "text", "wanted": "integer"})
    assert kinds["age"] == Kind("number", is_whole=True, can_be_missing=False, minimum=0)
    assert kinds["accepted_on"].word == "date"
    assert kinds["amount"].word == "number"
    assert kinds["wanted"] == Kind("number", is_whole=True)
    assert all(kind.word for kind in kinds.values())
