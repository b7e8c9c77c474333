"""Room case, its panel: what a kind of case shows above the form of its step: a template of its room and its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.case import CaseFile
from models.database import DbSession
from models.people import User
from models.scheme import Scheme


@dataclass(frozen=True)
class Panel:
    """A template that stands on the page of the case, and the `panel` it reads."""

    template: str
    data: Mapping[str, Any]


PanelFunction = Callable[[DbSession, CaseFile, User], Panel | None]
_PANELS: dict[Scheme, PanelFunction] = {}


def panel(scheme: Scheme) -> Callable[[PanelFunction], PanelFunction]:
    """Register what cases of a kind show; the module is one that a view of the room imports."""

    def register(function: PanelFunction) -> PanelFunction:
        _PANELS[scheme] = function
        return function

    return register


def panel_of(session: DbSession, case: CaseFile, reader: User) -> Panel | None:
    """The panel of a case before a reader who may see the case; None for a kind without one."""
    function = _PANELS.get(case.kind)
    return function(session, case, reader) if function else None
