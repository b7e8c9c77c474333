"""Room case, its clocks: which statutory clocks the page shows, in what order, for whom, and which presses most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.case_record import CaseRecord
from models.deadline import PAUSE_LIMIT, PROMISE, Deadline
from models.people import Role, User
from webapp.timeline import office_of


@dataclass(frozen=True)
class Clock:
    """One statutory clock with the offices and people it runs for."""

    deadline: Deadline
    who: list[str]


class CaseClocks:
    """The clocks of one case before one reader: a part of the page."""

    record: CaseRecord
    reader: User

    @property
    def is_applicant(self) -> bool:
        """Outside the offices: internal opinions and names stay inside."""
        return self.reader.role == Role.APPLICANT

    @property
    def clocks(self) -> Iterator[Clock]:
        """The promise for the whole case, then the clock of each stage, running ones first."""
        shown = [deadline for deadline in self.record.deadlines if deadline.key != PAUSE_LIMIT]
        for deadline in sorted(
            shown, key=lambda found: (found.key != PROMISE, not found.is_running, found.id)
        ):
            tasks = [task for task in self.record.tasks if task.deadline_id == deadline.id]
            yield Clock(deadline, list(dict.fromkeys(office_of(task, self.is_applicant) for task in tasks)))

    @property
    def pressing(self) -> Deadline | None:
        """The running clock of a stage that ends first; one that stands still only when no other runs."""
        running = [clock for clock in self.record.deadlines if clock.is_running and clock.key != PAUSE_LIMIT]
        order = [(clock.key == PROMISE, clock.is_paused, clock.due_on, clock.id) for clock in running]
        return running[order.index(min(order))] if running else None

    @property
    def missed(self) -> list[Clock]:
        """超期 records: the clocks that were or are late, of each stage and of the whole case."""
        return [found for found in self.clocks if found.deadline.missed_at or found.deadline.late_by]
