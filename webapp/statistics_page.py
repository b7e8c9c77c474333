"""Room statistics: reads what a person asks for out of an address; what cannot be read is told at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.calendar import today
from models.database import DbSession
from models.people import User, all_departments
from models.refusal import Refusal
from models.scheme import Scheme
from models.statistics_period import Period, Preset, preset, typed
from models.statistics_scope import Scope, Wanted, regions_in_sight, scope_of

_LONGEST = 9


@dataclass
class Asked:
    """What was typed, what is right of it, and what is wrong by field."""

    given: Mapping[str, str]
    wanted: Wanted
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def preset(self) -> str:
        """The name of the period."""
        if self.given.get("period", "") in Preset.__members__.values():
            return self.given["period"]
        return Preset.CUSTOM.value if self.given.get("from") else Preset.YEAR_BACK.value

    @property
    def as_values(self) -> dict[str, str]:
        """The parts of the address that were given, for links to the same figures."""
        return {name: value for name, value in self.given.items() if name in NAMES and value}

    @property
    def refusal(self) -> Refusal:
        """The first thing that is wrong, for doors without a page."""
        name, words = next(iter(self.errors.items()))
        return Refusal(words, name)


NAMES = ("period", "from", "to", "scheme", "region", "department")


def asked(given: Mapping[str, str]) -> Asked:
    """Read an address or a command line. Must be called inside a session: it asks for the day."""
    found = Asked(given, Wanted(preset(Preset.YEAR_BACK, today())))
    try:
        period = _period(found)
        scheme = given.get("scheme", "").strip()
        if scheme and scheme not in Scheme.__members__.values():
            raise Refusal("没有这一业务种类。", "scheme")
        found.wanted = Wanted(period, scheme, _number(given, "region"), _number(given, "department"))
    except Refusal as refusal:
        found.errors = {name: words for name, (words, *_rest) in refusal.errors.items()}
    return found


def _period(found: Asked) -> Period:
    name = found.given.get("period", "").strip()
    if name and name not in Preset.__members__.values():
        raise Refusal("没有这一统计期间。", "period")
    if found.preset == Preset.CUSTOM:
        return typed(found.given.get("from", ""), found.given.get("to", ""), today())
    return preset(Preset(found.preset), today())


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise Refusal("请从列表中选择。", name)
    return int(text)


@dataclass(frozen=True)
class Choices:
    """What the filters offer this person."""

    presets: list[tuple[str, str]]
    schemes: list[tuple[str, str]]
    regions: list[tuple[str, str]]
    departments: list[tuple[str, str]]


def choices(session: DbSession, user: User, scope: Scope | None = None) -> Choices:
    """The filters; a head has no offices to choose from."""
    scope = scope or scope_of(session, user)
    if scope.is_one_department:
        return Choices(Preset.choices(), _schemes(), [], [])
    regions = regions_in_sight(session, scope)
    seen = {region.id for region in regions}
    offices = [(str(one.id), one.name) for one in all_departments(session) if one.region_id in seen]
    return Choices(Preset.choices(), _schemes(), [(str(row.id), row.name) for row in regions], offices)


def _schemes() -> list[tuple[str, str]]:
    return [(scheme.value, scheme.label) for scheme in Scheme]
