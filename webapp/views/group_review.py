"""Room group_review: what lies before the leading group: agenda, bulk decision with preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from forms.base import BaseForm
from forms.screening import GroupBulkForm
from models.database import DbSession, reading, transaction
from models.group_review import GroupState, all_group_rows, group_counts, group_matching, group_rows
from models.meeting import Meeting, MeetingKind, meetings
from models.people import DepartmentKind, Permission, User
from models.refusal import NotFound
from models.screening import GroupDecision, ScreeningRound
from models.screening_matrix import MatrixFilter
from models.subject import SubjectKind
from processes import group_review as verbs
from webapp import screening_page as page
from webapp.access import actor, requires
from webapp.screening_export import agenda_workbook

blueprint = Blueprint("group_review", __name__, url_prefix=f"{page.NUMBER}/group")
Page = str | Redirect | tuple[str, int]


@blueprint.get("")
@requires(Permission.CREDIT_READ)
def show(number: str) -> str:
    """The candidates that every department has passed, and what the group has decided."""
    with reading() as session:
        return _list(session, _round(session, number), page.matrix_filter(GroupState, GroupState.OPEN))


@blueprint.get("/agenda")
@requires(Permission.CREDIT_READ)
def agenda(number: str) -> str:
    """The agenda to print: what waits for a decision."""
    with reading() as session:
        round_ = _round(session, number)
        rows = list(all_group_rows(session, round_.id, MatrixFilter(GroupState.OPEN)))
        return render_template("group_review/agenda.html", round=round_, rows=rows)


@blueprint.get("/agenda.xlsx")
@requires(Permission.CREDIT_READ)
def export(number: str) -> Response:
    """The agenda as a workbook, decided candidates too."""
    with reading() as session:
        round_ = _round(session, number)
        content = agenda_workbook(round_, all_group_rows(session, round_.id, MatrixFilter(GroupState.ALL)))
    return page.workbook(content, f"{number}-agenda.xlsx")


@blueprint.post("/preview")
@requires(Permission.CREDIT_WORK)
def preview(number: str) -> Page:
    """What the decision would be, and for whom it cannot be; nothing is written."""
    with reading() as session:
        round_ = _round(session, number)
        wanted = page.matrix_filter(GroupState, GroupState.OPEN, request.form)
        ids = _selected(session, round_, wanted)
        form = _form(session, round_, request.form)
        if not form.validate() or not ids:
            fault = next(iter(form.faults().values()), ["请先选择要审核的企业（户）。"])[0]
            return _list(session, round_, wanted, form, fault), 422
        meeting = page.whole(str(form.answers()["meeting"]))
        found = verbs.preview_decisions(session, round_.id, meeting, _decisions(form, ids), actor())
        return _preview_page(round_, form, found)


@blueprint.post("")
@requires(Permission.CREDIT_WORK)
def decide(number: str) -> Page:
    """Exactly what the preview listed, with the number and day of the meeting; a second click changes nothing."""
    with reading() as session:
        round_ = _round(session, number)
        form = _form(session, round_, request.form)
    ids = page.chosen_ids(request.form)
    if not form.validate() or not ids:
        return redirect(url_for("group_review.show", number=number))
    meeting = page.whole(str(form.answers()["meeting"]))
    with transaction() as session:
        found = verbs.decide(session, round_.id, meeting, _decisions(form, ids), actor())
    flash(_words(found))
    return redirect(url_for("group_review.show", number=number, state=str(form.answers()["decision"])))


def _words(found: verbs.Decided) -> str:
    parts = [f"已作出决定 {len(found.changed)} 户"]
    parts += [f"{len(found.same)} 户已有相同决定"] if found.same else []
    parts += [f"{len(found.refused)} 户未能决定：{found.refused[0].why}"] if found.refused else []
    return "，".join(parts)


def _round(session: DbSession, number: str) -> ScreeningRound:
    """The round, for the group itself, the lead office and overseers. Raises NotFound for departments."""
    if not page.leads(actor()):
        raise NotFound("未找到该内容，或您无权查看。")
    return page.round_for(session, number)


def _may_decide(user: User, round_: ScreeningRound) -> bool:
    kind = user.department.kind if user.department else ""
    is_group = kind == DepartmentKind.LEADING_GROUP and user.may(Permission.CREDIT_WORK)
    return is_group and round_.closed_on is None


def _list(
    session: DbSession,
    round_: ScreeningRound,
    wanted: MatrixFilter,
    form: BaseForm | None = None,
    fault: str = "",
) -> str:
    rows, after = group_rows(session, round_.id, wanted)
    counts = group_counts(session, round_.id)
    return render_template(
        "group_review/show.html",
        round=round_,
        rows=rows,
        after=after,
        wanted=wanted,
        counts=counts,
        matching=len(group_matching(session, round_.id, wanted)),
        states=tuple(GroupState),
        kinds=SubjectKind.choices(),
        links=page.tabs(round_, actor()),
        may_decide=_may_decide(actor(), round_),
        meetings=_meetings(session, round_),
        decisions=GroupDecision.choices(),
        typed=form.typed() if form else {"meeting": "", "decision": "", "reason": ""},
        fault=fault,
    )


def _meetings(session: DbSession, round_: ScreeningRound) -> list[tuple[str, str]]:
    found = meetings(session, round_.region_id, MeetingKind.LEADING_GROUP)
    return [(str(one.id), _named(one)) for one in found[:50]]


def _named(meeting: Meeting) -> str:
    return f"{meeting.number}（{meeting.held_on:%Y-%m-%d}）"


def _form(session: DbSession, round_: ScreeningRound, data: Any) -> BaseForm:
    return page.bound(GroupBulkForm(data), meetings=_meetings(session, round_))


def _selected(session: DbSession, round_: ScreeningRound, wanted: MatrixFilter) -> list[int]:
    if request.form.get("all") == "yes":
        return group_matching(session, round_.id, wanted)
    return page.chosen_ids(request.form)


def _decisions(form: BaseForm, ids: list[int]) -> list[verbs.Decision]:
    given: Mapping[str, object] = form.answers()
    return [verbs.Decision(id_, str(given["decision"]), str(given["reason"])) for id_ in ids]


def _preview_page(round_: ScreeningRound, form: BaseForm, found: verbs.Decided) -> str:
    given = form.answers()
    ids = ",".join(str(line.candidate_id) for line in found.changed)
    choices: Any = form
    return render_template(
        "group_review/preview.html",
        round=round_,
        found=found,
        label=GroupDecision.title_of(given["decision"]),
        meeting=dict(choices.meeting.options)[str(given["meeting"])],
        reason=given["reason"],
        carried={**{name: given[name] for name in ("meeting", "decision", "reason")}, "ids": ids},
        back=url_for("group_review.show", number=round_.number),
    )
