"""Engine room: turns a checked expression tree into nested closures, built once and run for every case."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from processes.engine import expression_values as values
from processes.engine.expression_functions import FUNCTIONS
from processes.engine.expression_syntax import (
    CONSTANT_NAMES,
    ExpressionError,
    failed,
    literal_value,
    position_of,
)

Names = Mapping[str, object]
Functions = Mapping[str, Callable[..., object]]
Step = Callable[[Names, Functions], Any]

_BINARY: dict[type[ast.operator], values.Operation] = {
    ast.Add: values.ADD,
    ast.Sub: values.SUBTRACT,
    ast.Mult: values.MULTIPLY,
    ast.Div: values.DIVIDE,
    ast.FloorDiv: values.FLOOR_DIVIDE,
    ast.Mod: values.MODULO,
}
_COMPARE: dict[type[ast.cmpop], values.Operation] = {
    ast.Eq: values.EQUAL,
    ast.NotEq: values.UNEQUAL,
    ast.Lt: values.LESS,
    ast.LtE: values.AT_MOST,
    ast.Gt: values.GREATER,
    ast.GtE: values.AT_LEAST,
    ast.In: values.CONTAINS,
    ast.NotIn: values.LACKS,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which text a step stands, to say so when it fails."""

    text: str
    node: ast.expr

    def failed(self, reason: object) -> ExpressionError:
        return failed(self.text, str(reason), position_of(self.text, self.node))


def step(text: str, node: ast.expr) -> Step:
    """The closure that computes a node which `expression_syntax.parse` has accepted."""
    return _BUILDERS[type(node)](text, node)


def _steps(text: str, nodes: list[ast.expr]) -> list[Step]:
    return [step(text, node) for node in nodes]


def _fixed(value: object) -> Step:
    return lambda _names, _functions: value


def _constant(text: str, node: ast.Constant) -> Step:
    value = node.value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return _fixed(literal_value(text, node) if number else value)


def _name(text: str, node: ast.Name) -> Step:
    word, place = node.id, _Place(text, node)
    if word in CONSTANT_NAMES:
        return _fixed(CONSTANT_NAMES[word])

    def run(names: Names, functions: Functions) -> Any:
        try:
            return values.admit(names[word])
        except KeyError:
            is_function = word in functions or word in FUNCTIONS
            hint = f"（它是函数，须写成 {word}(…)）" if is_function else ""
            raise place.failed(f"未定义的名称：{word}{hint}") from None
        except values.Fault as fault:
            raise place.failed(f"“{word}”{fault}") from fault

    return run


def _applied(place: _Place, operation: values.Operation, left: Step, right: Step) -> Step:
    def run(names: Names, functions: Functions) -> Any:
        try:
            return operation(left(names, functions), right(names, functions))
        except values.Fault as fault:
            raise place.failed(fault) from fault

    return run


def _binary(text: str, node: ast.BinOp) -> Step:
    operation = _BINARY[type(node.op)]
    return _applied(_Place(text, node), operation, step(text, node.left), step(text, node.right))


def _unary(text: str, node: ast.UnaryOp) -> Step:
    operand, place = step(text, node.operand), _Place(text, node)
    if isinstance(node.op, ast.Not):
        return lambda names, functions: not operand(names, functions)

    def run(names: Names, functions: Functions) -> Any:
        try:
            return values.negate(operand(names, functions))
        except values.Fault as fault:
            raise place.failed(fault) from fault

    return run


def _boolean(text: str, node: ast.BoolOp) -> Step:
    *early, last = _steps(text, node.values)
    stops_at = isinstance(node.op, ast.Or)

    def run(names: Names, functions: Functions) -> Any:
        for operand in early:
            value = operand(names, functions)
            if bool(value) is stops_at:
                return value
        return last(names, functions)

    return run


def _compare(text: str, node: ast.Compare) -> Step:
    place, first = _Place(text, node), step(text, node.left)
    operations = [_COMPARE[type(operator)] for operator in node.ops]
    links = list(zip(operations, _steps(text, node.comparators), strict=True))
    if len(links) == 1:
        return _applied(place, links[0][0], first, links[0][1])

    def run(names: Names, functions: Functions) -> bool:
        left = first(names, functions)
        for operation, operand in links:
            right = operand(names, functions)
            try:
                if not operation(left, right):
                    return False
            except values.Fault as fault:
                raise place.failed(fault) from fault
            left = right
        return True

    return run


def _choice(text: str, node: ast.IfExp) -> Step:
    test, body, orelse = _steps(text, [node.test, node.body, node.orelse])
    return lambda names, functions: (body if test(names, functions) else orelse)(names, functions)


def _list(text: str, node: ast.List) -> Step:
    items = _steps(text, node.elts)
    return lambda names, functions: [item(names, functions) for item in items]


def _tuple(text: str, node: ast.Tuple) -> Step:
    items = _steps(text, node.elts)
    return lambda names, functions: tuple([item(names, functions) for item in items])


def _subscript(text: str, node: ast.Subscript) -> Step:
    return _applied(_Place(text, node), values.member, step(text, node.value), step(text, node.slice))


def _attribute(text: str, node: ast.Attribute) -> Step:
    return _applied(_Place(text, node), values.entry, step(text, node.value), _fixed(node.attr))


def _call(text: str, node: ast.Call) -> Step:
    assert isinstance(node.func, ast.Name)
    word, place = node.func.id, _Place(text, node)
    arguments = _steps(text, node.args)
    keywords = [(str(keyword.arg), step(text, keyword.value)) for keyword in node.keywords]

    def run(names: Names, functions: Functions) -> Any:
        function = functions.get(word) or FUNCTIONS.get(word)
        if function is None:
            raise place.failed(f"未定义的函数：{word}")
        given = [argument(names, functions) for argument in arguments]
        named = {key: value(names, functions) for key, value in keywords}
        try:
            return values.admit(function(*given, **named))
        except values.Fault as fault:
            raise place.failed(f"函数 {word}：{fault}") from fault
        except values.UNSUITABLE as error:
            raise place.failed(f"函数 {word} 的参数不合适") from error

    return run


_BUILDERS: dict[type[ast.expr], Callable[[str, Any], Step]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Subscript: _subscript,
    ast.Attribute: _attribute,
    ast.Call: _call,
}
