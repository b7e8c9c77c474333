"""Room case: one case with everything about it, the search over cases, and the picture of where it stands."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import FormContext
from forms.withdrawal import WithdrawalForm
from models.calendar import today
from models.case import case_numbered
from models.case_search import Wanted, search
from models.case_status import CaseStatus
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.recent_case import recent
from models.refusal import NotFound, Refusal
from models.scheme import Scheme
from models.workflow import ProcessDefinition
from processes import withdrawal
from processes.personal_data import reveal
from webapp.access import actor, requires, signed_in
from webapp.case_page import Asked, CasePage
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("case", __name__)


@blueprint.get("/cases", endpoint="search")
@requires(Permission.CASE_READ)
def search_page() -> str:
    """案卷查询 by number, name, ID number or status."""
    wanted = {name: request.args.get(name, "") for name in ("q", "status", "after", "scheme")}
    with reading() as session:
        asked = Wanted(wanted["q"][:100], wanted["status"], wanted["after"], wanted["scheme"])
        page = search(session, actor(), asked)
        return render_template(
            "case/search.html", page=page, wanted=wanted, statuses=CaseStatus, schemes=Scheme
        )


@blueprint.get("/cases/<number>")
@requires(Permission.CASE_READ)
def show(number: str) -> str:
    """One case; `task` names the step to work on, `tab` what is open at first, `doc` the material beside it."""
    asked = Asked(
        task_id=request.args.get("task", type=int),
        tab=request.args.get("tab", "form"),
        document_id=request.args.get("doc", type=int),
    )
    with reading() as session:
        return _page(session, number, asked)


@blueprint.get("/cases/<number>/print")
@requires(Permission.CASE_READ)
def print_view(number: str) -> str:
    """The case on paper (A4), as far as the reader may see it; numbers of people masked as on the page."""
    with reading() as session:
        case = case_numbered(session, number, actor())
        return render_template("case/print.html", page=CasePage(session, case, actor(), Asked()))


@blueprint.get("/recent")
@requires(Permission.CASE_READ)
def recent_page() -> str:
    """最近案卷: what the person has looked at lately."""
    with reading() as session:
        return render_template("case/recent.html", items=recent(session, actor()))


@blueprint.post("/cases/<number>/withdraw")
@requires(Permission.CASE_CREATE)
def withdraw(number: str) -> Response | tuple[str, int]:
    """撤回申请."""
    form = WithdrawalForm(request.form).bind(FormContext(today=today()))
    if not form.validate():
        return _refused(number, Asked(errors=_first_errors(form.faults())))
    with transaction() as session:
        case = case_numbered(session, number, actor())
        withdrawal.withdraw(session, case.id, actor(), str(form.answers()["reason"]))
    flash("申请已撤回。")
    return redirect(url_for("case.show", number=number))


@blueprint.post("/cases/<number>/reveal")
@requires(Permission.CASE_READ)
def show_personal_data(number: str) -> str | tuple[str, int]:
    """Show ID numbers, telephones and accounts once, unmasked; it is logged before it is shown."""
    try:
        with transaction() as session:
            reveal(session, number, actor(), request.form.get("reason", ""))
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        return _refused(number, Asked(tab="materials", errors={"reveal": refusal.message}))
    with reading() as session:
        return _page(session, number, Asked(tab="materials", is_full=True))


@blueprint.get("/cases/<number>/diagram.json")
@requires(Permission.CASE_READ)
def diagram_states(number: str) -> Response:
    """Where the token of the case stands, for the picture."""
    with reading() as session:
        case = case_numbered(session, number, actor())
        return jsonify(CasePage(session, case, actor(), Asked()).states)


@blueprint.get(f"/processes/<int(max={BIGGEST_ID}):definition_id>/diagram.bpmn")
@signed_in
def drawing(definition_id: int) -> Response:
    """The drawing of one published version; it holds no data of any case."""
    with reading() as session:
        definition = session.get(ProcessDefinition, definition_id)
        if definition is None:
            raise NotFound("未找到该流程版本。")
        response = Response(definition.bpmn, mimetype="application/xml")
        name = f"{definition.key}-{definition.version}.bpmn"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(session: DbSession, number: str, asked: Asked) -> str:
    case = case_numbered(session, number, actor())
    return render_template("case/show.html", page=CasePage(session, case, actor(), asked))


def _refused(number: str, asked: Asked) -> tuple[str, int]:
    with reading() as session:
        return _page(session, number, asked), 422


def _first_errors(faults: dict[str, list[str]]) -> dict[str, str]:
    return {name: messages[0] for name, messages in faults.items()}
