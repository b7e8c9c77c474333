"""Engine room: reads diagram and decision-table text into a small checked tree; parses, never runs."""

import ast
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

MAX_CHARACTERS = 1000
MAX_NODES = 200
MAX_DEPTH = 30
MAX_NUMBER = 10**18
MIN_EXPONENT = -40

CONSTANT_NAMES: dict[str, bool | None] = {"true": True, "false": False, "null": None}

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Not, ast.USub, ast.And, ast.Or)
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
_PLAIN_NODES = (ast.BoolOp, ast.IfExp, ast.List, ast.Tuple)
_REFUSED_NODES: dict[type[ast.AST], str] = {
    ast.Lambda: "匿名函数 lambda",
    ast.ListComp: "推导式",
    ast.SetComp: "推导式",
    ast.DictComp: "推导式",
    ast.GeneratorExp: "推导式",
    ast.JoinedStr: '带格式的文本 f"…"',
    ast.NamedExpr: "赋值 :=",
    ast.Starred: "星号展开",
    ast.Slice: "切片",
    ast.Dict: "字典的写法 {…}",
    ast.Set: "集合的写法 {…}",
    ast.Pow: "乘方 **",
    ast.LShift: "移位 <<",
    ast.RShift: "移位 >>",
    ast.Is: "is（请改用 ==）",
    ast.IsNot: "is not（请改用 !=）",
}
_HALF_WIDTH = {
    "（": "(", "）": ")", "，": ",", "“": '"', "”": '"', "‘": "'", "’": "'", "＞": ">", "＜": "<",
    "＝": "==", "【": "[", "】": "]", "。": ".", "＋": "+", "－": "-", "×": "*", "÷": "/", "≥": ">=",
    "≤": "<=", "≠": "!=", "\u3000": " ", "\u00a0": " ",
}  # fmt: skip
_SYNTAX_HINTS = (
    ("unterminated", "引号没有配对"),
    ("never closed", "括号没有配对"),
    ("unmatched", "括号没有配对"),
    ("does not match", "括号没有配对"),
)
_WRITTEN_HINTS = (
    ("&&", "“并且”请写 and"),
    ("||", "“或者”请写 or"),
    ("!", "“不”请写 not"),
    ("<>", "不等于请写 !="),
    ("=", "判断相等请写 =="),
)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_PERIOD = r"P(?=[0-9T])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?"
_REAL_EQUALS = re.compile(r"[=!<>]=")
_UNREADABLE = re.compile(r"\\|\'\'\'|\"\"\"")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBER_LIKE = re.compile(r"(?<!\w)[0-9][\w.]*((?<=[eE])[+-][0-9]+)?")
_NUMBER = re.compile(r"[0-9][0-9_]*(\.[0-9_]*)?([eE][+-]?[0-9]{1,3})?")
_DURATION = re.compile(rf"(R[0-9]+/)?{_PERIOD}")


class ExpressionError(Exception):
    """An expression that cannot be accepted or computed; the message (Chinese) is for the process owner.

    `position` is the 0-based character in the stripped text where the trouble lies, or None.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def refused(text: str, reason: str, position: int | None = None) -> ExpressionError:
    """The error for text that may not be deployed."""
    where = "" if position is None else f"（第 {position + 1} 个字符）"
    return ExpressionError(f"表达式“{quoted(text)}”有误{where}：{reason}", position)


def failed(text: str, reason: str, position: int | None = None) -> ExpressionError:
    """The error for an accepted expression that these facts do not allow to compute."""
    return ExpressionError(f"表达式“{quoted(text)}”无法计算：{reason}", position)


def quoted(text: str) -> str:
    """The text as shown in a message: one line, at most 80 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def cleaned(text: object) -> str:
    """The text without surrounding blanks and with line breaks as blanks. Raises ExpressionError."""
    if not isinstance(text, str):
        raise ExpressionError("表达式必须是文字")
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"表达式过长：最多 {MAX_CHARACTERS} 个字符，现有 {len(text)} 个")
    for position, character in enumerate(text):
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in "\t\r\n":
            raise ExpressionError(f"表达式含有不可见字符（第 {position + 1} 个字符）", position)
    stripped = re.sub(r"[\t\r\n]", " ", text).strip()
    if not stripped:
        raise ExpressionError("表达式不能为空")
    return stripped


def timer_literal(text: str) -> str | None:
    """The text itself if the whole of it is an ISO 8601 date, instant, duration or cycle; None otherwise."""
    if _DATE.fullmatch(text) or _INSTANT.fullmatch(text):
        return _real_day(text)
    if not _DURATION.fullmatch(text):
        return None
    if re.search(r"[0-9]{6}", text):
        raise refused(text, "时长或次数过大，每个数最多五位")
    return text


def _real_day(text: str) -> str:
    try:
        (date if len(text) == 10 else datetime).fromisoformat(text)
    except ValueError as error:
        raise refused(text, "日期或时刻不存在") from error
    return text


def parse(text: str) -> ast.expr:
    """The checked tree of a cleaned text: every node in it is on the whitelist and within the limits.

    Raises ExpressionError.
    """
    _check_characters(text)
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise _syntax_refused(text, error) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise refused(text, "嵌套过深或无法解析") from error
    _check_tree(text, tree)
    return tree


def _check_characters(text: str) -> None:
    """Refuse what the parser would read in an unexpected way: escapes, comments, joined numbers and words."""
    for found in _UNREADABLE.finditer(text):
        raise refused(text, "不能使用反斜杠或三个引号", found.start())
    bare = without_texts(text)
    if "#" in bare:
        raise refused(text, "不能使用注释 #", bare.index("#"))
    for number in _NUMBER_LIKE.finditer(bare):
        if not _NUMBER.fullmatch(number[0]):
            raise refused(text, "数字写法不正确，或与后面的词之间缺少空格", number.start())


def without_texts(text: str) -> str:
    """The same text with every character between quotes made a blank, so that positions stay."""
    return _QUOTED.sub(lambda found: f"'{' ' * (len(found[0]) - 2)}'", text)


def _syntax_refused(text: str, error: SyntaxError) -> ExpressionError:
    position = min(max((error.offset or 1) - 1, 0), len(text) - 1)
    character = text[position]
    if character in _HALF_WIDTH:
        reason = f"全角或特殊符号 {character} 请改为半角 {_HALF_WIDTH[character]}"
        return refused(text, reason, position)
    hints = [hint for part, hint in _SYNTAX_HINTS if part in error.msg]
    hints += [hint for part, hint in _WRITTEN_HINTS if part in _REAL_EQUALS.sub("", without_texts(text))]
    return refused(text, hints[0] if hints else "写法不正确", position)


def _check_tree(text: str, tree: ast.expr) -> None:
    for count, (node, depth) in enumerate(_nodes(tree), start=1):
        if count > MAX_NODES:
            raise refused(text, f"过于复杂，最多 {MAX_NODES} 个组成部分")
        if depth > MAX_DEPTH:
            raise refused(text, f"嵌套过深，最多 {MAX_DEPTH} 层")
        reason = _objection(text, node)
        if reason:
            raise refused(text, reason, position_of(text, node))


def _nodes(tree: ast.expr) -> Iterator[tuple[ast.AST, int]]:
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        children = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr | ast.keyword)]
        waiting.extend((child, depth + 1) for child in reversed(children))


def position_of(text: str, node: ast.AST) -> int:
    """Where the node begins, in characters (the parser counts UTF-8 bytes)."""
    return len(text.encode()[: getattr(node, "col_offset", 0)].decode())


def _objection(text: str, node: ast.AST) -> str | None:
    """Why this node may not stand in an expression, or None."""
    if isinstance(node, _PLAIN_NODES):
        return None
    check = _CHECKS.get(type(node))
    return check(text, node) if check else _not_allowed(node)


def _not_allowed(node: ast.AST) -> str:
    return f"不能使用{_REFUSED_NODES.get(type(node), '这种写法')}"


def _check_operator(_text: str, node: ast.BinOp | ast.UnaryOp) -> str | None:
    return None if isinstance(node.op, _OPERATORS) else _not_allowed(node.op)


def _check_compare(_text: str, node: ast.Compare) -> str | None:
    return next((_not_allowed(op) for op in node.ops if not isinstance(op, _COMPARISONS)), None)


def _check_word(word: str | None) -> str | None:
    if word is None:
        return "不能使用星号展开"
    return f"名称“{word}”不能以下划线开头" if word.startswith("_") else None


def _check_call(_text: str, node: ast.Call) -> str | None:
    if not isinstance(node.func, ast.Name):
        return "只能直接用函数名调用函数"
    words = [keyword.arg for keyword in node.keywords]
    return "参数名重复" if len(set(words)) < len(words) else None


def _check_subscript(_text: str, node: ast.Subscript) -> str | None:
    index = node.slice
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
        index = index.operand
    return None if isinstance(index, ast.Constant | ast.Name) else "方括号内只能写一个常量或一个名称"


def _check_constant(text: str, node: ast.Constant) -> str | None:
    value = node.value
    if value is None or isinstance(value, bool | str):
        return None
    if not isinstance(value, int | float):
        return "只能使用文本、数字、true、false 和 null"
    number = literal_value(text, node)
    if isinstance(number, Decimal) and int(number.as_tuple().exponent) < MIN_EXPONENT:
        return "小数位数过多"
    return None if number <= MAX_NUMBER else "数字过大，绝对值不能超过 10 的 18 次方"


def literal_value(text: str, node: ast.Constant) -> int | Decimal:
    """The exact value of a number as it is written: 0.15 is Decimal("0.15"), never a binary float."""
    if isinstance(node.value, int):
        return node.value
    return Decimal(text.encode()[node.col_offset : node.end_col_offset].decode())


_CHECKS: dict[type[ast.AST], Callable[..., str | None]] = {
    ast.BinOp: _check_operator,
    ast.UnaryOp: _check_operator,
    ast.Compare: _check_compare,
    ast.Call: _check_call,
    ast.Subscript: _check_subscript,
    ast.Constant: _check_constant,
    ast.Name: lambda _text, node: _check_word(node.id),
    ast.Attribute: lambda _text, node: _check_word(node.attr),
    ast.keyword: lambda _text, node: _check_word(node.arg),
}
