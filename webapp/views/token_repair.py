"""Room token_repair: cases that stand still, tokens moved and facts corrected, each by two people."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.choice_fields import Offered
from forms.moves import CorrectionForm, DecisionForm, MoveForm
from models.calendar import today
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import NotFound
from processes import broken, fact_correction, repairable, token_repair
from webapp import repair_page as shown
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt

blueprint = Blueprint("token_repair", __name__)
Page = str | Response | tuple[str, int]
_CASE = "/repairs/cases/<number>"
_MOVE = f"/repairs/moves/<int(max={BIGGEST_ID}):move_id>"
_CORRECTION = f"/repairs/corrections/<int(max={BIGGEST_ID}):correction_id>"


@blueprint.get("/repairs")
@requires(Permission.CASE_REPAIR)
def index() -> Page:
    """案卷修复: what stands still, what waits for a second person; a number leads to its case."""
    number, fault = request.args.get("number", "").strip()[:40], ""
    with reading() as session:
        if number:
            try:
                return redirect(
                    url_for(
                        "token_repair.case", number=repairable.case_named(session, number, actor()).number
                    )
                )
            except NotFound as unknown:
                fault = unknown.message
        page = shown.overview(session, actor())
        html = render_template("repair/index.html", page=page, number=number, fault=fault)
    return (html, 422) if fault else html


@blueprint.post(f"/repairs/timers/<int(max={BIGGEST_ID}):timer_id>/retry")
@requires(Permission.CASE_REPAIR)
def retry(timer_id: int) -> Response:
    """重试 of what stands still."""
    with transaction() as session:
        broken.retry(session, timer_id, actor())
    flash("已重新交由后台处理；仍不能处理的，将再次列入。")
    return redirect(url_for("token_repair.index"))


@blueprint.get(_CASE)
@requires(Permission.CASE_REPAIR)
def case(number: str) -> str:
    """One case: where it stands, and the two forms."""
    with reading() as session:
        return _case_page(session, number)


@blueprint.post(f"{_CASE}/moves")
@requires(Permission.CASE_REPAIR)
def propose_move(number: str) -> Page:
    """提出流程位置调整, or, with `preview`, what it would change."""
    with reading() as session:
        facts = shown.case_facts(session, number, actor())
    form = shown.move_form(facts, request.form)
    places = facts.places_of(form)
    if "preview" in request.form:
        with reading() as session:
            return _case_page(session, number, move=form, wanted=places)
    if (made := attempt(form, lambda db: _moved(db, facts.case_id, places, form))) is None:
        with reading() as session:
            return _case_page(session, number, move=form), 422
    flash("已提出，请另一名有权人员复核后执行。")
    return redirect(url_for("token_repair.move", move_id=made))


@blueprint.get(f"{_CASE}/moves")
@blueprint.get(f"{_CASE}/corrections", endpoint="case_again")
@requires(Permission.CASE_REPAIR)
def move_again(number: str) -> Response:
    """Where a refused form leaves the address bar, asked for again."""
    with reading() as session:
        repairable.case_named(session, number, actor())
    return redirect(url_for("token_repair.case", number=number))


@blueprint.post(f"{_CASE}/corrections")
@requires(Permission.CASE_REPAIR)
def propose_correction(number: str) -> Page:
    """提出事实更正, or, with `preview`, which clocks it would move."""
    with reading() as session:
        facts = shown.case_facts(session, number, actor())
    form = shown.correction_form(facts, request.form)
    if "preview" in request.form:
        with reading() as session:
            return _case_page(session, number, correction=form, is_tried=True)
    if (made := attempt(form, lambda db: _corrected(db, facts.case_id, form))) is None:
        with reading() as session:
            return _case_page(session, number, correction=form), 422
    flash("已提出，请另一名有权人员复核后更正。")
    return redirect(url_for("token_repair.correction", correction_id=made))


@blueprint.get(_MOVE)
@requires(Permission.CASE_REPAIR)
def move(move_id: int) -> str:
    """One proposal with its effect as of now."""
    with reading() as session:
        return _move_page(session, move_id, _decision(is_sent=False))


@blueprint.post(_MOVE)
@requires(Permission.CASE_REPAIR)
def decide_move(move_id: int) -> Page:
    """复核."""
    form = _decision(is_sent=True)

    def act(session: DbSession) -> str:
        given = form.answers()
        if given["decision"] == "refuse":
            return token_repair.refuse(session, move_id, str(given["decision_text"] or ""), actor()).status
        return token_repair.agree(session, move_id, actor(), str(given["decision_text"] or "")).status

    there = url_for("token_repair.move", move_id=move_id)
    if "withdraw" in request.form:
        return _withdrawn(lambda db: token_repair.withdraw(db, move_id, actor()).status, there)
    return _decided(form, act, _move_page, there, move_id)


@blueprint.get(_CORRECTION)
@requires(Permission.CASE_REPAIR)
def correction(correction_id: int) -> str:
    """One proposal with the clocks that would move."""
    with reading() as session:
        return _correction_page(session, correction_id, _decision(is_sent=False))


@blueprint.post(_CORRECTION)
@requires(Permission.CASE_REPAIR)
def decide_correction(correction_id: int) -> Page:
    """复核."""
    form = _decision(is_sent=True)

    def act(session: DbSession) -> str:
        given = form.answers()
        words = str(given["decision_text"] or "")
        if given["decision"] == "refuse":
            return fact_correction.refuse(session, correction_id, words, actor()).status
        return fact_correction.agree(session, correction_id, actor(), words).status

    there = url_for("token_repair.correction", correction_id=correction_id)
    if "withdraw" in request.form:
        return _withdrawn(lambda db: fact_correction.withdraw(db, correction_id, actor()).status, there)
    return _decided(form, act, _correction_page, there, correction_id)


_TOLD = {
    "withdrawn": "已收回，不再复核。",
    "applied": "已复核并执行。",
    "refused": "已复核，不同意，提出人已收到通知。",
    "changed": "提出后案卷已有变化，没有执行；确需处理的，请重新提出。",
}


def _decided(
    form: BaseForm,
    act: Callable[[DbSession], str],
    page: Callable[[DbSession, int, BaseForm], str],
    there: str,
    key: int,
) -> Page:
    status = attempt(form, act)
    if status is None:
        with reading() as session:
            return page(session, key, form), 422
    flash(_TOLD[status])
    return redirect(there)


def _withdrawn(act: Callable[[DbSession], str], there: str) -> Response:
    """收回: no form is filled in for it."""
    with transaction() as session:
        flash(_TOLD[act(session)])
    return redirect(there)


def _moved(session: DbSession, case_id: int, places: list[str], form: BaseForm) -> int:
    return token_repair.propose(session, case_id, places, str(form.answers()["reason"]), actor()).id


def _corrected(session: DbSession, case_id: int, form: BaseForm) -> int:
    given = form.answers()
    return fact_correction.propose(
        session, case_id, str(given["fact"]), str(given["new_value"]), str(given["reason"]), actor()
    ).id


def _decision(*, is_sent: bool) -> DecisionForm:
    form = DecisionForm(request.form if is_sent else None)
    form.bind(FormContext(today=today()))
    assert isinstance(form["decision"], Offered)
    return form


def _case_page(
    session: DbSession,
    number: str,
    move: MoveForm | None = None,
    correction: CorrectionForm | None = None,
    wanted: list[str] | None = None,
    *,
    is_tried: bool = False,
) -> str:
    page = shown.case_page(session, number, actor(), shown.Typed(move, correction, wanted, is_tried))
    return render_template("repair/case.html", page=page)


def _move_page(session: DbSession, move_id: int, form: BaseForm) -> str:
    return render_template("repair/move.html", page=shown.move_page(session, move_id, actor()), form=form)


def _correction_page(session: DbSession, correction_id: int, form: BaseForm) -> str:
    page = shown.correction_page(session, correction_id, actor())
    return render_template("repair/correction.html", page=page, form=form)
