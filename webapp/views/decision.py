"""Room decision: the decision tables of a draft: edited, proved complete, tried on examples."""

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

from forms.base import BaseForm
from forms.context import FormContext
from forms.decision import KeyForm, TableForm
from models.calendar import today
from models.database import reading, transaction
from models.people import Permission
from processes import decision as verbs
from processes import draft as drafts
from processes.engine.tables_report import report_in_child
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt, page, sent
from webapp.api.body import read_body
from webapp.decision_page import GRAMMAR, kept, rows_of
from webapp.security import EDITOR_POLICY

blueprint = Blueprint(
    "decision", __name__, url_prefix=f"/admin/drafts/<int(max={BIGGEST_ID}):draft_id>/tables"
)
Page = str | Redirect | tuple[str, int]
# A table of 1 MB and its examples, in JSON.
_MAX_BODY = 3 * 1024 * 1024
_PARTS = {"dmn": str, "examples": list}


@blueprint.route("", methods=["GET", "POST"])
@requires(Permission.PROCESS_MANAGE)
def index(draft_id: int) -> Page:
    """决策表: those of a draft, and a form for one more."""
    form = _bound(sent(TableForm) if request.method == "POST" else TableForm(None))
    if request.method == "POST":
        made = attempt(form, lambda session: verbs.add_table(session, draft_id, actor(), **_typed(form)))
        if made is not None:
            return redirect(url_for("decision.edit", draft_id=draft_id, name=made))
    with reading() as session:
        draft = drafts.draft_for(session, draft_id, actor())
        html = render_template("decision/index.html", draft=draft, tables=rows_of(draft), form=form)
    return (html, 422) if form.errors else html


def _bound(form: BaseForm) -> BaseForm:
    return form.bind(FormContext(today=today()))


def _typed(form: BaseForm) -> dict[str, str]:
    return {name: str(value) for name, value in form.answers().items()}


@blueprint.get("/<name>")
@requires(Permission.PROCESS_MANAGE)
def edit(draft_id: int, name: str) -> Response:
    """One table of a draft in the browser."""
    with reading() as session:
        draft = drafts.draft_for(session, draft_id, actor())
        title = verbs.title_of(verbs.table_text(draft, name))
        state, examples = kept(session, draft), verbs.examples_of(draft, name)
        words = {"name": name, "title": title, "state": state, "examples": examples, "grammar": GRAMMAR}
        response = make_response(render_template("decision/edit.html", draft=draft, **words))
    response.headers["Content-Security-Policy"] = EDITOR_POLICY
    return response


@blueprint.get("/<name>/file")
@requires(Permission.PROCESS_MANAGE)
def file(draft_id: int, name: str) -> Response:
    """The table as a file, as it was last saved."""
    with reading() as session:
        text = verbs.table_text(drafts.draft_for(session, draft_id, actor()), name)
    response = Response(text, mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/<name>/save")
@requires(Permission.PROCESS_MANAGE)
def save(draft_id: int, name: str) -> Response:
    """What the editor keeps by itself, a moment after each change."""
    body: dict[str, Any] = read_body({"revision": int, **_PARTS}, limit=_MAX_BODY)
    with transaction() as session:
        draft = verbs.save_table(session, draft_id, actor(), body.pop("revision"), name, **body)
        return jsonify(kept(session, draft))


@blueprint.post("/<name>/check")
@requires(Permission.PROCESS_MANAGE)
def check(draft_id: int, name: str) -> Response:
    """Gaps, overlaps, dead rows and the outcomes of the examples, of what the page shows now."""
    body = read_body(_PARTS, limit=_MAX_BODY)
    with reading() as session:
        draft = drafts.draft_for(session, draft_id, actor())
        verbs.table_text(draft, name)
    return jsonify(report_in_child(name, body["dmn"], body["examples"], draft.bpmn))


@blueprint.route("/<name>/rename", methods=["GET", "POST"])
@requires(Permission.PROCESS_MANAGE)
def rename(draft_id: int, name: str) -> Page:
    """更改标识."""
    with reading() as session:
        verbs.table_text(drafts.draft_for(session, draft_id, actor()), name)
    kept_key = {"key": name.removesuffix(".dmn")}
    form = _bound(sent(KeyForm) if request.method == "POST" else KeyForm(None, data=kept_key))
    if request.method == "POST":
        made = attempt(
            form, lambda session: verbs.rename_table(session, draft_id, actor(), name, **_typed(form))
        )
        if made is not None:
            return redirect(url_for("decision.edit", draft_id=draft_id, name=made))
    return page(form, "更改决策表标识", url_for("decision.edit", draft_id=draft_id, name=name))


@blueprint.post("/<name>/remove")
@requires(Permission.PROCESS_MANAGE)
def remove(draft_id: int, name: str) -> Redirect:
    """删除决策表."""
    with transaction() as session:
        verbs.remove_table(session, draft_id, actor(), name)
    flash(f"已从草稿中删除决策表 {name}。")
    return redirect(url_for("decision.index", draft_id=draft_id))
