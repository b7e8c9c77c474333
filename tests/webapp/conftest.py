"""The application on the sample county, and people with a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.settings import Outside
from processes import channel, converter, document
from processes.seed import SAMPLE_PASSWORD
from tests.webapp.api import Caller
from tests.world import World


@pytest.fixture
def app(world: World, application: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The application on the database of `world`; CSRF is off here and tested on its own."""
    document.bind_folder(tmp_path / "uploads")
    channel.bind(Outside())
    converter.bind(None)
    settled = dict(application.config)
    application.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    yield application
    application.config.clear()
    application.config.update(settled)


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
