"""Room notice, its page: a notice as it was published, its period as a picture, and the register beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models.calendar import today
from models.case import CaseFile
from models.credit_policy import credit_rules_on
from models.database import DbSession
from models.identity import mask_phone
from models.notice import NoticeEntry, Period, PublicNotice, count_of, entries_of, notice_of_case
from models.objection import Objection, ObjectionLine, objection_of_case, objections_of
from models.people import DepartmentKind, Permission, User
from models.scheme import Scheme
from models.subject import SubjectKind
from processes.notice import snapshot_of
from processes.personal_data import may_read_in_full
from webapp.case_panel import Panel, panel
from webapp.count_view import WORDS, Line, Month, line_of, months_of

LEGEND = {mark: word for mark, word in WORDS.items() if mark != "paused"}


@dataclass(frozen=True)
class List:
    """One of the two printed lists."""

    title: str
    rows: Sequence[Mapping[str, Any]]


class NoticeView:
    """A notice before the public: of the firms names and codes only (D-44)."""

    def __init__(self, session: DbSession, notice: PublicNotice) -> None:
        self.session, self.notice = session, notice

    @cached_property
    def snapshot(self) -> Mapping[str, Any]:
        """What was published; of a draft what would be, as it stands."""
        return self.notice.snapshot or snapshot_of(
            self.session, self.notice, entries_of(self.session, self.notice)
        )

    @property
    def content(self) -> Mapping[str, Any]:
        """The words of the office."""
        found: Mapping[str, Any] = self.snapshot["content"]
        return found

    @property
    def lists(self) -> Iterator[List]:
        """Enterprises and 个体工商户, each in the printed order."""
        for kind in SubjectKind:
            rows = [row for row in self.snapshot["entries"] if row["kind"] == kind]
            if rows:
                yield List(kind.label, rows)

    @cached_property
    def period(self) -> Period | None:
        """公示期 as it is counted now."""
        return self.notice.period

    @property
    def days(self) -> int:
        """Working days of the period: as published, of a draft by the rules of today (B-14)."""
        return self.notice.days or credit_rules_on(self.session, today()).notice_days

    @property
    def is_moved(self) -> bool:
        """Whether the calendar has moved the last day since the notice was published."""
        printed = self.snapshot["period"]
        return bool(printed and self.period and printed["last_on"] != self.period.last_on.isoformat())

    @cached_property
    def lines(self) -> list[Line]:
        """The count day by day."""
        days = count_of(self.session, self.notice)
        return [line_of(day, day is days[-1]) for day in days]

    @property
    def months(self) -> list[Month]:
        """The count as a picture."""
        return months_of(self.lines) if self.lines else []

    @cached_property
    def entries(self) -> list[NoticeEntry]:
        """The firms with what became of each; for the offices."""
        return entries_of(self.session, self.notice)

    @property
    def listed(self) -> int:
        """How many came on the register."""
        return sum(entry.outcome == "listed" for entry in self.entries)


class NoticeDesk(NoticeView):
    """A notice before one of the offices."""

    def __init__(self, session: DbSession, notice: PublicNotice, reader: User) -> None:
        super().__init__(session, notice)
        self.reader = reader

    @property
    def sees_objections(self) -> bool:
        """The center and those who oversee; not the banks to which the result is recommended."""
        kind = self.reader.department.kind if self.reader.department else ""
        return kind == DepartmentKind.FINANCE_CENTER or self.reader.may(Permission.CASE_OVERSEE)

    @property
    def may_record(self) -> bool:
        """Whether an objection on paper can be recorded now, by this reader."""
        is_running = self.notice.has_period and self.period is not None and self.notice.confirmed_on is None
        return is_running and self.sees_objections and self.reader.may(Permission.CREDIT_WORK)

    @cached_property
    def objections(self) -> list[ObjectionLine]:
        """异议登记."""
        return objections_of(self.session, self.notice) if self.sees_objections else []

    @property
    def removed(self) -> int:
        """How many do not stand on the list any more: a proved objection, a declaration taken back."""
        return sum(bool(entry.outcome) for entry in self.entries)

    @property
    def undecided(self) -> int:
        """How many objections still wait for their conclusion."""
        return sum(not line.objection.outcome for line in self.objections)


@panel(Scheme.PUBLIC_NOTICE)
def _notice_panel(session: DbSession, case: CaseFile, reader: User) -> Panel:
    desk = NoticeDesk(session, notice_of_case(session, case.id), reader)
    return Panel("notice/_panel.html", {"desk": desk})


@panel(Scheme.OBJECTION)
def _objection_panel(session: DbSession, case: CaseFile, reader: User) -> Panel:
    objection = objection_of_case(session, case.id)
    notice = session.get_one(PublicNotice, objection.notice_id)
    parent = session.get(CaseFile, notice.case_id)
    return Panel(
        "notice/_objection_panel.html",
        {
            "objection": objection,
            "said": said_before(session, case, objection, reader),
            "notice": notice,
            "number": parent.number if parent else "",
        },
    )


def said_before(session: DbSession, case: CaseFile, objection: Objection, reader: User) -> Mapping[str, Any]:
    """Who said what; the telephone in full for whoever works on it now."""
    said = dict(objection.statement)
    if not may_read_in_full(session, case, reader):
        said["phone"] = mask_phone(str(said["phone"]))
    return said
