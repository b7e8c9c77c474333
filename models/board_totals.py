"""Room board, totals: every number of the stalled board in one grouped statement; of large counties kept for a minute."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from models import board
from models.board import LATE
from models.board_asked import NOBODY, Asked, State, Unit
from models.board_cache import kept, known, whose
from models.board_forecast import Pace
from models.board_list import count, counted
from models.calendar import now
from models.case import CaseFile
from models.deadline import Deadline
from models.people import Department, Permission, Region, Role, User
from models.scheme import Scheme
from models.workflow import IS_OPEN, UserTask

DIMENSIONS = {"department": "部门", "person": "经办人", "step": "环节", "region": "地区", "scheme": "业务"}


@dataclass(frozen=True)
class Group:
    """One line of a table of the board: an office, a person, a step …, with its numbers."""

    key: str
    label: str
    numbers: Mapping[str, int]

    @property
    def late(self) -> int:
        """Steps that are late."""
        return sum(self.numbers.get(window.value, 0) for window in LATE)

    @property
    def total(self) -> int:
        """All open steps."""
        return sum(self.numbers.values())

    def of(self, window: str) -> int:
        """Steps of a window."""
        return self.late if window == board.OVER else self.numbers.get(window, 0)


@dataclass(frozen=True)
class Totals:
    """What the board shows, and as of when it was counted."""

    at: datetime
    total: int
    windows: Mapping[str, int]
    whys: Mapping[str, int]
    provisional: int
    groups: Mapping[str, list[Group]] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)

    @property
    def late(self) -> int:
        """Steps that are late."""
        return sum(self.windows.get(window.value, 0) for window in LATE)

    def number(self, given: Asked) -> int | None:
        """The number of the board whose rows these filters are; None when it shows none such."""
        silent = {"sort", "after"} if given.forecast else {"sort", "after", "within"}
        said = set(given.as_values) - silent
        if said == {"unit", "state"}:
            return self.states.get(given.state)
        if said in ({"unit", "ordered"}, {"forecast"}):
            return self.states.get("ordered" if given.ordered else "forecast")
        if said == {"why"}:
            return self.whys.get(given.why, 0)
        if said == {"provisional"}:
            return self.provisional
        return self._in_table(given, said - {"window"})

    def _in_table(self, given: Asked, said: set[str]) -> int | None:
        """Of all steps, or of one line of a table, those of a window."""
        if not said:
            every = Group("", "", self.windows)
            return every.of(given.window) if given.window else self.total
        (name, *others) = said
        if others or name not in self.groups:
            return None
        key = str(getattr(given, name))
        group = next((one for one in self.groups[name] if one.key == key), Group(key, "", {}))
        return group.of(given.window) if given.window else group.total


def totals(session: Session, user: User, pace: Pace) -> Totals:
    """The numbers of a person's board. Raises Forbidden for whoever has none."""
    user.require(Permission.BOARD_READ)
    return kept(session, _name(user), lambda: _counted(session, user, pace), _size)


def rows_of(session: Session, user: User, given: Asked, pace: Pace) -> int:
    """How many rows a list has; behind a number of the board as that was counted, as long as it stands there."""
    user.require(Permission.BOARD_READ)
    found: Totals | None = known(session, _name(user), _size)
    number = found.number(given) if found is not None else None
    return count(session, user, given, pace) if number is None else number


def _name(user: User) -> tuple[str, object]:
    return "totals", whose(user)


def _size(one: Totals) -> int:
    return one.total


def _counted(session: Session, user: User, pace: Pace) -> Totals:
    columns = {
        "department": UserTask.department_id, "person": UserTask.assignee_id,
        "element": UserTask.element_id, "step": UserTask.name, "region": CaseFile.region_id,
        "scheme": CaseFile.scheme, "provisional": func.coalesce(Deadline.provisional, False),
        "window": board.window(), "why": board.why(),
    }  # fmt: skip
    inner = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(UserTask)
        .join(CaseFile, CaseFile.id == UserTask.case_id)
        .outerjoin(Deadline, Deadline.id == UserTask.deadline_id)
        .where(IS_OPEN, board.reach(user))
        .subquery()
    )
    rows = session.execute(select(*inner.c, func.count().label("n")).group_by(*inner.c)).all()
    return Totals(
        at=now(),
        total=sum(row.n for row in rows),
        windows=_sums(rows, "window"),
        whys=_sums(rows, "why"),
        provisional=sum(row.n for row in rows if row.provisional),
        groups=_groups(session, rows),
        states=_states(session, user, pace),
    )


def _sums(rows: Iterable[Any], name: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        found[getattr(row, name)] += row.n
    return found


def _groups(session: Session, rows: Sequence[Any]) -> dict[str, list[Group]]:
    labels = _labels(session, rows)
    keys: dict[str, Callable[[Any], tuple[str, str]]] = {
        "department": lambda row: _named(labels["department"], row.department),
        "person": lambda row: _person(labels["person"], row.person),
        "step": lambda row: (row.element, row.step),
        "region": lambda row: _named(labels["region"], row.region),
        "scheme": lambda row: (row.scheme, Scheme(row.scheme).label),
    }
    return {name: _grouped(rows, key) for name, key in keys.items()}


def _grouped(rows: Sequence[Any], key: Callable[[Any], tuple[str, str]]) -> list[Group]:
    """The lines of one table, most late ones first. Steps of the same id and another name are one line."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    labels: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        at, label = key(row)
        found[at][row.window] += row.n
        labels[at].add(label)
    made = [Group(at, " / ".join(sorted(labels[at])), numbers) for at, numbers in found.items()]
    return sorted(made, key=lambda one: (-one.late, -one.total, one.label))


def _labels(session: Session, rows: Sequence[Any]) -> dict[str, dict[int, str]]:
    tables: dict[str, Any] = {"department": Department, "person": User, "region": Region}
    found: dict[str, dict[int, str]] = {}
    for name, table in tables.items():
        wanted = {getattr(row, name) for row in rows} - {None}
        words = _person_words() if table is User else table.name
        found[name] = dict(session.execute(select(table.id, words).where(table.id.in_(wanted))).all())
    return found


def _person_words() -> ColumnElement[str]:
    """Whose turn it is may be the applicant himself, who is no clerk."""
    applicant = User.role == literal(Role.APPLICANT.value, literal_execute=True)
    return case((applicant, User.name + "（申请人）"), else_=User.name)


def _named(labels: Mapping[int, str], key: int | None) -> tuple[str, str]:
    return (str(NOBODY), "（未定）") if key is None else (str(key), labels[key])


def _person(labels: Mapping[int, str], key: int | None) -> tuple[str, str]:
    return (str(NOBODY), "（尚未签收）") if key is None else (str(key), labels[key])


def _states(session: Session, user: User, pace: Pace) -> dict[str, int]:
    found = {
        state.value: counted(session, user, Asked(unit=Unit.CASE.value, state=state.value), pace)
        for state in State
    }
    found["forecast"] = counted(session, user, Asked(forecast=True), pace)
    found["ordered"] = counted(session, user, Asked(unit=Unit.CASE.value, ordered=True), pace)
    return found
