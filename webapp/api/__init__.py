"""The REST door under /api/v1: the same forms, verbs and permissions as the pages."""

from __future__ import annotations

from flask import Blueprint, Flask

from webapp.access import public, requires
from webapp.api.openapi import PREFIX
from webapp.api.table import ROUTES
from webapp.security import csrf


def register(app: Flask) -> None:
    """Register the routes of the table; the guard asks each for a token, so no cookie and no CSRF."""
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    for route in ROUTES:
        view = requires(route.permission)(route.view) if route.permission else public(route.view)
        blueprint.add_url_rule(route.path, route.name, view, methods=[route.method])
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)
