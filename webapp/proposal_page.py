"""Room proposal on the page: what an author and a second person look at before they press a button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from models.calendar import calendar, today
from models.database import DbSession, reading
from models.draft import ProcessDraft
from models.people import User
from models.process_version import is_four_eyes
from models.proposal import ProcessProposal
from models.refusal import Busy
from models.workflow import ProcessDefinition
from processes.draft import draft_for, neighbours
from processes.engine.lint_codes_house import TO_CONFIRM
from processes.engine.lint_vocabulary import Problem
from processes.proposal import proposal_of
from processes.publication import digest_of, encoded, problems_of, seal_of, standing_version, versions_of
from processes.version_side import Side, of_version, side
from webapp.comparison_view import Comparison

_WEEK = "一二三四五六日"


@dataclass
class Looked:
    """A drawing with everything that is to be known before it is published."""

    row: ProcessDraft | ProcessProposal
    of: Side
    standing: ProcessDefinition | None
    base: ProcessDefinition | None
    is_four_eyes: bool
    others: Sequence[Any] = ()
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    # The seal of what was checked and found sound; empty before.
    checked: str = ""
    # It could not be checked just now: what was typed stays, to be sent again.
    is_busy: bool = False

    @property
    def seen(self) -> int | None:
        """The newest version, by which the comparison was made."""
        return self.standing.id if self.standing else None

    @property
    def is_late(self) -> bool:
        """Somebody else has published since this was begun."""
        return self.standing is not None and (self.base is None or self.base.id != self.standing.id)

    @property
    def comparisons(self) -> list[Comparison]:
        """Against what it was begun from and, where that is not the newest, against the newest too."""
        rows = {
            row.id: row for row in (self.standing, self.base) if row is not None and row.key == self.of.key
        }
        return [Comparison(of_version(row), self.of) for row in rows.values()]

    @property
    def examples(self) -> int:
        """How many examples of decisions were run with the check."""
        return sum(len(rows) for rows in self.row.tests.values() if isinstance(rows, list))

    @property
    def to_confirm(self) -> list[Problem]:
        """Clocks by which the law counts and that are gone or longer: who publishes says so in so many words."""
        return [one for one in self.warnings if one.code in TO_CONFIRM]

    @property
    def other_warnings(self) -> list[Problem]:
        """What is said and asks for nothing."""
        return [one for one in self.warnings if one.code not in TO_CONFIRM]

    def check(self) -> Looked:
        """Run the check, in a process of its own: never while a transaction is open."""
        try:
            found = problems_of(self.row.bpmn.encode(), encoded(self.row.decisions), self.row.tests)
        except Busy as busy:
            # The page stays with all that was typed, and forbids what is not checked.
            found, self.is_busy = [Problem("", busy.message)], True
        self.problems = [one for one in found if not one.is_warning]
        self.warnings = [one for one in found if one.is_warning]
        # What has an error may have no translation, and so no fingerprint.
        if not self.problems:
            digest = digest_of(self.row.bpmn.encode(), encoded(self.row.decisions))
            self.checked = seal_of(digest, self.row.tests)
        return self


def look_at_draft(draft_id: int, actor: User) -> Looked:
    """One's own draft."""
    with reading() as session:
        draft = draft_for(session, draft_id, actor)
        found = _looked(session, draft, side(session, f"draft:{draft_id}", actor))
        found.others = neighbours(session, draft)
    return found


def look_at_proposal(proposal_id: int, actor: User) -> Looked:
    """What somebody put forward."""
    with reading() as session:
        row = proposal_of(session, proposal_id)
        return _looked(session, row, side(session, f"proposal:{proposal_id}", actor))


def _looked(session: DbSession, row: ProcessDraft | ProcessProposal, of: Side) -> Looked:
    base = session.get(ProcessDefinition, row.based_on_id) if row.based_on_id else None
    return Looked(
        row, of, standing_version(versions_of(session, row.key)), base, is_four_eyes(session, row.key)
    )


def day_words(day: date) -> str:
    """2026-03-09（星期一，工作日）; a day off is said with the working day after it."""
    book = calendar()
    kind = "工作日" if book.is_working_day(day) else f"非工作日，其后首个工作日为 {next_working_day(day)}"
    return f"{day}（星期{_WEEK[day.weekday()]}，{kind}）"


def next_working_day(after: date | None = None) -> date:
    """The first working day after a day, after today when none is given."""
    day = (after or today()) + timedelta(days=1)
    while not calendar().is_working_day(day):
        day += timedelta(days=1)
    return day
