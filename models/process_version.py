"""Room process_version: the list of published versions as owners read it, and what is settled for each process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from models.calendar import now
from models.people import User
from models.proposal import ProcessProposal, ProcessSetting, ProposalStatus
from models.vocabulary import Labelled
from models.workflow import ProcessDefinition, ProcessInstance


class VersionState(Labelled):
    """Where a version stands today."""

    IN_FORCE = "in_force", "现行"
    COMING = "coming", "待生效"
    REPLACED = "replaced", "已被替代"
    TAKEN_BACK = "taken_back", "已撤回"
    OFFERED = "offered", "随软件提供，未启用"


@dataclass(frozen=True)
class Version:
    """One published version as a list shows it; `running` counts the cases on it that have not ended."""

    id: int
    key: str
    name: str
    version: int
    digest: str
    reason: str
    published_at: datetime
    published_by: str
    author: str
    approved_by: str
    based_on: int | None
    is_shipped: bool
    effective_at: datetime
    withdrawn_at: datetime | None
    running: int
    decisions: list[str]
    state: VersionState

    @property
    def may_be_taken_back(self) -> bool:
        """Only what is not yet in force: no case runs on it."""
        return self.state is VersionState.COMING

    @property
    def from_the_beginning(self) -> bool:
        """The first version is in force on whatever day (processes/publication.py: ALWAYS)."""
        return self.effective_at < self.published_at and self.version == 1


@dataclass(frozen=True)
class Process:
    """One process: its versions, newest first, whether a second person must agree, and what waits for one."""

    key: str
    name: str
    is_four_eyes: bool
    waiting: int
    versions: Sequence[Version]

    @property
    def in_force(self) -> Version | None:
        """The version on which new cases start."""
        return next((row for row in self.versions if row.state is VersionState.IN_FORCE), None)

    @property
    def newest(self) -> Version | None:
        """The version from which a change begins: what is in force, or will be."""
        standing = (VersionState.COMING, VersionState.IN_FORCE)
        return next((row for row in self.versions if row.state in standing), None)


def versions(session: Session) -> list[Version]:
    """Every published version, newest first for each process; one query."""
    row, author, approver, base = ProcessDefinition, aliased(User), aliased(User), aliased(ProcessDefinition)
    running = (
        select(func.count())
        .select_from(ProcessInstance)
        .where(ProcessInstance.definition_id == row.id, ProcessInstance.is_finished.is_(False))
        .scalar_subquery()
    )
    shown = (
        row.id, row.key, row.name, row.version, row.digest, row.reason, row.published_at, row.decisions,
        row.is_shipped, row.effective_at, row.withdrawn_at,
    )  # fmt: skip
    named = (User.name.label("published_by"), author.name.label("author"), approver.name.label("approved_by"))
    found = session.execute(
        select(*shown, *named, base.version.label("based_on"), running.label("running"))
        .outerjoin(User, User.id == row.published_by_id)
        .outerjoin(author, author.id == row.author_id)
        .outerjoin(approver, approver.id == row.approved_by_id)
        .outerjoin(base, base.id == row.based_on_id)
        .order_by(row.key, row.version.desc())
    ).mappings()
    return _with_states([dict(line) for line in found])


def processes(session: Session) -> list[Process]:
    """Every process with its versions; three queries."""
    settled = session.execute(select(ProcessSetting.key, ProcessSetting.is_four_eyes))
    settings = {key: is_on for key, is_on in settled}
    pending = select(ProcessProposal.key, func.count()).where(
        ProcessProposal.status == ProposalStatus.PENDING
    )
    waiting = {key: count for key, count in session.execute(pending.group_by(ProcessProposal.key))}
    grouped: dict[str, list[Version]] = {}
    for row in versions(session):
        grouped.setdefault(row.key, []).append(row)
    return [
        Process(key, rows[0].name, settings.get(key, True), waiting.get(key, 0), rows)
        for key, rows in grouped.items()
    ]


def is_four_eyes(session: Session, key: str) -> bool:
    """Whether a second person must agree before a version of this process is published."""
    setting = session.get(ProcessSetting, key)
    return setting is None or setting.is_four_eyes


def _with_states(lines: list[dict[str, Any]]) -> list[Version]:
    """The newest that has begun and was not taken back is in force; the lines come newest first."""
    taken: set[str] = set()
    made = []
    for line in lines:
        state = _state(line, line["key"] in taken)
        if state is VersionState.IN_FORCE:
            taken.add(line["key"])
        names = {name: line[name] or "" for name in ("author", "approved_by")}
        facts = {**line, **names, "published_by": line["published_by"] or "系统", "state": state}
        made.append(Version(**{**facts, "decisions": sorted(line["decisions"])}))
    return made


def _state(line: Mapping[str, Any], is_later_in_force: bool) -> VersionState:
    if line["withdrawn_at"] is not None:
        return VersionState.OFFERED if line["is_shipped"] else VersionState.TAKEN_BACK
    if line["effective_at"] > now():
        return VersionState.COMING
    return VersionState.REPLACED if is_later_in_force else VersionState.IN_FORCE
