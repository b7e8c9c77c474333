"""Room screening, batches: one answer for many candidates: preview, apply once, result row by row, undo."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm
from forms.screening import BULK_RESULTS, RENEW, BulkForm
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Refusal
from models.screening import BatchState, ScreeningRound, Source
from models.screening_board import matching, seen_versions
from models.screening_history import batch_changes, batch_line, batches
from processes.screening_answers import answer, renewed, undo
from processes.screening_answers import preview as preview_answers
from processes.screening_check import Answer
from webapp import screening_page as page
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID
from webapp.views.screening_board import Entered, board_page

blueprint = Blueprint("screening_batch", __name__, url_prefix=f"{page.NUMBER}/batches")
_BATCH = f"/<int(max={BIGGEST_ID}):batch_id>"
SHOWN = 200
BULK = ("bulk_result", "bulk_queried_on", "bulk_basis", "bulk_reason")
Page = str | Response | tuple[str, int]


@blueprint.post("/preview")
@requires(Permission.CREDIT_WORK)
def preview(number: str) -> Page:
    """What the selection would change, what it cannot and why; nothing is written."""
    form = page.bound(BulkForm(request.form))
    with reading() as session:
        round_ = page.round_for(session, number)
        ids = _selected(session, round_)
        is_good = form.validate()
        if not is_good or not ids:
            message = "" if not is_good else "请先选择要填写的企业（户）。"
            return board_page(
                session, round_, page.board_filter(request.form), Entered({}, form, ids, message)
            ), 422
        return _previewed(session, round_, ids, form)


@blueprint.post("")
@requires(Permission.CREDIT_WORK)
def apply(number: str) -> Page:
    """Exactly what the preview listed; the same click again changes nothing."""
    pinned, form = dict(_pinned(request.form.get("seen", ""))), page.bound(BulkForm(request.form))
    with transaction() as session:
        round_ = page.round_for(session, number)
        page.screening_office(actor())
        if not form.validate():
            raise Refusal("批量填写的内容有误，请返回甄别名单重新填写。")
        answers = _answers(session, round_, list(pinned), pinned, form)
        outcome = answer(session, round_.id, answers, actor(), Source.BULK, request.form.get("key", "")[:64])
    if outcome.batch_id is None:
        flash("没有需要改变的，未填写。")
        return redirect(url_for("screening_board.show", number=number))
    return redirect(url_for("screening_batch.show", number=number, batch_id=outcome.batch_id))


@blueprint.get("")
@requires(Permission.CREDIT_READ)
def show_all(number: str) -> str:
    """The batches of the person's own office, newest first."""
    with reading() as session:
        round_ = page.round_for(session, number)
        found = batches(session, round_.id, page.screening_office(actor()))
        return render_template("screening_batch/list.html", round=round_, batches=found, states=BatchState)


@blueprint.get(_BATCH)
@requires(Permission.CREDIT_READ)
def show(number: str, batch_id: int) -> str:
    """One batch, row by row."""
    with reading() as session:
        round_ = page.round_for(session, number)
        batch = batch_line(session, round_.id, page.screening_office(actor()), batch_id)
        is_last_word = batch.state == BatchState.APPLIED and batch.source != Source.UNDO and batch.changed > 0
        return render_template(
            "screening_batch/show.html",
            round=round_,
            batch=batch,
            changes=batch_changes(session, batch_id, SHOWN),
            is_undone=batch.state == BatchState.UNDONE,
            may_undo=is_last_word and page.may_write(round_),
        )


@blueprint.post(f"{_BATCH}/undo")
@requires(Permission.CREDIT_WORK)
def take_back(number: str, batch_id: int) -> Response:
    """撤销, until something of the batch has left the department."""
    with transaction() as session:
        round_ = page.round_for(session, number)
        batch_line(session, round_.id, page.screening_office(actor()), batch_id)
        changed = undo(session, batch_id, actor())
    flash(f"已撤销，{changed} 户恢复为填写前的答复。")
    return redirect(url_for("screening_batch.show", number=number, batch_id=batch_id))


def _previewed(session: DbSession, round_: ScreeningRound, ids: Sequence[int], form: BaseForm) -> str:
    pins = seen_versions(session, round_.id, page.screening_office(actor()))
    found = preview_answers(session, round_.id, _answers(session, round_, ids, pins, form), actor())
    seen = ",".join(f"{line.candidate_id}:{pins.get(line.candidate_id, 0)}" for line in found.changed)
    return _preview_page(round_, found, seen)


def _selected(session: DbSession, round_: ScreeningRound) -> list[int]:
    """The ticked candidates, or all that match the filter."""
    office = page.screening_office(actor())
    if request.form.get("all") == "yes":
        return matching(session, round_.id, office, page.board_filter(request.form))
    return page.chosen_ids(request.form)


def _answers(
    session: DbSession, round_: ScreeningRound, ids: Sequence[int], versions: dict[int, int], form: BaseForm
) -> list[Answer]:
    """One answer for all of them; or each one's own, on a query that was made anew."""
    result, reason, basis = (str(form.answers()[f"bulk_{name}"]) for name in ("result", "reason", "basis"))
    day = form.value("bulk_queried_on")
    rows = [Answer(one, result, reason, basis, day, versions.get(one, 0)) for one in ids]
    return renewed(session, round_.id, rows, actor()) if result == RENEW else rows


def _pinned(text: str) -> Iterator[tuple[int, int]]:
    """(candidate, version) as the preview listed them."""
    for part in text.split(","):
        candidate, _, version = part.partition(":")
        if page.whole(candidate):
            yield page.whole(candidate), page.whole(version)


def _preview_page(round_: ScreeningRound, found: object, seen: str) -> str:
    wanted = page.board_filter(request.form)
    carried = {name: request.form.get(name, "") for name in BULK}
    back = url_for(
        "screening_board.show", number=round_.number, after=wanted.after or None, **page.carried(wanted)
    )
    return render_template(
        "screening_batch/preview.html",
        round=round_,
        found=found,
        label=dict(BULK_RESULTS)[carried["bulk_result"]],
        carried={**carried, "seen": seen, "key": secrets.token_hex(16)},
        back=back,
    )
