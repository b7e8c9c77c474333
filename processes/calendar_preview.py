"""Room calendar: what people are shown of the clocks that a notice moves: by office, and each with its case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import today
from models.case import CaseFile
from models.deadline import PAUSE_LIMIT, Deadline
from models.people import Department
from models.workflow import ARMED, OPEN, STALLED, Timer, UserTask
from processes.calendar import preview
from processes.calendar_moves import Move

_CHUNK = 500
SHOWN = 200
# What a held timer does as soon as its date is official and past.
WITHDRAWN, RESUMED = "withdrawn", "resumed"
ENDINGS = {
    WITHDRAWN: "补正期限已届满，启用后视为撤回申请，不可撤销",
    RESUMED: "暂停期限已届满，启用后自动恢复计时，不可撤销",
}


@dataclass(frozen=True)
class Line:
    """One moved clock as it is shown."""

    number: str
    clock: str
    departments: str
    move: Move
    ends: str = ""

    @property
    def ending(self) -> str:
        """What comes to its end at once with the notice, in words; empty for most."""
        return ENDINGS.get(self.ends, "")

    @property
    def days(self) -> int:
        """Calendar days by which the end moves; negative: earlier."""
        return (self.move.new_due_on - self.move.old_due_on).days

    @property
    def words(self) -> str:
        """推迟 3 日, 提前 1 日 or 日期不变."""
        return (
            f"推迟 {self.days} 日" if self.days > 0 else f"提前 {-self.days} 日" if self.days else "日期不变"
        )

    @property
    def is_late_no_more(self) -> bool:
        """Late by the old date, in time by the new one; the miss stays on record."""
        return not self.move.is_paused and self.move.old_due_on < today() <= self.move.new_due_on

    @property
    def turns_late(self) -> bool:
        """In time by the old date, late by the new one."""
        return turns_late(self.move)


@dataclass(frozen=True)
class Office:
    """How many clocks of an office move, become official, and turn late; a clock may lie with two offices."""

    name: str
    moved: int
    settled: int
    late: int


@dataclass(frozen=True)
class Shown:
    """The whole preview: totals, offices, and the first lines, those that turn late before all others."""

    moved: int
    settled: int
    late: int
    offices: Sequence[Office]
    lines: Sequence[Line]
    rest: int
    withdrawn: int = 0
    resumed: int = 0

    @property
    def endings(self) -> list[str]:
        """What the notice ends at once and for good, a phrase each."""
        counts = (self.withdrawn, ENDINGS[WITHDRAWN]), (self.resumed, ENDINGS[RESUMED])
        return [f"{count} 件{words}" for count, words in counts if count]


def turns_late(move: Move) -> bool:
    """In time by the old date, late by the new one."""
    return not move.is_paused and move.new_due_on < today() <= move.old_due_on


def _has_moved(move: Move) -> bool:
    return move.new_due_on != move.old_due_on


def _is_settled(move: Move) -> bool:
    return move.was_provisional and not move.provisional


def shown(session: Session, notice_id: int) -> Shown:
    """What applying (or, in force, undoing) the notice would do. Raises NotFound, Conflict, Refusal."""
    moved = preview(session, notice_id)
    ends = _ends(session, moved)
    found, names = ordered(moved, ends), _carriers(session)
    count = Counter(ends.values())
    return Shown(
        moved=sum(map(_has_moved, found)),
        settled=sum(map(_is_settled, found)),
        late=sum(map(turns_late, found)),
        offices=_offices(found, names),
        lines=list(_lines(session, found[:SHOWN], names, ends)),
        rest=max(0, len(found) - SHOWN),
        withdrawn=count[WITHDRAWN],
        resumed=count[RESUMED],
    )


def all_lines(session: Session, notice_id: int) -> Iterator[Line]:
    """Every line, for the export. Raises NotFound, Conflict, Refusal at once, not with the first line."""
    moved = preview(session, notice_id)
    ends = _ends(session, moved)
    return _lines(session, ordered(moved, ends), _carriers(session), ends)


def ordered(moved: Iterable[Move], ends: Container[int] = ()) -> list[Move]:
    """Those that end something first, then those that turn late, then those that move, by their new date."""

    def rank(move: Move) -> tuple[object, ...]:
        lasts = move.deadline_id not in ends
        return lasts, not turns_late(move), not _has_moved(move), move.new_due_on, move.deadline_id

    return sorted(moved, key=rank)


def _ends(session: Session, moved: Sequence[Move]) -> dict[int, str]:
    """The clocks whose timer waits for an official date alone, and the new one is past: it fires at once."""
    due = [m.deadline_id for m in moved if not (m.provisional or m.is_paused) and m.new_due_on < today()]
    held = select(Timer.deadline_id, Timer.kind).where(Timer.is_held, Timer.status.in_((ARMED, STALLED)))
    return {
        row.deadline_id: RESUMED if row.kind == PAUSE_LIMIT else WITHDRAWN
        for first in range(0, len(due), _CHUNK)
        for row in session.execute(held.where(Timer.deadline_id.in_(due[first : first + _CHUNK])))
    }


def _carriers(session: Session) -> dict[int, list[str]]:
    """The names of the offices whose open tasks carry a clock; none for the clocks of a whole case."""
    query = (
        select(UserTask.deadline_id, Department.id, Department.name)
        .join(Department, Department.id == UserTask.department_id)
        .where(UserTask.status == OPEN, UserTask.deadline_id.is_not(None))
        .distinct()
        .order_by(Department.id)
    )
    found: dict[int, list[str]] = {}
    for row in session.execute(query):
        found.setdefault(row.deadline_id, []).append(row.name)
    return found


_WHOLE_CASE = "全案时限"


def _offices(moved: Sequence[Move], names: dict[int, list[str]]) -> list[Office]:
    counts: dict[str, Counter[str]] = {}
    for move in moved:
        for name in names.get(move.deadline_id, [_WHOLE_CASE]):
            count = counts.setdefault(name, Counter())
            count["moved"] += _has_moved(move)
            count["settled"] += _is_settled(move)
            count["late"] += turns_late(move)
    offices = [
        Office(name, **{key: count[key] for key in ("moved", "settled", "late")})
        for name, count in counts.items()
    ]
    return sorted(offices, key=lambda office: (-office.late, -office.moved, office.name))


def _lines(
    session: Session, moved: Sequence[Move], names: Mapping[int, list[str]], ends: Mapping[int, str]
) -> Iterator[Line]:
    for first in range(0, len(moved), _CHUNK):
        chunk = moved[first : first + _CHUNK]
        query = (
            select(Deadline.id, Deadline.name, CaseFile.number)
            .join(CaseFile, CaseFile.id == Deadline.case_id)
            .where(Deadline.id.in_([move.deadline_id for move in chunk]))
        )
        told = {row.id: row for row in session.execute(query)}
        for move in chunk:
            row = told[move.deadline_id]
            offices = "、".join(names.get(move.deadline_id, [_WHOLE_CASE]))
            yield Line(row.number, row.name, offices, move, ends.get(move.deadline_id, ""))
