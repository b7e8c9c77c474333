"""Room hall: opens and closes the secret addresses of screens, and counts what they may show: numbers, nobody's data."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from models import audit
from models.board_cache import LARGE, kept
from models.calendar import end_of, now, today
from models.case import CaseFile
from models.case_status import CaseStatus
from models.flow_record import FlowKind, FlowRecord
from models.hall import HallScreen, digest_of
from models.people import Permission, Region, User
from models.refusal import Conflict, NotFound, Refusal
from models.review import Opinion
from models.workflow import IS_OPEN, UserTask

LISTED, MOST_NAME = 12, 60


def open_screen(session: Session, name: str, region_id: int, actor: User) -> tuple[HallScreen, str]:
    """A new screen and its secret, which is told this once. Raises Refusal."""
    actor.require(Permission.PEOPLE_MANAGE)
    title = name.strip()
    if not title or len(title) > MOST_NAME:
        raise Refusal(f"请填写名称，不超过 {MOST_NAME} 字。", "name")
    if session.get(Region, region_id) is None:
        raise Refusal("请选择地区。", "region")
    secret = secrets.token_urlsafe(24)
    row = HallScreen(
        name=title, region_id=region_id, secret_digest=digest_of(secret), made_by_id=actor.id, made_at=now()
    )
    session.add(row)
    session.flush()
    audit.record(session, "hall.opened", f"开通公示屏“{title}”", actor=actor, new={"screen": row.id})
    return row, secret


def revoke_screen(session: Session, screen_id: int, actor: User) -> HallScreen:
    """Its address leads nowhere from now on. Raises NotFound, Conflict."""
    actor.require(Permission.PEOPLE_MANAGE)
    row = session.get(HallScreen, screen_id, with_for_update={"of": HallScreen})
    if row is None:
        raise NotFound("未找到该公示屏。")
    if row.revoked_at is not None:
        raise Conflict("该公示屏已停用。")
    row.revoked_at, row.revoked_by_id = now(), actor.id
    audit.record(session, "hall.revoked", f"停用公示屏“{row.name}”", actor=actor, new={"screen": row.id})
    return row


@dataclass(frozen=True)
class Called:
    """A case of today: its number, what it is about, where it stands. Nobody's name, no amount."""

    number: str
    kind: str
    status: str
    at: datetime


@dataclass(frozen=True)
class Shown:
    """What a screen shows."""

    submitted: int
    accepted: int
    closed: int
    in_hand: int
    due_today: int
    recent: list[Called]


def shown(session: Session, screen: HallScreen) -> Shown:
    """The numbers of today of a screen's region and of everything under it, kept for a minute: anybody may ask."""
    return kept(session, ("hall", screen.region_id), lambda: _counted(session, screen), lambda _found: LARGE)


def _counted(session: Session, screen: HallScreen) -> Shown:
    since = end_of(today() - timedelta(days=1))
    here = _within(screen.region_id)
    live = (here, CaseFile.submitted_at.is_not(None), CaseFile.closed_at.is_(None))
    ends = exists().where(UserTask.case_id == CaseFile.id, IS_OPEN, UserTask.due_at == end_of(today()))
    numbers = session.execute(
        select(
            _count(here, CaseFile.submitted_at > since),
            _count(here, CaseFile.id.in_(_accepted_today())),
            _count(here, _is_ended(since)),
            _count(*live),
            _count(*live, ends.correlate(CaseFile)),
        )
    ).one()
    return Shown(*numbers, recent=_recent(session, here, since))


def _accepted_today() -> Select[int]:
    """Cases that an office accepted today: 受理之日 of the law is the day of receipt, mostly an earlier one (D-05)."""
    return (
        select(Opinion.case_id)
        .join(FlowRecord, FlowRecord.task_id == Opinion.task_id)
        .join(UserTask, UserTask.id == Opinion.task_id)
        .where(FlowRecord.kind == FlowKind.TASK_DONE, FlowRecord.on_day == today())
        # By the case as well: opinions are found by their case.
        .where(Opinion.case_id == FlowRecord.case_id, UserTask.superseded_at.is_(None))
        .where(Opinion.form_key == "acceptance", Opinion.result == "complete")
    )


def _recent(session: Session, here: ColumnElement[bool], since: datetime) -> list[Called]:
    """What was handed in or ended today, newest first."""
    moment = func.coalesce(CaseFile.closed_at, CaseFile.submitted_at, type_=CaseFile.closed_at.type)
    query = (
        select(CaseFile, moment)
        .where(here, or_(CaseFile.submitted_at > since, _is_ended(since)))
        .order_by(moment.desc(), CaseFile.id.desc())
        .limit(LISTED)
    )
    return [Called(row.number, row.kind.label, _status(row), at) for row, at in session.execute(query)]


def _is_ended(since: datetime) -> ColumnElement[bool]:
    """A draft that its applicant throws away has an end too, and was never a case of the office."""
    return and_(CaseFile.closed_at > since, CaseFile.submitted_at.is_not(None))


def _status(row: CaseFile) -> str:
    """Of a case that has ended no more than that: how it ended is the applicant's own."""
    state: CaseStatus = row.state
    return "已办结" if state.is_final else state.label


def _count(*criteria: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(CaseFile).where(*criteria).scalar_subquery()


def _within(region_id: int) -> ColumnElement[bool]:
    children = select(Region.id).where(Region.parent_id == region_id)
    below = or_(Region.id == region_id, Region.parent_id == region_id, Region.parent_id.in_(children))
    return CaseFile.region_id.in_(select(Region.id).where(below))
