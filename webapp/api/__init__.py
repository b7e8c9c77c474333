"""The REST door under /api/v1: the same forms, verbs and permissions as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask

from webapp.access import SIGNED_IN, public, requires, signed_in
from webapp.api.openapi import PREFIX
from webapp.api.route import Route
from webapp.api.table import ROUTES
from webapp.security import csrf


def register(app: Flask) -> None:
    """Register the routes of the table; the guard asks each for a token, so no cookie and no CSRF."""
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    for route in ROUTES:
        view = _guarded(route)
        blueprint.add_url_rule(route.path, route.name, view, methods=[route.method])
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)


def _guarded(route: Route) -> Callable[..., Any]:
    if route.permission == SIGNED_IN:
        return signed_in(route.view)
    return requires(route.permission)(route.view) if route.permission else public(route.view)
