"""Signing in, staying in, getting out; and that nothing is open that was not opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from processes.seed import SAMPLE_PASSWORD
from webapp.access import PUBLIC

SignIn = Callable[[str], FlaskClient]


def test_a_stranger_is_sent_to_the_login_page(app: Flask) -> None:
    answer = app.test_client().get("/tasks?scope=mine")
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")


def test_a_copied_cookie_is_worthless_after_logout(sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    copied = client.get_cookie("duoshen")
    assert copied is not None
    assert client.get("/").status_code == 302
    client.post("/logout")
    client.set_cookie("duoshen", copied.value)
    assert client.get("/").location.startswith("/login")


def test_five_wrong_passwords_lock_the_account(app: Flask) -> None:
    client = app.test_client()
    for _ in range(5):
        answer = client.post("/login", data={"username": "renshe1", "password": "wrong-password"})
        assert answer.status_code == 422
        assert "用户名或密码不正确" in answer.text
    answer = client.post("/login", data={"username": "renshe1", "password": SAMPLE_PASSWORD})
    assert answer.status_code == 429
    assert "锁定" in answer.text


def change(client: FlaskClient, current: str) -> TestResponse:
    new = "another-password-1"
    return client.post("/password", data={"current": current, "password": new, "repeat": new})


def test_five_wrong_current_passwords_lock_the_account(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    for _ in range(5):
        answer = change(client, "wrong-password")
        assert answer.status_code == 422
        assert "当前密码不正确" in answer.text
    answer = change(client, SAMPLE_PASSWORD)
    assert answer.status_code == 429
    assert "锁定" in answer.text
    other = {"username": "renshe1", "password": SAMPLE_PASSWORD}
    assert app.test_client().post("/login", data=other).status_code == 429


def test_the_right_current_password_forgets_four_wrong_ones(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    for _ in range(4):
        assert change(client, "wrong-password").status_code == 422
    assert change(client, SAMPLE_PASSWORD).status_code == 302
    for _ in range(4):
        wrong = {"username": "renshe1", "password": "wrong-password"}
        assert app.test_client().post("/login", data=wrong).status_code == 422
    right = {"username": "renshe1", "password": "another-password-1"}
    assert app.test_client().post("/login", data=right).status_code == 302


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/%5cevil", "javascript:alert(1)"],
)
def test_login_never_leads_outside(app: Flask, target: str) -> None:
    data = {"username": "renshe1", "password": SAMPLE_PASSWORD, "next": target}
    answer = app.test_client().post("/login", data=data)
    assert answer.location.startswith("/")
    assert "evil.example" not in answer.location


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    public = {e for e, view in app.view_functions.items() if view.permission == PUBLIC}
    assert {e for e in public if not e.startswith("api")} == {
        "static",
        "login.show",
        "login.enter",
        "home.health",
        "guide.show",
        "public_notice.index",
        "public_notice.show",
        "public_notice.form",
        "public_notice.send",
        "public_notice.receipt",
        "hall.show",
    }


def test_csrf_is_demanded_of_every_form(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/logout")
    assert answer.status_code == 400
    assert "页面已失效" in answer.text


def test_whose_session_has_ended_is_sent_to_the_login(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    answer = client.post("/tasks/1", data={"opinion": "同意"})
    assert answer.status_code == 401
    assert "登录已过期" in answer.text
    assert "重新登录</a>" in answer.text
    answer = client.post("/login", data={"username": "renshe1", "password": "x"})
    assert answer.status_code == 400
    assert "页面已失效" in answer.text


def test_headers_are_strict(app: Flask) -> None:
    answer = app.test_client().get("/login")
    assert "<td>dlt_yinhang1</td>" in answer.text and "<td>达拉特农村商业银行</td>" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_new_password_is_typed_twice(sign_in: Callable[[str], FlaskClient]) -> None:
    client = sign_in("renshe1")
    assert 'name="repeat"' in client.get("/password").text
    typed = {"current": SAMPLE_PASSWORD, "password": "another-good-one-7"}
    wrong = client.post("/password", data={**typed, "repeat": "another-good-one-8"})
    assert (wrong.status_code, "两次输入的新密码不一致" in wrong.text) == (422, True)
    assert "请再次输入新密码" in client.post("/password", data=typed).text
    right = client.post("/password", data={**typed, "repeat": typed["password"]})
    assert right.location == "/login"
