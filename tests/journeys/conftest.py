"""A real server, a real browser, and people who find things by role and label."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask import session as signed
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress.server import create_server
from werkzeug.http import parse_cookie

from models import database
from models.calendar import set_clock
from models.settings import Outside
from processes import channel, document
from tests.journeys.person import Person
from tests.world import World, at
from webapp import access

WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


def chromium_path() -> str | None:
    """The system's Chromium, before it its shell without a window: the same engine at half the cost."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one the journeys fail where CI demands it and are named elsewhere."""
    path = chromium_path()
    if path is None:
        message = "NO CHROMIUM: the browser journeys did not run. Install it (apt-get install chromium)."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
        )
        yield started
        started.close()


class Town:
    """The served sample county: its address, its verbs, its clock."""

    def __init__(self, address: str, browser: Browser, application: Flask) -> None:
        self.address, self.browser, self._application = address, browser, application
        self.verbs = World()
        self._contexts: list[BrowserContext] = []

    def person(self, username: str, narrow: bool = False) -> Person:
        """Somebody with a browser of his own, signed in a moment ago: no page is open yet."""
        context = self._window(narrow)
        context.add_cookies([{**cookie, "url": self.address} for cookie in self._signed_in(username)])
        return _at_the_desk(context)

    def stranger(self, narrow: bool = False) -> Person:
        """Somebody with a browser of his own and without a login."""
        return _at_the_desk(self._window(narrow))

    def _window(self, narrow: bool) -> BrowserContext:
        context = self.browser.new_context(
            viewport=NARROW if narrow else WIDE, locale="zh-CN", base_url=self.address
        )
        self._contexts.append(context)
        return context

    def _signed_in(self, username: str) -> list[Any]:
        """The cookies of a login; the page that gives them is walked in test_clerk.py."""
        with self._application.test_request_context():
            with database.reading() as found:
                user = self.verbs.user(found, username)
            access.sign_in(user, "127.0.0.1")
            answer = self._application.response_class()
            self._application.session_interface.save_session(self._application, signed, answer)
        given = [parse_cookie(line.split(";")[0]) for line in answer.headers.getlist("Set-Cookie")]
        return [{"name": name, "value": value} for cookie in given for name, value in cookie.items()]

    def it_is(self, day: date, hour: int = 9) -> None:
        """Move the training clock."""
        with database.transaction() as session:
            set_clock(session, at(day, hour))

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()


def _at_the_desk(context: BrowserContext) -> Person:
    page: Page = context.new_page()
    page.set_default_timeout(20_000)
    return Person(page)


@pytest.fixture
def town(url: str, application: Flask, tmp_path: Path, browser: Browser) -> Iterator[Town]:
    """A server of its own for each journey, on Monday 2026-03-02."""
    bound = database.bind(database.Database(url))
    document.bind_folder(tmp_path / "uploads")
    channel.bind(Outside())
    with database.transaction() as session:
        set_clock(session, at(date(2026, 3, 2)))
    server = create_server(application, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    town = Town(f"http://127.0.0.1:{server.effective_port}", browser, application)
    yield town
    town.close()
    server.close()
    server.task_dispatcher.shutdown()
    bound.dispose()
