"""Room declaration: when declarations of 信保贷 are received, those one may see, a new one, and F3 on paper."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from models.calendar import today
from models.case import case_numbered
from models.case_search import Wanted, search
from models.credit_policy import credit_rules_on
from models.database import DbSession, reading, transaction
from models.declaration import CURRENT, window
from models.material import published_materials
from models.people import Permission
from models.refusal import NotFound, Refusal
from models.scheme import DECLARED, Scheme
from models.subject import SubjectKind
from processes import declaration as verbs
from processes.personal_data import may_read_in_full
from webapp.access import actor, requires
from webapp.answer_view import application_parts
from webapp.context import context_of
from webapp.views.application import begun

blueprint = Blueprint("declaration", __name__)


@blueprint.get("/declarations")
@requires(Permission.CASE_READ)
def show() -> str:
    """The window, and the declarations that the reader may see, newest first."""
    wanted = {name: request.args.get(name, "") for name in ("q", "status", "after")}
    asked = Wanted(wanted["q"][:100], wanted["status"], wanted["after"], Scheme.CREDIT_APPLICATION.value)
    with reading() as session:
        page = search(session, actor(), asked)
        return render_template(
            "declaration/show.html",
            page=page,
            wanted=wanted,
            window=window(session),
            statuses=CURRENT,
            kinds=SubjectKind,
        )


@blueprint.get("/declarations/new")
@requires(Permission.CASE_CREATE)
def choose() -> str:
    """中小微企业 or 个体工商户, each with its cap, conditions and list of materials."""
    with reading() as session:
        return _choice(session)


@blueprint.post("/declarations/new")
@requires(Permission.CASE_CREATE)
def create() -> Response | tuple[str, int]:
    """A new draft of F3; drafts are taken at any time."""
    try:
        with transaction() as session:
            return begun(verbs.declare(session, request.form.get("kind", ""), {}, actor()))
    except Refusal as refusal:
        if refusal.field != "applicant_type":
            raise
        with reading() as session:
            return _choice(session, refusal.message), 422


@blueprint.get("/declarations/<number>/form")
@requires(Permission.CASE_READ)
def paper(number: str) -> str:
    """“信保贷”申报表 for paper, to be signed and sealed."""
    with reading() as session:
        case = case_numbered(session, number, actor())
        if case.kind is not Scheme.CREDIT_APPLICATION:
            raise NotFound("该案卷没有“信保贷”申报表。")
        is_full = case.created_by_id == actor().id or may_read_in_full(session, case, actor())
        parts = application_parts(case, context_of(session, case), is_full)
        return render_template("declaration/paper.html", case=case, parts=parts, is_full=is_full)


def _choice(session: DbSession, message: str = "") -> str:
    return render_template(
        "declaration/choose.html",
        kinds=list(SubjectKind),
        rules=credit_rules_on(session, today()),
        window=window(session),
        materials={kind.value: published_materials(f"{DECLARED}{kind}") for kind in SubjectKind},
        message=message,
    )
