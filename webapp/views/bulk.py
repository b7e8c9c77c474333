"""Room bulk: one act on many tasks: first what it will do, then, a task at a time, what it has done."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from models.bulk import ItemState, counts_of, runs_of
from models.database import reading, transaction
from models.refusal import NotFound, Refusal
from processes.bulk import OPERATIONS
from processes.bulk_run import begin, known_run
from webapp import bulk_door
from webapp.access import actor, signed_in
from webapp.bulk_page import NONE_FIT, Asked, Preview, Result, asked, previewed, result, to_do, typed
from webapp.local import local_path
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("bulk", __name__)
_RUN = f"/bulk/<int(max={BIGGEST_ID}):run_id>"


@blueprint.get("/bulk")
@signed_in
def index() -> str:
    """The person's latest batches."""
    with reading() as session:
        runs = runs_of(session, actor())
        counts = counts_of(session, [run.id for run in runs])
        return render_template("bulk/index.html", runs=runs, counts=counts, operations=OPERATIONS)


@blueprint.post("/bulk/preview")
@signed_in
def preview() -> str:
    """选择之后: what will and will not be done, and why; nothing is written."""
    return _page(_shown(asked(request.form, actor()), None))


@blueprint.post("/bulk")
@signed_in
def carry_out() -> Response | tuple[str, int]:
    """确定: note the batch, then do it; the second click finds the batch of the first."""
    sent = asked(request.form, actor())
    run_id = _known(sent)
    if run_id is None:
        shown = _shown(sent, request.form)
        if not shown.fit:
            return _page(shown, NONE_FIT), 422
        if not shown.form.validate():
            return _page(shown), 422
        left = to_do(shown)
        with transaction() as session:
            run_id = begin(session, actor(), sent.operation, left, typed(shown.form), sent.ticket).id
        if lost := len(sent.picks) - len(left):
            flash(f"另有 {lost} 件未找到，或您已无权办理，未列入本批。")
        bulk_door.work_off(run_id, actor())
    return redirect(url_for("bulk.show", run_id=run_id, back=sent.back))


@blueprint.get(_RUN)
@signed_in
def show(run_id: int) -> str:
    """What became of each."""
    return _result(run_id)


@blueprint.post(f"{_RUN}/continue")
@signed_in
def go_on(run_id: int) -> Response:
    """Do what is left of a batch that was interrupted."""
    bulk_door.work_off(run_id, actor())
    return redirect(url_for("bulk.show", run_id=run_id))


@blueprint.post(f"{_RUN}/undo")
@signed_in
def undo(run_id: int) -> Response | tuple[str, int]:
    """撤销: each task back as it was, where nothing has happened to it since; the second click finds the batch as it is."""
    try:
        bulk_door.put_back(run_id, actor())
    except NotFound:
        raise
    except Refusal as refusal:
        return _result(run_id, refusal.message), refusal.status
    with reading() as session:
        flash(_undone_words(result(session, run_id, actor())))
    return redirect(url_for("bulk.show", run_id=run_id))


def _undone_words(found: Result) -> str:
    """What undoing a batch has come to, in a sentence."""
    kept = sum(bool(one.item.undo_message) for one in found.outcomes)
    tried = f"已撤销 {found.counts.get(ItemState.UNDONE.value, 0)} 件"
    refused = f"，{kept} 件不能撤销（原因逐件列明）" if kept else ""
    return f"{tried}{refused}{'；其余未处理完，请再点“撤销本批”' if found.may_undo else ''}。"


def _result(run_id: int, fault: str = "") -> str:
    with reading() as session:
        back = local_path(request.args.get("back", ""), url_for("home.show"))
        found = result(session, run_id, actor())
        return render_template("bulk/result.html", result=found, back=back, fault=fault)


def _known(sent: Asked) -> int | None:
    with reading() as session:
        run = known_run(session, actor(), sent.ticket)
        return run.id if run else None


def _shown(sent: Asked, data: MultiDict[str, str] | None) -> Preview:
    with reading() as session:
        return previewed(session, actor(), sent, data)


def _page(shown: Preview, fault: str = "") -> str:
    return render_template("bulk/preview.html", shown=shown, fault=fault)
