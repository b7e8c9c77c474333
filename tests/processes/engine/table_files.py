"""Small decision tables as files, for the tests of decision tables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def dmn(
    rows: Sequence[tuple[Sequence[str], Sequence[str]]],
    columns: Sequence[tuple[str, str]] = (("age", "number"),),
    outputs: Sequence[str] = ("result",),
    policy: str = "FIRST",
    key: str = "small",
    more: str = "",
) -> bytes:
    """A table of (conditions, results) rows below columns of (expression, type)."""
    heads = "".join(
        f'<input id="i{n}"><inputExpression id="x{n}" typeRef="{kind}"><text>{escape(asked)}</text>'
        "</inputExpression></input>"
        for n, (asked, kind) in enumerate(columns)
    )
    heads += "".join(f'<output id="o{n}" name="{name}" />' for n, name in enumerate(outputs))
    rules = "".join(_rule(number, *row) for number, row in enumerate(rows))
    return (
        f'<definitions xmlns="{NAMESPACE}" id="d" name="d" namespace="n"><decision id="{key}" name="{key}">'
        f'<decisionTable id="t" hitPolicy="{policy}" {more}>{heads}{rules}</decisionTable></decision></definitions>'
    ).encode()


def _rule(number: int, cells: Sequence[str], results: Sequence[str]) -> str:
    conditions = "".join(
        f'<inputEntry id="c{number}_{n}"><text>{escape(cell)}</text></inputEntry>'
        for n, cell in enumerate(cells)
    )
    values = "".join(
        f'<outputEntry id="v{number}_{n}"><text>{escape(value)}</text></outputEntry>'
        for n, value in enumerate(results)
    )
    return f'<rule id="r{number}">{conditions}{values}</rule>'


def one(cell: str, column: str = "age", kind: str = "number", policy: str = "FIRST") -> bytes:
    """One cell, and a row for the rest."""
    rest = [((("",)), ('"no"',))] if policy == "FIRST" else []
    return dmn([((cell,), ('"yes"',)), *rest], [(column, kind)], policy=policy)
