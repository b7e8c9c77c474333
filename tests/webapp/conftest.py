"""The application on the sample county, and people with a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import database
from processes.seed import SAMPLE_PASSWORD
from tests.settings import training_settings
from tests.webapp.api import Caller
from tests.world import World
from webapp import create_app


@pytest.fixture
def app(world: World, url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on the database of `world`; CSRF is off here and tested on its own."""
    app = create_app(training_settings(url, tmp_path))
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    yield app
    database.bound().dispose()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], FlaskClient]:
    """A client signed in as that person."""

    def enter(username: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/login", data={"username": username, "password": SAMPLE_PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return enter


@pytest.fixture
def caller(app: Flask) -> Callable[[str], Caller]:
    """A program with a token of that person."""
    return lambda username: Caller(app, username)
