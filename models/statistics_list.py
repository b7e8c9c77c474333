"""Room statistics, list: the records behind one figure, by keyset, with the case and what it waits for now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from models.case import CaseFile, type_title, visible_to
from models.case_status import CaseStatus
from models.flow_record import APPLICANTS, TAKES_BACK, FlowKind, FlowRecord
from models.keyset_text import NOTHING, amount_cursor, read_amount_cursor
from models.people import Department, Region, User
from models.statistics_asked import Asked, Figure, Order
from models.statistics_class_rows import class_criteria
from models.statistics_open_late import is_standing
from models.statistics_scope import Scope, Wanted, classes_scope, criteria, narrowed, scope_of
from models.workflow import OPEN, UserTask

PAGE, CHUNK = 50, 500
# Of a row that may not be read: whose case it is stays out.
HIDDEN = "（无权查看）"
# Nor where it stands now and who works on it: for every door at once.
_UNSEEN: dict[str, Any] = {
    "applicant_name": "", "status": "", "task_id": None, "task": "", "task_department": "", "task_assignee": "",
}  # fmt: skip
_Done = aliased(User)
_Holder = aliased(User)
_Office = aliased(Department)
_AtOffice = aliased(Department)


@dataclass(frozen=True)
class Row:
    """One record: what happened on which day, in which case, and where that case stands now."""

    id: int
    on_day: date
    kind: str
    process_key: str
    step: str
    department: str
    person: str
    outcome: str
    allowed_days: int | None
    used_days: int | None
    is_late: bool
    amount: Decimal | None
    region: str
    scheme: str
    number: str
    applicant_name: str
    applicant_type: str
    status: str
    is_visible: bool
    task_id: int | None
    task: str
    task_department: str
    task_assignee: str

    @property
    def what(self) -> str:
        """What happened."""
        return FlowKind(self.kind).label

    @property
    def about(self) -> str:
        """What the case is about."""
        return type_title(self.scheme, self.applicant_type)

    @property
    def name(self) -> str:
        """Whose case it is, for who may read it."""
        return self.applicant_name if self.is_visible else HIDDEN

    @property
    def ended(self) -> str:
        """How a case ended; empty of anything else."""
        return CaseStatus(self.outcome).label if self.kind == FlowKind.CASE_CLOSED else ""

    @property
    def status_label(self) -> str:
        """Where the case stands now."""
        return CaseStatus(self.status).label if self.status else ""


@dataclass(frozen=True)
class Page:
    """Some rows, and the cursor that continues after them."""

    rows: list[Row] = field(default_factory=list)
    after: str = ""


def sight(session: Session, user: User, wanted: Wanted, given: Asked) -> tuple[Scope, Wanted]:
    """What the person may read of the figure, and what is counted. Raises Forbidden, Refusal."""
    wanted = replace(wanted, period=given.within(wanted.period))
    if given.kind is Figure.CLASSIFIED:
        wanted = replace(wanted, scheme="", department_id=None)
        return narrowed(session, classes_scope(session, user), wanted), wanted
    return narrowed(session, scope_of(session, user), wanted), wanted


def page(session: Session, user: User, wanted: Wanted, given: Asked, limit: int = PAGE) -> Page:
    """One page of the records in a fixed number of statements. Raises Forbidden, Refusal."""
    scope, wanted = sight(session, user, wanted, given)
    rows = _rows(session, user, conditions(session, scope, wanted, given), given, limit + 1)
    return Page(rows[:limit], _cursor(rows[limit - 1], given) if len(rows) > limit else "")


def every(session: Session, user: User, wanted: Wanted, given: Asked) -> Iterator[list[Row]]:
    """The whole list in chunks, each by itself: flat memory, whatever its length."""
    while True:
        found = page(session, user, wanted, given, CHUNK)
        if found.rows:
            yield found.rows
        session.expunge_all()
        if not found.after:
            return
        given = replace(given, after=found.after)


def conditions(session: Session, scope: Scope, wanted: Wanted, given: Asked) -> list[ColumnElement[bool]]:
    """What a record meets that the figure counts."""
    found = [*criteria(FlowRecord, scope, wanted), *_narrowed(given)]
    if given.kind is Figure.OPEN_LATE:
        return [is_standing(scope, wanted), *found]
    found.append(FlowRecord.kind.in_([kind.value for kind in given.kind.kinds]))
    found.append(FlowRecord.on_day.between(wanted.period.first, wanted.period.last))
    if given.kind is Figure.CLASSIFIED:
        return [*found, *class_criteria(session, given, wanted.period)]
    return [*found, *_of_figure(given), *_not_taken_back(given.kind, wanted)]


def _narrowed(given: Asked) -> Iterator[ColumnElement[bool]]:
    record = FlowRecord
    asked = {
        record.process_key: given.process or None, record.deadline_key: given.deadline or None,
        record.element_id: given.element or None, record.definition_id: given.version,
        record.department_id: given.office,
    }  # fmt: skip
    yield from (column == value for column, value in asked.items() if value is not None)
    if given.late:
        yield record.is_late.is_(True)
    if given.spread is not None:
        least, most = given.days
        used = func.coalesce(record.used_days, 0)
        yield used >= least if most is None else used.between(least, most)


def _of_figure(given: Asked) -> Iterator[ColumnElement[bool]]:
    outcome = FlowRecord.outcome
    if given.kind.is_of_clocks:
        yield outcome == APPLICANTS if given.applicants else outcome != APPLICANTS
    if given.kind is Figure.OFFICE_DONE:
        yield outcome != APPLICANTS
    if given.kind is Figure.ENDED:
        yield FlowRecord.used_days.is_not(None)


def _not_taken_back(figure: Figure, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Without what was taken back within the period: the few rows that take back are read first."""
    for kind, taken in TAKES_BACK.items():
        if not set(taken) & set(figure.kinds):
            continue
        back, first = aliased(FlowRecord), aliased(FlowRecord)
        thing = "task_id" if figure.family[0] is FlowKind.TASK_OPENED else "deadline_id"
        same = and_(
            first.case_id == back.case_id,
            getattr(first, thing) == getattr(back, thing),
            first.on_day == back.counted_on,
            first.id < back.id,
            first.kind.in_([one.value for one in taken]),
        )
        within = back.on_day.between(wanted.period.first, wanted.period.last)
        is_back = back.kind == literal(kind.value, literal_execute=True)
        yield FlowRecord.id.not_in(select(first.id).join(back, same).where(is_back, within))


def _rows(
    session: Session, user: User, where: list[ColumnElement[bool]], given: Asked, limit: int
) -> list[Row]:
    """The page is found by narrow rows first; names are looked up for it alone."""
    key = _key(given)
    narrow = select(FlowRecord.id.label("id"), key[0].label("key")).where(*where)
    if given.after:
        narrow = narrow.where(tuple_(*key) < _read(given))
    found = narrow.order_by(*(part.desc() for part in key)).limit(limit).subquery()
    query = _named(found, user).order_by(found.c.key.desc(), found.c.id.desc())
    rows = (Row(*row) for row in session.execute(query))
    return [row if row.is_visible else replace(row, **_UNSEEN) for row in rows]


def _columns(user: User) -> list[Any]:
    record, text = FlowRecord, func.coalesce
    return [
        record.id, record.on_day, record.kind, record.process_key, record.step, text(_Office.name, ""),
        text(_Done.name, ""), record.outcome, record.allowed_days, record.used_days, record.is_late, record.amount,
        text(Region.name, ""), record.scheme, text(CaseFile.number, ""), text(CaseFile.applicant_name, ""),
        text(CaseFile.applicant_type, ""), text(CaseFile.status, ""), text(case((visible_to(user), 1), else_=0), 0),
        UserTask.id, text(UserTask.name, ""), text(_AtOffice.name, ""), text(_Holder.name, ""),
    ]  # fmt: skip


def _named(found: Any, user: User) -> Any:
    """The rows of a page with everything that is shown of them."""
    record = FlowRecord
    return (
        select(*_columns(user))
        .select_from(found)
        .join(record, record.id == found.c.id)
        .outerjoin(CaseFile, CaseFile.id == record.case_id)
        .outerjoin(_Office, _Office.id == record.department_id)
        .outerjoin(_Done, _Done.id == record.person_id)
        .outerjoin(Region, Region.id == record.region_id)
        .outerjoin(UserTask, UserTask.id == _open_step())
        .outerjoin(_AtOffice, _AtOffice.id == UserTask.department_id)
        .outerjoin(_Holder, _Holder.id == UserTask.assignee_id)
    )


def _open_step() -> Any:
    """The open step that a record is about, else the most urgent one of its case."""
    step, record = aliased(UserTask), FlowRecord
    is_open = step.status == literal(OPEN, literal_execute=True)
    every = select(step.id).where(step.case_id == record.case_id, is_open)
    its_own = every.where(or_(step.id == record.task_id, step.deadline_id == record.deadline_id))
    urgent = every.order_by(step.due_at, step.id)
    found = (one.limit(1).correlate(record).scalar_subquery() for one in (its_own, urgent))
    return func.coalesce(*found)


def _key(given: Asked) -> list[Any]:
    """What the rows fall by; the last part is unique."""
    if given.order == Order.LONGEST:
        return [func.coalesce(FlowRecord.used_days, literal(NOTHING)), FlowRecord.id]
    return [FlowRecord.on_day, FlowRecord.id]


def _read(given: Asked) -> Any:
    number, row_id = read_amount_cursor(given.after)
    if given.order == Order.LONGEST:
        return number, row_id
    return date.fromordinal(min(max(number, 1), date.max.toordinal())), row_id


def _cursor(row: Row, given: Asked) -> str:
    if given.order == Order.LONGEST:
        return amount_cursor(NOTHING if row.used_days is None else row.used_days, row.id)
    return amount_cursor(row.on_day.toordinal(), row.id)
