"""Room statistics, diagram: what is painted on a drawing: heat from 0 to 1, a badge, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from models.statistics_diagram import Heat, HeatMap
from models.statistics_period import Period
from models.vocabulary import Labelled
from models.workflow import ProcessDefinition
from processes.engine.definition import stored_definition
from webapp.statistics_list import of_version


class Metric(Labelled):
    """By what a step is hot."""

    NUMBER = "number", "件数"
    LATE = "late", "超期件数"
    DAYS = "days", "中位工作日"

    @classmethod
    def of(cls, name: str) -> Metric:
        """The metric of that name; the number of cases for any other."""
        return cls(name) if name in cls.__members__.values() else cls.NUMBER


@dataclass(frozen=True)
class Spot:
    """One step as a row of the table and as a spot of the drawing."""

    element_id: str
    name: str
    lane: str
    heat: Heat
    # The rows behind the numbers: open steps of now, or what was done within the period.
    url: str
    late_url: str
    # What its days were measured on.
    days_url: str

    @property
    def badge(self) -> str:
        """What stands on the step."""
        words = [f"{self.heat.number} 件"]
        if self.heat.late:
            words.append(f"超期 {self.heat.late}")
        if self.heat.days.median is not None:
            words.append(f"中位 {self.heat.days.median} 日")
        return " · ".join(words)


@dataclass(frozen=True)
class Picture:
    """A drawing with its spots."""

    version: ProcessDefinition
    versions: Sequence[ProcessDefinition]
    period: Period | None
    metric: Metric
    metrics: type[Metric]
    spots: list[Spot]
    states: dict[str, Any]


def picture(found: HeatMap, metric: Metric) -> Picture:
    """The figures in the order of the drawing."""
    version = found.version
    steps = stored_definition(version.bpmn, version.spec_json, version.decisions).drawing.steps
    spots = [
        _spot(found, element_id, step.name, step.lane, found.steps.get(element_id, Heat(element_id)))
        for element_id, step in steps.items()
    ]
    most = max((_value(spot.heat, metric) for spot in spots), default=0)
    states = {
        spot.element_id: {
            "heat": round(_value(spot.heat, metric) / most, 3) if most else 0,
            "badge": spot.badge,
            "url": spot.url,
            "is_late": spot.heat.late > 0,
        }
        for spot in spots
        if spot.heat.number
    }
    return Picture(version, found.versions, found.period, metric, Metric, spots, states)


def _spot(found: HeatMap, element_id: str, name: str, lane: str, heat: Heat) -> Spot:
    rows: dict[str, Any] = {"step": element_id, "version": found.version.id}
    done, done_late, longest = of_version(found.version.id, element_id, found.measured)
    if found.period is None:
        done, done_late = url_for("board.cases", **rows), url_for("board.cases", window="over", **rows)
    days_url = longest if heat.days.number else ""
    return Spot(
        element_id, name, lane, heat, done if heat.number else "", done_late if heat.late else "", days_url
    )


def _value(heat: Heat, metric: Metric) -> int:
    values = {Metric.NUMBER: heat.number, Metric.LATE: heat.late, Metric.DAYS: heat.days.median or 0}
    return values[metric] if heat.number else 0
