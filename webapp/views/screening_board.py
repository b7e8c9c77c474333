"""Room screening, board: a department's candidates as a grid, saved row by row; the history of an answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm
from forms.screening import BASIS_LENGTH, BULK_RESULTS, REASON_LENGTH, AnswerForm
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Conflict, Refusal
from models.screening import Result, ScreeningRound
from models.screening_board import BoardFilter, BoardRow, BoardState, board, board_counts, row_of
from models.screening_history import versions
from models.screening_rounds import running_clock, supervisions
from models.subject import SubjectKind
from processes.screening_evidence import evidence_of
from webapp import screening_page as page
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID
from webapp.errors import wants_json
from webapp.pages import moment
from webapp.screening_entry import RowFault, save_one, save_rows, touched

blueprint = Blueprint("screening_board", __name__, url_prefix=f"{page.NUMBER}/board")
_ROW = f"/<int(max={BIGGEST_ID}):candidate_id>"
LIMITS = {"basis": BASIS_LENGTH, "reason": REASON_LENGTH}
Page = str | Response | tuple[str, int] | tuple[Response, int]


@dataclass(frozen=True)
class Entered:
    """What a refused submit of the grid brings back: rows with their faults, or the bulk bar as it was."""

    faults: Mapping[int, RowFault] = field(default_factory=dict)
    bulk: BaseForm | None = None
    ticked: Collection[int] = ()
    message: str = ""


@blueprint.get("")
@requires(Permission.CREDIT_READ)
def show(number: str) -> str:
    """The grid: one keyset page, a fixed number of questions."""
    with reading() as session:
        return board_page(session, page.round_for(session, number), page.board_filter(), Entered())


@blueprint.post("")
@requires(Permission.CREDIT_WORK)
def save_page(number: str) -> Page:
    """保存本页: without a script, every row that was touched; what is refused comes back as it was typed."""
    rows, wanted = touched(request.form), page.board_filter(request.form)
    with transaction() as session:
        round_ = page.round_for(session, number)
        page.screening_office(actor())
        faults = save_rows(session, round_, rows, actor())
    if faults:
        with reading() as session:
            return board_page(session, round_, wanted, Entered(faults)), 422
    flash(f"已保存 {len(rows)} 户。" if rows else "没有改动，无需保存。")
    return redirect(
        url_for("screening_board.show", number=number, after=wanted.after or None, **page.carried(wanted))
    )


@blueprint.get(_ROW)
@requires(Permission.CREDIT_READ)
def show_row(number: str, candidate_id: int) -> str:
    """One candidate: findings, the department's own answer and every change of it."""
    with reading() as session:
        round_, row = _asked(session, number, candidate_id)
        shown = {name: getattr(row, name) for name in ("result", "basis", "reason", "queried_on", "version")}
        return _row_page(session, round_, row, page.bound(AnswerForm(None, data=shown)))


@blueprint.post(_ROW)
@requires(Permission.CREDIT_WORK)
def save_row(number: str, candidate_id: int) -> Page:
    """One answer: from the grid as JSON, from the candidate's own page as a form."""
    with reading() as session:
        round_, row = _asked(session, number, candidate_id)
    form = page.bound(AnswerForm(request.form))
    refusal = save_one(form, round_, candidate_id, actor())
    if wants_json():
        return _told(round_, candidate_id, form, refusal)
    if refusal is None:
        flash(f"已保存“{row.name}”的甄别意见。")
        return redirect(url_for("screening_board.show_row", number=number, candidate_id=candidate_id))
    with reading() as session:
        round_, row = _asked(session, number, candidate_id)
        return _row_page(session, round_, row, form, refusal.message), refusal.status


def _asked(session: DbSession, number: str, candidate_id: int) -> tuple[ScreeningRound, BoardRow]:
    """The round and the row of the address, for the person's own office."""
    round_ = page.round_for(session, number)
    return round_, row_of(session, round_.id, page.screening_office(actor()), candidate_id)


def board_page(session: DbSession, round_: ScreeningRound, wanted: BoardFilter, entered: Entered) -> str:
    """The grid with the filter, and with what a refused submit brought back."""
    office = page.screening_office(actor())
    counts = board_counts(session, round_.id, office, wanted)
    return render_template(
        "screening_board/show.html",
        round=round_,
        clock=running_clock(session, round_),
        supervised=[one for one in supervisions(session, round_.id, office) if one.row.closed_on is None],
        counts=counts,
        matching=counts["matching"],
        page=board(session, round_.id, office, wanted),
        wanted=wanted,
        entered=entered,
        states=tuple(BoardState),
        kinds=SubjectKind.choices(),
        results=Result.choices(),
        bulk_results=BULK_RESULTS,
        limits=LIMITS,
        digest=page.digest,
        may_write=page.may_write(round_),
    )


def _row_page(
    session: DbSession, round_: ScreeningRound, row: BoardRow, form: BaseForm, message: str = ""
) -> str:
    shown = form if page.may_write(round_) and row.is_open else None
    return render_template(
        "screening_board/row.html",
        round=round_,
        row=row,
        form=shown,
        message="" if form.faults() else message,
        versions=versions(session, row.opinion_id),
        evidence=[
            one for one in evidence_of(session, row.candidate_id, actor()) if one.opinion_id == row.opinion_id
        ],
    )


def _told(round_: ScreeningRound, candidate_id: int, form: BaseForm, refusal: Refusal | None) -> Page:
    """The answer to the grid: the new version and counts, or why not; a conflict brings what stands there."""
    with reading() as session:
        office = page.screening_office(actor())
        row = row_of(session, round_.id, office, candidate_id)
        counts = board_counts(session, round_.id, office)
    if refusal is None:
        return jsonify(version=row.version, counts=counts, saved_at=moment(row.answered_at))
    if isinstance(refusal, Conflict) and row.is_open:
        return jsonify(message="该户意见已由他人先修改。", errors={}, current=_current(row)), refusal.status
    return jsonify(message=refusal.message, errors=form.faults()), refusal.status


def _current(row: BoardRow) -> dict[str, object]:
    who = f"（{row.answered_by} {moment(row.answered_at)}）" if row.answered_by else ""
    shown = {"result": row.result, "basis": row.basis, "reason": row.reason, "version": row.version}
    return {**shown, "label": f"{row.result_label}{who}" if row.result else ""}
