"""Style sheets and scripts: kept by the browser for ever at an address that changes with their content."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

pytestmark = pytest.mark.once


def test_what_a_page_loads_is_kept_for_ever(sign_in: Callable[[str], FlaskClient]) -> None:
    client = sign_in("renshe1")
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/tasks").text)
    assert len(addresses) >= 4
    for address in addresses:
        answer = client.get(address, buffered=True)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (
            200,
            "public, max-age=31536000, immutable",
        ), address


@pytest.mark.parametrize("version", ["", "?v=", "?v=000000000000"])
def test_without_its_version_a_file_is_asked_for_again(app: Flask, version: str) -> None:
    answer = app.test_client().get(f"/static/app.css{version}", buffered=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    known = {"If-None-Match": answer.headers["ETag"]}
    with app.test_client().get("/static/app.css", headers=known) as again:
        assert again.status_code == 304


def test_a_missing_file_is_missing_and_not_kept(app: Flask) -> None:
    answer = app.test_client().get("/static/nothing.css?v=1")
    assert answer.status_code == 404 and "immutable" not in answer.headers.get("Cache-Control", "")


def test_an_edited_file_has_another_address_at_once(
    app: Flask, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("static")
    app.static_folder, kept = str(folder), app.static_folder
    try:
        seen = set()
        for text in ("a {}", "b {}", "a {}"):
            (folder / "app.css").write_text(text)
            with app.test_request_context():
                seen.add(app.url_for("static", filename="app.css"))
        assert len(seen) == 2
        with app.test_request_context():
            assert app.url_for("static", filename="none.css") == "/static/none.css"
    finally:
        app.static_folder = kept
