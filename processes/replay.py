"""Room replay: begin a run, do it chunk by chunk in the background, each case once, and look it up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import processes.catalogue  # noqa: F401  registers every fact that a drawing may ask for
from models import audit
from models.calendar import now, today
from models.people import Permission, User
from models.refusal import Conflict, NotFound, Refusal
from models.replay import SAME, Finding, ReplayLine, ReplayRun, ReplayStatus
from models.workflow import ProcessDefinition
from processes import background
from processes.draft import draft_for
from processes.engine.definition import Definition, parse_definition, stored_definition
from processes.engine.tables import translated
from processes.publication import encoded, errors_of
from processes.replay_case import Line, Period, Replay, finished, habits_in, next_cases
from processes.replay_compare import Side
from processes.replay_habits import Habits
from processes.replay_shelf import make_room

RUN = "replay"
CHUNK = 25
# The longest period, in days.
MAX_DAYS = 3660


@dataclass(frozen=True)
class Source:
    """The drawing to replay on: a draft of one's own, or a published version."""

    name: str
    bpmn: str
    decisions: Mapping[str, str]
    draft_id: int | None = None
    definition_id: int | None = None


def source_of(session: Session, actor: User, *, draft_id: int = 0, definition_id: int = 0) -> Source:
    """What a run is to replay on. Raises NotFound, also for somebody else's draft."""
    actor.require(Permission.PROCESS_MANAGE)
    if draft_id:
        draft = draft_for(session, draft_id, actor)
        return Source(draft.name, draft.bpmn, dict(draft.decisions), draft_id=draft.id)
    row = session.get(ProcessDefinition, definition_id)
    if row is None:
        raise NotFound("未找到该流程版本。")
    name = f"{row.name} 第 {row.version} 版"
    return Source(name, row.bpmn, dict(row.decisions), definition_id=row.id)


def checked(source: Source) -> Definition:
    """The drawing as the engine reads it, checked as for a publication in a child process; open no transaction around it.

    Raises Refusal with the first problems: what cannot be published cannot be replayed.
    """
    bpmn, tables = source.bpmn.encode(), encoded(source.decisions)
    if problems := errors_of(bpmn, tables):
        said = "\n".join(f"{found.element_id} {found.message}".strip() for found in problems[:20])
        raise Refusal(f"流程图未通过检查，不能回放：\n{said}")
    return parse_definition(bpmn, translated(tables))


def check_period(from_on: date | None, to_on: date | None) -> tuple[date, date]:
    """Raises Refusal at `from_on` or `to_on`."""
    if from_on is None or to_on is None:
        raise Refusal("请填写办结日期的起止。", "from_on" if from_on is None else "to_on")
    if to_on < from_on:
        raise Refusal("截止日期不得早于起始日期。", "to_on")
    if from_on > today():
        raise Refusal("起始日期不得晚于今日。", "from_on")
    if (to_on - from_on).days > MAX_DAYS:
        raise Refusal("期间不得超过十年。", "to_on")
    return from_on, min(to_on, today())


def begin(
    session: Session,
    source: Source,
    definition: Definition,
    days: tuple[date | None, date | None],
    actor: User,
) -> ReplayRun:
    """Begin a run over the cases closed in some days, in the background. Raises Conflict while another of the same person runs, Refusal."""
    actor.require(Permission.PROCESS_MANAGE)
    first, last = check_period(*days)
    # Two clicks at once: the second waits here, and finds the first one's run.
    session.execute(select(User.id).where(User.id == actor.id).with_for_update())
    waiting = ReplayRun.status.in_((ReplayStatus.QUEUED, ReplayStatus.RUNNING))
    if session.scalars(select(ReplayRun.id).where(ReplayRun.owner_id == actor.id, waiting)).first():
        raise Conflict("您已有一次历史回放正在进行，请等它完成，或先将其删除。")
    make_room(session, actor)
    period = Period(first, last, now())
    key = definition.drawing.key
    count = select(func.count()).select_from(finished(key, period).order_by(None).subquery())
    run = ReplayRun(
        owner_id=actor.id,
        key=key,
        name=source.name,
        draft_id=source.draft_id,
        definition_id=source.definition_id,
        bpmn=source.bpmn,
        decisions=dict(definition.decisions),
        spec_json=definition.spec_json,
        from_on=first,
        to_on=last,
        total=session.scalar(count) or 0,
        counts={"found": {}, "habits": habits_in(session, key, period).plain()},
        created_at=period.known_at,
    )
    session.add(run)
    session.flush()
    noted = {"replay": run.id, "key": run.key, "from": first, "to": last}
    audit.record(session, "replay.begun", f"对“{run.name}”进行历史回放", actor=actor, new=noted)
    background.enqueue(session, RUN, [run.id], str(run.id))
    return run


@dataclass(frozen=True)
class Batch:
    """The lines of some cases, to be kept in a transaction; `after` is the last case kept before them."""

    after: int
    lines: list[Line]


def next_batch(session: Session, run_id: int, limit: int = CHUNK) -> Batch | None:
    """Replay the next cases of a run; None when every case was."""
    run = session.get(ReplayRun, run_id)
    if run is None or run.status == ReplayStatus.DONE:
        return None
    after = _after(session, run_id)
    found = next_cases(session, run.key, period_of(run), after, limit)
    return Batch(after, list(replay_of(run).lines(session, found)))


def keep(session: Session, run_id: int, batch: Batch) -> bool:
    """Write the lines of a batch, unless another worker has; whether there may be more."""
    run = session.get(ReplayRun, run_id, with_for_update=True, populate_existing=True)
    # Finished by another worker, or thrown away meanwhile.
    if run is None or run.status == ReplayStatus.DONE:
        return False
    if _after(session, run_id) != batch.after:
        return True
    if not batch.lines:
        run.status, run.fault = ReplayStatus.DONE, ""
        run.finished_at, run.total = now(), run.done
        return False
    session.add_all(
        ReplayLine(run_id=run_id, case_id=line.case.id, findings=line.findings, details=line.details)
        for line in batch.lines
    )
    run.status, run.fault, run.done = ReplayStatus.RUNNING, "", run.done + len(batch.lines)
    run.counts = {**run.counts, "found": counted(run.counts["found"], batch.lines)}
    return True


def give_up(session: Session, run_id: int, why: str) -> None:
    """The run could not go on."""
    run = session.get(ReplayRun, run_id, with_for_update=True)
    if run is not None and run.status != ReplayStatus.DONE:
        run.status, run.fault, run.finished_at = ReplayStatus.FAILED, why[:2000], now()


def counted(before: Mapping[str, int], lines: list[Line]) -> dict[str, int]:
    """How many cases have each finding, and how many none."""
    codes = [*(code.value for code in Finding), SAME]
    more = [code for line in lines for code in (line.findings or [SAME])]
    return {code: before.get(code, 0) + more.count(code) for code in codes}


def replay_of(run: ReplayRun) -> Replay:
    """The replayer of a run."""
    definition = stored_definition(run.bpmn, run.spec_json, run.decisions)
    return Replay(Side(definition, run.bpmn), Habits(**run.counts["habits"]))


def period_of(run: ReplayRun) -> Period:
    """The period of a run."""
    return Period(run.from_on, run.to_on, run.created_at + timedelta(microseconds=1))


def _after(session: Session, run_id: int) -> int:
    """The last case that was replayed."""
    query = select(func.max(ReplayLine.case_id)).where(ReplayLine.run_id == run_id)
    return session.scalar(query) or 0


def run_for(session: Session, run_id: int, actor: User) -> ReplayRun:
    """A run of one's own. Raises NotFound."""
    run = session.get(ReplayRun, run_id)
    if run is None or run.owner_id != actor.id:
        raise NotFound("未找到该次回放。")
    return run
