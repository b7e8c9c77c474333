"""Room enterprise size: 企业划型 by industry, staff, revenue and assets (工信部联企业〔2011〕300号)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from models.refusal import Refusal

DATA = Path(__file__).with_name("data") / "enterprise_size.json"
INDICATORS = {"staff": "从业人员数", "revenue": "营业收入", "assets": "资产总额"}


class EnterpriseSize(StrEnum):
    """The four classes; 中小微 is everything but LARGE."""

    label: str

    def __new__(cls, value: str, label: str) -> EnterpriseSize:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    MICRO = "micro", "微型"
    SMALL = "small", "小型"
    MEDIUM = "medium", "中型"
    LARGE = "large", "大型"


@dataclass(frozen=True)
class Industry:
    """One row of the standard: per class the lower limits (persons, 万元) that must all be reached."""

    code: str
    label: str
    limits: Mapping[EnterpriseSize, Mapping[str, int]]

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators that decide in this industry."""
        return tuple(self.limits[EnterpriseSize.SMALL])


def _load() -> dict[str, Industry]:
    classes = (EnterpriseSize.LARGE, EnterpriseSize.MEDIUM, EnterpriseSize.SMALL)
    rows = json.loads(DATA.read_text(encoding="utf-8"))
    return {
        row["code"]: Industry(row["code"], row["label"], {size: row[size.value] for size in classes})
        for row in rows
    }


TABLE: Mapping[str, Industry] = _load()
INDUSTRIES: list[tuple[str, str]] = [(row.code, row.label) for row in TABLE.values()]


def classify(
    industry: str, staff: int | None, revenue: Decimal | None, assets: Decimal | None
) -> EnterpriseSize:
    """The class of an enterprise: persons, and 营业收入 and 资产总额 in 万元.

    The highest class all of whose lower limits are reached; here “及以上” includes the number and “以下”
    does not. Indicators that the industry does not use may be None. Raises Refusal for an unknown industry
    and for a missing or impossible indicator.
    """
    row = TABLE.get(industry)
    if row is None:
        raise Refusal("请选择所属行业。", field="industry")
    given = {"staff": staff, "revenue": revenue, "assets": assets}
    values = {name: _known(name, given[name]) for name in row.indicators}
    for size, limits in row.limits.items():
        if all(values[name] >= limit for name, limit in limits.items()):
            return size
    return EnterpriseSize.MICRO


def _known(name: str, value: Decimal | int | None) -> Decimal:
    if value is None:
        raise Refusal(f"企业划型需要填写{INDICATORS[name]}。", field=name)
    number = Decimal(value)
    if not number.is_finite() or number < 0:
        raise Refusal(f"{INDICATORS[name]}应为不小于0的数。", field=name)
    return number
