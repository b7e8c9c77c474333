"""Room audit, export: events and looks as rows of a table, some hundred at a time, each picture of the data short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models import access_list, audit_log
from models.database import reading
from models.people import User
from webapp.audit_view import EventView, Reader
from webapp.pages import moment

EVENTS = ("记录号", "时间", "人员", "事项", "案卷号", "内容", "变更", "链", "序号", "校验值")
LOOKS = ("时间", "机构", "人员", "案卷号", "查阅内容", "对象", "途径")
_CHUNK = 500


def event_rows(asked: audit_log.Asked) -> Iterator[tuple[object, ...]]:
    """The events that the log is narrowed to, newest first."""
    while True:
        with reading() as session:
            page = audit_log.log_page(session, asked, _CHUNK)
            reader = Reader(session)
            rows = [event_row(reader.view(line.event, line.number)) for line in page.lines]
        yield from rows
        if not page.after:
            return
        asked = replace(asked, after=page.after)


def event_row(view: EventView) -> tuple[object, ...]:
    """One event."""
    event = view.event
    return (
        event.id, moment(event.at), event.actor_name, view.title, view.number, event.summary, changed(view),
        event.chain, event.seq, event.digest,
    )  # fmt: skip


def changed(view: EventView) -> str:
    """What changed, in one line."""
    return "；".join(
        f"{one.label}：{f'{one.old} → ' if one.old else ''}{one.new or '（无）'}" for one in view.changes
    )


def look_rows(user: User, asked: access_list.Asked) -> Iterator[tuple[object, ...]]:
    """The looks that the person may read, newest first."""
    while True:
        with reading() as session:
            page = access_list.looks(session, user, asked, _CHUNK)
            rows = [look_row(line) for line in page.lines]
        yield from rows
        if not page.after:
            return
        asked = replace(asked, after=page.after)


def look_row(line: access_list.Line) -> tuple[object, ...]:
    """One look."""
    record = line.record
    office = record.department.name if record.department else "申请人"
    return (
        moment(record.at), office, record.user.name, record.case.number, record.title, line.thing,
        record.door_title,
    )  # fmt: skip
