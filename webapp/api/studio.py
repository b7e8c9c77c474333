"""Room studio behind the REST door: the routes and shapes of the process studio, gathered from its rooms."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from webapp.api import decision, draft, migration, process, process_check, proposal, rehearsal, replay
from webapp.api.route import Route

# Modules with ROUTES (tuple of Route) and SHAPES (name → JSON Schema), one a room.
ROOMS: tuple[ModuleType, ...] = (
    process,
    process_check,
    draft,
    decision,
    proposal,
    migration,
    rehearsal,
    replay,
)

ROUTES: tuple[Route, ...] = tuple(route for room in ROOMS for route in room.ROUTES)
SHAPES: dict[str, Any] = {name: shape for room in ROOMS for name, shape in room.SHAPES.items()}
