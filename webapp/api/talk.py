"""Room talk behind the REST door: remarks, copies with their read marks, urging, days to look again."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, jsonify, request

from models.case import CaseFile
from models.case_circle import circle_of
from models.case_status import CaseStatus
from models.comment import SHOWN, CaseComment, comments_of
from models.copying import CaseCopy, CopyLine, copies_by, copies_of, copies_to
from models.database import DbSession, reading, transaction
from models.follow_up import FollowUpLine, follow_ups_of
from models.people import Permission, User
from models.refusal import NotFound, Refusal
from models.urging import TaskUrging, urgings_of
from processes import comment, copying, follow_up, urging
from webapp.access import actor
from webapp.api import present
from webapp.api.body import Body, read_body
from webapp.api.case import case_of
from webapp.api.route import Route
from webapp.api.talk_shapes import SHAPES

__all__ = ["ROUTES", "SHAPES"]
Json = dict[str, Any]
LARGEST = 2**31 - 1
_CASE, _TASK = "/cases/<number>", f"/tasks/<int(max={LARGEST}):task_id>"


def list_comments(number: str) -> Response:
    """The remarks on a case, newest first, and the people who may be named (@)."""
    before = _before()
    with reading() as session:
        case = _handed_in(session, number)
        found = comments_of(session, case, before, SHOWN + 1)
        people = [_person(one) for one in circle_of(session, case)]
        rows = [_comment(row) for row in found[:SHOWN]]
    more = rows[-1]["id"] if len(found) > SHOWN else None
    return jsonify(number=number, comments=rows, before=more, people=people)


def make_comment(number: str) -> tuple[Response, int]:
    """留言; `mentions` are ids, and `@name` in the text counts as well."""
    body = read_body({"text": str, "mentions": list}, optional=("mentions",))
    with transaction() as session:
        case = _handed_in(session, number)
        made = comment.say(session, case, body["text"], ids_of(body, "mentions"), actor())
        row = next(row for row in comments_of(session, case) if row.id == made.id)
        return jsonify(_comment(row)), 201


def withdraw_comment(comment_id: int) -> Response:
    """撤回留言, within ten minutes."""
    with transaction() as session:
        made = comment.withdraw(session, comment_id, actor())
        case = session.get_one(CaseFile, made.case_id)
        row = comments_of(session, case, comment_id + 1, 1)[0]
        return jsonify(_comment(row))


def list_case_copies(number: str) -> Response:
    """To whom a case was brought, and when each read it."""
    with reading() as session:
        return jsonify(number=number, copies=_copies(session, _handed_in(session, number)))


def copy_case(number: str) -> tuple[Response, int]:
    """抄送."""
    body = read_body({"people": list, "note": str}, optional=("note",))
    people = ids_of(body, "people")
    with transaction() as session:
        case = _handed_in(session, number)
        copying.copy_to(session, case.id, people, str(body.get("note", "")), actor())
        return jsonify(number=number, copies=_copies(session, case)), 201


def list_my_copies() -> Response:
    """抄送我的, or what I sent."""
    box, after = request.args.get("box", "mine"), request.args.get("after", "")
    if box not in ("mine", "unread", "sent"):
        raise Refusal("取值不在允许的范围内。", "box")
    with reading() as session:
        mine = actor()
        is_sent, is_unread = box == "sent", box == "unread"
        page = copies_by(session, mine, after) if is_sent else copies_to(session, mine, is_unread, after)
    return jsonify(copies=[_line(line) for line in page.lines], after=page.after or None)


def read_copy(copy_id: int) -> Response:
    """已阅."""
    with transaction() as session:
        row = copying.read_copy(session, copy_id, actor())
        return jsonify(id=row.id, read_at=present.instant(row.read_at))


def list_urgings(number: str) -> Response:
    """How often each step of a case was urged."""
    with reading() as session:
        rows = urgings_of(session, _handed_in(session, number))
        return jsonify(number=number, urgings=[_urging(row, row.by) for row in rows])


def urge_task(task_id: int) -> tuple[Response, int]:
    """催办."""
    text = str(read_body({"text": str}, optional=("text",)).get("text", ""))
    with transaction() as session:
        row = urging.urge(session, task_id, text, actor())
        return jsonify(_urging(row, actor())), 201


def list_follow_ups() -> Response:
    """The caller's own days to look again."""
    with reading() as session:
        rows = follow_ups_of(session, actor())
    return jsonify(follow_ups=[_follow_up(row) for row in rows])


def set_follow_up(task_id: int) -> Response:
    """跟进日期."""
    body = read_body({"on": str, "note": str}, optional=("note",))
    with transaction() as session:
        follow_up.follow_up(session, task_id, day_of(body, "on"), str(body.get("note", "")), actor())
        rows = follow_ups_of(session, actor())
    return jsonify(follow_ups=[_follow_up(row) for row in rows])


def remove_follow_up(task_id: int) -> Response:
    """取消跟进."""
    with transaction() as session:
        follow_up.follow_up(session, task_id, None, "", actor())
        rows = follow_ups_of(session, actor())
    return jsonify(follow_ups=[_follow_up(row) for row in rows])


def ids_of(body: Body, name: str) -> list[int]:
    """A list of ids, at most 200; everything else is refused at its field."""
    given = body.get(name, [])
    if len(given) > 200 or not all(type(one) is int and 0 < one <= LARGEST for one in given):
        raise Refusal("应当是不超过 200 个人员编号（整数）的数组。", name)
    return list(given)


def day_of(body: Body, name: str) -> date:
    """A day as text. Raises Refusal at its field."""
    try:
        return date.fromisoformat(str(body[name]))
    except ValueError as error:
        raise Refusal("日期应当写作“年-月-日”，例如 2026-03-09。", name) from error


def _before() -> int | None:
    given = request.args.get("before", "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Refusal("翻页位置无效，请从第一页重新查询。", "before")
    return int(given) if given else None


def _handed_in(session: DbSession, number: str) -> CaseFile:
    """The case for officials and auditors. Raises NotFound for everybody else, and for a draft."""
    case = case_of(session, number)
    reads = actor().may(Permission.CASE_TALK) or actor().may(Permission.AUDIT_READ)
    if not reads or case.state is CaseStatus.DRAFT:
        raise NotFound("未找到该案卷，或您无权查看。")
    return case


def _person(person: User) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "department": person.department.name if person.department else "",
    }


def _comment(row: CaseComment) -> Json:
    return {
        "id": row.id,
        "author": row.author.display_name,
        "text": row.text,
        "said_at": present.instant(row.said_at),
        "withdrawn_at": present.instant(row.withdrawn_at),
        "mentions": [_person(mention.user) for mention in row.mentions],
    }


def _copies(session: DbSession, case: CaseFile) -> list[Json]:
    return [_copy(row) for row in copies_of(session, case)]


def _copy(row: CaseCopy) -> Json:
    return {
        "id": row.id,
        "to": _person(row.user),
        "sent_by": row.sent_by.display_name,
        "note": row.note,
        "sent_at": present.instant(row.sent_at),
        "read_at": present.instant(row.read_at),
    }


def _line(line: CopyLine) -> Json:
    return {
        "id": line.id,
        "case": line.number,
        "applicant_name": line.applicant_name,
        "person": line.person,
        "note": line.note,
        "sent_at": present.instant(line.sent_at),
        "read_at": present.instant(line.read_at),
    }


def _urging(row: TaskUrging, by: User) -> Json:
    return {
        "id": row.id,
        "task_id": row.task_id,
        "by": by.name,
        "text": row.text,
        "at": present.instant(row.at),
        "told": row.told,
    }


def _follow_up(row: FollowUpLine) -> Json:
    return {
        "task_id": row.task_id,
        "case": row.number,
        "step": row.step,
        "on": row.on_day.isoformat(),
        "note": row.note,
    }


def _route(
    method: str, path: str, view: Any, summary: str, result: str, body: str = "", **over: Any
) -> Route:
    errors = (404, 409) if body else (404, 409, 422) if method == "POST" else (404, 422)
    kept = {"result": result, "body": body, "errors": errors, **over}
    may = Permission.CASE_READ if method == "GET" and path.startswith(_CASE) else Permission.CASE_TALK
    return Route(method, path, view, may, summary, **kept)


_AFTER = {"after": {"type": "string", "maxLength": 60}}
_BOX = {"box": {"type": "string", "enum": ["mine", "unread", "sent"], "default": "mine"}}
_COMMENT, _COPY = f"/comments/<int(max={LARGEST}):comment_id>", f"/copies/<int(max={LARGEST}):copy_id>"

ROUTES: tuple[Route, ...] = (
    _route(
        "GET", f"{_CASE}/comments", list_comments, "Remarks on a case (留言), newest first", "Comments",
        query={"before": {"type": "string", "maxLength": 18}},
    ),
    _route("POST", f"{_CASE}/comments", make_comment, "Make a remark (留言)", "Comment", "NewComment", status=201),
    _route("POST", f"{_COMMENT}/withdraw", withdraw_comment, "Take a remark back within ten minutes", "Comment"),
    _route("GET", f"{_CASE}/copies", list_case_copies, "Who got copies of a case and has read them", "CaseCopies"),
    _route("POST", f"{_CASE}/copies", copy_case, "Bring a case to people's notice (抄送)", "CaseCopies", "NewCopies", status=201),
    _route("GET", "/copies", list_my_copies, "Copies to the caller, or sent by him", "Copies", query={**_BOX, **_AFTER}),
    _route("POST", f"{_COPY}/read", read_copy, "Mark a copy as read (已阅)", "ReadCopy"),
    _route("GET", f"{_CASE}/urgings", list_urgings, "How often steps of a case were urged", "Urgings"),
    _route("POST", f"{_TASK}/urge", urge_task, "Urge an open step (催办)", "Urging", "NewUrging", status=201),
    _route("GET", "/follow-ups", list_follow_ups, "The caller's days to look again (跟进日期)", "FollowUps"),
    _route("PUT", f"{_TASK}/follow-up", set_follow_up, "Set the caller's day for a step", "FollowUps", "NewFollowUp"),
    _route("DELETE", f"{_TASK}/follow-up", remove_follow_up, "Take the caller's day away", "FollowUps"),
)  # fmt: skip
