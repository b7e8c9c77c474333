"""Room work behind the REST door: the routes and shapes of inbox, office operations and oversight, gathered from their rooms."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from webapp.api import (
    absence,
    audit,
    board,
    bulk,
    conversion,
    desk,
    moves,
    office,
    reassignment,
    repairs,
    saved_filter,
    statistics,
    statistics_list,
    supervision_order,
    talk,
)
from webapp.api.route import Route

# Modules with ROUTES (tuple of Route) and SHAPES (name → JSON Schema), one a room.
ROOMS: tuple[ModuleType, ...] = (
    office,
    reassignment,
    moves,
    repairs,
    talk,
    absence,
    bulk,
    desk,
    conversion,
    saved_filter,
    board,
    statistics,
    statistics_list,
    supervision_order,
    audit,
)

ROUTES: tuple[Route, ...] = tuple(route for room in ROOMS for route in room.ROUTES)
SHAPES: dict[str, Any] = {name: shape for room in ROOMS for name, shape in room.SHAPES.items()}
