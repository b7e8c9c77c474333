"""Room lint: timers: where they may stand, and that their expression can only mean a date, a duration or a cycle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lxml import etree

from processes.engine.drawing import Drawing, DrawnTimer
from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.expression_syntax import cleaned, parse, timer_literal
from processes.engine.lint_codes import problem
from processes.engine.lint_graph import Graph
from processes.engine.lint_vocabulary import Problem
from processes.engine.timer_value import MAX_TIMES, cycle_of, instant_of
from processes.engine.xml import BPMN

_TERMS = ("working_days", "calendar_days")
_MAX_DAYS = 3660
# What an expression can be: a day, another instant or duration, a term in days, several of them; or none.
_DAY, _TIME, _TERM, _CYCLE, _NONE = "day", "time", "term", "cycle", ""
_CRON = re.compile(r"[0-9*?LW#/,\s-]+\s[0-9*?LW#/,\s-]+|@[a-z]+")
_INSTEAD = (
    f"请写次数和间隔，如 R3/P1D 或 every(3, working_days(1))，最多{MAX_TIMES}次，"
    "且只能画成附着在任务上、不中断任务的边界事件"
)


def check_timer_events(root: etree._Element, drawing: Drawing, graph: Graph) -> Iterator[Problem]:
    """Each timer by itself, then those that wait together behind a gateway."""
    yield from _written(root)
    for timer in drawing.timers.values():
        yield from _value(timer)
        yield from _cycle(timer)
    for node, kind in graph.kinds.items():
        if kind == "eventBasedGateway":
            yield from _gateway(node, graph, drawing)


def _written(root: etree._Element) -> Iterator[Problem]:
    """What the engine would read otherwise than it is written."""
    for definition in root.iter(f"{BPMN}timerEventDefinition"):
        if len([child for child in definition if isinstance(child.tag, str)]) != 1:
            yield problem("timer-written", _around(definition))
    for event in root.iter(f"{BPMN}boundaryEvent"):
        if event.get("cancelActivity", "true") not in ("true", "false"):
            yield problem("timer-cancel", event.get("id", ""))
    for gateway in root.iter(f"{BPMN}eventBasedGateway"):
        asked = gateway.get("instantiate", "false"), gateway.get("eventGatewayType", "Exclusive")
        if asked != ("false", "Exclusive"):
            yield problem("gateway-events", gateway.get("id", ""))


def _around(definition: etree._Element) -> str:
    event = definition.getparent()
    return "" if event is None else event.get("id", "")


def _cycle(timer: DrawnTimer) -> Iterator[Problem]:
    if timer.repeats and (timer.is_interrupting or not timer.attached_to):
        yield problem("timer-cycle", timer.element_id, instead=_INSTEAD)
    if timer.repeats and timer.deadline:
        yield problem("timer-statutory-cycle", timer.element_id)


def _gateway(node: str, graph: Graph, drawing: Drawing) -> Iterator[Problem]:
    """The engine keeps one due instant a gateway: of two timers the later one would swallow the earlier."""
    targets = [flow.target for flow in graph.outgoing[node]]
    if len(targets) < 2:
        yield problem("gateway-exits", node)
    for target in targets:
        if graph.kinds.get(target) != "intermediateCatchEvent":
            yield problem("gateway-catch", node)
    if sum(target in drawing.timers for target in targets) > 1:
        yield problem("gateway-timers", node)
    messages = [drawing.messages[target] for target in targets if target in drawing.messages]
    if len(set(messages)) < len(messages):
        yield problem("gateway-messages", node)


def _value(timer: DrawnTimer) -> Iterator[Problem]:
    text = timer.expression
    if timer.repeats and _CRON.fullmatch(text):
        yield problem("timer-cron", timer.element_id, name=timer.name, instead=_INSTEAD)
        return
    try:
        compile_expression(text)
        found, reason = _read(cleaned(text))
    except ExpressionError:
        # Said by the check of all texts.
        return
    if not reason and timer.repeats and found != _CYCLE:
        reason = _INSTEAD
    if not reason and not timer.repeats and found == _CYCLE:
        reason = "循环只能写在循环计时器（timeCycle）中"
    if not reason and found == _NONE:
        reason = "应为日期、时长、working_days(…)、calendar_days(…) 或名称以 _on 结尾的日期事项"
    if reason:
        yield problem("timer-value", timer.element_id, name=timer.name, text=text[:60], reason=reason)


def _read(text: str) -> tuple[str, str]:
    """What an expression will be, and why it cannot be right, if it cannot."""
    if timer_literal(text) is not None:
        return _literal(text)
    return _kind(parse(text))


def _literal(text: str) -> tuple[str, str]:
    if "P" in text.upper() and not re.search("[1-9]", text.upper().split("P")[-1]):
        return _NONE, "时长应大于零"
    try:
        if text.upper().startswith("R"):
            cycle_of(text)
            return _CYCLE, ""
        instant_of(text)
    except ExpressionError as error:
        return _NONE, error.message.rstrip("。")
    return _TIME, ""


def _kind(node: ast.expr) -> tuple[str, str]:
    if isinstance(node, ast.Constant):
        return _literal(node.value) if isinstance(node.value, str) else (_NONE, "")
    if isinstance(node, ast.Name):
        return (_DAY, "") if node.id.endswith("_on") else (_NONE, "")
    if isinstance(node, ast.Attribute):
        return (_DAY, "") if node.attr.endswith("_on") else (_NONE, "")
    if isinstance(node, ast.IfExp):
        return _common(node.body, node.orelse)
    if isinstance(node, ast.BoolOp):
        return _common(*node.values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id, node)
    return _NONE, ""


def _common(*nodes: ast.expr) -> tuple[str, str]:
    """The kind of alternatives: each must be good by itself."""
    kinds = [_kind(node) for node in nodes]
    reason = next((reason for _kind, reason in kinds if reason), "")
    found = {kind for kind, _reason in kinds}
    if len(found) == 1:
        return found.pop(), reason
    return (_NONE, reason) if found & {_NONE, _CYCLE} else (_TIME, reason)


def _called(name: str, node: ast.Call) -> tuple[str, str]:
    if node.keywords:
        return _NONE, "参数请直接写值，不写名称"
    if name in _TERMS:
        return _TERM, _term(name, node.args)
    if name == "every":
        return _CYCLE, _every(node.args)
    if name == "date":
        return _DAY, ""
    if name in ("min", "max") and all(_kind(argument)[0] == _DAY for argument in node.args):
        return _DAY, ""
    return _NONE, ""


def _term(name: str, arguments: list[ast.expr]) -> str:
    if not 1 <= len(arguments) <= 2:
        return f"{name} 需要天数，还可以写起算日"
    days = arguments[0]
    if isinstance(days, ast.Constant) and (type(days.value) is not int or not 1 <= days.value <= _MAX_DAYS):
        return f"天数应为1至{_MAX_DAYS}的整数"
    if isinstance(days, ast.UnaryOp) or _kind(days)[0] in (_DAY, _TERM, _CYCLE):
        return f"天数应为1至{_MAX_DAYS}的整数"
    if len(arguments) == 2 and _kind(arguments[1])[0] != _DAY:
        return "起算日应为日期"
    return ""


def _every(arguments: list[ast.expr]) -> str:
    if len(arguments) != 2 or _kind(arguments[1])[0] != _TERM:
        return "every 需要次数，和 working_days(…) 或 calendar_days(…)"
    times = arguments[0]
    is_count = isinstance(times, ast.Constant) and type(times.value) is int and 1 <= times.value <= MAX_TIMES
    return _kind(arguments[1])[1] if is_count else f"次数应为1至{MAX_TIMES}的整数"
