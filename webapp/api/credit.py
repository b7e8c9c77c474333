"""Room credit behind the REST door: the routes and shapes of 信保贷, gathered from its rooms."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from webapp.api import arrears, credit_loan, credit_register, declaration, general, notice, screening_shapes
from webapp.api.route import Route

# Modules with ROUTES (tuple of Route) and SHAPES (name → JSON Schema), one a room.
ROOMS: tuple[ModuleType, ...] = (
    arrears,
    credit_loan,
    declaration,
    notice,
    credit_register,
    screening_shapes,
    general,
)

ROUTES: tuple[Route, ...] = tuple(route for room in ROOMS for route in room.ROUTES)
SHAPES: dict[str, Any] = {name: shape for room in ROOMS for name, shape in room.SHAPES.items()}
