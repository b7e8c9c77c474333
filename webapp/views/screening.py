"""Room screening: the list of rounds, opening one, its progress, and the matrix departments by candidates."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Redirect

from models.calendar import today
from models.credit_policy import credit_rules_on
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Forbidden, Refusal
from models.screening import ScreeningRound
from models.screening_matrix import MatrixState, matrix, matrix_rows
from models.screening_opening import awaiting_by_kind, collects, department_names, left_out
from models.screening_rounds import offices, rounds_of, state_of
from models.subject import SubjectKind
from processes import screening as verbs
from processes.screening_handin import remaining
from webapp import screening_page as page
from webapp.access import actor, requires
from webapp.screening_export import matrix_workbook

blueprint = Blueprint("screening", __name__)
Page = str | Redirect | tuple[str, int]


@blueprint.get("/rounds")
@requires(Permission.CREDIT_READ)
def list_rounds() -> str:
    """The rounds that the person may see, with what his own office owes."""
    with reading() as session:
        lines = rounds_of(session, actor())
        return render_template(
            "screening/list.html", lines=lines, leads=page.leads(actor()), may_open=page.is_center(actor())
        )


@blueprint.get("/rounds/new")
@requires(Permission.CREDIT_WORK)
def open_new() -> Page:
    """What a new round would take in, and what stays out; nothing is opened yet."""
    if not page.is_center(actor()):
        return redirect(url_for("screening.list_rounds"))
    with reading() as session:
        return _opening(session)


@blueprint.post("/rounds/new")
@requires(Permission.CREDIT_WORK)
def open_round() -> Page:
    """开启: the candidates follow in the background."""
    try:
        with transaction() as session:
            round_ = verbs.open_round(session, actor())
    except Forbidden:
        raise
    except Refusal as refusal:
        with reading() as session:
            return _opening(session, refusal.message), refusal.status
    flash(f"已开启{round_.label}，候选名单正在后台生成。")
    return redirect(url_for("screening.show", number=round_.number))


@blueprint.post(f"{page.NUMBER}/take-in")
@requires(Permission.CREDIT_WORK)
def take_in(number: str) -> Redirect:
    """补充列入 of declarations that passed their form check after the round had begun."""
    with transaction() as session:
        verbs.take_in(session, page.round_for(session, number).id, actor())
    flash("正在补充列入，候选名单在后台生成。")
    return redirect(url_for("screening.show", number=number))


@blueprint.get(page.NUMBER)
@requires(Permission.CREDIT_READ)
def show(number: str) -> str:
    """How far the round is, and each department."""
    with reading() as session:
        round_ = page.round_for(session, number)
        columns = offices(session, round_)
        page.require_overview(actor(), columns)
        return render_template(
            "screening/show.html",
            round=round_,
            offices=columns,
            links=page.tabs(round_, actor(), columns),
            state=state_of(session, round_).label,
            progress=_progress(session, round_),
            newcomers=_newcomers(session, round_),
            is_center=page.is_center(actor()),
        )


@blueprint.get(f"{page.NUMBER}/progress")
@requires(Permission.CREDIT_READ)
def show_progress(number: str) -> str:
    """The bar alone, asked for again while the work in the background goes on."""
    with reading() as session:
        round_ = page.round_for(session, number)
        return render_template("screening/_progress.html", progress=_progress(session, round_))


@blueprint.get(f"{page.NUMBER}/matrix")
@requires(Permission.CREDIT_READ)
def show_matrix(number: str) -> str:
    """Candidates by departments: one keyset page, a fixed number of questions."""
    with reading() as session:
        round_, wanted = page.round_for(session, number), page.matrix_filter(MatrixState)
        columns = offices(session, round_)
        page.require_overview(actor(), columns)
        found = matrix(session, round_.id, [office.id for office in columns], wanted)
        return render_template(
            "screening/matrix.html",
            round=round_,
            offices=columns,
            page=found,
            wanted=wanted,
            states=MatrixState.choices(),
            kinds=SubjectKind.choices(),
            links=page.tabs(round_, actor(), columns),
        )


@blueprint.get(f"{page.NUMBER}/matrix.xlsx")
@requires(Permission.CREDIT_READ)
def export(number: str) -> Response:
    """The whole matrix as a workbook, written chunk by chunk."""
    with reading() as session:
        round_, wanted = page.round_for(session, number), page.matrix_filter(MatrixState)
        columns = offices(session, round_)
        page.require_overview(actor(), columns)
        rows = matrix_rows(session, round_.id, [office.id for office in columns], wanted)
        content = matrix_workbook(round_, columns, rows)
    return page.workbook(content, f"{number}-matrix.xlsx")


def _newcomers(session: DbSession, round_: ScreeningRound) -> int:
    """Declarations that the reader may take into the round."""
    kinds = awaiting_by_kind(session, round_.region_id) if page.is_center(actor()) else {}
    return sum(kinds.values()) if kinds and round_.is_ready and collects(session, round_) else 0


def _opening(session: DbSession, fault: str = "") -> str:
    found = verbs.opening(session, actor())
    region_id = verbs.center_of(actor())
    kinds = awaiting_by_kind(session, region_id)
    asked = [screener.department_id for screener in verbs.screeners(session, region_id)]
    return render_template(
        "screening/new.html",
        days=credit_rules_on(session, today()).opinion_days,
        found=found,
        enterprises=kinds.get(SubjectKind.ENTERPRISE, 0),
        sole_traders=kinds.get(SubjectKind.SOLE_TRADER, 0),
        departments=department_names(session, asked),
        left_out=left_out(session, region_id),
        fault=fault,
    )


def _progress(session: DbSession, round_: ScreeningRound) -> dict[str, Any]:
    """The work in the background: first the candidates, then their tokens behind what was handed in."""
    url = url_for("screening.show_progress", number=round_.number)
    shown = {"url": url, "page": url_for("screening.show", number=round_.number)}
    if not round_.is_ready:
        counts = {"done": round_.prepared, "total": round_.expected, "is_running": True}
        return {"label": "生成候选名单", **counts, **shown}
    left = remaining(session, round_.id)
    if left["waiting"]:
        done = left["handed_in"] - left["waiting"]
        return {
            "label": "转办已提交的意见",
            "done": done,
            "total": left["handed_in"],
            "is_running": True,
            **shown,
        }
    counts = {"done": round_.prepared, "total": round_.prepared, "is_running": False}
    return {"label": "候选名单", "after": "，名单已生成", **counts, **shown}
