"""Programs that speak to the REST door: one caller a person, with a token and no cookie."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from models.database import transaction
from models.people import user_named
from processes.login import create_token

API = "/api/v1"


class Caller:
    """One person's program."""

    def __init__(self, app: Flask, username: str) -> None:
        self.client = app.test_client(use_cookies=False)
        with transaction() as session:
            user = user_named(session, username)
            assert user is not None
            self.token = create_token(session, user)

    def call(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return self.client.open(f"{API}{path}", method=method, headers=headers, **kwargs)

    def get(self, path: str, status: int = 200, **query: str) -> Any:
        return expect(self.call("GET", path, query_string=query), status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        sent = {} if body is None else {"json": body}
        return expect(self.call("POST", path, **sent), status)

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        return expect(self.call("PUT", path, json=body), status)

    def task(self, number: str, element: str) -> int:
        """The id of the open task of an element."""
        return next(t["id"] for t in self.get(f"/cases/{number}")["tasks"] if t["element"] == element)


def expect(answer: TestResponse, status: int) -> Any:
    """The JSON of an answer with that status; a problem has its shape."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    if status >= 400:
        assert answer.mimetype == "application/problem+json"
        assert set(answer.json) == {"type", "title", "status", "detail", "message", "errors"}
        assert answer.json["status"] == status
    return answer.json
