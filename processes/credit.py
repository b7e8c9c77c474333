"""Room credit: a firm comes on the register, stays or leaves it, and who may never apply again (B-14, B-18, D-30)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile, next_numbers
from models.credit import (
    CreditListing,
    Exclusion,
    ExclusionCause,
    ListingEvent,
    ListingEventKind,
    ListingStatus,
    barred_keys,
    exclusions_of,
    listing_of,
    listings_of,
)
from models.credit_exit import ExitGround
from models.crypto import keyed_hash
from models.declaration import recommenders
from models.letter import LetterKind
from models.people import DepartmentKind, User
from models.refusal import Refusal
from models.scheme import Scheme
from models.subject import Subject, SubjectKind, subjects_of
from processes import credit_evidence, exit_opening
from processes.letter import issue
from processes.notification import tell_departments
from processes.office import join, offices
from processes.warning import warn

_SERIES = {SubjectKind.ENTERPRISE: "XQ", SubjectKind.SOLE_TRADER: "XH"}
_HELD = (Scheme.CREDIT_EXIT, Scheme.BLACKLISTING)


def enlist(
    session: Session,
    subject: Subject,
    notice_id: int | None,
    application_case: CaseFile | None,
    actor: User | None,
) -> CreditListing:
    """Put a firm on the register after its notice, today. A second call gives the same listing.

    Raises Refusal for a firm that is excluded, by its code or by its operator (D-30).
    """
    made = enlist_all(session, [(subject, application_case)], notice_id, actor)
    if reason := made.refused.get(subject.id):
        raise Refusal(reason)
    return made.listings[0]


@dataclass
class Enlisted:
    """Who is on the register now, and by the id of the firm why it is not."""

    listings: list[CreditListing] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def enlist_all(
    session: Session,
    wanted: Sequence[tuple[Subject, CaseFile | None]],
    notice_id: int | None,
    actor: User | None,
) -> Enlisted:
    """As `enlist`, for a chunk of a list with a fixed number of statements; who is excluded is told, not raised."""
    made, barred = Enlisted(), barred_keys(session)
    known = {row.subject_id: row for row in listings_of(session, [subject.id for subject, _case in wanted])}
    fresh: list[tuple[Subject, CaseFile | None]] = []
    for subject, case in wanted:
        is_barred = not barred.isdisjoint((subject.uscc, subject.operator_hash))
        reason = exclusion(session, subject.uscc, [subject.operator_hash]) if is_barred else ""
        if reason:
            made.refused[subject.id] = f"{subject.name}：{reason}"
        elif subject.id in known:
            made.listings.append(known[subject.id])
        else:
            fresh.append((subject, case))
    made.listings += _enlist_fresh(session, fresh, notice_id, actor)
    return made


def _enlist_fresh(
    session: Session,
    fresh: Sequence[tuple[Subject, CaseFile | None]],
    notice_id: int | None,
    actor: User | None,
) -> list[CreditListing]:
    numbers = _numbers([subject for subject, _case in fresh], session)
    signed = {"status": ListingStatus.LISTED.value, "listed_on": today(), "notice_id": notice_id}
    rows, lines = list[dict[str, Any]](), list[audit.Line]()
    for subject, case in fresh:
        number = next(numbers[subject.kind])
        about = {"subject_id": subject.id, "kind": subject.kind, "region_id": subject.region_id}
        application = {"application_case_id": case.id if case else None}
        rows.append({"number": number, "revision": 1, **about, **application, **signed})
        new = {"number": number, "uscc": subject.uscc, "listed_on": today()}
        lines.append(audit.Line(case, f"{subject.name}确定为信用{_word(subject)}，编号 {number}", new))
    if not rows:
        return []
    session.execute(insert(CreditListing), rows)
    _note_all(session, fresh, ListingEventKind.LISTED, actor)
    credit_evidence.take_over(session, {case.id: subject.id for subject, case in fresh if case is not None})
    audit.record_all(session, "listing.created", lines, actor=actor)
    made = {row.subject_id: row for row in listings_of(session, [subject.id for subject, _case in fresh])}
    return [made[subject.id] for subject, _case in fresh]


def _numbers(subjects: Sequence[Subject], session: Session) -> dict[str, Iterator[str]]:
    """The next numbers of the two lists, by the kind of firm."""
    counts = Counter(subject.kind for subject in subjects)
    return {
        kind: iter(next_numbers(session, f"{_SERIES[SubjectKind(kind)]}{today().year}", count))
        for kind, count in sorted(counts.items())
    }


def recommend(
    session: Session, notice_case: CaseFile, listings: Sequence[CreditListing], actor: User | None
) -> None:
    """N11 on the day of the confirmation: one letter with the list, and a message to every bank.

    Call it once a notice, after its firms have been enlisted; the banks take part in `notice_case` from then on.
    """
    if not listings or notice_case.region_id is None:
        return
    banks = offices(session, notice_case.region_id, (DepartmentKind.BANK,))
    firms = subjects_of(session, (one.subject_id for one in listings))
    by_whom = recommenders(session, [one.application_case_id for one in listings])
    rows = [
        {"number": one.number, "name": firm.name, "uscc": firm.uscc, "kind": firm.kind_label,
         "recommender": by_whom.get(one.application_case_id or 0, "")}
        for one, firm in ((one, firms[one.subject_id]) for one in listings)
    ]  # fmt: skip
    content = {"rows": rows, "recipients": [bank.name for bank in banks], "on": today()}
    kind, addressee = LetterKind.RECOMMENDATION, "各合作金融机构"
    issue(session, notice_case, kind, content, actor=actor, addressee=addressee)
    join(session, notice_case, banks)
    _note_all(session, [(one, notice_case) for one in firms.values()], ListingEventKind.RECOMMENDED, actor)
    text = f"{notice_case.number}：新确定信用企业（户）{len(rows)} 家，推荐名单已发送，请查阅。"
    tell_departments(session, [bank.id for bank in banks], text, notice_case)


def require_listed(session: Session, subject_id: int) -> CreditListing:
    """The live listing of a firm that may do new business now (B-16). Raises Refusal saying why not."""
    subject = session.get_one(Subject, subject_id)
    found = listing_of(session, subject_id)
    if reason := exclusion(session, subject.uscc, [subject.operator_hash]):
        raise Refusal(reason)
    if found is None or not found.is_live:
        raise Refusal("该主体不是信用企业（户），不能办理“信保贷”业务。")
    return found


def exclusion(session: Session, uscc: str, operator_hashes: Iterable[str]) -> str:
    """Why a firm may not apply for 信保贷, in Chinese; empty when it may (D-30: by code and by operator).

    `operator_hashes` are `keyed_hash` of the ID numbers of its operator or legal representative.
    """
    found = exclusions_of(session, uscc, operator_hashes)
    if not found:
        return ""
    row = found[0]
    whose = "该主体" if row.subject.uscc == uscc else "该主体的法定代表人（经营者）名下的其他主体"
    cause = ExclusionCause.title_of(row.cause)
    return f"{whose}{cause}（{row.excluded_on.isoformat()}），不得再申请“信保贷”业务。"


def leave(
    session: Session,
    subject: Subject,
    ground: ExitGround,
    facts: str,
    on: date,
    case: CaseFile,
    *,
    actor: User | None,
) -> CreditListing | None:
    """Cancel the qualification the same day, warn everybody (N13) and block what is new (B-18, D-29, D-30).

    `case` is the one in which the ground was found. Out of one that is no exit and no blacklisting, an exit
    case is opened for the announcement (N14) and the preservation measures. A firm that is not on the register
    any more leaves nothing: None.
    """
    listing = listing_of(session, subject.id)
    if listing is None or not listing.is_live:
        return None
    listing.status, listing.cancelled_on = ListingStatus.CANCELLED, on
    exclude(session, subject, ExclusionCause.EXIT, on, case)
    session.flush()
    held = case
    if case.kind not in _HELD:
        held = exit_opening.open_exit(
            session, subject, ground, facts, on, parent=case, actor=actor, cancelled_on=on
        )
    _note(session, subject, ListingEventKind.CANCELLED, on, ground, facts, case=held, actor=actor)
    audit.record(
        session,
        "listing.cancelled",
        f"取消{subject.name}的信用企业（户）资格：{ground.label}",
        actor=actor,
        case=held,
        old={"status": ListingStatus.LISTED},
        new={"status": listing.status, "ground": ground, "cancelled_on": on},
    )
    warn(session, subject, listing, ground, facts, held)
    _note(session, subject, ListingEventKind.WARNED, on, ground, case=held, actor=actor)
    return listing


def exclude(session: Session, subject: Subject, cause: ExclusionCause, on: date, case: CaseFile) -> None:
    """Keep a firm and the person behind it out, without an end; a second time changes nothing."""
    if any(row.cause == cause for row in exclusions_of(session, subject.uscc, ())):
        return
    session.add(
        Exclusion(
            subject_id=subject.id,
            code_hash=keyed_hash(subject.uscc),
            operator_hash=subject.operator_hash,
            cause=cause,
            region_id=subject.region_id,
            excluded_on=on,
            case_id=case.id,
        )
    )


def note_blacklisted(
    session: Session, subject: Subject, ground: str, facts: str, case: CaseFile, actor: User | None
) -> None:
    """The line of the firm's history that says it was put on the blacklist today."""
    _note(session, subject, ListingEventKind.BLACKLISTED, today(), ground, facts, case=case, actor=actor)


def _note(
    session: Session,
    subject: Subject,
    kind: ListingEventKind,
    on: date,
    ground: str = "",
    facts: str = "",
    *,
    case: CaseFile | None,
    actor: User | None,
) -> None:
    session.add(
        ListingEvent(
            subject_id=subject.id,
            kind=kind,
            happened_on=on,
            ground=ground,
            facts=facts,
            case_id=case.id if case else None,
            actor_id=actor.id if actor else None,
            recorded_at=now(),
        )
    )


def _note_all(
    session: Session,
    about: Iterable[tuple[Subject, CaseFile | None]],
    kind: ListingEventKind,
    actor: User | None,
) -> None:
    """As `_note`, for many firms at once, today and without a ground."""
    common = {"kind": kind.value, "happened_on": today(), "actor_id": actor.id if actor else None,
              "recorded_at": now(), "ground": "", "facts": ""}  # fmt: skip
    rows = [
        {"subject_id": subject.id, "case_id": case.id if case else None, **common} for subject, case in about
    ]
    session.execute(insert(ListingEvent), rows)


def _word(subject: Subject) -> str:
    return "户" if subject.kind == SubjectKind.SOLE_TRADER else "企业"
