"""Engine room: the values of an expression and what may be done with them, exactly and within bounds."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from types import NoneType
from typing import Any

from processes.engine.expression_syntax import MAX_NUMBER

MAX_TEXT = 10_000
MAX_ITEMS = 10_000
# Sums, differences and products are exact to 100 digits; a quotient is rounded to 28.
EXACT = Context(prec=100, traps=[InvalidOperation, DivisionByZero, Overflow])
QUOTIENT = Context(prec=28, traps=[InvalidOperation, DivisionByZero, Overflow])

KINDS: dict[type, str] = {
    NoneType: "空值", bool: "是否值", int: "数字", Decimal: "数字", str: "文本", date: "日期",
    datetime: "时刻", timedelta: "时长", list: "列表", tuple: "列表", set: "列表",
    frozenset: "列表", dict: "字典",
}  # fmt: skip
PLAIN = frozenset(KINDS) - {Decimal}
NUMBERS = frozenset({int, Decimal})
ORDERED = frozenset({str, date, datetime, timedelta})
SEQUENCES = (list, tuple)
COLLECTIONS = (list, tuple, set, frozenset)
# What comparing or calling with unsuitable values raises in Python.
UNSUITABLE = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)


class Fault(Exception):  # noqa: N818  never leaves the room: it becomes an ExpressionError with its place
    """Why a value does not fit (Chinese)."""


def kind(value: object) -> str:
    """The Chinese word for what a value is."""
    return KINDS.get(type(value), "字典" if isinstance(value, Mapping) else "未知类型")


def admit(value: object) -> Any:
    """The value as expressions see it: a float becomes the Decimal it is written as, an enum text its text.

    Raises Fault for anything that is no plain value, so that no object can be reached from an expression.
    """
    if type(value) in PLAIN:
        return value
    if isinstance(value, float):
        value = Decimal(float.__repr__(value))
    if type(value) is Decimal:
        if value.is_finite():
            return value
        raise Fault("数字不是有限值")
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    return _admit_other(value)


def _admit_other(value: object) -> Any:
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, Mapping):
        return value
    raise Fault("含有不能用于表达式的内容")


def items_of(value: object) -> list[Any]:
    """The items of a list, each admitted; raises Fault for another kind or more than MAX_ITEMS."""
    if not isinstance(value, COLLECTIONS):
        raise Fault(f"需要列表，得到的是{kind(value)}")
    if len(value) > MAX_ITEMS:
        raise Fault(f"列表过长，最多 {MAX_ITEMS} 项")
    return [admit(item) for item in value]


def number_of(value: object) -> int | Decimal:
    """The value if it is a finite number within 10^18; raises Fault otherwise (also for a truth value)."""
    if type(value) not in NUMBERS:
        raise Fault(f"需要数字，得到的是{kind(value)}")
    return bounded(value)


def bounded(number: Any) -> Any:
    """The number, if it lies within 10^18; raises Fault otherwise."""
    if -MAX_NUMBER <= number <= MAX_NUMBER:
        return number
    raise Fault("数字超出范围，绝对值不能超过 10 的 18 次方")


Operation = Callable[[Any, Any], Any]


def _arithmetic(symbol: str, on_integers: Operation, on_decimals: Operation) -> Operation:
    def apply(left: Any, right: Any) -> Any:
        if type(left) not in NUMBERS or type(right) not in NUMBERS:
            raise _unfit(symbol, left, right)
        operation = on_integers if type(left) is type(right) is int else on_decimals
        try:
            return bounded(operation(bounded(left), bounded(right)))
        except ArithmeticError as error:
            raise Fault("除数为零" if not right else "数字位数过多，无法计算") from error

    return apply


def _unfit(symbol: str, left: object, right: object) -> Fault:
    hints = {frozenset({"日期", "数字"}): "；日期不能直接加减天数，请用按天推算的函数"}
    hints[frozenset({"文本", "数字"})] = "；请用 number(…) 或 text(…) 换成同一种"
    hint = hints.get(frozenset({kind(left), kind(right)}), "")
    return Fault(f"“{symbol}”不能用于{kind(left)}和{kind(right)}{hint}")


def _floor_divmod(left: Any, right: Any) -> tuple[Decimal, Decimal]:
    """Quotient rounded down and remainder with the divisor's sign, as for integers."""
    quotient, remainder = EXACT.divide_int(left, right), EXACT.remainder(left, right)
    if remainder and (remainder < 0) != (right < 0):
        return EXACT.subtract(quotient, 1), EXACT.add(remainder, right)
    return quotient, remainder


_add_numbers = _arithmetic("+", operator.add, EXACT.add)


def _add(left: Any, right: Any) -> Any:
    if type(left) is not str or type(right) is not str:
        return _add_numbers(left, right)
    if len(left) + len(right) > MAX_TEXT:
        raise Fault(f"文本过长，最多 {MAX_TEXT} 个字符")
    return left + right


def negate(value: Any) -> Any:
    """The number with the other sign; raises Fault."""
    number = number_of(value)
    return number.copy_negate() if isinstance(number, Decimal) else -number


def _order(symbol: str, compare: Operation) -> Operation:
    def apply(left: Any, right: Any) -> Any:
        kind_left, kind_right = type(left), type(right)
        if kind_left in NUMBERS and kind_right in NUMBERS:
            return compare(left, right)
        if kind_left is not kind_right or kind_left not in ORDERED:
            raise _unfit(symbol, left, right)
        try:
            return compare(left, right)
        except TypeError as error:
            raise Fault("带时区与不带时区的时刻不能比较") from error

    return apply


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same; lists item by item, values of different kinds never."""
    if isinstance(left, SEQUENCES) and isinstance(right, SEQUENCES):
        return len(left) == len(right) and all(map(equal, items_of(left), items_of(right)))
    try:
        return bool(left == right)
    except UNSUITABLE as error:
        raise Fault(f"{kind(left)}和{kind(right)}无法比较") from error


def _unequal(left: Any, right: Any) -> bool:
    return not equal(left, right)


def contains(item: Any, container: Any) -> bool:
    """Whether a list has the item, a text the part or a dictionary the key; raises Fault."""
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, Mapping) and isinstance(item, str | int):
        return item in container
    if not isinstance(container, COLLECTIONS):
        raise Fault(f"“in”不能用于{kind(item)}和{kind(container)}")
    return any(equal(item, other) for other in items_of(container))


def _lacks(item: Any, container: Any) -> bool:
    return not contains(item, container)


def member(container: Any, key: Any) -> Any:
    """The entry of a dictionary under a text or integer key, or of a list at a position; raises Fault."""
    if isinstance(container, Mapping) and type(key) in {str, int}:
        if key in container:
            return admit(container[key])
        raise Fault(f"字典中没有“{key}”")
    if not isinstance(container, SEQUENCES) or type(key) is not int:
        raise Fault(f"不能从{kind(container)}中按{kind(key)}取值")
    if -len(container) <= key < len(container):
        return admit(container[key])
    raise Fault(f"列表只有 {len(container)} 项")


def entry(container: Any, key: str) -> Any:
    """What `container.key` means: the dictionary's entry, never an attribute; raises Fault."""
    if isinstance(container, Mapping):
        return member(container, key)
    raise Fault(f"“.{key}”只能用于字典，不能用于{kind(container)}")


def ordered(values: Iterable[Any], first: Operation) -> Any:
    """The value that `first(value, best)` prefers; raises Fault for an empty list or mixed kinds."""
    rest = iter(values)
    try:
        best = next(rest)
    except StopIteration:
        raise Fault("列表是空的") from None
    for value in rest:
        best = value if first(value, best) else best
    return best


ADD = _add
SUBTRACT = _arithmetic("-", operator.sub, EXACT.subtract)
MULTIPLY = _arithmetic("*", operator.mul, EXACT.multiply)
DIVIDE = _arithmetic("/", QUOTIENT.divide, QUOTIENT.divide)
FLOOR_DIVIDE = _arithmetic("//", operator.floordiv, lambda left, right: _floor_divmod(left, right)[0])
MODULO = _arithmetic("%", operator.mod, lambda left, right: _floor_divmod(left, right)[1])
LESS = _order("<", operator.lt)
AT_MOST = _order("<=", operator.le)
GREATER = _order(">", operator.gt)
AT_LEAST = _order(">=", operator.ge)
EQUAL = equal
UNEQUAL = _unequal
CONTAINS = contains
LACKS = _lacks
