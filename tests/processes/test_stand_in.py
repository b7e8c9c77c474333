"""代办 of what one is asked: opinions (加签) and delegated work (委派), under both names, with duties kept apart for both."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models import audit
from models.database import reading, transaction
from models.inbox import Scope
from models.refusal import Conflict, Forbidden, NotFound
from models.task_review import ReviewKind, TaskReview, in_place_of, waiting_for
from models.workflow import UserTask
from processes import bulk_undo, delegation, reassignment, submission, substitute, task_review, worklist
from processes.engine.drawing import Step
from processes.substitute import Wanted
from processes.task_check import barred_from
from tests.processes.test_substitute import QUALIFY, act, claim, events, in_order, listed, task_of
from tests.processes.test_talk import told
from tests.world import World, answers

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def be_away(world: World, absent: str, stand_in: str, by: str) -> None:
    """An absence from Monday to Friday."""
    with transaction() as session:
        who = world.user(session, absent).id, world.user(session, stand_in).id
        substitute.set_substitute(session, Wanted(*who, MONDAY, FRIDAY), world.user(session, by))


def reviewed(world: World) -> int:
    """A case whose qualification review renshe2 has claimed."""
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    claim(world, case_id, QUALIFY, "renshe2")
    return case_id


def ask(world: World, case_id: int, when: ReviewKind, who: str = "renshe0", by: str = "renshe2") -> None:
    with transaction() as session:
        asked = world.open_tasks(case_id)[QUALIFY], world.user(session, who).id, when, "可否？"
        task_review.add_reviewer(session, *asked, world.user(session, by))


def answer(world: World, who: str, agrees: bool = True) -> TaskReview:
    """The first opinion that this person is asked for, himself or in another's place."""
    with transaction() as session:
        actor = world.user(session, who)
        (first, *_more) = waiting_for(session, actor)
        return task_review.answer_review(session, first.review_id, agrees, "请补充", actor)[1]


def test_who_stands_in_answers_for_the_one_who_is_asked(world: World) -> None:
    """Under both names; asked anew it is the absent one again, and both have taken part."""
    reviewing = reviewed(world)
    ask(world, reviewing, ReviewKind.BEFORE)
    assert listed(world, "renshe1", Scope.REVIEW) == []
    be_away(world, "renshe0", "renshe1", by="renshe0")
    with reading() as session:
        (line,) = waiting_for(session, world.user(session, "renshe1"))
        assert (line.absent, line.asked_by) == ("李四", "孙三")
        own = waiting_for(session, world.user(session, "renshe0"))
        assert [one.absent for one in own] == [""]
    assert listed(world, "renshe1", Scope.REVIEW) == [QUALIFY]
    given = answer(world, "renshe1")
    with pytest.raises(Conflict), transaction() as session:
        task_review.answer_review(session, line.review_id, True, "", world.user(session, "renshe0"))
    with reading() as session:
        rows = session.scalars(select(TaskReview).order_by(TaskReview.id)).all()
        absent, mine = (world.user(session, one).id for one in ("renshe0", "renshe1"))
        assert [(row.reviewer_id, row.state) for row in rows] == [(absent, "stood_in"), (mine, "agreed")]
        assert in_place_of(rows) == {given.id: absent}
        step = Step("x", "x", "x", "x", {"not_same_as": QUALIFY})
        tasks = session.scalars(select(UserTask)).all()
        assert {absent, mine} <= barred_from(step, tasks, rows).keys()
    assert ("钱二（代李四）", "钱二就“资格审核”答复会签：同意，请补充") in events(reviewing)
    assert "钱二就“资格审核”答复会签" in told(world, "renshe0", "task")[-1]
    # After the submission, and 不同意: the next time the absent one is asked, not his stand-in.
    ask(world, reviewing, ReviewKind.AFTER)
    with transaction() as session:
        task_id, actor = world.open_tasks(reviewing)[QUALIFY], world.user(session, "renshe2")
        step_now = worklist.drawn_step(session, session.get_one(UserTask, task_id))
        handed = submission.HandedIn(answers(QUALIFY), {}, step_now)
        submission.hand_in(session, task_id, actor, handed)
    answer(world, "renshe1", agrees=False)
    with reading() as session:
        rows = session.scalars(select(TaskReview).order_by(TaskReview.id)).all()
        assert [(row.reviewer_id, row.state) for row in rows[2:]] == [
            (absent, "stood_in"), (mine, "disagreed"), (absent, "planned"),
        ]  # fmt: skip
        assert list(audit.verify(session)) == []
    in_order()


def test_who_has_the_task_or_is_asked_himself_answers_for_nobody(world: World) -> None:
    reviewing = reviewed(world)
    ask(world, reviewing, ReviewKind.BEFORE)
    ask(world, reviewing, ReviewKind.BEFORE, who="renshe1")
    be_away(world, "renshe0", "renshe2", by="renshe0")
    with reading() as session:
        (row,) = waiting_for(session, world.user(session, "renshe0"))
        assert waiting_for(session, world.user(session, "renshe2")) == []
    for who, fault in (("renshe2", Forbidden), ("renshe1", NotFound), ("danbao1", NotFound)):
        with pytest.raises(fault), transaction() as session:
            task_review.answer_review(session, row.review_id, True, "", world.user(session, who))
    with transaction() as session:
        substitute.end(session, 1, world.user(session, "renshe0"))
    be_away(world, "renshe0", "renshe1", by="renshe0")
    with pytest.raises(Forbidden, match="本人已被请"), transaction() as session:
        task_review.answer_review(session, row.review_id, True, "", world.user(session, "renshe1"))


def test_delegated_work_is_done_and_handed_back_in_anothers_place(world: World) -> None:
    reviewing = reviewed(world)
    with transaction() as session:
        task_id, owner = world.open_tasks(reviewing)[QUALIFY], world.user(session, "renshe2")
        delegation.delegate(session, task_id, world.user(session, "renshe1").id, "请核实", owner)
        worklist.save_draft(session, task_id, world.user(session, "renshe1"), {"opinion": "核实一半"})
    be_away(world, "renshe1", "renshe0", by="renshe1")
    assert listed(world, "renshe0", Scope.SUBSTITUTE) == [QUALIFY]

    def draft(who: str) -> object:
        with reading() as session:
            found = worklist.draft_of(session, task_id, world.user(session, who))
            return found[0] if found else None

    for verb, person in ((worklist.claim, "renshe0"), (worklist.release, "renshe0")):
        act(world, verb, reviewing, QUALIFY, person)
    assert draft("renshe1") == {"opinion": "核实一半"} and task_of(world, reviewing, QUALIFY).is_delegated
    for person in ("renshe0", "renshe1", "renshe0"):
        claim(world, reviewing, QUALIFY, person)
    assert draft("renshe0") == {"opinion": "核实一半"}
    with pytest.raises(Conflict):
        world.complete(reviewing, QUALIFY, answers(QUALIFY), who="renshe0")
    with transaction() as session:
        delegation.hand_back(session, task_id, "已核实", world.user(session, "renshe0"))
    task = task_of(world, reviewing, QUALIFY)
    assert (task.owner_id, task.on_behalf_of_id, draft("renshe2")) == (None, None, {"opinion": "核实一半"})
    with reading() as session:
        rows = session.scalars(select(TaskReview).order_by(TaskReview.id)).all()
        assert [row.state for row in rows] == ["stood_in", "handed_back"] and len(in_place_of(rows)) == 1
    assert any(who == "李四（代钱二）" and "交回" in said for who, said in events(reviewing))
    in_order()


def test_what_a_stand_in_gives_on_comes_back_to_him_or_to_the_one_who_is_back(world: World) -> None:
    reviewing = reviewed(world)
    be_away(world, "renshe2", "renshe1", by="renshe2")
    claim(world, reviewing, QUALIFY, "renshe1")
    with reading() as session:
        absent, mine, other = (world.user(session, one).id for one in ("renshe2", "renshe1", "renshe0"))

    def give_on() -> None:
        with transaction() as session:
            task_id, owner = world.open_tasks(reviewing)[QUALIFY], world.user(session, "renshe1")
            delegation.delegate(session, task_id, other, "请核实", owner)
            worklist.save_draft(session, task_id, world.user(session, "renshe0"), {"opinion": "一半"})

    def held() -> tuple[int | None, int | None, int | None]:
        task = task_of(world, reviewing, QUALIFY)
        return task.assignee_id, task.owner_id, task.on_behalf_of_id

    give_on()
    # The delegate, head or not, works for the stand-in: he hands it back, under his own name.
    with pytest.raises(Conflict, match="交回"):
        act(world, worklist.release, reviewing, QUALIFY, "renshe0")
    with transaction() as session:
        task_id = world.open_tasks(reviewing)[QUALIFY]
        delegation.hand_back(session, task_id, "已核实", world.user(session, "renshe0"))
    assert held() == (mine, None, absent)
    assert [who for who, said in events(reviewing) if "交回" in said] == ["李四"]
    give_on()
    claim(world, reviewing, QUALIFY, "renshe2")
    assert held() == (absent, None, None)
    assert "已收回“资格审核”" in told(world, "renshe1", "task")[-1]
    with reading() as session:
        assert [row.state for row in session.scalars(select(TaskReview).order_by(TaskReview.id))] == [
            "handed_back", "removed",
        ]  # fmt: skip
    world.complete(reviewing, QUALIFY, answers(QUALIFY), who="renshe2")
    in_order()


def test_an_undone_batch_gives_the_place_back_or_the_task_to_who_is_back(world: World) -> None:
    reviewing = reviewed(world)
    be_away(world, "renshe2", "renshe1", by="renshe2")
    with reading() as session:
        absent, mine, other = (world.user(session, one).id for one in ("renshe2", "renshe1", "renshe0"))
    claim(world, reviewing, QUALIFY, "renshe1")
    before = bulk_undo.look(task_of(world, reviewing, QUALIFY))
    for ends in (False, True):
        if ends:
            with transaction() as session:
                substitute.end(session, 1, world.user(session, "renshe2"))
        for undo in (bulk_undo.assign_back, bulk_undo.undo_release):
            with transaction() as session:
                head, task_id = world.user(session, "renshe0"), world.open_tasks(reviewing)[QUALIFY]
                reassignment.reassign(session, task_id, other, "轮岗", head)
                undo(session, session.get_one(UserTask, task_id), head, before)
            task = task_of(world, reviewing, QUALIFY)
            held = task.assignee_id, task.owner_id, task.on_behalf_of_id
            assert held == ((absent, None, None) if ends else (mine, None, absent)), (ends, undo)
    in_order()
