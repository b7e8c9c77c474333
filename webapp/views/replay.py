"""Room replay: a drawing run against the finished cases of a period: begin, progress, counts, list, one case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from forms.base import FormContext
from forms.replay import ReplayForm
from models.calendar import today
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.replay import ReplayLine, ReplayRun, ReplayStatus, line_of, lines_of, runs_of
from models.workflow import ProcessDefinition
from processes import replay, replay_shelf
from webapp import replay_page as page
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID
from webapp.replay_export import workbook
from webapp.screening_page import workbook as sent_workbook

blueprint = Blueprint("replay", __name__, url_prefix="/admin/replays")
_RUN = f"/<int(max={BIGGEST_ID}):run_id>"
Page = str | Redirect | tuple[str, int]


@blueprint.get("")
@requires(Permission.PROCESS_MANAGE)
def index() -> str:
    """The replays that this person has begun, newest first."""
    with reading() as session:
        return render_template("replay/index.html", runs=runs_of(session, actor().id), titles=ReplayStatus)


@blueprint.get("/new")
@requires(Permission.PROCESS_MANAGE)
def begin() -> Page:
    """Choose the period; `draft_id` or `definition_id` in the address names the drawing."""
    if not _id("draft_id") and not _id("definition_id"):
        return redirect(url_for("replay.index"))
    return _asked(_source(), _form(None))


@blueprint.post("/new")
@requires(Permission.PROCESS_MANAGE)
def start() -> Page:
    """Check the drawing, and begin in the background."""
    source, form = _source(), _form(request.form)
    run = _attempt(source, form)
    if run is None:
        return _asked(source, form), 422
    flash("已开始回放，在后台进行。")
    return redirect(url_for("replay.show", run_id=run.id))


def _source() -> replay.Source:
    with reading() as session:
        return replay.source_of(
            session, actor(), draft_id=_id("draft_id"), definition_id=_id("definition_id")
        )


def _attempt(source: replay.Source, form: ReplayForm) -> ReplayRun | None:
    """The run, or None when the form says why there is none."""
    if not form.validate():
        return None
    try:
        return _begun(source, form)
    except (Forbidden, Conflict):
        raise
    except Refusal as refusal:
        form.fault(refusal.field or "from_on", refusal.message)
        return None


def _begun(source: replay.Source, form: ReplayForm) -> ReplayRun:
    # The check takes seconds: no transaction waits for it.
    drawn, given = replay.checked(source), dict[str, Any](form.answers())
    with transaction() as session:
        return replay.begin(session, source, drawn, (given["from_on"], given["to_on"]), actor())


def _id(name: str) -> int:
    text = request.args.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if is_number and int(text) <= BIGGEST_ID else 0


def _form(data: Any) -> ReplayForm:
    begins = {"from_on": today() - timedelta(days=365), "to_on": today()}
    form = ReplayForm(data) if data is not None else ReplayForm(None, data=begins)
    form.bind(FormContext(today=today()))
    return form


def _asked(source: replay.Source, form: ReplayForm) -> str:
    return render_template("replay/begin.html", source=source, form=form)


@blueprint.get(_RUN)
@requires(Permission.PROCESS_MANAGE)
def show(run_id: int) -> str:
    """The report: counts, what is assumed, and the cases behind a count."""
    finding, after = page.filter_of(request.args.get("finding", "")), _id("after")
    with reading() as session:
        run = replay.run_for(session, run_id, actor())
        found = lines_of(session, run.id, finding, after)
        return render_template(
            "replay/show.html",
            run=run,
            tiles=page.tiles(run),
            assumptions=page.assumptions(run),
            lines=[(line, page.titles(line), page.told(line)) for line in found.lines],
            finding=finding,
            here=after,
            after=found.after,
            progress=_progress(run),
        )


@blueprint.post(f"{_RUN}/discard")
@requires(Permission.PROCESS_MANAGE)
def discard(run_id: int) -> Redirect:
    """Throw a run away, also one that does not come to its end."""
    with transaction() as session:
        name = replay_shelf.discard(session, run_id, actor())
    flash(f"已删除对“{name}”的历史回放。")
    return redirect(url_for("replay.index"))


@blueprint.get(f"{_RUN}/progress")
@requires(Permission.PROCESS_MANAGE)
def show_progress(run_id: int) -> Response:
    """The bar alone, asked for again while the work in the background goes on; at its end the whole report."""
    with reading() as session:
        run = replay.run_for(session, run_id, actor())
        response = Response(render_template("replay/_progress.html", progress=_progress(run)))
    if not page.is_running(run):
        response.headers["HX-Refresh"] = "true"
    return response


def _progress(run: ReplayRun) -> dict[str, Any]:
    return {
        "done": run.done,
        "total": run.total,
        "is_running": page.is_running(run),
        "label": ReplayStatus.title_of(run.status),
        "url": url_for("replay.show_progress", run_id=run.id),
        "page": url_for("replay.show", run_id=run.id),
    }


@blueprint.get(f"{_RUN}/cases.xlsx")
@requires(Permission.PROCESS_MANAGE)
def export(run_id: int) -> Response:
    """The list as a workbook, with the filter of the page."""
    with reading() as session:
        run = replay.run_for(session, run_id, actor())
        content = workbook(session, run, page.filter_of(request.args.get("finding", "")))
    return sent_workbook(content, f"replay-{run_id}.xlsx")


@blueprint.get(f"{_RUN}/cases/<int(max={BIGGEST_ID}):line_id>")
@requires(Permission.PROCESS_MANAGE)
def show_case(run_id: int, line_id: int) -> str:
    """One case: both ways side by side, and its terms before and after. No applicant, nothing that was typed."""
    with reading() as session:
        run = replay.run_for(session, run_id, actor())
        line = _line(session, run, line_id)
        version = session.get_one(ProcessDefinition, line.details["version"])
        return render_template(
            "replay/case.html",
            run=run,
            line=line,
            titles=page.titles(line),
            told=page.told(line),
            version=version,
            pictures=page.pictures(line, version, run),
        )


@blueprint.get(f"{_RUN}/diagram.bpmn")
@requires(Permission.PROCESS_MANAGE)
def drawing(run_id: int) -> Response:
    """The drawing that was replayed on, as it was when the run began."""
    with reading() as session:
        run = replay.run_for(session, run_id, actor())
        response = Response(run.bpmn, mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="replay-{run_id}.bpmn"'
    return response


def _line(session: DbSession, run: ReplayRun, line_id: int) -> ReplayLine:
    line = line_of(session, run.id, line_id)
    if line is None:
        raise NotFound("未找到该案卷的回放。")
    return line
