"""Room notice, search: the lists of notices, for the public and for the offices, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import CaseFile, visible_to
from models.keyset import containing
from models.notice import NoticeEntry, NoticeKind, PublicNotice
from models.objection import counts_of
from models.people import User

PAGE = 20


@dataclass(frozen=True)
class NoticeLine:
    """A notice in a list, with how many firms stand on it."""

    notice: PublicNotice
    number: str
    entries: int
    objections: int = 0
    undecided: int = 0


@dataclass(frozen=True)
class NoticePage:
    """Some notices, newest first, and the page after them (0: none)."""

    lines: Sequence[NoticeLine]
    after: int = 0


def published_notices(session: Session, text: str = "", page: int = 1, limit: int = PAGE) -> NoticePage:
    """What the public may read, newest publication first; `text` is part of a firm's name, or its code."""
    query = select(PublicNotice).where(PublicNotice.published_on.is_not(None))
    if text.strip():
        pattern = containing(text.strip())
        hit = select(NoticeEntry.notice_id).where(
            NoticeEntry.name.like(pattern, escape="\\") | (NoticeEntry.uscc == text.strip().upper())
        )
        query = query.where(PublicNotice.id.in_(hit))
    order = query.order_by(PublicNotice.published_on.desc(), PublicNotice.id.desc())
    rows = list(session.scalars(order.offset((page - 1) * limit).limit(limit + 1)))
    return _page(session, rows, page, limit)


def notices_for(session: Session, user: User, page: int = 1, limit: int = PAGE) -> NoticePage:
    """The notices whose case a person may see, drafts too, newest first."""
    query = (
        select(PublicNotice)
        .join(CaseFile, CaseFile.id == PublicNotice.case_id)
        .where(visible_to(user), PublicNotice.kind == NoticeKind.LISTING.value)
    )
    order = query.order_by(PublicNotice.id.desc())
    return _page(
        session, list(session.scalars(order.offset((page - 1) * limit).limit(limit + 1))), page, limit
    )


def _page(session: Session, rows: list[PublicNotice], page: int, limit: int) -> NoticePage:
    """Two more queries, whatever the number of rows."""
    shown = rows[:limit]
    ids = [row.id for row in shown]
    sizes = dict(
        session.execute(
            select(NoticeEntry.notice_id, func.count())
            .where(NoticeEntry.notice_id.in_(ids))
            .group_by(NoticeEntry.notice_id)
        ).all()
    )
    numbers = dict(
        session.execute(
            select(CaseFile.id, CaseFile.number).where(CaseFile.id.in_([row.case_id for row in shown]))
        ).all()
    )
    objected = counts_of(session, ids)
    lines = [
        NoticeLine(
            row, numbers.get(row.case_id or 0, ""), sizes.get(row.id, 0), *objected.get(row.id, (0, 0))
        )
        for row in shown
    ]
    return NoticePage(lines, page + 1 if len(rows) > limit else 0)
