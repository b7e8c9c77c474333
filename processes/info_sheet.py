"""Room credit, sheet: the eight fields from an Excel sheet: read, checked row by row, shown, applied once (B-24)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.credit_info import CreditInfo, InfoField, InfoImport
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.subject import Subject
from processes.credit_info import enter, fields_of
from processes.sheet import Row, day_of, read_sheet, text_of

HEAD = ("统一社会信用代码", "信息领域", "信息内容", "截至日期", "信息来源")
_LENGTHS = {"信息内容": 1000, "信息来源": 100}
_KEYS = {one.label: one.value for one in InfoField} | {one.value: one.value for one in InfoField}


@dataclass
class Checked:
    """What a sheet would write, and what is wrong with which row (as Excel numbers them)."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A file as it was handed in, and what has been read of it."""

    file_name: str
    sha256: str
    rows: Sequence[Row]


def opened(file_name: str, content: bytes, actor: User) -> Sheet:
    """Read a file within bounds: before a transaction, for it may take seconds. Raises Forbidden, Refusal at `file`."""
    if not fields_of(actor) or actor.department is None:
        raise Forbidden("您所在部门不能导入信用信息。")
    rows = read_sheet(content, HEAD)
    if not rows:
        raise Refusal("文件中没有数据行。", "file")
    name = text_of(file_name)[:200] or "未命名.xlsx"
    return Sheet(name, hashlib.sha256(content).hexdigest(), rows)


def propose(session: Session, sheet: Sheet, actor: User) -> InfoImport:
    """Keep a sheet with its good and its bad rows; nothing is written yet."""
    if not fields_of(actor) or actor.department is None:
        raise Forbidden("您所在部门不能导入信用信息。")
    checked = _checked(session, sheet.rows, actor)
    row = InfoImport(
        file_name=sheet.file_name,
        sha256=sheet.sha256,
        rows=checked.rows,
        errors=checked.errors,
        uploaded_at=now(),
        uploaded_by_id=actor.id,
        department_id=actor.department_id,
    )
    session.add(row)
    session.flush()
    return row


def import_of(session: Session, import_id: int, actor: User) -> InfoImport:
    """A sheet of the person's own office. Raises NotFound."""
    row = session.get(InfoImport, import_id)
    if row is None or row.department_id is None or row.department_id != actor.department_id:
        raise NotFound("未找到该导入文件，或您无权查看。")
    return row


def apply(session: Session, import_id: int, actor: User) -> InfoImport:
    """Write the good rows, once: a second click is a Conflict, a row that is there already is left out."""
    import_of(session, import_id, actor)
    row = session.scalars(select(InfoImport).where(InfoImport.id == import_id).with_for_update()).one()
    if row.applied_at is not None:
        raise Conflict("该文件已导入，请勿重复操作。")
    wanted = [one for one in row.rows if one["field"] in fields_of(actor)]
    firms = _firms(session, [one["uscc"] for one in wanted])
    known = _known(session, [firm.id for firm in firms.values()])
    for one in wanted:
        firm = firms.get(one["uscc"])
        if firm is None or _key(firm.id, one) in known:
            continue
        as_of = date.fromisoformat(one["as_of"])
        enter(session, firm, one["field"], one["value"], as_of, one["source"], actor=actor, import_id=row.id)
        row.written += 1
    row.applied_at, row.applied_by_id = now(), actor.id
    new = {"file": row.file_name, "sha256": row.sha256, "written": row.written, "errors": len(row.errors)}
    audit.record(session, "info.imported", f"导入信用信息 {row.written} 条", actor=actor, new=new)
    return row


def _checked(session: Session, lines: Sequence[tuple[int, Mapping[str, Any]]], actor: User) -> Checked:
    firms = _firms(session, [text_of(cells[HEAD[0]]).upper() for _number, cells in lines])
    newest = _newest(session, [firm.id for firm in firms.values()])
    found, seen = Checked(), set[tuple[Any, ...]]()
    for number, cells in lines:
        try:
            one = _row(number, cells, firms, actor)
            key = one["uscc"], one["field"], one["as_of"]
            if key in seen:
                raise Refusal("与前面的行重复（同一主体、领域和截至日期）")
        except Refusal as refusal:
            found.errors.append({"row": number, "message": refusal.message.rstrip("。")})
            continue
        seen.add(key)
        old = newest.get((firms[one["uscc"]].id, one["field"]))
        found.rows.append({**one, "old": old.value[:200] if old else "", "is_same": _is_same(old, one)})
    return found


def _row(number: int, cells: Mapping[str, Any], firms: Mapping[str, Subject], actor: User) -> dict[str, Any]:
    uscc = text_of(cells[HEAD[0]]).upper()
    firm = firms.get(uscc)
    if firm is None or actor.department is None or firm.region_id != actor.department.region_id:
        raise Refusal(f"没有统一社会信用代码为“{uscc[:18]}”的主体")
    key = _KEYS.get(text_of(cells["信息领域"]), "")
    if not key:
        raise Refusal(f"信息领域应为：{'、'.join(one.label for one in InfoField)}")
    if key not in fields_of(actor):
        raise Refusal(f"您所在部门不能登记{InfoField.title_of(key)}信息")
    texts = {title: text_of(cells[title]) for title in _LENGTHS}
    for title, text in texts.items():
        if not text:
            raise Refusal(f"{title}未填写")
        if len(text) > _LENGTHS[title]:
            raise Refusal(f"{title}超过 {_LENGTHS[title]} 字")
    as_of = day_of(cells["截至日期"])
    if as_of > today():
        raise Refusal("截至日期应不晚于今日")
    return {
        "row": number, "uscc": uscc, "name": firm.name, "field": key, "value": texts["信息内容"],
        "as_of": as_of.isoformat(), "source": texts["信息来源"],
    }  # fmt: skip


def _firms(session: Session, codes: Sequence[str]) -> dict[str, Subject]:
    wanted = sorted(set(codes))
    found: dict[str, Subject] = {}
    for start in range(0, len(wanted), 500):
        query = select(Subject).where(Subject.uscc.in_(wanted[start : start + 500]))
        found |= {firm.uscc: firm for firm in session.scalars(query)}
    return found


def _infos(session: Session, subjects: Sequence[int]) -> Iterator[CreditInfo]:
    for start in range(0, len(subjects), 500):
        query = select(CreditInfo).where(CreditInfo.subject_id.in_(subjects[start : start + 500]))
        yield from session.scalars(query.order_by(CreditInfo.as_of, CreditInfo.id))


def _newest(session: Session, subjects: Sequence[int]) -> dict[tuple[int, str], CreditInfo]:
    return {(row.subject_id, row.field): row for row in _infos(session, subjects)}


def _known(session: Session, subjects: Sequence[int]) -> set[tuple[Any, ...]]:
    rows = _infos(session, subjects)
    return {(row.subject_id, row.field, row.as_of.isoformat(), row.value, row.source) for row in rows}


def _key(subject_id: int, one: Mapping[str, Any]) -> tuple[Any, ...]:
    return subject_id, one["field"], one["as_of"], one["value"], one["source"]


def _is_same(old: CreditInfo | None, one: Mapping[str, Any]) -> bool:
    return old is not None and _key(old.subject_id, one) == (
        old.subject_id, old.field, old.as_of.isoformat(), old.value, old.source,
    )  # fmt: skip
