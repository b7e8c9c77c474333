"""Room tables: finds its way in a typed cell: quotes, brackets, commas, the question mark."""

from __future__ import annotations

import re

# What the engine puts in place of a question mark, and its own pattern for one outside quotes.
STEM = "dmninputexpr"
QUESTION = re.compile(r"(\?)(?=(?:[^'\"]|['\"][^'\"]*['\"])*$)")
_OPEN, _CLOSE = "([", ")]"
_INTERVAL = re.compile(r"([\[(\]])(.*)([\])\[])", re.DOTALL)


def outside(text: str) -> list[int]:
    """For each character the depth of brackets around it; −1 inside quotes."""
    depths, depth, quote = [], 0, ""
    for character in text:
        if quote:
            depths.append(-1)
            quote = "" if character == quote else quote
            continue
        if character in "'\"":
            quote = character
            depths.append(-1)
            continue
        depth -= character in _CLOSE
        depths.append(max(depth, 0))
        depth += character in _OPEN
    return depths


def asks_itself(text: str) -> bool:
    """Whether a question mark stands outside quotes."""
    return any(character == "?" and depth >= 0 for character, depth in zip(text, outside(text), strict=True))


def substituted(text: str) -> str:
    """The text with every question mark outside quotes replaced: what the engine should make of it, and does not always."""
    marks = zip(text, outside(text), strict=True)
    return "".join(STEM if character == "?" and depth >= 0 else character for character, depth in marks)


def parts(text: str) -> list[str]:
    """The tests of a list: cut at the commas that stand in no bracket."""
    found, start = [], 0
    for position in _commas(text):
        found.append(text[start:position].strip())
        start = position + 1
    return [*found, text[start:].strip()]


def _commas(text: str) -> list[int]:
    """An interval may be open outwards, as in ]1..5[: its brackets are taken in pairs."""
    commas, depth, quote = [], 0, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif _opens(text, position):
            depth += 1
        elif character in "()[]":
            depth -= 1
        elif character == "," and depth == 0:
            commas.append(position)
    return commas


def _opens(text: str, position: int) -> bool:
    """Whether the bracket here opens something: ] and [ do the contrary at the ends of an open interval."""
    character = text[position]
    if character == "]":
        return text[:position].rstrip()[-1:] in ("", ",")
    if character == "[":
        return text[position + 1 :].lstrip()[:1] not in ("", ",", ")") or ".." not in text[:position]
    return character == "("


def interval(text: str) -> tuple[str, str, str, str] | None:
    """(opening bracket, from, to, closing bracket) of an interval, or None when it is none."""
    found = _INTERVAL.fullmatch(text)
    if found is None:
        return None
    depths = outside(found[2])
    dots = [
        position
        for position in range(len(found[2]) - 1)
        if found[2][position : position + 2] == ".." and depths[position] == 0
    ]
    if len(dots) != 1:
        return None
    return found[1], found[2][: dots[0]].strip(), found[2][dots[0] + 2 :].strip(), found[3]


def negated(text: str) -> str | None:
    """What stands in not(…), when the whole cell is that."""
    found = re.match(r"not\s*\(", text)
    if found is None or not text.endswith(")"):
        return None
    depths = outside(text)
    closing = next(
        (at for at in range(found.end(), len(text)) if text[at] in _CLOSE and depths[at] == 0), len(text)
    )
    return text[found.end() : -1].strip() if closing == len(text) - 1 else None
