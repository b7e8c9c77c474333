"""Room draft: a process owner's drafts: the list, the editor and what it asks for while somebody draws."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as Redirect

from forms.base import BaseForm, FormContext
from forms.draft import BlankForm
from models.calendar import today
from models.database import DbSession, reading, transaction
from models.draft import ProcessDraft
from models.people import Permission
from models.process_version import versions
from models.refusal import Refusal
from processes import draft as verbs
from processes.draft_import import read_files
from processes.publication import encoded, problems_of
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt, sent
from webapp.api.body import read_body
from webapp.draft_page import as_json, kept, options
from webapp.security import EDITOR_POLICY

blueprint = Blueprint("draft", __name__, url_prefix="/admin/drafts")
_DRAFT = f"/<int(max={BIGGEST_ID}):draft_id>"
# A drawing of 1 MB in JSON, with its tables.
_MAX_BODY, _MAX_FILES = 8 * 1024 * 1024, 20
_PARTS = {"revision": int, "bpmn": str, "decisions": dict, "tests": dict}
Page = str | Redirect | tuple[str, int]


@blueprint.get("")
@requires(Permission.PROCESS_MANAGE)
def index() -> str:
    """我的草稿."""
    with reading() as session:
        mine = verbs.drafts_of(session, actor())
        others = verbs.neighbours_of(session, mine, actor().id)
        bases = {version.id: version for version in versions(session)}
    return render_template("draft/index.html", drafts=mine, others=others, bases=bases)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.PROCESS_MANAGE)
def begin() -> Page:
    """新建草稿: from a version, blank, or of files; the form is that of a blank process."""
    form = _blank(sent(BlankForm) if request.method == "POST" else BlankForm(None))
    if request.method == "POST":
        made = attempt(form, lambda session: verbs.create_draft(session, actor(), **_typed(form)))
        if made is not None:
            return _to(made)
    html = _begin(form)
    return (html, 422) if form.errors else html


def _blank(form: BaseForm) -> BaseForm:
    return form.bind(FormContext(today=today()))


def _typed(form: BaseForm) -> dict[str, Any]:
    return dict(form.answers())


def _begin(form: BaseForm, refused: str = "") -> str:
    with reading() as session:
        found = versions(session)
    return render_template("draft/new.html", form=form, versions=found, refused=refused)


@blueprint.post("/copy")
@requires(Permission.PROCESS_MANAGE)
def copy() -> Redirect:
    """修改已发布的版本: a draft of a version."""
    chosen = request.form.get("definition_id", type=int, default=0)
    with transaction() as session:
        made = verbs.create_draft(session, actor(), based_on=min(max(chosen, 0), BIGGEST_ID))
    return _to(made)


@blueprint.post("/import")
@requires(Permission.PROCESS_MANAGE)
def bring() -> Page:
    """导入文件: a drawing and its tables, also of another tool; what cannot be used is listed by element."""
    files = [(item.filename or "", item.read()) for item in request.files.getlist("files")[:_MAX_FILES]]
    try:
        found = read_files(files)
        with transaction() as session:
            made = verbs.create_draft(session, actor(), bpmn=found.bpmn, decisions=found.decisions)
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        return _begin(_blank(BlankForm(None)), refusal.message), 422
    if not found.dropped:
        return _to(made)
    return render_template("draft/imported.html", draft=made, dropped=found.dropped)


def _to(made: ProcessDraft) -> Redirect:
    return redirect(url_for("draft.edit", draft_id=made.id))


@blueprint.get(_DRAFT)
@requires(Permission.PROCESS_MANAGE)
def edit(draft_id: int) -> Response:
    """The editor."""
    with reading() as session:
        draft = verbs.draft_for(session, draft_id, actor())
        html = render_template(
            "draft/edit.html", draft=draft, options=options(draft), state=_kept(session, draft)
        )
    response = make_response(html)
    response.headers["Content-Security-Policy"] = EDITOR_POLICY
    return response


@blueprint.get(f"{_DRAFT}/drawing")
@requires(Permission.PROCESS_MANAGE)
def drawing(draft_id: int) -> Response:
    """The drawing as a file, as it was last saved."""
    with reading() as session:
        draft = verbs.draft_for(session, draft_id, actor())
    response = Response(draft.bpmn, mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="draft-{draft_id}.bpmn"'
    return response


@blueprint.post(f"{_DRAFT}/save")
@requires(Permission.PROCESS_MANAGE)
def save(draft_id: int) -> Response:
    """What the editor keeps by itself, a moment after each change."""
    body = read_body(_PARTS, optional=("bpmn", "decisions", "tests"), limit=_MAX_BODY)
    with transaction() as session:
        draft = verbs.save(session, draft_id, actor(), body.pop("revision"), **body)
        return jsonify(_kept(session, draft))


@blueprint.post(f"{_DRAFT}/back")
@requires(Permission.PROCESS_MANAGE)
def back(draft_id: int) -> Response:
    """退回上一次保存."""
    body = read_body({"revision": int})
    with transaction() as session:
        draft = verbs.step_back(session, draft_id, actor(), body["revision"])
        return jsonify({**_kept(session, draft), "bpmn": draft.bpmn})


@blueprint.post(f"{_DRAFT}/stay")
@requires(Permission.PROCESS_MANAGE)
def stay(draft_id: int) -> Response:
    """The editor is open: others are told; who else is there is answered."""
    with transaction() as session:
        return jsonify(_kept(session, verbs.stay(session, draft_id, actor())))


@blueprint.post(f"{_DRAFT}/check")
@requires(Permission.PROCESS_MANAGE)
def check(draft_id: int) -> Response:
    """Every problem of the draft; of `bpmn` when it is sent, else of what was saved."""
    body = read_body({"bpmn": str}, optional=("bpmn",), limit=_MAX_BODY)
    with reading() as session:
        draft = verbs.draft_for(session, draft_id, actor())
    bpmn = body.get("bpmn", draft.bpmn)
    problems = problems_of(bpmn.encode(), encoded(draft.decisions), draft.tests)
    return jsonify(problems=as_json(problems))


@blueprint.post(f"{_DRAFT}/discard")
@requires(Permission.PROCESS_MANAGE)
def discard(draft_id: int) -> Redirect:
    """删除草稿."""
    with transaction() as session:
        name = verbs.discard(session, draft_id, actor())
    flash(f"已删除草稿“{name}”。")
    return redirect(url_for("draft.index"))


def _kept(session: DbSession, draft: ProcessDraft) -> dict[str, Any]:
    return kept(draft, verbs.neighbours(session, draft), verbs.steps_kept(session, draft))
