"""A case that goes over to another form while somebody's answers are on their way: nothing is written, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask

from models.database import reading, transaction
from models.refusal import Conflict
from models.workflow import UserTask
from processes import submission, worklist
from tests.drawn import field
from tests.migrating import FIVE, SEVEN, applied, next_version, planned, version_of
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, post
from tests.world import World, answers
from webapp import task_form

OWN = '<spiffworkflow:property name="form" value="qualification_review" />'


@pytest.fixture
def reviewing(world: World) -> int:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def asked_more() -> int:
    name, value = field("guests", "参加人数", "integer", required=True)
    escaped = value.replace('"', "&quot;")
    return next_version((OWN, f'{OWN}<spiffworkflow:property name="{name}" value="{escaped}" />'))


def test_a_page_sent_while_the_case_goes_over_is_a_conflict_that_keeps_what_was_typed(
    world: World, sign_in: SignIn, reviewing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_id, real = planned(world, asked_more()), task_form.carry_out

    def late(*given: Any) -> Any:
        applied(world, plan_id)
        return real(*given)

    monkeypatch.setattr(task_form, "carry_out", late)
    answer = post(sign_in, world, reviewing, "qualification_review", opinion="初步符合，拟同意")
    assert answer.status_code == 409 and "表单已改变" in answer.text and "初步符合，拟同意" in answer.text
    assert version_of(reviewing) == 2 and "qualification_review" in world.open_tasks(reviewing)
    monkeypatch.undo()
    assert post(sign_in, world, reviewing, "qualification_review").status_code == 422


def test_another_version_with_the_same_form_takes_the_answers(
    world: World, sign_in: SignIn, reviewing: int
) -> None:
    task_id = world.open_tasks(reviewing)["qualification_review"]
    with reading() as session:
        asked = worklist.drawn_step(session, session.get_one(UserTask, task_id))
    applied(world, planned(world, next_version((SEVEN, FIVE))))
    with transaction() as session:
        clerk = world.user(session, "renshe2")
        worklist.complete(session, task_id, clerk, answers("qualification_review"), asked)
    assert "due_diligence" in world.open_tasks(reviewing)


@pytest.mark.once
def test_the_other_doors_say_by_which_form_they_asked(
    app: Flask,
    world: World,
    caller: Callable[[str], Caller],
    reviewing: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    task_id = world.open_tasks(reviewing)["qualification_review"]
    seen: list[Any] = []

    def conflict(*given: Any) -> None:
        seen.append(given[3].asked.element_id)
        raise Conflict("表单已改变")

    monkeypatch.setattr(submission, "hand_in", conflict)
    given = orjson.loads(orjson.dumps(answers("qualification_review")))
    caller("renshe2").post(f"/tasks/{task_id}/complete", {"answers": given}, 409)
    file = tmp_path / "answers.json"
    file.write_bytes(orjson.dumps(given))
    done = app.test_cli_runner().invoke(
        args=["tasks", "complete", str(task_id), str(file), "--by", "renshe2"]
    )
    assert done.exit_code == 1 and "表单已改变" in done.output
    assert seen == ["qualification_review"] * 2
