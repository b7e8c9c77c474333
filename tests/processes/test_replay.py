"""Replays: finished cases on another drawing: terms, departments, ways, ends; what is not on record is not guessed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models import audit
from models.database import reading, transaction
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.replay import SAME, Finding, ReplayLine, ReplayRun, ReplayStatus, lines_of
from models.workflow import CANCELLED, DONE, ProcessDefinition, ProcessInstance, UserTask
from processes import replay
from processes.engine.definition import parse_definition
from processes.replay_case import Line
from tests import replays
from tests.replays import LATE_ENOUGH, PERIOD, changed, history, replayed, shorter, version
from tests.world import World, on
from webapp import handlers_replay


def _found(lines: dict[int, Line], cases: dict[str, int]) -> dict[str, list[str]]:
    """Name → findings, of the cases that have any."""
    return {name: lines[case_id].findings for name, case_id in cases.items() if lines[case_id].findings}


def _clock(line: Line, key: str) -> dict[str, Any]:
    return next(clock for clock in line.details["clocks"] if clock["key"] == key)


def test_what_would_have_gone_another_way(world: World) -> None:
    """One history, the drawings of an owner one after the other, and exactly the cases that each of them touches."""
    cases, bpmn = history(world), version().bpmn
    assert _found(replayed(bpmn), cases) == {}

    _fewer_days(replayed(shorter(bpmn)), cases)

    small = "qualified and amount &lt;= 100000"
    lines = replayed(changed(bpmn, ">qualified</bpmn:condition", f">{small}</bpmn:condition"))
    assert set(_found(lines, cases)) == {"large"}
    fork = lines[cases["large"]].details["fork"]
    assert (fork["element"], fork["old"], fork["new"]) == ("is_qualified", "符合", "不符合")
    assert Finding.DEPARTMENT in lines[cases["large"]].findings

    lines = replayed(replays.with_check(bpmn))
    passed = {"quick", "slow", "paused", "paused long", "large", "holiday", "holiday long"}
    found = _found(lines, cases)
    assert {name for name, codes in found.items() if "department" in codes} == set(found) == passed
    # The investigations count from the review: where the check's days break their three, and did not before.
    assert {name for name, codes in found.items() if "late" in codes} == {"slow", "paused", "paused long"}
    (added,) = lines[cases["quick"]].details["added"]
    assert (added["element"], added["lane"], added["from_on"]) == ("site_check", "担保机构", "2026-03-06")

    lines = replayed(replays.without_step(bpmn, "refusal_notice_hrss", "is_qualified", "refused_by_hrss"))
    assert _found(lines, cases) == {"refused": ["dropped"]}
    assert lines[cases["refused"]].details["dropped"][0]["element"] == "refusal_notice_hrss"

    # Nobody answers any more what a gateway asks.
    lines = replayed(replays.without_step(bpmn, "bank_acceptance", "investigations_done", "is_approved"))
    assert _found(lines, cases) == {
        key: ["dropped", "stuck"] for key in ("quick", "slow", "paused", "paused long")
    }
    assert "bank_approved" in lines[cases["quick"]].details["stuck"]


def _fewer_days(lines: dict[int, Line], cases: dict[str, int]) -> None:
    """Five days instead of seven, pauses and days off left out."""
    assert _found(lines, cases) == {key: ["late"] for key in ("slow", "paused long", "holiday long")}
    slow = _clock(lines[cases["slow"]], "qualification")
    assert (slow["old_due_on"], slow["new_due_on"], slow["new_late"]) == ("2026-03-11", "2026-03-09", 1)
    # 4 and 5 March stood still; 4 to 6 April were off.
    assert _clock(lines[cases["paused"]], "qualification")["new_due_on"] == "2026-03-11"
    assert _clock(lines[cases["paused long"]], "qualification")["new_late"] == 1
    assert _clock(lines[cases["holiday"]], "qualification")["new_due_on"] == "2026-04-10"
    assert _clock(lines[cases["holiday long"]], "qualification")["new_late"] == 1


def test_a_step_that_begins_later_ends_later_and_dates_follow(world: World) -> None:
    """The check takes as long as such steps take: what comes after it moves by working days, and so do its terms."""
    case_id = replays.accepted(world, date(2026, 3, 2))
    replays.reviewed(world, case_id, date(2026, 3, 4))
    replays.paid(world, case_id, date(2026, 3, 6))
    line = replayed(replays.with_check(version().bpmn))[case_id]
    opened = {step["element"]: (step["opened_on"], step["done_on"]) for step in line.details["new"]["steps"]}
    assert opened["site_check"] == ("2026-03-04", "2026-03-06")
    assert opened["due_diligence"] == ("2026-03-06", "2026-03-10")
    assert opened["disbursement"] == ("2026-03-10", "2026-03-10")
    # The investigations are counted from the review, so two days for the check break their three.
    assert line.findings == ["department", "late"]
    assert _clock(line, "due_diligence")["new_late"] == 1
    bank = _clock(line, "bank")
    assert (bank["old_due_on"], bank["new_due_on"]) == ("2026-03-13", "2026-03-17")


def test_what_the_record_does_not_prove_is_not_replayed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines from before the row was noted do; a step without its line does not, nor a way that nobody went."""
    record = audit.record

    def as_before(*args: Any, **named: Any) -> Any:
        new = {
            name: value for name, value in (named.get("new") or {}).items() if name not in ("task", "routing")
        }
        return record(*args, **{**named, "new": new})

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", as_before)
        old = replays.accepted(world, date(2026, 3, 2))
        replays.refuse(world, old, date(2026, 3, 4))
    cut, bent = (replays.accepted(world, date(2026, 3, 2)) for _case in range(2))
    for case_id in (cut, bent):
        replays.withdrawn(world, case_id, date(2026, 3, 3))
    with transaction() as session:
        open_then = UserTask.case_id == cut, UserTask.status == CANCELLED
        task = session.scalars(select(UserTask).where(*open_then)).one()
        task.status, task.done_at = DONE, task.created_at
        token = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == bent)).one()
        token.passed = {**token.passed, "acceptance": 2}
    lines = replayed(shorter(version().bpmn, 1))
    assert lines[old].findings == ["late"]
    assert lines[cut].findings == lines[bent].findings == ["lacking"]
    assert "qualified" in lines[cut].details["lacks"]
    assert "不一致" in lines[bent].details["lacks"]


def test_a_run_counts_each_case_once_although_it_is_killed(world: World) -> None:
    cases = history(world)
    run = _begin(world)
    assert (run.total, run.status) == (len(cases), ReplayStatus.QUEUED)
    with on(LATE_ENOUGH):
        with reading() as session:
            first = replay.next_batch(session, run.id, 4)
            again = replay.next_batch(session, run.id, 4)
        assert first is not None
        assert again is not None
        with transaction() as session:
            assert replay.keep(session, run.id, first)
        with pytest.raises(RuntimeError), transaction() as session:
            # Two workers had the same cases in hand: the second one keeps nothing.
            assert replay.keep(session, run.id, again)
            raise RuntimeError("killed")
        handlers_replay.run_replay(run.id)
        handlers_replay.run_replay(run.id)
    _counts(run.id, cases)


def _counts(run_id: int, cases: dict[str, int]) -> None:
    with reading() as session:
        done = session.get_one(ReplayRun, run_id)
        assert (done.status, done.done, done.total) == (ReplayStatus.DONE, len(cases), len(cases))
        lines = session.scalars(select(ReplayLine).where(ReplayLine.run_id == run_id)).all()
        assert sorted(line.case_id for line in lines) == sorted(cases.values())
        told = Counter(code for line in lines for code in line.findings or [SAME])
        assert done.counts["found"] == {**dict.fromkeys([*Finding, SAME], 0), **told}
        page = lines_of(session, run_id, Finding.LATE, limit=2)
        rest = lines_of(session, run_id, Finding.LATE, page.after)
        assert (len(page.lines), len(rest.lines), rest.after) == (2, 1, 0)
        assert len(lines_of(session, run_id, SAME).lines) == len(cases) - 3


def test_a_run_that_fails_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: Any) -> None:
        raise KeyError("x")

    failing = _begin(world)
    with monkeypatch.context() as patch:
        patch.setattr(replay, "next_batch", broken)
        with pytest.raises(KeyError):
            handlers_replay.run_replay(failing.id)
    with reading() as session:
        assert session.get_one(ReplayRun, failing.id).status == ReplayStatus.FAILED
    # Tried again from 后台任务 it goes on.
    with on(LATE_ENOUGH):
        handlers_replay.run_replay(failing.id)
    with reading() as session:
        assert session.get_one(ReplayRun, failing.id).status == ReplayStatus.DONE


def _begin(world: World, who: str = "liucheng", **over: Any) -> ReplayRun:
    row = version()
    bpmn, tables = shorter(row.bpmn), {name: text.encode() for name, text in row.decisions.items()}
    drawn = parse_definition(bpmn.encode(), tables)
    period = {"from_on": PERIOD[0], "to_on": PERIOD[1], **over}
    with on(LATE_ENOUGH), transaction() as session:
        source = replay.Source(row.name, bpmn, row.decisions, definition_id=row.id)
        actor: User = world.user(session, who)
        return replay.begin(session, source, drawn, (period["from_on"], period["to_on"]), actor)


def test_the_longest_name_of_a_version_has_room(world: World) -> None:
    with transaction() as session:
        row = session.get_one(ProcessDefinition, version().id)
        row.name = "长" * 100
        source = replay.source_of(session, world.user(session, "liucheng"), definition_id=row.id)
    room = ReplayRun.__table__.c.name.type.length
    assert room >= len(source.name) + len(str(10**9))


def test_who_may_begin_and_what_is_refused(world: World) -> None:
    with pytest.raises(Forbidden):
        _begin(world, "renshe1")
    for over, field in (
        ({"to_on": None}, "to_on"),
        ({"from_on": None}, "from_on"),
        ({"to_on": date(2025, 1, 1)}, "to_on"),
        ({"from_on": date(2012, 1, 1)}, "to_on"),
        ({"from_on": date(2027, 1, 1), "to_on": date(2027, 1, 2)}, "from_on"),
    ):
        with pytest.raises(Refusal) as refused:
            _begin(world, **over)
        assert refused.value.field == field
    run = _begin(world)
    with pytest.raises(Conflict):
        _begin(world)
    with reading() as session:
        with pytest.raises(NotFound):
            replay.run_for(session, run.id, world.user(session, "liucheng2"))
        with pytest.raises(NotFound):
            replay.source_of(session, world.user(session, "liucheng"), definition_id=999)
    with pytest.raises(Refusal, match="未通过检查"):
        replay.checked(replay.Source("坏", "<bpmn/>", {}))
