"""Room letter: issues numbered official letters; the content is frozen at issue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile, next_number
from models.letter import Letter, LetterKind
from models.people import User
from models.scheme import Scheme
from processes.office import window_of


def issue(
    session: Session,
    case: CaseFile,
    kind: LetterKind,
    content: Mapping[str, Any],
    *,
    actor: User | None,
    addressee: str = "",
    delivery_method: str = "",
    delivered_on: date | None = None,
) -> Letter:
    """Issue a letter, to the applicant unless somebody else is named; numbered e.g. 创贷补〔2026〕00003号."""
    on = today()
    is_startup = case.kind is Scheme.STARTUP_LOAN
    series = kind.series if is_startup else kind.series.replace("创贷", "信保")
    # The column of the counter holds 20 characters.
    serial = next_number(session, f"{kind.value[:14]}{'-' if is_startup else '+'}{on.year}-")[-5:]
    letter = Letter(
        case_id=case.id,
        kind=kind.value,
        number=f"{series}〔{on.year}〕{serial}号",
        addressee=addressee or case.applicant_name,
        content=_plain(content),
        issued_on=on,
        issued_at=now(),
        department_id=actor.department_id if actor else window_of(session, case),
        issued_by_id=actor.id if actor else None,
        delivery_method=delivery_method,
        delivered_on=delivered_on,
    )
    session.add(letter)
    audit.record(
        session,
        "letter.issued",
        f"制发《{kind.label}》{letter.number}",
        actor=actor,
        case=case,
        new={"number": letter.number, "kind": kind.value, "delivered_on": delivered_on},
    )
    return letter


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in content.items()}
