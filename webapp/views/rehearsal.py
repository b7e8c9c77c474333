"""Room rehearsal: a drawing run by hand in a sandbox with a clock of its own; nobody else is touched or told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from forms.base import FormContext
from forms.clock import ClockForm
from models.calendar import SHANGHAI, today
from models.database import StaleWrite, reading, transaction
from models.people import Permission
from models.process_version import versions
from models.refusal import Conflict, NotFound, Refusal
from processes import draft as drafts
from processes import rehearsal as verbs
from processes.rehearsal import Unsound
from processes.rehearsal_play import checked
from processes.rehearsal_words import Stuck
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID
from webapp.answer_view import answers_of
from webapp.rehearsal_door import begun, played
from webapp.rehearsal_form import changed_facts, facts_form, step_form, with_row_asked, without_row_asked
from webapp.rehearsal_page import Asked, RehearsalPage
from webapp.rehearsal_scenario import MAX_SCENARIO, read_scenario, written
from webapp.rehearsal_unsound import unsound_page

blueprint = Blueprint("rehearsal", __name__, url_prefix="/admin/rehearsals")
_SOURCE = re.compile("(version|draft)-([0-9]{1,9})", re.ASCII)
_ONE = f"/<int(max={BIGGEST_ID}):rehearsal_id>"
Page = str | Redirect | tuple[str, int]
# The words for Stuck and Conflict that come without a sentence of their own.
STALE = "演练已在另一个窗口继续，您填写的内容没有提交。"


@blueprint.get("")
@requires(Permission.PROCESS_MANAGE)
def index() -> str:
    """One's own rehearsals, and the versions and drafts with which one may begin."""
    return _index()


def _index(message: str = "") -> str:
    with reading() as session:
        return render_template(
            "rehearsal/index.html",
            rehearsals=verbs.rehearsals_of(session, actor()),
            versions=versions(session),
            drafts=drafts.drafts_of(session, actor()),
            kept=verbs.KEPT_PER_PERSON,
            days=verbs.KEPT_FOR.days,
            regions=verbs.regions(session),
            message=message,
            today=today(),
        )


@blueprint.post(f"/drafts/<int(max={BIGGEST_ID}):draft_id>")
@requires(Permission.PROCESS_MANAGE)
def begin(draft_id: int) -> Page:
    """Begin with one's own draft, once the check has passed it."""
    return _begun(_source("draft", draft_id))


@blueprint.post("")
@requires(Permission.PROCESS_MANAGE)
def begin_chosen() -> Page:
    """Begin with the version or draft that the page names (version-1, draft-2)."""
    found = _SOURCE.fullmatch(request.form.get("source", ""))
    if found is None:
        return _index("请选择要演练的版本或草稿。"), 422
    return _begun(_source(found[1], int(found[2])))


def _source(kind: str, number: int) -> Callable[[], verbs.Source]:
    """What is rehearsed; of a draft the check runs when the answer is called."""
    with reading() as session:
        if kind == "version":
            source = verbs.of_version(session, number)
            return lambda: source
        draft = drafts.draft_for(session, number, actor())
        bpmn, decisions = draft.bpmn, dict(draft.decisions)
    return lambda: verbs.of_files(bpmn, decisions, number)


def _begun(make: Callable[[], verbs.Source]) -> Page:
    """A new rehearsal on the day that the page names, playing the scenario that it sends, if any."""
    try:
        opening, acts = _wanted()
        source = make()
        number, found = begun(source, opening, acts)
    except Unsound as unsound:
        return unsound_page(unsound)
    except (NotFound, Conflict):
        raise
    except Refusal as refusal:
        return _index(refusal.message), 422
    if acts:
        flash("演练脚本已重演，结果与脚本所记一致。" if not found else "演练脚本已重演，结果有不同，见经过。")
    return redirect(url_for("rehearsal.show", rehearsal_id=number))


def _wanted() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    sent = request.files.get("scenario")
    if sent is not None and sent.filename:
        return checked(read_scenario(sent.stream.read(MAX_SCENARIO + 1)))
    given = {name: request.form.get(name, "").strip() for name in ("at", "region")}
    return {name: text for name, text in given.items() if text}, []


@blueprint.get(_ONE)
@requires(Permission.PROCESS_MANAGE)
def show(rehearsal_id: int) -> str:
    """Where the token stands, the open steps with their forms, clocks and events."""
    return _page(rehearsal_id, Asked(element=request.args.get("step", "").replace("\0", "")))


def _page(rehearsal_id: int, asked: Asked) -> str:
    with reading() as session:
        row = verbs.rehearsal_for(session, rehearsal_id, actor())
        return render_template("rehearsal/show.html", page=RehearsalPage(row, verbs.run_of(row), asked))


@blueprint.get(f"{_ONE}/drawing.bpmn")
@requires(Permission.PROCESS_MANAGE)
def drawing(rehearsal_id: int) -> Response:
    """The drawing as it is rehearsed."""
    with reading() as session:
        return Response(verbs.rehearsal_for(session, rehearsal_id, actor()).bpmn, mimetype="application/xml")


@blueprint.get(f"{_ONE}/scenario.json")
@requires(Permission.PROCESS_MANAGE)
def scenario(rehearsal_id: int) -> Response:
    """The acts as a file, to be played again after a change."""
    with reading() as session:
        row = verbs.rehearsal_for(session, rehearsal_id, actor())
        text = json.dumps(written(row), ensure_ascii=False, indent=1)
    response = Response(text, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="rehearsal-{rehearsal_id}.json"'
    return response


@blueprint.post(f"{_ONE}/complete")
@requires(Permission.PROCESS_MANAGE)
def complete(rehearsal_id: int) -> Page:
    """Do an open step; what was typed stays on the page when it cannot be done."""
    element = request.form.get("element", "").replace("\0", "")
    with reading() as session:
        run = verbs.run_of(verbs.rehearsal_for(session, rehearsal_id, actor()))
        if element not in run.definition.drawing.steps:
            raise NotFound("流程图中没有该环节。")
        form = step_form(run, element, without_row_asked(request.form))
        is_row_change = with_row_asked(form, request.form)
        values = None if is_row_change else form.check()
    asked = Asked(element=element, form=form)
    if values is None:
        return _page(rehearsal_id, asked), 200 if is_row_change else 422
    return _acted(rehearsal_id, {"complete": element, "values": values}, asked)


@blueprint.post(f"{_ONE}/facts")
@requires(Permission.PROCESS_MANAGE)
def facts(rehearsal_id: int) -> Page:
    """Change facts of the case."""
    with reading() as session:
        run = verbs.run_of(verbs.rehearsal_for(session, rehearsal_id, actor()))
        form = facts_form(run, request.form)
        is_sound = form.validate()
        changed = changed_facts(run, form) if is_sound else {}
    asked = Asked(facts=form)
    if not is_sound:
        return _page(rehearsal_id, asked), 422
    if not changed:
        flash("案情没有变化。", "warning")
        return redirect(url_for("rehearsal.show", rehearsal_id=rehearsal_id))
    return _acted(rehearsal_id, {"facts": changed}, asked)


@blueprint.post(f"{_ONE}/jump")
@requires(Permission.PROCESS_MANAGE)
def jump(rehearsal_id: int) -> Page:
    """Let time pass: one day, to the next event, or to a date."""
    by = request.form.get("by", "")
    if by in ("1", "next"):
        return _acted(rehearsal_id, {"jump": int(by) if by == "1" else by}, Asked())
    form = ClockForm(request.form, csrf=False).bind(FormContext(today=today()))
    if not form.validate():
        return _page(rehearsal_id, Asked(clock=form)), 422
    assert isinstance(form, ClockForm)
    return _acted(
        rehearsal_id, {"jump": form.moment().replace(tzinfo=SHANGHAI).isoformat()}, Asked(clock=form)
    )


@blueprint.post(f"{_ONE}/send")
@requires(Permission.PROCESS_MANAGE)
def send(rehearsal_id: int) -> Page:
    """A message arrives that the token waits for."""
    return _acted(rehearsal_id, {"send": request.form.get("message", "")}, Asked())


@blueprint.post(f"{_ONE}/release")
@requires(Permission.PROCESS_MANAGE)
def release(rehearsal_id: int) -> Page:
    """Take the calendar of a provisional term for official."""
    return _acted(rehearsal_id, {"release": request.form.get("element", "")}, Asked())


@blueprint.post(f"{_ONE}/back")
@requires(Permission.PROCESS_MANAGE)
def back(rehearsal_id: int) -> Redirect:
    """Undo the last act."""
    played(verbs.step_back, rehearsal_id, actor(), _revision())
    flash("已撤销上一步。")
    return redirect(url_for("rehearsal.show", rehearsal_id=rehearsal_id))


@blueprint.post(f"{_ONE}/restart")
@requires(Permission.PROCESS_MANAGE)
def restart(rehearsal_id: int) -> Page:
    """From the beginning, also on another day."""
    try:
        played(verbs.restart, rehearsal_id, actor(), request.form.get("at", "").strip(), _revision())
    except (NotFound, Conflict):
        raise
    except Refusal as refusal:
        return _page(rehearsal_id, Asked(message=refusal.message)), 422
    flash("已重新开始。")
    return redirect(url_for("rehearsal.show", rehearsal_id=rehearsal_id))


@blueprint.post(f"{_ONE}/again")
@requires(Permission.PROCESS_MANAGE)
def again(rehearsal_id: int) -> Page:
    """Play the same acts on the draft as it is now, in a new rehearsal, and compare."""
    with reading() as session:
        row = verbs.rehearsal_for(session, rehearsal_id, actor())
        make, opening, acts = verbs.source_again(session, row, actor()), row.opening, list(row.acts)
    try:
        source = make()
    except Unsound as unsound:
        return unsound_page(unsound)
    number, found = begun(source, opening, acts)
    flash("重演结果一致。" if not found else f"重演结果有不同：{found[0]}")
    return redirect(url_for("rehearsal.show", rehearsal_id=number))


@blueprint.post(f"{_ONE}/delete")
@requires(Permission.PROCESS_MANAGE)
def delete(rehearsal_id: int) -> Redirect:
    """End a rehearsal."""
    with transaction() as session:
        name = verbs.end(session, rehearsal_id, actor())
    flash(f"已删除演练“{name}”。")
    return redirect(url_for("rehearsal.index"))


def _acted(rehearsal_id: int, act: Mapping[str, Any], asked: Asked) -> Page:
    try:
        played(verbs.act, rehearsal_id, actor(), _revision(), act)
    except NotFound:
        raise
    except StaleWrite:
        return _again(rehearsal_id, asked, STALE), 409
    except Refusal as refusal:
        asked.stuck_at = refusal.element_id if isinstance(refusal, Stuck) else ""
        return _again(rehearsal_id, asked, refusal.message), refusal.status
    return redirect(url_for("rehearsal.show", rehearsal_id=rehearsal_id))


def _again(rehearsal_id: int, asked: Asked, message: str) -> str:
    """The page with what was typed, though its step may have ended meanwhile."""
    asked.message = message
    if asked.form is not None:
        parts = [asked.form.values, *([asked.form.real] if asked.form.real else [])]
        asked.lost = tuple(answer for part in parts for answer in answers_of(part))
    return _page(rehearsal_id, asked)


def _revision() -> int | None:
    given = request.form.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
