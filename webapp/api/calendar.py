"""Room calendar behind the REST door: a year, and notices proposed, previewed, applied, undone."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from forms.base import to_json
from models import calendar as clock
from models.calendar_book import APPLIED, PENDING, CalendarNotice
from models.calendar_draft import FIRST_YEAR, LAST_YEAR, read_data
from models.calendar_plan import notice_lines
from models.calendar_text import read_text
from models.database import DbSession, reading, transaction
from models.people import Region, all_regions
from models.refusal import NotFound, Refusal
from processes import calendar as verbs
from processes.calendar_preview import Shown, shown
from webapp.access import actor
from webapp.api.body import FieldFaults, read_body, read_optional_body
from webapp.calendar_page import year_of

Json = dict[str, Any]


def show_calendar(year: int) -> Response:
    """The days of a year that are not plain: statutory, off, make-up; with how many working days it has."""
    with reading() as session:
        region = request.args.get("region", "")
        if not FIRST_YEAR <= year <= LAST_YEAR or not _is_known(all_regions(session), region):
            raise NotFound("没有这一年或这个地区的日历。")
        calendar = clock.calendar(region)
        picture = year_of(year, calendar)
        days = [day for month in picture.months for week in month.weeks for day in week if day]
        return jsonify(
            year=year,
            region=region,
            provisional=not picture.is_official,
            version=calendar.version,
            working_days=picture.working_days,
            days=[
                {
                    "date": day.date.isoformat(),
                    "kind": day.mark,
                    "words": day.words,
                    "is_working_day": calendar.is_working_day(day.date),
                }
                for day in days
                if day.sign
            ],
        )


def _is_known(regions: list[Region], code: str) -> bool:
    return not code or any(row.code == code for row in regions)


def list_notices() -> Response:
    """Every notice, what waits first, then the newest."""
    with reading() as session:
        return jsonify(notices=[_notice(line.notice) for line in notice_lines(session)])


def show_notice(notice_id: int) -> Response:
    """A notice with its days and what applying it, or undoing it, would move."""
    with reading() as session:
        return jsonify(_whole(session, verbs.notice_of(session, notice_id)))


def propose_notice() -> Response:
    """Keep a notice until it is approved: its Chinese `text`, or `data` in the JSON of public data sets."""
    body = read_body({"text": str, "data": dict, "region": str}, optional=("text", "data", "region"))
    if ("text" in body) == ("data" in body):
        raise FieldFaults({"text": ["text 和 data 应当填写其中一项。"]})
    draft = read_text(body["text"]) if "text" in body else read_data(body["data"])
    with transaction() as session:
        notice_id = verbs.propose(session, draft, actor(), body.get("region", "")).id
    with reading() as session:
        answer = jsonify(_whole(session, verbs.notice_of(session, notice_id)))
    answer.status_code = 201
    return answer


def apply_notice(notice_id: int) -> Response:
    """启用: every running term is counted again; with `version` only by the calendar that the preview showed."""
    seen = read_optional_body({"version": int}).get("version")
    with transaction() as session:
        return jsonify(_notice(verbs.apply(session, notice_id, actor(), seen)))


def undo_notice(notice_id: int) -> Response:
    """撤销: every running term goes back."""
    with transaction() as session:
        return jsonify(_notice(verbs.undo(session, notice_id, actor())))


def discard_notice(notice_id: int) -> Response:
    """放弃 a notice that waits."""
    with transaction() as session:
        return jsonify(_notice(verbs.discard(session, notice_id, actor())))


def _notice(row: CalendarNotice) -> Json:
    return {
        "id": row.id,
        "year": row.year,
        "is_full_year": row.is_full_year,
        "region": row.region_code,
        "title": row.title,
        "source": row.source,
        "state": row.state,
        "moved": row.moved,
        "created_at": to_json(row.created_at),
        "applied_at": to_json(row.applied_at),
        "undone_at": to_json(row.undone_at),
    }


def _whole(session: DbSession, row: CalendarNotice) -> Json:
    return {**_notice(row), "days": row.days, "preview": _preview(session, row)}


def _preview(session: DbSession, row: CalendarNotice) -> Json | None:
    """None where nothing can be applied or undone any more."""
    if row.state not in (PENDING, APPLIED):
        return None
    try:
        return _shown(shown(session, row.id))
    except Refusal:
        return None


def _shown(preview: Shown) -> Json:
    offices = [
        {"name": each.name, "moved": each.moved, "settled": each.settled, "late": each.late}
        for each in preview.offices
    ]
    lines = [
        {
            "case": line.number,
            "clock": line.clock,
            "departments": line.departments,
            "old_due_on": line.move.old_due_on.isoformat(),
            "new_due_on": line.move.new_due_on.isoformat(),
            "provisional": line.move.provisional,
            "turns_late": line.turns_late,
            "ends": line.ends,
        }
        for line in preview.lines
    ]
    totals = {"moved": preview.moved, "settled": preview.settled, "late": preview.late, "rest": preview.rest}
    ends = {"withdrawn": preview.withdrawn, "resumed": preview.resumed}
    return {"version": clock.calendar().version, **totals, **ends, "offices": offices, "lines": lines}
