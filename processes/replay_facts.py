"""Room replay, facts: what expressions may ask about a finished case, as it was known at the instant replayed.

Days that a step has brought (受理, 银行受理, an opinion, a notice of what is missing) are known once that step has been
replayed, and move with it when it comes later than it did; everything else is what the tables say in the end
(docs/decisions/0027-a-replay-trusts-only-what-it-can-reproduce.md).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models.calendar import calendar, local_date, now, today
from models.loan import Loan
from models.working_days import due_on
from processes.engine.drawing import Drawing
from processes.facts import REFUSING, CaseFacts
from processes.replay_record import Record, StepRow

_FIXED = ("policy", "credit")


class ReplayFacts(CaseFacts):
    """The facts of one record; `seen` says which of its steps were replayed, and by how many working days later."""

    def __init__(self, session: Session, record: Record, drawing: Drawing) -> None:
        super().__init__(session, record.case)
        self.record, self.drawn = record, drawing.field_names
        self.seen: dict[int, int] = {}
        # What steps without a record are assumed to have answered to drawn fields.
        self.assumed: dict[str, Any] = {}
        # Steps of the record that the drawing does not have: what they brought is known from their own instant.
        self._elsewhere = {row.task_id: row for row in record.steps if row.element_id not in drawing.steps}

    def forget(self) -> None:
        """A step was replayed: what it has brought is known from now on."""
        self._known = {name: self._known[name] for name in _FIXED if name in self._known}

    def __contains__(self, name: object) -> bool:
        return name in self.drawn or super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        dated = _DATED.get(name)
        if dated is not None:
            return dated(self)
        return self._drawn_answer(name) if name in self.drawn else super().__getitem__(name)

    def _drawn_answer(self, name: str) -> Any:
        """What the last step that was replayed has answered to a drawn field; None before that."""
        if name in self.assumed:
            return self.assumed[name]
        rows = (row for row in reversed(self.record.answers) if row.field == name)
        return next((row.value for row in rows if self.shift_of(row.task_id) is not None), None)

    @property
    def loan(self) -> Loan | None:
        """The loan, from the step on that approved it."""
        return self.record.loan if self.last("bank_acceptance", "bank_approved") else None

    def shift_of(self, row_id: int) -> int | None:
        """By how many working days that step came later; None while it has not been replayed."""
        row = self._elsewhere.get(row_id)
        if row is not None and row_id not in self.seen:
            return 0 if row.done_at is not None and row.done_at <= now() else None
        return self.seen.get(row_id)

    def moved(self, day: date, shift: int) -> date:
        """A day of the record, so many working days later."""
        return due_on(day, shift, calendar(self.record.region_code)).due_on if shift else day

    def last(self, form_key: str, answer: str = "") -> StepRow | None:
        """The last step of that form that was replayed, and answered `answer` with yes."""
        found = [
            row
            for row in self.record.steps
            if row.form_key == form_key
            and row.done_at is not None
            and self.shift_of(row.task_id) is not None
            and (not answer or row.routing.get(answer))
        ]
        return max(found, key=lambda row: row.place, default=None)


def _received_on(facts: ReplayFacts) -> date | None:
    """Of a loan application the day on which the last supplement was answered (D-05)."""
    case, answered = facts.case, facts.last("supplement")
    if not facts.is_startup or case.submitted_at is None:
        return case.received_on
    if answered is None or answered.done_at is None:
        return local_date(case.submitted_at)
    return facts.moved(local_date(answered.done_at), facts.shift_of(answered.task_id) or 0)


def _accepted_on(facts: ReplayFacts) -> date | None:
    if facts.case.accepted_on is None or facts.last("acceptance", "acceptance_complete") is None:
        return None
    return _received_on(facts) if facts.is_startup else facts.case.accepted_on


def _bank_accepted_on(facts: ReplayFacts) -> date | None:
    day, row = facts.case.bank_accepted_on, facts.last("bank_acceptance")
    return None if day is None or row is None else facts.moved(day, facts.shift_of(row.task_id) or 0)


def _decided_on(*form_keys: str) -> Callable[[ReplayFacts], date]:
    def read(facts: ReplayFacts) -> date:
        for opinion in reversed(facts.record.opinions):
            shift = facts.shift_of(opinion.task_id)
            if opinion.form_key in form_keys and shift is not None:
                return facts.moved(opinion.decided_on, shift)
        return today()

    return read


def _notified_on(facts: ReplayFacts) -> date:
    """The day of the last notice; each round was asked for by an opinion of its own."""
    asked = [opinion for opinion in facts.record.opinions if opinion.result == "incomplete"]
    for round_, opinion in reversed(list(zip(facts.record.supplements, asked, strict=False))):
        shift = facts.shift_of(opinion.task_id)
        if shift is not None:
            return facts.moved(round_.notified_on, shift)
    return today()


_DATED: dict[str, Callable[[ReplayFacts], Any]] = {
    "received_on": _received_on,
    "accepted_on": _accepted_on,
    "bank_accepted_on": _bank_accepted_on,
    "investigation_opened_on": _decided_on("qualification_review"),
    "refused_on": _decided_on(*REFUSING),
    "supplement_notified_on": _notified_on,
}
