"""Room arrears: the register of loans past due, for center, banks and guarantors; steps are done on the case page."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.arrears import Stage
from models.case import case_numbered
from models.database import reading, transaction
from models.material import material_label
from models.people import Permission
from models.refusal import Refusal
from processes import arrears_register as register
from processes import compensation_proof
from webapp import arrears_panel  # noqa: F401  registers what the page of the case shows
from webapp.access import actor, requires
from webapp.arrears_export import register_workbook
from webapp.views.document import add_all, chosen_files

blueprint = Blueprint("arrears", __name__)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/arrears")
@requires(Permission.CREDIT_READ)
def show() -> str:
    """逾期处置台账, the longest past due first."""
    wanted = _wanted()
    with reading() as session:
        page = register.page(session, wanted, actor())
        return render_template(
            "arrears/show.html", page=page, wanted=wanted, stages=Stage, scopes=register.Running
        )


@blueprint.get("/arrears.xlsx")
@requires(Permission.CREDIT_READ)
def export() -> Response:
    """The register as a workbook, with the same filters."""
    with reading() as session:
        content = register_workbook(register.every(session, _wanted(), actor()))
    headers = {"Content-Disposition": 'attachment; filename="arrears.xlsx"'}
    return Response(content, mimetype=_XLSX, headers=headers)


@blueprint.post("/arrears/<number>/documents")
@requires(Permission.CREDIT_WORK)
def hand_in(number: str) -> Answer:
    """A file of the application for 代偿, by the bank."""
    kind, files = request.form.get("kind", ""), chosen_files()
    try:
        with transaction() as session:
            case = case_numbered(session, number, actor())
            add_all(session, case, kind, files, compensation_proof.hand_in)
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        flash(refusal.message, "danger")
    else:
        flash(f"已上传“{material_label(kind)}”{len(files)} 个文件。")
    return redirect(url_for("case.show", number=number, _anchor="due-proofs"))


def _wanted() -> register.Wanted:
    text, stage, after = (request.args.get(name, "") for name in ("q", "stage", "after"))
    scope = request.args.get("scope", register.Running.RUNNING.value)
    known = scope if scope in register.Running.__members__.values() else register.Running.RUNNING
    return register.Wanted(text.replace("\0", "")[:100], stage, known, after)
