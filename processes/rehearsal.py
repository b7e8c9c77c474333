"""Room rehearsal (流程演练): begin, act, step back, restart, end; private to its owner, and nothing leaves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, defer

from models import audit
from models.calendar import now, real_now, today
from models.draft import ProcessDraft
from models.people import Permission, Region, User
from models.refusal import Conflict, NotFound, Refusal
from models.rehearsal import Rehearsal
from models.workflow import ProcessDefinition
from processes.engine.definition import Definition, parse_definition, stored_definition
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables import translated
from processes.engine.xml import XmlRefused
from processes.publication import encoded, errors_of
from processes.rehearsal_asked import Questions
from processes.rehearsal_clocks import SandboxClock
from processes.rehearsal_opening import opening_facts
from processes.rehearsal_play import MAX_ACTS, begun, done_act, instant_of, play, spent, stored_facts
from processes.rehearsal_run import Run
from processes.rehearsal_values import read_values
from processes.sandbox import GivenFacts
from processes.workflow import definition_of

KEPT_PER_PERSON: Final = 20
KEPT_FOR: Final = timedelta(days=30)
MAX_EVENTS: Final = 2000
Act = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """What is rehearsed: a drawing that the check has passed, with the draft or version that it comes from."""

    definition: Definition
    bpmn: str
    decisions: Mapping[str, str]
    draft_id: int | None = None
    definition_id: int | None = None


class Unsound(Refusal):
    """The drawing has not passed the check; it is never parsed here."""

    def __init__(self, problems: Sequence[Problem], draft_id: int | None = None) -> None:
        super().__init__("流程图没有通过发布检查，不能演练。请先更正所列问题。", "bpmn")
        self.problems, self.draft_id = list(problems), draft_id


def of_files(bpmn: str, decisions: Mapping[str, str], draft_id: int | None = None) -> Source:
    """A drawing that nobody has published: checked in the child first, outside of any transaction. Raises Unsound."""
    tables = encoded(decisions)
    if problems := errors_of(bpmn.encode(), tables):
        raise Unsound(problems, draft_id)
    try:
        definition = parse_definition(bpmn.encode(), translated(tables))
    except XmlRefused as error:
        raise Unsound([Problem("", str(error))], draft_id) from error
    return Source(definition, bpmn, definition.decisions, draft_id=draft_id)


def of_version(session: Session, definition_id: int) -> Source:
    """A published version. Raises NotFound."""
    row = session.get(ProcessDefinition, definition_id)
    if row is None:
        raise NotFound("未找到该流程版本。")
    definition = definition_of(session, row.id)
    return Source(definition, row.bpmn, row.decisions, definition_id=row.id)


@dataclass(frozen=True)
class Played:
    """What came of playing, not yet written: the columns of a rehearsal, new or at the revision that was read."""

    values: Mapping[str, Any]
    rehearsal_id: int | None = None
    revision: int | None = None


def begin(
    session: Session, source: Source, actor: User, opening: Act | None = None, acts: Sequence[Act] = ()
) -> tuple[Played, list[str]]:
    """A rehearsal that plays a scenario, if any; with what became different, in words.

    It begins at 09:00 of today when `opening` (at, region, facts) names no other instant. Like every verb
    that plays, it needs no lock: give what it answers to `keep` in a transaction of its own.
    """
    actor.require(Permission.PROCESS_MANAGE)
    _room(session, actor)
    said = opening_of(session, source, opening or {})
    run = begun(source.definition, source.bpmn, said)
    done, found = play(run, acts)
    if acts:
        words = "；".join(found) if found else f"与脚本所记一致（{len(done)} 步）"
        run.note("compare", f"脚本比对：{words}")
    drawn = {
        "draft_id": source.draft_id,
        "definition_id": source.definition_id,
        "name": source.definition.drawing.name[:100],
        "bpmn": source.bpmn,
        "decisions": dict(source.decisions),
        "spec_json": source.definition.spec_json,
        "opening": said,
    }
    return Played({**drawn, **_state(run, done)}), found


def keep(session: Session, played: Played, actor: User) -> Rehearsal:
    """Write what was played. Raises Conflict when somebody has gone on meanwhile, Refusal when there is no room."""
    if played.rehearsal_id is not None:
        row = _open(session, played.rehearsal_id, actor, played.revision)
        for name, value in played.values.items():
            setattr(row, name, value)
        return row
    actor.require(Permission.PROCESS_MANAGE)
    oldest = _room(session, actor)
    if oldest is not None:
        end(session, oldest, actor)
    row = Rehearsal(owner_id=actor.id, started_at=now(), **played.values)
    session.add(row)
    session.flush()
    new = {"rehearsal": row.id, "definition": row.definition_id, "draft": row.draft_id}
    audit.record(session, "rehearsal.begun", f"开始演练流程“{row.name}”", actor=actor, new=new)
    return row


def opening_of(session: Session, source: Source, given: Act) -> dict[str, Any]:
    """Instant, region and facts with which a rehearsal begins: those of an ordinary case where nothing is given."""
    if not set(given) <= {"at", "region", "facts"}:
        raise Refusal("开始演练只需要 at、region、facts。", "opening")
    at = instant_of(given.get("at") or today().isoformat())
    region = str(given.get("region") or "")[:12]
    if region and (not region.isascii() or "\0" in region):
        raise Refusal("没有这个地区。", "region")
    if region and session.scalar(select(Region.id).where(Region.code == region).limit(1)) is None:
        raise Refusal("没有这个地区。", "region")
    facts = given.get("facts") or {}
    if not isinstance(facts, Mapping):
        raise Refusal("facts 应为 JSON 对象。", "facts")
    known = opening_facts(session, Questions(source.definition, source.bpmn), at)
    return {"at": at.isoformat(), "region": region, "facts": {**known, **facts}}


def rehearsal_for(session: Session, rehearsal_id: int, actor: User) -> Rehearsal:
    """The actor's own rehearsal. Raises NotFound for everybody else's."""
    actor.require(Permission.PROCESS_MANAGE)
    row = session.get(Rehearsal, rehearsal_id)
    if row is None or row.owner_id != actor.id:
        raise NotFound("未找到该演练，或者它不是您的演练。")
    return row


def rehearsals_of(session: Session, actor: User) -> Sequence[Rehearsal]:
    """The actor's own rehearsals, the one touched last first."""
    actor.require(Permission.PROCESS_MANAGE)
    light = [defer(part) for part in (Rehearsal.bpmn, Rehearsal.spec_json, Rehearsal.state, Rehearsal.events)]
    mine = select(Rehearsal).where(Rehearsal.owner_id == actor.id).options(*light)
    return session.scalars(mine.order_by(Rehearsal.touched_at.desc(), Rehearsal.id.desc())).all()


def regions(session: Session) -> list[tuple[str, str]]:
    """Code and name of the regions whose calendar may count."""
    return [(row.code, row.name) for row in session.scalars(select(Region).order_by(Region.code))]


def run_of(row: Rehearsal) -> Run:
    """The token of a rehearsal as it was left."""
    definition = stored_definition(row.bpmn, row.spec_json, row.decisions)
    drawing = definition.drawing
    given = GivenFacts(read_values(row.facts, drawing), drawing)
    run = Run(Questions(definition, row.bpmn), given, str(row.opening.get("region") or ""), row.clock_at)
    run.clocks.all = [SandboxClock.restored(clock) for clock in row.clocks]
    run.events = list(row.events)
    run.budget.spent = spent(row.acts)
    run.restore(row.state, row.passed)
    return run


def act(session: Session, rehearsal_id: int, actor: User, revision: int | None, wanted: Act) -> Played:
    """One act. Raises Conflict on an old page or when it does not fit, Refusal, Stuck."""
    row = _open(session, rehearsal_id, actor, revision)
    if len(row.acts) >= MAX_ACTS:
        raise Refusal(f"一次演练最多 {MAX_ACTS} 步，请撤销或重新开始。")
    run = run_of(row)
    return Played(_state(run, [*row.acts, done_act(run, wanted)]), row.id, row.revision)


def step_back(session: Session, rehearsal_id: int, actor: User, revision: int | None = None) -> Played:
    """Undo the last act. Raises Conflict when there is none."""
    row = _open(session, rehearsal_id, actor, revision)
    if not row.acts:
        raise Conflict("已回到演练开始，没有可以撤销的步骤。")
    return _again(row, row.opening, row.acts[:-1])


def restart(
    session: Session, rehearsal_id: int, actor: User, at: str = "", revision: int | None = None
) -> Played:
    """From the beginning, with the facts that it was begun with; `at`: on another day."""
    row = _open(session, rehearsal_id, actor, revision)
    if not at:
        return _again(row, row.opening, [])
    definition = stored_definition(row.bpmn, row.spec_json, row.decisions)
    # What nobody gave, such as the day of receipt, goes with the day.
    usual = opening_facts(session, Questions(definition, row.bpmn), instant_of(row.opening["at"]))
    given = {name: v for name, v in row.opening["facts"].items() if name not in usual or usual[name] != v}
    other = {"at": at, "region": row.opening.get("region"), "facts": given}
    return _again(row, opening_of(session, Source(definition, row.bpmn, row.decisions), other), [])


def end(session: Session, rehearsal_id: int, actor: User) -> str:
    """Throw a rehearsal away; its name."""
    row = rehearsal_for(session, rehearsal_id, actor)
    name, old = row.name, {"rehearsal": row.id}
    session.delete(row)
    audit.record(session, "rehearsal.ended", f"删除流程演练“{name}”", actor=actor, old=old)
    return name


def forget_old(session: Session) -> int:
    """Delete what nobody has touched for KEPT_FOR; how many."""
    old = delete(Rehearsal).where(Rehearsal.touched_at < real_now() - KEPT_FOR)
    gone = session.execute(old.returning(Rehearsal.id)).all()
    return len(gone)


def source_again(session: Session, row: Rehearsal, actor: User) -> Callable[[], Source]:
    """What the rehearsal was begun from, as it is now; the check runs when the answer is called, outside of a transaction."""
    if row.draft_id is not None:
        draft = session.get(ProcessDraft, row.draft_id)
        if draft is not None and draft.owner_id == actor.id:
            bpmn, decisions, draft_id = draft.bpmn, dict(draft.decisions), draft.id
            return lambda: of_files(bpmn, decisions, draft_id)
    if row.definition_id is None:
        raise Conflict("演练所用的草稿已删除，不能重演。")
    source = of_version(session, row.definition_id)
    return lambda: source


def _again(row: Rehearsal, opening: Act, acts: Sequence[Act]) -> Played:
    """Play from the beginning: what was done once can be done again."""
    run = begun(stored_definition(row.bpmn, row.spec_json, row.decisions), row.bpmn, opening)
    done, _found = play(run, [{"do": one["do"]} for one in acts])
    return Played({"opening": dict(opening), **_state(run, done)}, row.id, row.revision)


def _open(session: Session, rehearsal_id: int, actor: User, revision: int | None) -> Rehearsal:
    row = rehearsal_for(session, rehearsal_id, actor)
    if revision is not None and revision != row.revision:
        raise Conflict("演练已在另一个窗口继续，请刷新后再办理。")
    return row


def _state(run: Run, acts: Sequence[Act]) -> dict[str, Any]:
    return {
        "state": run.instance.dump(),
        "passed": dict(run.instance.passed),
        "facts": stored_facts(run),
        "events": run.events[-MAX_EVENTS:],
        "clocks": [clock.stored() for clock in run.clocks.all],
        "acts": list(acts),
        "clock_at": run.clock_at,
        "is_finished": run.instance.is_finished,
        "touched_at": real_now(),
    }


def _room(session: Session, actor: User) -> int | None:
    """At most KEPT_PER_PERSON: the oldest that has reached its end is to go. Raises Refusal when none has."""
    mine = select(Rehearsal.id, Rehearsal.is_finished).where(Rehearsal.owner_id == actor.id)
    rows = session.execute(mine.order_by(Rehearsal.touched_at, Rehearsal.id)).all()
    if len(rows) < KEPT_PER_PERSON:
        return None
    oldest: int | None = next((row.id for row in rows if row.is_finished), None)
    if oldest is None:
        raise Refusal(f"每人最多保留 {KEPT_PER_PERSON} 个演练，请先删除不用的演练。")
    return oldest
