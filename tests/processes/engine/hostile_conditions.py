"""Conditions that can never be computed, say neither yes nor no, or ask for what nobody has said."""

from __future__ import annotations

from tests.drawn import ending, field, process, step, unforeseen
from tests.processes.engine.hostile_kit import add

CHOICE = {"choices": [["a", "甲"], ["b", "乙"]]}
ASKED = (
    field("n", kind="integer", required=True),
    field("m", kind="integer", required=True),
    field("tx", required=True),
    field("c", kind="choice", required=True, **CHOICE),
    field("cs", kind="choices", required=True, **CHOICE),
    field("dd", kind="date", required=True),
    field("yes", kind="yes_no", required=True),
)


def asking(condition: str, *, form: str = "drawn", startable: str = "yes") -> bytes:
    """Every kind of field is asked for, then the condition."""
    elements = [
        '<bpmn:startEvent id="begin" />',
        step("ask", "填写", *ASKED, form=form),
        '<bpmn:exclusiveGateway id="which" />',
        ending("finish"),
        ending("other"),
    ]
    flows = f"begin > ask\nask > which\nwhich > other : {condition}\nwhich > finish : *"
    lane = ["begin", "ask", "which", "finish", "other"]
    return process("example", "示例", {"人社部门": lane}, elements, flows, startable=startable)


def either(condition: str, *, first: str, second: str, late: str = "drawn") -> bytes:
    """Two ways, each with a step of its own form, meet before the condition; a step of another comes after."""
    elements = [
        '<bpmn:startEvent id="begin" />',
        *(step(name, name, field(f"of_{name}"), form=form) for name, form in (("l", first), ("r", second))),
        *(f'<bpmn:exclusiveGateway id="{name}" />' for name in ("split", "meet", "which")),
        step("after", "之后", field("late", kind="integer", required=True), form=late),
        ending("finish"),
        ending("other"),
    ]
    flows = (
        "begin > split\nsplit > l : is_person\nsplit > r : *\nl > meet\nr > meet\nmeet > which\n"
        f"which > after : {condition}\nwhich > finish : *\nafter > other"
    )
    lane = ["begin", "split", "l", "r", "meet", "which", "after", "finish", "other"]
    return process("example", "示例", {"人社部门": lane}, elements, flows, startable="")


NEVER = (
    *("n / 0 > 1", "n // (n - n) > 1", "tx + 1 > 2", "c > 5", "len(n) > 1", "n.x == 1", "dd + 1 > dd"),
    *("dd > '2026-01-01'", "sum_of(cs) > 1", "round_to(n, 50) > 1", "n > null", "n > 5 and tx + 1 > 2"),
    *("yes or n[0] == 1", "number(c) > 1", "date('2026-02-30') > dd", "dd > 5", "working_days(tx) == null"),
)
NEITHER = ("1", "tx", "working_days(5)", "n", "yes and n", "'yes'", "cs", "n if yes else m", "2026-01-01")
ALWAYS_FALSE = {
    "condition-kind": (
        "n == '5'",
        "yes == 'yes'",
        "'1' != n",
        "dd == '2026-01-01'",
        "n in ('1', '2')",
        "n == tx",
    ),
    "condition-choice": ("c == 'z'", "c in ('a', 'z')", "'z' in cs"),
    "condition-list": ("cs == 'a'", "tx == cs"),
    "condition-sometimes": ("n / m > 1", "number(tx) > 5", "1 / (n - 7) > 1"),
}
for text in NEVER:
    add(f"condition {text}", "condition-trial", asking(text))
for text in NEITHER:
    add(f"condition {text}", "condition-truth", asking(text))
for code, texts in ALWAYS_FALSE.items():
    for text in texts:
        add(f"condition {text}", code, asking(text))
add("a routing name of no step", "condition-unset", asking("paid"))
add("a routing name of another form", "condition-unset", asking("paid", form="acceptance", startable=""))
add(
    "a routing name behind the gateway",
    "condition-unset",
    either("paid", first="drawn", second="drawn", late="disbursement"),
)
add(
    "a routing name of one way",
    "condition-unset-ways",
    either("qualified", first="qualification_review", second="drawn"),
)
add("a field behind the gateway", "condition-unasked", either("late > 5", first="drawn", second="drawn"))
for text in ("amount > 5", "age > 18", "amount_limit > n", "is_person", "accepted_on != null"):
    add(f"a fact that no started case has: {text}", "start-fact", asking(text))
add(
    "a term of the policy",
    "start-fact",
    unforeseen().replace(b"working_days(1)", b"working_days(notice_days)", 1),
)
SOUND = (
    *("n > 5", "n / 2 > 1", "m != 0 and n / m > 1", "tx == '是'", "len(tx) > 3", "c == 'a'", "'a' in cs"),
    *("c in ('a', 'b')", "yes", "not yes", "yes == true", "dd > date('2026-01-01')", "n == 1 or n == m"),
    *(
        "received_on != null and days_between(dd, received_on) > 5",
        "round_to(n, 2) > 1",
        "len(cs) > 1",
        "n != null and n > 5",
    ),
    *(
        "n > 5 if yes else m > 5",
        "0 < n < 10",
        "any_of([yes, n > 5])",
        "tx + '1' == '甲1'",
        "dd == received_on",
    ),
)
