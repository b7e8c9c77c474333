"""Room application: the application form in steps."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from forms.application import steps_for
from forms.base import BaseForm
from models.calendar import today
from models.case import CaseFile, case_numbered
from models.database import DbSession, reading, transaction
from models.material import material_label, published_materials
from models.people import Permission
from models.policy import lpr_on, policy_on
from models.refusal import Refusal
from models.vocabulary import ApplicantType
from processes import case as case_verbs
from webapp.access import actor, requires
from webapp.answers import groups
from webapp.context import SCHEME
from webapp.wizard import MATERIALS, REVIEW, Wizard, add_row, around, blame, without_row

blueprint = Blueprint("application", __name__)
Page = str | Response | tuple[str, int]
blueprint.add_app_template_filter(material_label, "material")
PATH = "/cases/<number>/application"
KEPT, UNKEPT = "已保存所填内容。", "尚未保存，请更正下列内容后再保存。"


@blueprint.get("/cases/new")
@requires(Permission.CASE_CREATE)
def choose() -> str:
    """Four kinds of applicants, each with its limit, term and closed list of materials."""
    with reading() as session:
        return _choice(session)


@blueprint.post("/cases/new")
@requires(Permission.CASE_CREATE)
def create() -> Page:
    """A new draft of the chosen kind."""
    kind = request.form.get("applicant_type", "")
    try:
        with transaction() as session:
            case = case_verbs.create_draft(session, SCHEME, kind, {}, actor())
            return begun(case)
    except Refusal as refusal:
        if refusal.field != "applicant_type":
            raise
        with reading() as session:
            return _choice(session, refusal.message), 422


@blueprint.get(PATH)
@requires(Permission.CASE_CREATE)
def resume(number: str) -> Response:
    """Go on where the first thing is missing."""
    with reading() as session:
        wizard = Wizard(session, number, actor())
        step = next(mark.key for mark in wizard.marks() if not mark.is_done)
    return redirect(url_for("application.show", number=number, step=step))


@blueprint.get(f"{PATH}/<step>")
@requires(Permission.CASE_CREATE)
def show(number: str, step: str) -> str:
    """One step with what is saved; `check` shows what is wrong in it."""
    with reading() as session:
        wizard = Wizard(session, number, actor())
        form = wizard.shown(step)
        if "check" in request.args:
            wizard.check(step, form)
        return _step(wizard, step, form)


@blueprint.post(f"{PATH}/<step>")
@requires(Permission.CASE_CREATE)
def save(number: str, step: str) -> Page:
    """Save a step as it was typed, then stay, go back, go on, or change the number of rows."""
    try:
        with transaction() as session:
            wizard = Wizard(session, number, actor())
            form, faults = _save(wizard, step)
            return _answer(wizard, step, form, faults)
    except Refusal as refusal:
        return _refused(number, step, refusal)


@blueprint.post(f"{PATH}/<step>/autosave")
@requires(Permission.CASE_CREATE)
def autosave(number: str, step: str) -> Response:
    """Keep the draft while it is being typed."""
    with transaction() as session:
        wizard = Wizard(session, number, actor())
        form = wizard.sent(step, request.form)
        if not wizard.is_draft:
            raise Refusal("补正期间请填写完整后点击保存。")
        wizard.keep(form)
    return jsonify(message="已自动暂存")


@blueprint.get(f"{PATH}/{MATERIALS}")
@requires(Permission.CASE_CREATE)
def materials(number: str) -> str:
    """What must be handed in, what is there and what is missing."""
    with reading() as session:
        return materials_page(Wizard(session, number, actor()))


@blueprint.get(f"{PATH}/{REVIEW}")
@requires(Permission.CASE_CREATE)
def review(number: str) -> str:
    """All answers, everything that is still wrong, and the way to hand the application in."""
    with reading() as session:
        return _review(Wizard(session, number, actor()))


@blueprint.post(f"{PATH}/{REVIEW}")
@requires(Permission.CASE_CREATE)
def submit(number: str) -> Page:
    """提交: everything is checked again and the process starts, all in one transaction."""
    try:
        with transaction() as session:
            wizard = Wizard(session, number, actor())
            if wizard.missing and request.form.get("incomplete") != "yes":
                return _review(wizard, "材料暂不齐全，请补充上传，或勾选“材料暂不齐全，仍要提交”。"), 422
            case_verbs.save_application(session, wizard.case.id, wizard.answers(wizard.stored), actor())
            case_verbs.submit(session, wizard.case.id, actor())
    except Refusal as refusal:
        return _refused(number, None, refusal)
    flash(f"申请 {number} 已提交。")
    return redirect(url_for("application.submitted", number=number))


@blueprint.get("/cases/<number>/submitted")
@requires(Permission.CASE_CREATE)
def submitted(number: str) -> str:
    """The receipt: the number, the day, and what happens next."""
    with reading() as session:
        case = case_numbered(session, number, actor())
        return render_template("application/submitted.html", case=case)


def begun(case: CaseFile) -> Response:
    """To the first step of a new draft."""
    step = steps_for(case.form_kind)[0].key
    return redirect(url_for("application.show", number=case.number, step=step))


def _choice(session: DbSession, message: str = "") -> str:
    policy = policy_on(session, SCHEME, today())
    lists = {kind.value: published_materials(kind.value) for kind in ApplicantType}
    return render_template(
        "application/choose.html",
        kinds=list(ApplicantType),
        rules=policy.rules,
        policy=policy,
        cap=policy.rules.rate_cap(lpr_on(session, today())),
        materials=lists,
        message=message,
    )


def _save(wizard: Wizard, step: str) -> tuple[BaseForm, dict[str, list[str]]]:
    """Keep what was sent as far as it may be kept; returns what is wrong with it."""
    row = request.form.get("remove_row", "")
    data = without_row(request.form, row) if row else MultiDict(request.form)
    form = wizard.sent(step, data)
    faults = wizard.check(step, form)
    if wizard.is_draft or not faults:
        wizard.keep(form)
    return form, faults


def _answer(wizard: Wizard, step: str, form: BaseForm, faults: dict[str, list[str]]) -> Page:
    if {"add_row", "remove_row"} & set(request.form):
        changed = wizard.sent(step, without_row(request.form, request.form.get("remove_row", "-")))
        add_row(changed, request.form.get("add_row", ""))
        return _step(wizard, step, changed)
    go = request.form.get("go", "next")
    if faults and (go == "next" or not wizard.is_draft):
        return _step(wizard, step, form, "" if wizard.is_draft else UNKEPT), 422
    before, after = around(wizard.marks(), step)
    if go == "stay":
        flash(KEPT)
    target = {"back": before, "next": after}.get(go) or step
    if target != step:
        for sentence in wizard.warnings_in(step):
            flash(sentence, "warning")
    return redirect(url_for("application.show", number=wizard.case.number, step=target))


def _refused(number: str, step: str | None, refusal: Refusal) -> Page:
    """The step in which the refused question is asked, with the refusal at it; the whole for any other rule."""
    if refusal.status != 422:
        raise refusal
    with reading() as session:
        wizard = Wizard(session, number, actor())
        if not wizard.asks(refusal.field):
            return _review(wizard, refusal.message), 422
        field = refusal.field or ""
        key = step or wizard.step_of(field).key
        form = wizard.sent(key, MultiDict(request.form)) if step else wizard.shown(key)
        wizard.check(key, form)
        blame(form, field, [refusal.message])
        return _step(wizard, key, form, refusal.message), 422


def _step(wizard: Wizard, step: str, form: BaseForm, message: str = "") -> str:
    marks = wizard.marks()
    before, _after = around(marks, step)
    return render_template(
        "application/step.html",
        wizard=wizard,
        case=wizard.case,
        form=form,
        marks=marks,
        here=step,
        before=before,
        message=message,
    )


def materials_page(wizard: Wizard, message: str = "") -> str:
    """The page of the materials, also shown when an upload was refused."""
    return render_template(
        "application/materials.html",
        wizard=wizard,
        case=wizard.case,
        marks=wizard.marks(),
        here=MATERIALS,
        message=message,
    )


def _review(wizard: Wizard, message: str = "") -> str:
    faults = [(wizard.step_of(name), name, found) for name, found in wizard.faults.items()]
    return render_template(
        "application/review.html",
        wizard=wizard,
        case=wizard.case,
        marks=wizard.marks(),
        here=REVIEW,
        groups=groups(wizard.kind, wizard.stored, wizard.context),
        faults=faults,
        message=message,
    )
