"""Room notice, result: whether a period can be confirmed, and what becomes of every firm on the list (D-26, D-27)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import calendar, today
from models.case import CaseFile
from models.credit import CreditListing
from models.notice import EntryOutcome, NoticeEntry, PublicNotice, entries_of, notice_of_case
from models.objection import open_numbers
from models.people import User
from models.refusal import Refusal
from models.subject import subjects_of
from processes import credit
from processes.acts import act
from processes.message import post
from processes.notice import close_entry, outstanding
from processes.steps import Completion, Routing, step

CHUNK = 500


@step("notice_confirmation")
def confirm(done: Completion) -> Routing:
    """确认公示结果: not before the day after the last one, never on a provisional day, no objection open (D-26, D-27)."""
    notice = notice_of_case(done.session, done.case.id)
    check_confirmable(done.session, notice)
    period = notice.period
    notice.last_on = period.last_on if period else None
    notice.calendar_version = calendar(notice.region.code).version
    notice.confirmed_on, notice.confirmed_by_id = today(), done.actor.id
    done.give_opinion("confirmed", last_on=notice.last_on)
    return {}


def check_confirmable(session: Session, notice: PublicNotice) -> None:
    """Raises Refusal saying why the result of a published notice cannot be confirmed today."""
    period = notice.period
    if period is None:
        raise Refusal("该公示尚未发布。")
    if period.provisional:
        raise Refusal(
            f"公示期最后一日（{period.last_on.isoformat()}）为暂定，须待国务院办公厅公布{period.last_on.year}年"
            "放假安排并载入工作日日历后方可确认。"
        )
    if today() < period.confirmable_on:
        raise Refusal(
            f"公示期至 {period.last_on.isoformat()} 24:00 届满，{period.confirmable_on.isoformat()} 起方可确认。"
        )
    if waiting := open_numbers(session, notice.id):
        raise Refusal(
            f"尚有 {len(waiting)} 件异议未核实完毕（{'、'.join(waiting[:5])}），核实结论作出后方可确认。"
        )


@act("settle_notice")
def settle(session: Session, case: CaseFile) -> None:
    """Put everybody who was not objected to on the register and recommend them; tell every declaration."""
    notice = notice_of_case(session, case.id)
    actor = session.get(User, notice.confirmed_by_id) if notice.confirmed_by_id else None
    waiting = outstanding(session, notice)
    listings = list[CreditListing]()
    for start in range(0, len(waiting), CHUNK):
        listings += _settle_chunk(session, notice, waiting[start : start + CHUNK], actor)
    credit.recommend(session, case, listings, actor)
    _log_result(session, case, notice, actor)


def _settle_chunk(
    session: Session,
    notice: PublicNotice,
    waiting: Sequence[tuple[NoticeEntry, CaseFile | None]],
    actor: User | None,
) -> list[CreditListing]:
    """A fixed number of statements: list who may be listed, close the entries, tell the declarations."""
    _lock(session, [application.id for _entry, application in waiting if application is not None])
    standing = []
    for entry, application in waiting:
        if application is not None and application.state.is_final:
            close_entry(entry, EntryOutcome.WITHDRAWN, f"申报案卷{application.state.label}")
        else:
            standing.append((entry, application))
    firms = subjects_of(session, (entry.subject_id for entry, _case in standing))
    wanted = [(firms[entry.subject_id], application) for entry, application in standing]
    made = credit.enlist_all(session, wanted, notice.id, actor)
    told: dict[str, list[int]] = {"listed": [], "not_listed": []}
    for entry, application in standing:
        reason = made.refused.get(entry.subject_id, "")  # excluded meanwhile (D-30)
        close_entry(entry, EntryOutcome.EXCLUDED if reason else EntryOutcome.LISTED, reason)
        if application is not None:
            told["not_listed" if reason else "listed"].append(application.id)
    session.flush()
    for name, ids in told.items():
        post(session, ids, name)
    return made.listings


def _lock(session: Session, applications: Sequence[int]) -> None:
    """Nobody takes a declaration back while its firm is listed; in the order of their ids, as everywhere."""
    query = select(CaseFile).where(CaseFile.id.in_(applications)).order_by(CaseFile.id)
    locking = query.with_for_update(of=CaseFile, key_share=True)
    session.scalars(locking.execution_options(populate_existing=True)).all()


def _log_result(session: Session, case: CaseFile, notice: PublicNotice, actor: User | None) -> None:
    outcomes = [entry.outcome for entry in entries_of(session, notice)]
    counts = {one.value: outcomes.count(one.value) for one in EntryOutcome}
    summary = f"公示期满，{counts['listed']} 户确定为信用企业（户）"
    if counts["removed"]:
        summary += f"，{counts['removed']} 户因异议属实移出"
    audit.record(session, "notice.confirmed", summary, actor=actor, case=case, new=counts)
