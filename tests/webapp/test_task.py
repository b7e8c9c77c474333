"""The worklist, and the one view that completes every task."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.world import World, answers

SignIn = Callable[[str], FlaskClient]


def test_smoke(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    client = sign_in("renshe1")
    answer = client.get("/tasks?scope=department")
    assert answer.status_code == 200, answer.text
    task = world.open_tasks(case_id)["acceptance"]
    answer = client.post(f"/tasks/{task}/claim")
    assert answer.status_code == 302, answer.text
    answer = client.get(f"/tasks/{task}", follow_redirects=True)
    assert answer.status_code == 200, answer.text
    answer = client.post(f"/tasks/{task}", data={"result": "complete"})
    assert answer.status_code == 302, answer.text
    world.complete(case_id, "qualification_review", answers("qualification_review"))
    for path in ("/cases", "/cases/CD202600001", "/cases/CD202600001?tab=map", "/cases/CD202600001/diagram.json"):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
