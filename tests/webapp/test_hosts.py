"""The names under which the site may be asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models import database
from models.settings import load_settings
from tests.settings import training_settings
from tests.world import World
from webapp import create_app


@pytest.mark.parametrize(
    ("told", "host", "status"),
    [
        ("", "anything.example", 200),
        ("", "127.0.0.1:8000", 200),
        ("duoshen.example.gov.cn, .inner.example", "duoshen.example.gov.cn", 200),
        ("duoshen.example.gov.cn, .inner.example", "duoshen.example.gov.cn:8443", 200),
        ("duoshen.example.gov.cn, .inner.example", "a.inner.example", 200),
        ("duoshen.example.gov.cn, .inner.example", "evil.example", 400),
        ("duoshen.example.gov.cn, .inner.example", "duoshen.example.gov.cn.evil.example", 400),
        ("duoshen.example.gov.cn, .inner.example", "127.0.0.1", 400),
    ],
)
def test_only_our_own_names_are_answered(
    world: World, url: str, tmp_path: Path, told: str, host: str, status: int
) -> None:
    environ = {"DUOSHEN_HOSTS": told, "DUOSHEN_INSTANCE": str(tmp_path)}
    settings = replace(training_settings(url, tmp_path), hosts=load_settings(environ).hosts)
    client = create_app(settings).test_client()
    for path in ("/login", "/nowhere", "/api/v1/openapi.json"):
        answer = client.get(path, headers={"Host": host})
        if status == 400:
            assert answer.status_code == 400
            assert "访问地址不正确" in answer.text
            assert host not in answer.text
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        else:
            assert answer.status_code in (200, 401, 302, 404)
            assert "访问地址不正确" not in answer.text
    assert client.get("/login", headers={"Host": host}).status_code == status
    database.bound().dispose()
