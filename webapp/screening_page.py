"""Room screening, the reader's side: which round and office a request is about, its filter, its tabs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict

from forms.base import BaseForm, FormContext
from models.calendar import today
from models.database import DbSession
from models.people import LEADING, DepartmentKind, Permission, User
from models.refusal import NotFound
from models.screening import ScreeningRound
from models.screening_board import BoardFilter, BoardState
from models.screening_matrix import MatrixFilter
from models.screening_rounds import OfficeProgress, round_numbered
from models.subject import SubjectKind
from webapp.access import actor
from webapp.admin import BIGGEST_ID

NUMBER = "/rounds/<number>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT_LENGTH = 100
Link = tuple[str, str, str]


def round_for(session: DbSession, number: str) -> ScreeningRound:
    """The round of the address, if the person may see it."""
    return round_numbered(session, number, actor())


def leads(user: User) -> bool:
    """Whether he sees every department's answers from the start: lead office, group, overseers."""
    kind = user.department.kind if user.department else ""
    return kind in LEADING or user.may(Permission.CASE_OVERSEE)


def is_center(user: User) -> bool:
    """Whether he works for the lead office, which opens and closes rounds."""
    kind = user.department.kind if user.department else ""
    return kind == DepartmentKind.FINANCE_CENTER and user.may(Permission.CREDIT_WORK)


def screening_office(user: User) -> int:
    """The office whose own board is meant. Raises NotFound for those that do not screen."""
    if user.department_id is None or leads(user):
        raise NotFound("本单位不参加部门甄别。")
    return user.department_id


def may_write(round_: ScreeningRound) -> bool:
    """Whether the person may answer in this round now."""
    return actor().may(Permission.CREDIT_WORK) and round_.closed_on is None


def sees_all(user: User, offices: Sequence[OfficeProgress]) -> bool:
    """Whether he may read what others have answered: who leads, or a department that has handed in its own."""
    mine = [office for office in offices if office.id == user.department_id]
    return leads(user) or bool(mine and all(office.missing == 0 for office in mine))


def require_overview(user: User, offices: Sequence[OfficeProgress]) -> None:
    """Raises NotFound: what others have answered is hidden from a department until its own is handed in."""
    if not sees_all(user, offices):
        raise NotFound("本部门意见全部提交后，才能查看其他部门的答复。")


def bound(form: BaseForm, **context: Any) -> BaseForm:
    """The form with today and the choices that it needs."""
    return form.bind(FormContext(today=today(), **context))


def whole(text: str) -> int:
    """A number of a row that a page sends along; anything else is 0."""
    is_number = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if is_number and int(text) <= BIGGEST_ID else 0


def words_of(source: Mapping[str, str]) -> str:
    """What is looked for, as far as a name or a code may be long."""
    return source.get("q", "").replace("\0", "")[:TEXT_LENGTH]


def kind_of(source: Mapping[str, str]) -> str:
    """One of the two kinds of firms; anything else means all."""
    kind = source.get("kind", "")
    return kind if kind in SubjectKind.__members__.values() else ""


def board_filter(source: Mapping[str, str] | None = None) -> BoardFilter:
    """The filter of the board, from the address or from the hidden fields of its form."""
    given = request.args if source is None else source
    state = given.get("state", "")
    known = state if state in BoardState.__members__.values() else ""
    return BoardFilter(known, kind_of(given), words_of(given), whole(given.get("after", "")))


def matrix_filter(
    states: type[Any], default: str = "", source: Mapping[str, str] | None = None
) -> MatrixFilter:
    """The filter of the matrix, or of the group's list."""
    given = request.args if source is None else source
    state = given.get("state", default)
    known = state if state in states.__members__.values() else default
    office = whole(given.get("department", ""))
    return MatrixFilter(known, office, kind_of(given), words_of(given), whole(given.get("after", "")))


def carried(wanted: BoardFilter | MatrixFilter) -> dict[str, Any]:
    """The filter as address parameters; empty ones are left out."""
    return {"state": wanted.state or None, "kind": wanted.kind or None, "q": wanted.text or None}


def chosen_ids(source: MultiDict[str, str]) -> list[int]:
    """The ticked candidates, each once, or those that a preview has listed (`ids`)."""
    listed = source.get("ids", "").split(",") if source.get("ids") else source.getlist("candidate")
    return [number for text in dict.fromkeys(listed) if (number := whole(text))]


def digest(*values: object) -> str:
    """A short mark of what a page showed, so that a later submit can tell what was touched."""
    return hashlib.sha256("\x1f".join(map(str, values)).encode()).hexdigest()[:16]


def tabs(round_: ScreeningRound, user: User, offices: Sequence[OfficeProgress] = ()) -> list[Link]:
    """The pages of a round that the person may open."""
    return list(_tabs(round_.number, leads(user), sees_all(user, offices)))


def _tabs(number: str, is_leading: bool, has_overview: bool) -> Iterator[Link]:
    if not is_leading:
        yield "board", "本部门甄别名单", url_for("screening_board.show", number=number)
    if has_overview:
        yield "show", "进度", url_for("screening.show", number=number)
        yield "matrix", "各部门答复", url_for("screening.show_matrix", number=number)
    yield "supervision", "督办", url_for("supervision.show", number=number)
    if is_leading:
        yield "group", "领导小组审核", url_for("group_review.show", number=number)


def workbook(content: bytes, name: str) -> Response:
    """A workbook to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=XLSX, headers=headers)
