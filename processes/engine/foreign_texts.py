"""Room foreign: conditions and times of other tools (FEEL, JUEL) said in our own expressions, where they are simple."""

from __future__ import annotations

import re

from processes.engine.expression import ExpressionError, compile_expression
from processes.engine.expression_syntax import without_texts

_JUEL = re.compile(r"[#$]\{(.*)\}", re.DOTALL)
_DURATION = re.compile(r"(?:duration|date|date and time)\(\s*\"([^\"]+)\"\s*\)")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# Outside of quotes, in this order.
_SAID_OTHERWISE = (
    (re.compile(r"&&"), " and "),
    (re.compile(r"\|\|"), " or "),
    (re.compile(r"!(?!=)"), " not "),
    (re.compile(r"\beq\b"), "=="),
    (re.compile(r"\bne\b"), "!="),
    (re.compile(r"\bgt\b"), ">"),
    (re.compile(r"\blt\b"), "<"),
    (re.compile(r"\bge\b"), ">="),
    (re.compile(r"\ble\b"), "<="),
    (re.compile(r"(?<![=!<>])=(?!=)"), "=="),
    (re.compile(r" {2,}"), " "),
)
_LONGEST = 500


def condition_of(text: str) -> str | None:
    """The same condition as we write it; None when it cannot be said so simply."""
    return _compiling(_reworded(_bare(text)))


def time_of(text: str) -> str | None:
    """The same date, duration or cycle as we write it; None when it is none."""
    bare = _bare(text)
    called = _DURATION.fullmatch(bare)
    if called:
        bare = called[1]
    elif _QUOTED.fullmatch(bare):
        bare = bare[1:-1]
    return _compiling(bare)


def _bare(text: str) -> str:
    """Without what says in which language it is written."""
    text = text.strip()[:_LONGEST]
    found = _JUEL.fullmatch(text)
    if found:
        return found[1].strip()
    return text[1:].strip() if text.startswith("=") else text


def _reworded(text: str) -> str:
    parts, at = [], 0
    for quoted in _QUOTED.finditer(text):
        parts += [_unquoted(text[at : quoted.start()]), quoted[0]]
        at = quoted.end()
    return "".join([*parts, _unquoted(text[at:])]).strip()


def _unquoted(text: str) -> str:
    for pattern, ours in _SAID_OTHERWISE:
        text = pattern.sub(ours, text)
    return text


def _compiling(text: str) -> str | None:
    try:
        compile_expression(text)
    except ExpressionError:
        return None
    # What only has a meaning in its own tool would be a name of nothing here.
    return None if "execution" in without_texts(text) else text
