"""Room statistics: intake and output, terms kept, how long steps took, departments compared; from flow records alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.flow_record import APPLICANTS, FlowKind
from models.people import Department
from models.process_name import process_names
from models.statistics_asked import CASES as _CASES
from models.statistics_asked import CLOCKS as _CLOCKS
from models.statistics_asked import TASKS as _TASKS
from models.statistics_days import Days, percent
from models.statistics_now import Now, now_of
from models.statistics_rows import MONTH, closed_months, counted, month_number, month_title
from models.statistics_scope import Scope, Wanted, narrowed, scope_of


@dataclass
class Kept:
    """A term: how often it was kept or missed, what it allows, how long it took."""

    title: str
    process: str = ""
    process_key: str = ""
    deadline_key: str = ""
    # The applicant's own, of a line of its own: it says nothing of an office.
    is_applicants: bool = False
    met: int = 0
    missed: int = 0
    allowed: Counter[int] = field(default_factory=Counter)
    days: Days = field(default_factory=Days)

    @property
    def number(self) -> int:
        """Terms that were decided within the period."""
        return self.met + self.missed

    @property
    def rate(self) -> float | None:
        """按时率 in percent."""
        return percent(self.met, self.number)

    @property
    def allowed_days(self) -> int | None:
        """What it allows as a rule; extensions are exceptions."""
        return self.allowed.most_common(1)[0][0] if self.allowed else None

    def add(self, kind: str, allowed: int | None, used: int | None, number: int) -> None:
        """So many clocks met, missed or ended late."""
        if kind == FlowKind.CLOCK_MET:
            self.met += number
        if kind == FlowKind.CLOCK_MISSED:
            self.missed += number
        else:
            self.days.add(used, number)
        if allowed is not None:
            self.allowed[allowed] += number


@dataclass
class Work:
    """What was done at a step, or by a department."""

    title: str
    process: str = ""
    process_key: str = ""
    element_id: str = ""
    department_id: int | None = None
    late: int = 0
    days: Days = field(default_factory=Days)

    @property
    def number(self) -> int:
        """Steps done."""
        return self.days.number

    @property
    def rate(self) -> float | None:
        """Done within their term, in percent."""
        return percent(self.number - self.late, self.number)

    def add(self, used: int | None, is_late: bool, number: int) -> None:
        """So many steps done."""
        self.days.add(used or 0, number)
        self.late += number if is_late else 0


@dataclass(frozen=True)
class Month:
    """One point of the trend; each month as it stood at its own end."""

    title: str
    opened: int
    closed: int
    met: int
    missed: int

    @property
    def rate(self) -> float | None:
        """按时率 in percent."""
        return percent(self.met, self.met + self.missed)


@dataclass(frozen=True)
class Figures:
    """Everything that the page, the workbook, the REST door and the weekly digest say."""

    wanted: Wanted
    # A head reads of his department: steps that came and were done, instead of cases.
    is_one_department: bool
    opened: int
    closed: int
    terms: list[Kept]
    steps: list[Work]
    departments: list[Work]
    months: list[Month]
    now: Now

    @property
    def met(self) -> int:
        """Terms that offices kept."""
        return sum(term.met for term in self.terms if not term.is_applicants)

    @property
    def missed(self) -> int:
        """Terms that offices missed."""
        return sum(term.missed for term in self.terms if not term.is_applicants)

    @property
    def rate(self) -> float | None:
        """按时率 of the offices' terms in percent."""
        return percent(self.met, self.met + self.missed)

    @property
    def total_days(self) -> int:
        """Working days of all steps together."""
        return sum(step.days.total for step in self.steps)

    @property
    def bottlenecks(self) -> list[Work]:
        """Steps by the working days that they took in all, most first."""
        return sorted(self.steps, key=lambda step: (-step.days.total, step.title))


def figures(session: Session, user: Any, wanted: Wanted) -> Figures:
    """What a person may read of a period. Raises Forbidden, Refusal. A fixed number of statements."""
    scope = narrowed(session, scope_of(session, user), wanted)
    return figures_of(session, scope, wanted)


def figures_of(session: Session, scope: Scope, wanted: Wanted) -> Figures:
    """The figures of a scope; with a department steps are counted instead of cases."""
    closed = closed_months(session, wanted.period)
    flow = _TASKS if scope.is_one_department else _CASES
    moves = counted(session, scope, wanted, flow, ("kind",), closed)
    by_month = counted(session, scope, wanted, (*flow, *_CLOCKS), (MONTH, "kind", "outcome"), closed)
    names = process_names(session)
    return Figures(
        wanted,
        scope.is_one_department,
        moves[(flow[0].value,)],
        moves[(flow[1].value,)],
        _terms(session, scope, wanted, closed, names),
        *_works(session, scope, wanted, closed, names),
        _months(wanted, by_month, flow),
        now_of(session, scope, wanted),
    )


def _terms(session: Session, scope: Scope, wanted: Wanted, closed: Any, names: dict[str, str]) -> list[Kept]:
    """The terms of the offices, then those of the applicants; by process and key."""
    asked = ("kind", "outcome", "process_key", "deadline_key", "step", "allowed_days", "used_days")
    rows = counted(session, scope, wanted, _CLOCKS, asked, closed)
    titles = _titles((row[1:4], row[4], number) for row, number in rows.items())
    found = {
        (whose, process, key): Kept(
            titles[whose, process, key], names.get(process, process), process, key, whose == APPLICANTS
        )
        for whose, process, key in sorted(titles)
    }
    for (kind, *of, _title, allowed, used), number in rows.items():
        found[of[0], of[1], of[2]].add(kind, allowed, used, number)
    return list(found.values())


def _titles(named: Iterable[tuple[Any, str, int]]) -> dict[Any, str]:
    """What each is called most often; of two as often, the first by the alphabet."""
    times: dict[Any, Counter[str]] = defaultdict(Counter)
    for of, title, number in named:
        times[of][title] += number
    return {of: min(found, key=lambda title: (-found[title], title)) for of, found in times.items()}


def _works(
    session: Session, scope: Scope, wanted: Wanted, closed: Any, names: dict[str, str]
) -> tuple[list[Work], list[Work]]:
    """Steps by process and element, departments by what they did; steps of applicants are nobody's work."""
    asked = ("process_key", "element_id", "step", "department_id", "outcome", "used_days", "is_late")
    rows = counted(session, scope, wanted, (FlowKind.TASK_DONE,), asked, closed)
    offices = {row.id: row.name for row in session.execute(select(Department.id, Department.name))}
    titles = _titles((row[:2], row[2], number) for row, number in rows.items())
    steps: dict[tuple[str, str], Work] = {}
    departments: dict[int, Work] = {}
    for (process, element, _title, office, outcome, used, is_late), number in sorted(
        rows.items(), key=_order
    ):
        if outcome == APPLICANTS:
            continue
        at = Work(titles[process, element], str(names.get(process, process)), process, element)
        steps.setdefault((process, element), at).add(used, is_late, number)
        of = Work(str(offices.get(office, "（已撤销的机构）")), department_id=office)
        departments.setdefault(office, of).add(used, is_late, number)
    return list(steps.values()), sorted(departments.values(), key=lambda one: (-one.number, one.title))


def _order(row: tuple[tuple[Any, ...], int]) -> tuple[str, ...]:
    return tuple(str(value) for value in row[0])


def _months(wanted: Wanted, by_month: Counter[Any], flow: Any) -> list[Month]:
    kinds = (*flow, FlowKind.CLOCK_MET, FlowKind.CLOCK_MISSED)
    numbers = [month_number(month) for month in wanted.period.months]
    clocks = {kind.value for kind in _CLOCKS}
    found: Counter[tuple[int, str]] = Counter()
    for (month, kind, outcome), number in by_month.items():
        if outcome != APPLICANTS or kind not in clocks:
            found[month, kind] += number
    return [Month(month_title(n), *(found[n, kind.value] for kind in kinds)) for n in numbers]
