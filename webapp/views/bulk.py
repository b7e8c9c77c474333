"""Room bulk: one act on many tasks: first what it will do, then, a task at a time, what it has done."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from models.bulk import runs_of
from models.database import reading, transaction
from processes.bulk import OPERATIONS
from processes.bulk_run import begin, known_run
from webapp import bulk_door
from webapp.access import actor, signed_in
from webapp.bulk_page import NONE_FIT, Asked, Preview, asked, previewed, result, to_do, typed
from webapp.local import local_path
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("bulk", __name__)
_RUN = f"/bulk/<int(max={BIGGEST_ID}):run_id>"


@blueprint.get("/bulk")
@signed_in
def index() -> str:
    """The person's latest batches."""
    with reading() as session:
        return render_template("bulk/index.html", runs=runs_of(session, actor()), operations=OPERATIONS)


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
    with reading() as session:
        back = local_path(request.args.get("back", ""), url_for("home.show"))
        return render_template("bulk/result.html", result=result(session, run_id, actor()), back=back)


@blueprint.post(f"{_RUN}/continue")
@signed_in
def go_on(run_id: int) -> Response:
    """Do what is left of a batch that was interrupted."""
    bulk_door.work_off(run_id, actor())
    return redirect(url_for("bulk.show", run_id=run_id))


@blueprint.post(f"{_RUN}/undo")
@signed_in
def undo(run_id: int) -> Response:
    """撤销: each task back as it was, where nothing has happened to it since."""
    bulk_door.put_back(run_id, actor())
    flash("已撤销；不能撤销的逐件注明了原因。")
    return redirect(url_for("bulk.show", run_id=run_id))


def _known(sent: Asked) -> int | None:
    with reading() as session:
        run = known_run(session, actor(), sent.ticket)
        return run.id if run else None


def _shown(sent: Asked, data: MultiDict[str, str] | None) -> Preview:
    with reading() as session:
        return previewed(session, actor(), sent, data)


def _page(shown: Preview, fault: str = "") -> str:
    return render_template("bulk/preview.html", shown=shown, fault=fault)
