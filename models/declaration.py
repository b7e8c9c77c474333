"""Room declaration: the window of B-11, and the declarations of 信保贷 as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.calendar import today
from models.case import CaseFile
from models.case_status import CaseStatus
from models.credit_policy import credit_rules_on
from models.identity import add_months
from models.scheme import Scheme
from models.vocabulary import Labelled

PART = 1000
_ENDED = [status.value for status in CaseStatus if status.is_final and status is not CaseStatus.LISTED]


# Where a declaration may stand.
CURRENT = (
    CaseStatus.DRAFT,
    CaseStatus.FORM_CHECKING,
    CaseStatus.SUPPLEMENTING,
    CaseStatus.AWAITING_ROUND,
    CaseStatus.SCREENING,
    CaseStatus.AWAITING_NOTICE,
    CaseStatus.ON_NOTICE,
    CaseStatus.NOTIFYING,
    CaseStatus.LISTED,
    CaseStatus.NOT_PASSED,
    CaseStatus.NOT_LISTED,
    CaseStatus.WITHDRAWN,
    CaseStatus.LAPSED,
)


class DeclarationChannel(Labelled):
    """申报方式 (B-10)."""

    RECOMMENDED = "recommended", "推荐申报"
    SELF = "self", "自行申报"


class DebtSecurity(Labelled):
    """担保方式 of a loan that the firm has already."""

    CREDIT = "credit", "信用"
    SURETY = "surety", "保证"
    MORTGAGE = "mortgage", "抵押"
    PLEDGE = "pledge", "质押"


def full_months(first: date, on: date) -> int:
    """How many whole calendar months lie between two days: 12 from the corresponding day a year later on."""
    months = (on.year - first.year) * 12 + on.month - first.month
    return months if add_months(first, months) <= on else months - 1


def is_open_on(months: Sequence[int], on: date) -> bool:
    """Whether a declaration received on that Shanghai day is in the window: any day of these months (D-19)."""
    return on.month in months


def next_opening(months: Sequence[int], on: date) -> date:
    """The first day of the next window that begins after `on`; ValueError when there are no months."""
    if not months:
        raise ValueError("a window needs at least one month")
    first_days = (date(year, month, 1) for year in (on.year, on.year + 1) for month in sorted(months))
    return next(day for day in first_days if day > on)


@dataclass(frozen=True)
class Window:
    """The months in which declarations are received, as they stand today (B-11)."""

    months: list[int]
    is_open: bool
    next_opening: date

    @property
    def season(self) -> str:
        """5月、12月."""
        return "、".join(f"{month}月" for month in self.months)

    @property
    def opening(self) -> str:
        """The first day of the next window, as people write it."""
        day = self.next_opening
        return f"{day.year}年{day.month}月{day.day}日"


def window(session: Session) -> Window:
    """Whether declarations are received today, by the day in Shanghai, and when next (D-19)."""
    months, on = credit_rules_on(session, today()).window_months, today()
    return Window(months, is_open_on(months, on), next_opening(months, on))


def standing_declaration(session: Session, subject_id: int, but: int) -> CaseFile | None:
    """Another declaration of the firm that is under way, or by which it was listed."""
    query = select(CaseFile).where(
        CaseFile.subject_id == subject_id,
        CaseFile.scheme == Scheme.CREDIT_APPLICATION,
        CaseFile.id != but,
        CaseFile.status.not_in(_ENDED),
    )
    return session.scalars(query.order_by(CaseFile.id).limit(1)).first()


def declarations_awaiting(session: Session, region_id: int) -> list[CaseFile]:
    """The complete declarations of a region that no round has taken up, with their firms, oldest first."""
    query = select(CaseFile).where(
        CaseFile.scheme == Scheme.CREDIT_APPLICATION,
        CaseFile.status == CaseStatus.AWAITING_ROUND,
        CaseFile.region_id == region_id,
    )
    return list(session.scalars(query.options(joinedload(CaseFile.subject)).order_by(CaseFile.id)))


def recommenders(session: Session, case_ids: Iterable[int | None]) -> dict[int, str]:
    """推荐单位 of the declarations that were recommended; those that firms made by themselves are left out (B-10)."""
    wanted = [one for one in case_ids if one]
    found: dict[int, str] = {}
    for start in range(0, len(wanted), PART):
        part = select(CaseFile.id, CaseFile.application).where(CaseFile.id.in_(wanted[start : start + PART]))
        recommended = part.where(CaseFile.channel == DeclarationChannel.RECOMMENDED)
        for case_id, answers in session.execute(recommended):
            found[case_id] = str(answers.get("recommender") or "")
    return found
