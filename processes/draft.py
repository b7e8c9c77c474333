"""Room draft: a process owner's private drawing: begun, kept at every pause, stepped back, thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Text, cast, delete, func, select, update
from sqlalchemy.orm import Session, defer

from models import audit
from models.calendar import now, real_now
from models.draft import DraftSnapshot, ProcessDraft
from models.people import Permission, User
from models.proposal import ProcessProposal
from models.refusal import Conflict, NotFound, Refusal
from models.rehearsal import Rehearsal
from models.replay import ReplayRun
from models.workflow import ProcessDefinition
from processes.blank import blank_drawing
from processes.draft_content import Texts, sound
from processes.draft_name import called, check_name, named
from processes.engine.tables import as_typed

KEPT: Final = 50
# Characters of drawings and tables that the snapshots of one draft may have together; the oldest go.
KEPT_SIZE: Final = 20_000_000
MAX_DRAFTS: Final = 50
# Somebody who has not been seen for so long no longer draws.
_FORGOTTEN: Final = timedelta(days=30)


@dataclass(frozen=True)
class Neighbour:
    """Somebody else who has a draft of the same process."""

    name: str
    seen_at: datetime

    @property
    def minutes(self) -> int:
        """How long ago his editor was open, in whole minutes."""
        return max(0, int((real_now() - self.seen_at).total_seconds() // 60))


def drafts_of(session: Session, actor: User) -> Sequence[ProcessDraft]:
    """The actor's own drafts, the newest first."""
    actor.require(Permission.PROCESS_MANAGE)
    mine = select(ProcessDraft).where(ProcessDraft.owner_id == actor.id)
    light = (defer(ProcessDraft.bpmn), defer(ProcessDraft.decisions), defer(ProcessDraft.tests))
    newest = mine.order_by(ProcessDraft.saved_at.desc(), ProcessDraft.id.desc())
    return session.scalars(newest.options(*light)).all()


def create_draft(
    session: Session,
    actor: User,
    *,
    based_on: int | None = None,
    key: str = "",
    name: str = "",
    bpmn: str | None = None,
    decisions: Texts | None = None,
    tests: Mapping[str, Any] | None = None,
) -> ProcessDraft:
    """A new draft: of files (`bpmn`), of the published version `based_on`, or a blank one named `key` and `name`."""
    actor.require(Permission.PROCESS_MANAGE)
    _check_room(session, actor)
    if bpmn is None and based_on is not None:
        version = version_of(session, based_on)
        bpmn, decisions, tests = version.bpmn, as_typed(version.decisions), version.tests
        key, name = version.key, version.name
    elif bpmn is None:
        bpmn = _blank(session, key, name)
    bpmn, decisions, tests = sound(bpmn, decisions or {}, tests or {})
    key, name = called(bpmn, key, name)
    row = ProcessDraft(
        owner_id=actor.id,
        key=key,
        name=name,
        bpmn=bpmn,
        decisions=decisions,
        tests=tests,
        based_on_id=based_on,
        created_at=now(),
        saved_at=now(),
        seen_at=real_now(),
    )
    session.add(row)
    session.flush()
    new = {"draft": row.id, "key": row.key, "based_on": based_on}
    audit.record(session, "draft.created", f"新建流程草稿“{row.name}”", actor=actor, new=new)
    return row


def draft_for(session: Session, draft_id: int, actor: User) -> ProcessDraft:
    """The actor's own draft. Raises NotFound for everybody else's."""
    actor.require(Permission.PROCESS_MANAGE)
    row = session.get(ProcessDraft, draft_id)
    if row is None or row.owner_id != actor.id:
        raise NotFound("未找到该草稿，或者它不是您的草稿。")
    return row


def save(
    session: Session,
    draft_id: int,
    actor: User,
    revision: int,
    *,
    bpmn: str | None = None,
    decisions: Texts | None = None,
    tests: Mapping[str, Any] | None = None,
) -> ProcessDraft:
    """Keep what is given (None: as it was) and, of what it was before, a snapshot. Raises Conflict on an old revision."""
    row = draft_for(session, draft_id, actor)
    if row.revision != revision:
        raise Conflict(
            "这份草稿已在另一个窗口保存过，本窗口的内容没有保存。请先下载本窗口的流程图，再刷新页面。"
        )
    given = sound(
        row.bpmn if bpmn is None else bpmn,
        row.decisions if decisions is None else decisions,
        row.tests if tests is None else tests,
    )
    _seen(session, row)
    if given == (row.bpmn, row.decisions, row.tests):
        return row
    _snapshot(session, row)
    _put(row, *given)
    session.flush()
    return row


def step_back(session: Session, draft_id: int, actor: User, revision: int | None = None) -> ProcessDraft:
    """As it was before the last saving. Raises Conflict on an old revision, or when nothing earlier is kept."""
    row = draft_for(session, draft_id, actor)
    if revision is not None and revision != row.revision:
        raise Conflict("这份草稿已在另一个窗口改过，请刷新页面后再退回。")
    last = session.scalars(_snapshots(row).limit(1)).first()
    if last is None:
        raise Conflict("没有更早的保存内容，不能再退回。")
    _put(row, last.bpmn, last.decisions, last.tests)
    session.delete(last)
    session.flush()
    return row


def steps_kept(session: Session, row: ProcessDraft) -> int:
    """How many times one can step back."""
    kept = select(func.count()).select_from(DraftSnapshot).where(DraftSnapshot.draft_id == row.id)
    return session.scalar(kept) or 0


def discard(session: Session, draft_id: int, actor: User) -> str:
    """Throw a draft away with all that was kept of it; what was proposed stays. Its name."""
    row = draft_for(session, draft_id, actor)
    name, old = row.name, {"draft": row.id, "key": row.key}
    session.execute(delete(DraftSnapshot).where(DraftSnapshot.draft_id == row.id))
    for table in (ProcessProposal, Rehearsal, ReplayRun):
        session.execute(update(table).where(table.draft_id == row.id).values(draft_id=None))
    session.delete(row)
    audit.record(session, "draft.discarded", f"删除流程草稿“{name}”", actor=actor, old=old)
    return name


def stay(session: Session, draft_id: int, actor: User) -> ProcessDraft:
    """The editor is still open."""
    row = draft_for(session, draft_id, actor)
    _seen(session, row)
    return row


def neighbours(session: Session, draft: ProcessDraft) -> list[Neighbour]:
    """Who else has a draft of the same process and was seen lately, the last seen first; everybody once."""
    return neighbours_of(session, [draft], draft.owner_id)[draft.id]


def neighbours_of(
    session: Session, drafts: Sequence[ProcessDraft], owner_id: int
) -> dict[int, list[Neighbour]]:
    """The same of many drafts of one owner, by their ids; one question."""
    found = session.execute(
        select(ProcessDraft.key, User.name, func.max(ProcessDraft.seen_at))
        .join(User, User.id == ProcessDraft.owner_id)
        .where(
            ProcessDraft.key.in_({draft.key for draft in drafts}),
            ProcessDraft.owner_id != owner_id,
            ProcessDraft.seen_at > real_now() - _FORGOTTEN,
        )
        .group_by(ProcessDraft.key, User.id, User.name)
        .order_by(func.max(ProcessDraft.seen_at).desc())
    )
    others: dict[str, list[Neighbour]] = {}
    for key, name, seen_at in found:
        others.setdefault(key, []).append(Neighbour(name, seen_at))
    return {draft.id: others.get(draft.key, []) for draft in drafts}


def version_of(session: Session, definition_id: int) -> ProcessDefinition:
    """A published version, to begin from."""
    row = session.get(ProcessDefinition, definition_id)
    if row is None:
        raise NotFound("未找到该流程版本。")
    return row


def _check_room(session: Session, actor: User) -> None:
    mine = select(func.count()).select_from(ProcessDraft).where(ProcessDraft.owner_id == actor.id)
    if (session.scalar(mine) or 0) >= MAX_DRAFTS:
        raise Refusal(f"每人最多保留 {MAX_DRAFTS} 份草稿，请先删除不用的草稿。")


def _blank(session: Session, key: str, name: str) -> str:
    check_name(key, name)
    if session.scalar(select(ProcessDefinition.id).where(ProcessDefinition.key == key).limit(1)):
        raise Refusal("已有流程使用这个标识。要修改它，请从已发布的版本新建草稿。", "key")
    return blank_drawing(key, name.strip())


def _put(row: ProcessDraft, bpmn: str, decisions: dict[str, Any], tests: dict[str, Any]) -> None:
    row.bpmn, row.decisions, row.tests = bpmn, decisions, tests
    key, name = named(bpmn)
    row.key, row.name = key or row.key, name or row.name
    row.saved_at = now()


def _snapshots(row: ProcessDraft) -> Any:
    return select(DraftSnapshot).where(DraftSnapshot.draft_id == row.id).order_by(DraftSnapshot.id.desc())


def _snapshot(session: Session, row: ProcessDraft) -> None:
    """What it is now; the oldest beyond the bounds go, by number and by size."""
    session.add(
        DraftSnapshot(
            draft_id=row.id, bpmn=row.bpmn, decisions=row.decisions, tests=row.tests, saved_at=row.saved_at
        )
    )
    session.flush()
    size = func.length(DraftSnapshot.bpmn) + func.length(cast(DraftSnapshot.decisions, Text))
    kept, oldest = 0, []
    for place, (id_, length) in enumerate(
        session.execute(_snapshots(row).with_only_columns(DraftSnapshot.id, size))
    ):
        kept += length
        if place and (place >= KEPT or kept > KEPT_SIZE):
            oldest.append(id_)
    session.execute(delete(DraftSnapshot).where(DraftSnapshot.id.in_(oldest)))


def _seen(session: Session, row: ProcessDraft) -> None:
    # Not through the row: being looked at makes no new revision.
    session.execute(
        update(ProcessDraft)
        .where(ProcessDraft.id == row.id)
        .values(seen_at=real_now())
        .execution_options(synchronize_session=False)
    )
