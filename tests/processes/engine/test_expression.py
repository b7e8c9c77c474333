"""What process owners may write, what it is worth, and what they are told when it does not work."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

import pytest

from processes.engine.expression import FUNCTIONS, ExpressionError, compile_expression, evaluate


class Grade(StrEnum):
    GOOD = "good"


FACTS = MappingProxyType(
    {
        "amount": Decimal("150000.00"),
        "rate": 0.15,
        "months": 24,
        "kind": "个人",
        "grade": Grade.GOOD,
        "金额": 5,
        "nothing": None,
        "agreed": True,
        "due": date(2026, 5, 12),
        "at": datetime(2026, 5, 12, 8),
        "names": ["a", "b"],
        "rates": [0.1, 0.15],
        "form": {"kind": "小微企业", "items": [1, 2.5], "n": {"deep": 7}},
        "key": "kind",
        "len": "a fact named like a function",
    }
)

VALUES = [
    ("'文本'", "文本"),
    ("\"a\" 'b'", "ab"),
    ("'甲#1 1or2'", "甲#1 1or2"),
    ("12", 12),
    ("-12", -12),
    ("1_000", 1000),
    ("0.15", Decimal("0.15")),
    ("0.12345678901234567890", Decimal("0.12345678901234567890")),
    ("1.5e3", Decimal(1500)),
    ("1e-3", Decimal("0.001")),
    ("True", True),
    ("true", True),
    ("false", False),
    ("null", None),
    ("None", None),
    ("[1, 'a']", [1, "a"]),
    ("(1, 'a')", (1, "a")),
    ("()", ()),
    ("金额 * 2", 10),
    ("rate", Decimal("0.15")),
    ("grade", "good"),
    ("grade == 'good'", True),
    ("rate == 0.15", True),
    ("0.1 + 0.2 == 0.3", True),
    ("amount * rate", Decimal("22500.00")),
    ("amount > 100000", True),
    ("amount // 40000", 3),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("-7.0 // 2", -4),
    ("-7 % 3", 2),
    ("-7.5 % 2", Decimal("0.5")),
    ("7 % -2.5", Decimal("-0.5")),
    ("6 / 4", Decimal("1.5")),
    ("1 / 3", Decimal("0.3333333333333333333333333333")),
    ("2 + 3 * 4", 14),
    ("(2 + 3) * 4", 20),
    ("-amount", Decimal("-150000.00")),
    ("'第' + text(months) + '期'", "第24期"),
    ("1 < 2 < 3", True),
    ("1 < 2 > 3", False),
    ("kind in ('个人', '小微企业')", True),
    ("kind not in ['a']", True),
    ("0.15 in rates", True),
    ("'个' in kind", True),
    ("'kind' in form", True),
    ("'x' in form", False),
    ("names == ('a', 'b')", True),
    ("names == ['a']", False),
    ("names != ['a']", True),
    ("amount == '150000'", False),
    ("nothing == null", True),
    ("nothing or '无'", "无"),
    ("agreed and months", 24),
    ("not agreed", False),
    ("false and missing > 1", False),
    ("true or missing", True),
    ("'长' if months > 12 else missing", "长"),
    ("form.kind", "小微企业"),
    ("form.n.deep", 7),
    ("form['kind']", "小微企业"),
    ("form[key]", "小微企业"),
    ("form.items[1]", Decimal("2.5")),
    ("names[-1]", "b"),
    ("due >= date('2026-05-12')", True),
    ("at == at", True),
    ("  1\n +\r\n\t1 ", 2),
    ("amount > 1\nand months > 1", True),
    ("2026-05-12", "2026-05-12"),
    (" 2026-05-12 ", "2026-05-12"),
    ("2026-10-12", "2026-10-12"),
    ("2026-05-12T08:00:00+08:00", "2026-05-12T08:00:00+08:00"),
    ("P7D", "P7D"),
    ("PT1H", "PT1H"),
    ("P1DT12H30M", "P1DT12H30M"),
    ("R3/P1D", "R3/P1D"),
    ("len(names)", 2),
    ("len(kind)", 2),
    ("min(3, 2.5, 4)", Decimal("2.5")),
    ("max(rates)", Decimal("0.15")),
    ("max('a', 'b')", "b"),
    ("abs(-2.5)", Decimal("2.5")),
    ("abs(-2)", 2),
    ("round_to(2.345, 2)", Decimal("2.35")),
    ("round_to(-2.345, places=2)", Decimal("-2.35")),
    ("round_to(2.5)", 3),
    ("any_of([false, 1])", True),
    ("any_of([])", False),
    ("all_of([true, 0])", False),
    ("sum_of([0.1, 0.2, 1])", Decimal("1.3")),
    ("sum_of([])", 0),
    ("date('2026-05-12')", date(2026, 5, 12)),
    ("days_between('2026-05-01', due)", 11),
    ("days_between(due, '2026-05-01')", -11),
    ("text(0.10)", "0.10"),
    ("text(due)", "2026-05-12"),
    ("text(agreed) + text(null) + text('a')", "是a"),
    ("number('１２．５') + 1", Decimal("13.5")),
    ("number(' 12 ')", 12),
    ("number(months)", 24),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_an_expression_has_this_value(text: str, value: object) -> None:
    found = evaluate(text, FACTS)
    assert found == value
    assert isinstance(found, bool) is isinstance(value, bool)
    assert not isinstance(found, float)


RUN_TIME = [
    ("missing > 1", "未定义的名称：missing"),
    ("max", "须写成 max(…)"),
    ("lem(1)", "未定义的函数：lem"),
    ("kind > 1", "“>”不能用于文本和数字"),
    ("nothing > 1", "“>”不能用于空值和数字"),
    ("agreed > 0", "“>”不能用于是否值和数字"),
    ("1 < 2 < kind", "“<”不能用于数字和文本"),
    ("names < names", "“<”不能用于列表和列表"),
    ("due > at", "“>”不能用于日期和时刻"),
    ("at > zoned", "时区"),
    ("due + 1", "日期不能直接加减天数"),
    ("kind + 1", "text(…)"),
    ("kind * 3", "“*”不能用于文本和数字"),
    ("agreed + 1", "“+”不能用于是否值和数字"),
    ("-kind", "需要数字，得到的是文本"),
    ("names + names", "“+”不能用于列表和列表"),
    ("kind % 3", "“%”"),
    ("1 / 0", "除数为零"),
    ("1.5 // 0", "除数为零"),
    ("0 % 0.0", "除数为零"),
    ("1 in 2", "“in”不能用于数字和数字"),
    ("1 in kind", "“in”不能用于数字和文本"),
    ("form.absent", "字典中没有“absent”"),
    ("form['absent']", "字典中没有“absent”"),
    ("kind.upper", "“.upper”只能用于字典，不能用于文本"),
    ("nothing.x", "不能用于空值"),
    ("names[2]", "列表只有 2 项"),
    ("names[-3]", "列表只有 2 项"),
    ("names[true]", "不能从列表中按是否值取值"),
    ("names['a']", "不能从列表中按文本取值"),
    ("kind[0]", "不能从文本中按数字取值"),
    ("form[names]", "不能从字典中按列表取值"),
    ("form[null]", "不能从字典中按空值取值"),
    ("len(1)", "函数 len：需要文本、列表或字典"),
    ("len()", "函数 len 的参数不合适"),
    ("len(names, 2)", "函数 len 的参数不合适"),
    ("max(1, key=2)", "函数 max 的参数不合适"),
    ("min([])", "列表是空的"),
    ("min()", "列表是空的"),
    ("max(1, 'a')", "函数 max：“>”不能用于文本和数字"),
    ("abs('1')", "函数 abs：需要数字，得到的是文本"),
    ("round_to(1, 99)", "0 至 10"),
    ("round_to(1, true)", "0 至 10"),
    ("sum_of([1, true])", "需要数字，得到的是是否值"),
    ("sum_of('12')", "需要列表，得到的是文本"),
    ("date('2026-02-30')", "日期“2026-02-30”不存在"),
    ("date('20260512')", "2026-05-12"),
    ("date(at)", "2026-05-12"),
    ("number('abc')", "文本不是数字"),
    ("number('1_000')", "文本不是数字"),
    ("number('9999999999999999999')", "数字超出范围"),
    ("text(names)", "需要数字，得到的是列表"),
    ("odd", "“odd”含有不能用于表达式的内容"),
    ("infinite + 1", "“infinite”数字不是有限值"),
    ("endless", "数字不是有限值"),
    ("own()", "函数 own：含有不能用于表达式的内容"),
    ("broken()", "函数 broken 的参数不合适"),
]


@pytest.mark.parametrize(("text", "part"), RUN_TIME)
def test_facts_that_do_not_fit_are_explained(text: str, part: str) -> None:
    zoned = datetime.fromisoformat("2026-05-12T08:00:00+08:00")
    odd = {"odd": object(), "infinite": float("inf"), "endless": Decimal("sNaN"), "zoned": zoned}
    functions = {"own": object, "broken": lambda: FACTS["absent"]}
    expression = compile_expression(text)
    with pytest.raises(ExpressionError) as raised:
        expression.evaluate({**FACTS, **odd}, functions)
    assert part in raised.value.message
    assert raised.value.message.startswith(f"表达式“{text}”无法计算：")
    assert str(raised.value) == raised.value.message


def test_an_expression_names_what_it_reads_and_calls() -> None:
    expression = compile_expression("max(a.b, c[d]) > 1 and due == due_on(start=e, n=true) or len == null")
    assert expression.names == {"a", "c", "d", "e", "due", "len"}
    assert expression.calls == {"max", "due_on"}
    assert compile_expression("P7D").names == frozenset()


def test_an_expression_is_compiled_once_and_cannot_be_changed() -> None:
    expression = compile_expression("amount > 1")
    assert compile_expression("amount > 1") is expression
    with pytest.raises(AttributeError):
        setattr(expression, "text", "true")  # noqa: B010  past the type checker, on purpose


def test_a_fact_cannot_hide_a_function() -> None:
    assert evaluate("len(names)", FACTS) == 2
    assert evaluate("len", FACTS) == "a fact named like a function"
    with pytest.raises(ExpressionError, match="未定义的函数：steal"):
        evaluate("steal()", {"steal": lambda: 1})


def test_own_functions_come_on_top_of_the_built_in_ones() -> None:
    own = {"due_in": lambda days: timedelta(days=days), "abs": lambda x: "own"}
    assert evaluate("due_in(max(2, 3))", {}, own) == timedelta(days=3)
    assert evaluate("abs(1)", {}, own) == "own"
    assert evaluate("abs(1)", {}) == 1
    assert "due_in" not in FUNCTIONS


def test_the_place_of_a_run_time_error_is_known() -> None:
    with pytest.raises(ExpressionError) as raised:
        evaluate("金额 > 1 and 类别 > 2", {"金额": 3, "类别": "甲"})
    assert raised.value.position == len("金额 > 1 and ")
