"""Whoever has moved to another office has left his steps, opinions and shared conditions behind; nothing is stuck."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from models.database import reading, transaction
from models.people import User
from models.saved_filter import SavedFilter, filters_of
from models.task_review import ReviewKind, TaskReview
from processes import people, saved_filter, task_review, worklist
from tests.moving_back import at_step, done_task, holders
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, number_of, typed
from tests.world import World

STEP = "qualification_review"


def moved(world: World, who: str, to: str) -> None:
    """An administrator moves a person to the office of another."""
    with transaction() as session:
        user, office = world.user(session, who), world.user(session, to).department_id
        place = people.Place(user.name, user.role, office)
        people.change_user(session, user.id, place, world.user(session, "guanli"))


def test_a_step_stays_with_its_office_and_the_head_gives_it_on(
    world: World, sign_in: SignIn, caller: Callable[[str], Caller]
) -> None:
    case_id = at_step(world, STEP)
    number, task_id = number_of(case_id), world.open_tasks(case_id)[STEP]
    with transaction() as session:
        worklist.claim(session, task_id, world.user(session, "renshe2"))
    assert number in sign_in("renshe2").get("/tasks").text
    moved(world, "renshe2", "danbao1")
    client = sign_in("renshe2")
    assert number not in client.get("/tasks").text
    for path in (f"/cases/{number}", f"/tasks/{task_id}/send-back"):
        assert client.get(path).status_code == 404, path
    for act in ("", "/draft", "/release", "/set-aside", "/reassign", "/send-back"):
        assert client.post(f"/tasks/{task_id}{act}", data=typed(STEP)).status_code == 404, act
    assert client.post(f"/tasks/{done_task(case_id, 'acceptance')}/recall").status_code == 404
    assert caller("renshe2").call("GET", f"/tasks/{task_id}").status_code == 404
    assert holders(case_id) == {STEP: "renshe2"}
    head = sign_in("renshe0")
    with reading() as session:
        left, able = world.user(session, "renshe2"), world.user(session, "renshe0").id
    assert left.name in head.get("/handover").text
    given = {"reassign-assignee": able, "reassign-reason": "已调离"}
    assert head.post(f"/tasks/{task_id}/reassign", data=given).status_code == 302
    assert holders(case_id) == {STEP: "renshe0"}


def test_an_opinion_is_given_only_while_one_may(world: World, caller: Callable[[str], Caller]) -> None:
    case_id = at_step(world, STEP)
    task_id = world.open_tasks(case_id)[STEP]
    with transaction() as session:
        holder, asked = world.user(session, "renshe2"), world.user(session, "renshe0")
        worklist.claim(session, task_id, holder)
        review = task_review.add_reviewer(session, task_id, asked.id, ReviewKind.BEFORE, "是否符合？", holder)
        review_id = review.id
    moved(world, "renshe0", "yinhang1")
    stranger = caller("renshe0")
    assert stranger.call("GET", "/reviews").json == {"reviews": []}
    given = {"agrees": True, "opinion": "同意"}
    assert stranger.call("POST", f"/reviews/{review_id}/answer", json=given).status_code == 403
    with transaction() as session:
        assert session.get_one(TaskReview, review_id).is_waiting
        # The step is not stuck by it: whoever has it asks no more.
        task, _ = task_review.remove_reviewer(session, review_id, world.user(session, "renshe2"))
        assert task.open_reviews == 0


def test_a_shared_condition_does_not_stay_behind(world: World) -> None:
    with transaction() as session:
        saved_filter.keep(session, world.user(session, "renshe2"), "急件", "mine", {"q": "赵"}, True)
    moved(world, "renshe2", "danbao1")
    with reading() as session:
        for who, count in (("renshe1", 0), ("danbao1", 0), ("renshe2", 1)):
            assert len(filters_of(session, world.user(session, who))) == count, who
        owner = select(User.username).join(SavedFilter, SavedFilter.owner_id == User.id)
        assert session.scalars(owner).one() == "renshe2"
