"""Room credit, info: who records the eight fields (B-24) and the dated queries (B-07); a later value stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.credit_info import CreditInfo, EvidenceRecord, InfoField, QueryResult, QuerySource
from models.people import DepartmentKind, Permission, User
from models.refusal import Forbidden, NotFound, Refusal
from models.subject import Subject
from models.words import said

# “由旗发改委牵头”: the center and 社会信用管理中心 collect everything; the others answer for their own field.
_COLLECTORS = (DepartmentKind.FINANCE_CENTER.value, DepartmentKind.CREDIT_CENTER.value)
_OWN: dict[str, tuple[InfoField, ...]] = {
    DepartmentKind.TAX.value: (InfoField.TAX,),
    DepartmentKind.MARKET.value: (InfoField.MARKET,),
    DepartmentKind.COURT.value: (InfoField.JUSTICE,),
    DepartmentKind.PROCURATORATE.value: (InfoField.JUSTICE,),
    DepartmentKind.ECONOMIC_POLICE.value: (InfoField.JUSTICE,),
    DepartmentKind.HRSS.value: (InfoField.INSURANCE,),
}
_QUERIES: dict[str, tuple[QuerySource, ...]] = {
    DepartmentKind.CENTRAL_BANK.value: (QuerySource.CREDIT_REPORT,),
    DepartmentKind.CREDIT_CENTER.value: (QuerySource.CREDIT_CHINA,),
    DepartmentKind.ECONOMIC_POLICE.value: (QuerySource.POLICE,),
    DepartmentKind.COURT.value: (QuerySource.COURT,),
    DepartmentKind.PROCURATORATE.value: (QuerySource.PROCURATORATE,),
    DepartmentKind.MARKET.value: (QuerySource.PUBLICITY_SYSTEM,),
    DepartmentKind.FINANCE_CENTER.value: tuple(QuerySource),
}


def fields_of(actor: User) -> tuple[InfoField, ...]:
    """The fields that the person's office may write."""
    if actor.department is None or not actor.may(Permission.CREDIT_WORK):
        return ()
    kind = actor.department.kind
    return tuple(InfoField) if kind in _COLLECTORS else _OWN.get(kind, ())


def sources_of(actor: User) -> tuple[QuerySource, ...]:
    """The sources whose queries the person's office may record."""
    if actor.department is None or not actor.may(Permission.CREDIT_WORK):
        return ()
    return _QUERIES.get(actor.department.kind, ())


def record(
    session: Session, subject: Subject, field: str, value: str, as_of: date, source: str, *, actor: User
) -> CreditInfo:
    """A value of one field as of a day, with its source. Raises Refusal at the field, Forbidden, NotFound."""
    require_field(subject, field, actor)
    row = enter(session, subject, field, value, as_of, source, actor=actor)
    label = InfoField.title_of(field)
    new = {"uscc": subject.uscc, "field": field, "as_of": as_of, "source": row.source}
    audit.record(session, "info.recorded", f"登记{subject.name}的{label}信息", actor=actor, new=new)
    return row


def require_field(subject: Subject, field: str, actor: User) -> None:
    """Raises Refusal for no field of the eight, Forbidden for another office's, NotFound for another 旗."""
    if field not in InfoField.__members__.values():
        raise Refusal("请选择信息领域。", "field")
    if field not in fields_of(actor):
        raise Forbidden(f"您所在部门不能登记{InfoField.title_of(field)}信息。")
    _require_region(subject, actor)


def enter(
    session: Session,
    subject: Subject,
    field: str,
    value: str,
    as_of: date,
    source: str,
    *,
    actor: User,
    import_id: int | None = None,
) -> CreditInfo:
    """The row itself, without the line in the log; an import writes one line for all of its rows."""
    text, origin = said(value), said(source)
    if not text:
        raise Refusal("请填写信息内容。", "content")
    if as_of > today():
        raise Refusal("截至日期不能晚于今日。", "as_of")
    if not origin:
        raise Refusal("请填写信息来源。", "source")
    row = CreditInfo(
        subject_id=subject.id,
        field=field,
        value=text,
        as_of=as_of,
        source=origin,
        recorded_at=now(),
        recorded_by_id=actor.id,
        department_id=actor.department_id,
        import_id=import_id,
    )
    session.add(row)
    return row


def note_query(
    session: Session, subject: Subject, source: str, queried_on: date, result: str, note: str, *, actor: User
) -> EvidenceRecord:
    """One query of one source (B-07): its day and what it found; an adverse one needs a note."""
    if source not in QuerySource.__members__.values():
        raise Refusal("请选择查询来源。", "source")
    if source not in sources_of(actor):
        raise Forbidden(f"您所在部门不能登记{QuerySource.title_of(source)}的查询结果。")
    _require_region(subject, actor)
    if result not in QueryResult.__members__.values():
        raise Refusal("请选择查询结果。", "result")
    if queried_on > today():
        raise Refusal("查询日期不能晚于今日。", "queried_on")
    if result == QueryResult.ADVERSE and not said(note):
        raise Refusal("有不良记录的，请写明具体情况。", "note")
    row = EvidenceRecord(
        subject_id=subject.id,
        source=source,
        queried_on=queried_on,
        result=result,
        note=note.strip(),
        department_id=actor.department_id,
        recorded_by_id=actor.id,
        recorded_at=now(),
    )
    session.add(row)
    new = {"uscc": subject.uscc, "source": source, "queried_on": queried_on, "result": result}
    summary = f"登记{subject.name}在{QuerySource.title_of(source)}的查询结果"
    audit.record(session, "evidence.recorded", summary, actor=actor, new=new)
    return row


def titles(fields: Iterable[InfoField]) -> str:
    """The fields in words."""
    return "、".join(one.label for one in fields)


def _require_region(subject: Subject, actor: User) -> None:
    if actor.department is None or subject.region_id != actor.department.region_id:
        raise NotFound("未找到该主体，或您无权办理。")
