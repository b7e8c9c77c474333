"""Tests of the guard: every route has declared who may use it, and a stranger gets nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from models import database
from models.people import Permission
from models.settings import Settings
from processes import installation
from webapp import create_app
from webapp.access import PUBLIC, SIGNED_IN

# Endpoints that anybody may ask; adding one is a decision.
OPEN = {
    "static", "login.show", "login.enter", "home.health", "api.openapi", "guide.show",
    "public_notice.index", "public_notice.show", "public_notice.form", "public_notice.send",
    "public_notice.receipt",
    # A screen in a hall: by an address that is a secret, numbers only.
    "hall.show",
}  # fmt: skip


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole application on an empty installation."""
    app = create_app(Settings(url, "test", bytes(range(32)), tmp_path / "uploads", False, False, 30))
    app.config["WTF_CSRF_ENABLED"] = False
    installation.upgrade(url)
    with database.transaction() as session:
        installation.prepare(session, is_training=False)
    yield app
    database.bound().dispose()


def permission(app: Flask, rule: Rule) -> object:
    return getattr(app.view_functions[rule.endpoint], "permission", None)


def test_every_route_has_declared_who_may_use_it(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    assert len(rules) > 20
    for rule in rules:
        declared = permission(app, rule)
        assert declared in (PUBLIC, SIGNED_IN) or isinstance(declared, Permission), rule.endpoint


def test_only_known_routes_are_open(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules() if permission(app, rule) == PUBLIC} == OPEN


def test_a_stranger_is_sent_to_the_login_or_refused(app: Flask) -> None:
    client, checked = app.test_client(), 0
    for rule in app.url_map.iter_rules():
        if permission(app, rule) == PUBLIC:
            continue
        values = {argument: "1" for argument in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            is_to_login = answer.status_code == 302 and answer.location.startswith("/login")
            assert is_to_login or answer.status_code in (401, 403), f"{method} {path}: {answer.status}"
            checked += 1
    assert checked > 20
