"""Room statistics, charts: what the library is told to draw for each table; plain data, no code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from models.statistics_asked import Asked
from webapp.statistics_tables import Cell, Table

Option = dict[str, Any]
Link = Callable[[Asked], str]
# The row of a table, and the name of its column.
Place = tuple[int, str]
# Colours that keep 3:1 against white; the words of the legend and the table say the same.
BLUE, GREEN, RED, AMBER, GREY = "#1f5fa8", "#2e7d32", "#b3171f", "#b26a00", "#6c757d"
_MOST_BARS = 20


def chart_of(table: Table, link: Link) -> Option | None:
    """The chart of a table, each of its points with the address of its records; None for one without rows."""
    if not table.rows:
        return None
    make = _CHARTS.get(table.id, _classes)
    option = make(table)
    return {**option, "title_words": table.title, "links": _links(table, option.pop("behind"), link)}


def _links(table: Table, behind: Sequence[Sequence[Place]], link: Link) -> list[list[str]]:
    """Series → point → address; empty where there is nothing behind."""
    return [[_link(table, place, link) for place in series] for series in behind]


def _link(table: Table, place: Place, link: Link) -> str:
    row, name = place
    found = table.asks[row].get(name) if row < len(table.asks) else None
    return link(found) if found else ""


def _flow(table: Table) -> Option:
    bars = [_bar(table.columns[n].title, _column(table, n), colour) for n, colour in ((1, BLUE), (2, GREEN))]
    rate: Option = {
        "name": "按时率（%）", "type": "line", "yAxisIndex": 1, "data": _column(table, 5),
        "itemStyle": {"color": RED}, "lineStyle": {"color": RED}, "connectNulls": False,
    }  # fmt: skip
    right = {
        "type": "value",
        "min": 0,
        "max": 100,
        "axisLabel": {"formatter": "{value}%"},
        "splitLine": {"show": False},
    }
    axes = {"xAxis": _names(_column(table, 0)), "yAxis": [_values(), right]}
    return {**_base([*bars, rate]), **axes, "behind": _places(table, "opened", "closed", "rate")}


def _terms(table: Table) -> Option:
    named = [[row[0], f"{row[1]}（{_or(row[2])}日）"] for row in table.rows]
    series = [
        _bar("按时（项）", _column(table, 3), GREEN, stack="all"),
        _bar("超期（项）", _column(table, 4), RED, stack="all"),
    ]
    return {**_base(series), **_across(_of_processes(named)), "behind": _places(table, "met", "missed")}


def _steps(table: Table) -> Option:
    names = _of_processes(table.rows[:_MOST_BARS])
    return {**_base(_days(table)), **_across(names), "behind": _places(table, "median_days", "p90_days")}


def _departments(table: Table) -> Option:
    names = [str(row[0]) for row in table.rows][:_MOST_BARS]
    return {**_base(_days(table)), **_across(names), "behind": _places(table, "median_days", "p90_days")}


def _days(table: Table) -> list[Option]:
    """Median and P90 of the first rows."""
    at = [column.name for column in table.columns].index("median_days")
    return [
        _bar("中位（工作日）", _column(table, at)[:_MOST_BARS], BLUE),
        _bar("P90（工作日）", _column(table, at + 1)[:_MOST_BARS], AMBER),
    ]


def _of_processes(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Names of steps or terms, each over its process where there is more than one."""
    is_mixed = len({row[0] for row in rows}) > 1
    return [f"{row[1]}\n{row[0]}" if is_mixed else str(row[1]) for row in rows]


def _spread(table: Table) -> Option:
    """Heat: steps down, classes of days across."""
    rows = table.rows[:_MOST_BARS]
    cells = [
        [x, y, value]
        for y, row in enumerate(rows)
        for x, value in enumerate(row[2:])
        if isinstance(value, int)
    ]
    most = max((cell[2] for cell in cells), default=0)
    return {
        "tooltip": {"trigger": "item"},
        "grid": _GRID,
        "xAxis": {
            "type": "category",
            "data": [column.title for column in table.columns[2:]],
            "axisLabel": {"interval": 0, "rotate": 40},
        },
        "yAxis": {**_all_names(_of_processes(rows)), "inverse": True},
        "visualMap": {
            "min": 0, "max": max(most, 1), "orient": "horizontal", "left": "center", "bottom": 0,
            "calculable": False, "inRange": {"color": ["#eef4fb", "#9cc2e8", "#5b93cc"]}, "text": ["多", "少"],
        },
        "series": [{"type": "heatmap", "name": "件数", "data": cells, "label": {"show": True, "color": "#212529"}}],
        "height_rows": len(rows),
        "behind": [[(y, f"class_{x}") if value else (len(table.rows), "") for x, y, value in cells]],
    }  # fmt: skip


def _classes(table: Table) -> Option:
    rows = table.rows[:-1][:_MOST_BARS]
    other = [_plain(row[1]) - _plain(row[2]) for row in rows]
    series = [
        _bar("放款（件）", [row[2] for row in rows], GREEN, stack="all"),
        _bar("未放款（件）", other, GREY, stack="all"),
    ]
    named = _across([str(row[0]) for row in rows])
    return {**_base(series), **named, "behind": _places(table, "paid", "unpaid")}


def _places(table: Table, *names: str) -> list[list[Place]]:
    """A series a name, a point a row; the charts cut their rows off themselves."""
    return [[(row, name) for row in range(len(table.rows))] for name in names]


_GRID = {"left": 8, "right": 16, "top": 16, "bottom": 40, "containLabel": True}
_CHARTS = {"flow": _flow, "terms": _terms, "steps": _steps, "departments": _departments, "spread": _spread}


def _base(series: list[Option]) -> Option:
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"bottom": 0},
        "grid": _GRID,
        "series": series,
    }


def _across(names: Sequence[str]) -> Option:
    """Names down the side, bars across."""
    return {"xAxis": _values(), "yAxis": {**_all_names(names), "inverse": True}, "height_rows": len(names)}


def _bar(name: str, data: Sequence[Cell], colour: str, stack: str = "") -> Option:
    bar: Option = {
        "name": name,
        "type": "bar",
        "data": list(data),
        "itemStyle": {"color": colour},
        "barMaxWidth": 22,
    }
    return {**bar, "stack": stack} if stack else bar


def _names(names: Sequence[Cell]) -> Option:
    return {"type": "category", "data": list(names), "axisLabel": {"width": 150, "overflow": "truncate"}}


def _all_names(names: Sequence[Cell]) -> Option:
    """None of them is dropped; each is cut at the width, not the row."""
    label = {"width": 170, "overflow": "truncate", "interval": 0, "lineHeight": 14}
    return {"type": "category", "data": list(names), "axisLabel": label}


def _values() -> Option:
    return {"type": "value", "minInterval": 1}


def _column(table: Table, n: int) -> list[Cell]:
    return [float(row[n]) if isinstance(row[n], Decimal) else row[n] for row in table.rows]  # type: ignore[arg-type]  # a Decimal, then


def _plain(value: Cell) -> int:
    return value if isinstance(value, int) else 0


def _or(value: Cell) -> str:
    return "不定" if value is None else str(value)
