"""Room notice: a list goes before the public, its period runs, and who was not objected to comes on the register."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import local_date, now, today
from models.case import CaseFile
from models.crypto import canonical_json
from models.declaration import recommenders
from models.meeting import half_of
from models.notice import (
    EntryOutcome,
    NoticeEntry,
    NoticeKind,
    NoticePlace,
    PublicNotice,
    entries_of,
    notice_of_case,
)
from models.people import Department, DepartmentKind, User
from models.refusal import Refusal
from models.scheme import Scheme
from models.screening import ScreeningRound, window_label
from models.subject import Subject, subjects_of
from processes.acts import act
from processes.case_opening import begin, open_case
from processes.facts import CaseFacts
from processes.message import post
from processes.office import office_in
from processes.steps import ROUTING, Completion, Routing, step

ROUTING |= {"is_published"}
_WRITTEN = ("basis", "text", "office", "phone", "address")


@dataclass(frozen=True)
class Entry:
    """A firm that passed, and the declaration that waits for the outcome."""

    subject_id: int
    application_case_id: int | None = None


def open_notice(
    session: Session,
    kind: NoticeKind,
    region_id: int,
    title: str,
    entries: Sequence[Entry],
    *,
    parent: CaseFile | None,
    actor: User | None,
) -> PublicNotice:
    """A notice to be drafted and published by the center, with a case of its own (B-14).

    Raises Refusal for a list without a firm.
    """
    if not entries:
        raise Refusal("没有可以公示的企业（户）。")
    case = open_case(session, Scheme.PUBLIC_NOTICE, region_id, title, actor=actor, parent=parent)
    notice = _new(kind, region_id, title, case)
    session.add(notice)
    session.flush()
    subjects = subjects_of(session, (one.subject_id for one in entries))
    known = {one.subject_id: one.application_case_id for one in entries}
    _write_entries(session, notice, [subjects[key] for key in known], known)
    begin(session, case, f"领导小组审核通过，形成“{title}”名单 {len(known)} 户", actor, entries=len(known))
    return notice


def announce(
    session: Session,
    kind: NoticeKind,
    region_id: int,
    title: str,
    text: str,
    *,
    subjects: Sequence[Subject],
    case: CaseFile | None,
    actor: User | None,
) -> PublicNotice:
    """Publish at once and without a period what has been decided: 取消资格公告, 黑名单通报 (N14, N17)."""
    notice = _new(kind, region_id, title, case)
    notice.content = {"text": text, "office": _office_name(session, region_id)}
    notice.places = [NoticePlace.SYSTEM.label]
    session.add(notice)
    session.flush()
    _write_entries(session, notice, subjects, {})
    _set_published(session, notice, today(), actor)
    summary = f"发布《{title}》（{notice.kind_label}）"
    new = {"notice": notice.id, "sha256": notice.digest}
    audit.record(session, "notice.announced", summary, actor=actor, case=case, new=new)
    return notice


def _office_name(session: Session, region_id: int) -> str:
    """Whose name stands under an announcement."""
    center = office_in(session, region_id, DepartmentKind.FINANCE_CENTER)
    return session.get_one(Department, center).name if center else ""


def _new(kind: NoticeKind, region_id: int, title: str, case: CaseFile | None) -> PublicNotice:
    return PublicNotice(
        kind=kind.value,
        case_id=case.id if case else None,
        region_id=region_id,
        title=title[:100],
        content={},
        places=[],
        drafted_at=now(),
        days=0,
        digest="",
    )


def _write_entries(
    session: Session,
    notice: PublicNotice,
    subjects: Sequence[Subject],
    applications: Mapping[int, int | None],
) -> None:
    """Enterprises before 个体工商户, each list by code: the printed order."""
    rows = [
        {"notice_id": notice.id, "serial": serial, "subject_id": one.id, "name": one.name, "uscc": one.uscc,
         "kind": one.kind, "application_case_id": applications.get(one.id), "outcome": "", "reason": ""}
        for serial, one in enumerate(sorted(subjects, key=lambda one: (one.kind, one.uscc)), 1)
    ]  # fmt: skip
    if rows:
        session.execute(insert(NoticeEntry), rows)


@step("notice_publication")
def publish(done: Completion) -> Routing:
    """发布公示: freeze the list as it stands today, and start the period on the day of the publication.

    Declarations that were withdrawn meanwhile are left out; with none left there is nothing to publish.
    """
    session, notice = done.session, notice_of_case(done.session, done.case.id)
    _drop_withdrawn(session, notice)
    if all(entry.outcome for entry in entries_of(session, notice)):
        notice.confirmed_on, notice.confirmed_by_id = today(), done.actor.id
        return {"is_published": False}
    notice.title = done.text("title")
    notice.content = {name: done.text(name) for name in _WRITTEN}
    notice.places = _places(done)
    notice.days = CaseFacts(session, done.case).credit.notice_days
    _set_published(session, notice, _publication_day(notice, done.answers["published_on"]), done.actor)
    _check_not_over(notice)
    done.give_opinion("published", places=notice.places, published_on=notice.published_on)
    return {"is_published": True}


def _places(done: Completion) -> list[str]:
    chosen = [NoticePlace.title_of(key) for key in done.answers.get("places") or []]
    other = done.text("other_places")
    return [*chosen, other] if other else chosen


def _publication_day(notice: PublicNotice, day: date) -> date:
    drafted_on = local_date(notice.drafted_at)
    if not drafted_on <= day <= today():
        message = f"公示发布日期应在名单形成之日（{drafted_on.isoformat()}）至今日之间。"
        raise Refusal(message, "published_on")
    return day


def _check_not_over(notice: PublicNotice) -> None:
    """Nobody could object online to a list whose period was over when it was recorded."""
    period = notice.period
    if period is not None and period.last_on < today():
        message = f"按此日期公示期已于 {period.last_on.isoformat()} 届满，社会公众无法提出异议，请核对发布日期或重新发布。"
        raise Refusal(message, "published_on")


def _set_published(session: Session, notice: PublicNotice, day: date, actor: User | None) -> None:
    notice.published_on, notice.published_at = day, now()
    notice.published_by_id = actor.id if actor else None
    # The period on paper is counted by the region's calendar.
    session.flush()
    notice.snapshot = snapshot_of(session, notice, entries_of(session, notice))
    notice.digest = hashlib.sha256(canonical_json(notice.snapshot)).hexdigest()


def snapshot_of(session: Session, notice: PublicNotice, entries: Iterable[NoticeEntry]) -> dict[str, Any]:
    """The notice as the public reads it, in plain values (F6); no personal data: a 推荐单位 is an office (D-44)."""
    period, standing = notice.period, [one for one in entries if not one.outcome]
    by_whom = recommenders(session, [one.application_case_id for one in standing])
    return {
        "kind": notice.kind,
        "title": notice.title,
        "content": dict(notice.content),
        "places": list(notice.places),
        "published_on": notice.published_on.isoformat() if notice.published_on else None,
        "period": None
        if period is None
        else {
            "first_on": period.first_on.isoformat(),
            "last_on": period.last_on.isoformat(),
            "days": period.days,
            "provisional": period.provisional,
        },
        "entries": [
            {
                "serial": one.serial,
                "name": one.name,
                "uscc": one.uscc,
                "kind": one.kind,
                "recommender": by_whom.get(one.application_case_id or 0, ""),
            }
            for one in standing
        ],
        "batch": batch_of(session, notice),
    }


def batch_of(session: Session, notice: PublicNotice) -> str:
    """批次, the half-year of the round out of which the list has come; an announcement has none."""
    if not notice.has_period or notice.case_id is None:
        return ""
    query = (
        select(ScreeningRound.window_month)
        .join(CaseFile, CaseFile.parent_id == ScreeningRound.case_id)
        .where(CaseFile.id == notice.case_id)
    )
    window = session.scalars(query).first()
    return window_label(window) if window else half_of(local_date(notice.drafted_at))


def _drop_withdrawn(session: Session, notice: PublicNotice) -> None:
    """A firm whose declaration has ended does not stand before the public any more (D-41)."""
    for entry, case in outstanding(session, notice):
        if case is not None and case.state.is_final:
            close_entry(entry, EntryOutcome.WITHDRAWN, f"申报案卷{case.state.label}")
    session.flush()


def outstanding(session: Session, notice: PublicNotice) -> list[tuple[NoticeEntry, CaseFile | None]]:
    """The entries nothing has become of yet, each with its declaration, in one query."""
    query = (
        select(NoticeEntry, CaseFile)
        .outerjoin(CaseFile, CaseFile.id == NoticeEntry.application_case_id)
        .where(NoticeEntry.notice_id == notice.id, NoticeEntry.outcome == "")
        .order_by(NoticeEntry.serial)
    )
    return [(entry, case) for entry, case in session.execute(query)]


def close_entry(entry: NoticeEntry, outcome: EntryOutcome, reason: str = "") -> None:
    """Nothing more becomes of the entry on this notice."""
    entry.outcome, entry.reason, entry.settled_on = outcome.value, reason[:300], today()


@act("tell_published")
def tell_published(session: Session, case: CaseFile) -> None:
    """The declarations hear that their firms stand before the public."""
    waiting = outstanding(session, notice_of_case(session, case.id))
    post(session, [application.id for _entry, application in waiting if application], "notice_published")
