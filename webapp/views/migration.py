"""Room migration: plans by which running cases go over to another version of their drawing."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from forms.base import FormContext
from forms.migration import MigrationForm, OverdueForm
from models.calendar import today
from models.database import DbSession, reading, transaction
from models.migration_board import counts, plan_row, plans
from models.people import Permission
from models.process_version import processes
from processes import migration as verbs
from webapp import migration_page as shown
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt
from webapp.register_export import XLSX

blueprint = Blueprint("migration", __name__, url_prefix="/admin/migrations")
_PLAN = f"/<int(max={BIGGEST_ID}):plan_id>"
Page = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.PROCESS_MANAGE)
def index() -> str:
    """Every plan, newest first, and the processes of which cases still run on other versions."""
    before = shown.after_asked("before")
    with reading() as session:
        rows, older = plans(session, before)
        left = [
            (one, sum(row.running for row in one.versions if row is not one.in_force))
            for one in processes(session)
        ]
        waiting = [(one, count) for one, count in left if count and one.in_force]
        return render_template(
            "migration/index.html", plans=rows, older=older, before=before, waiting=waiting
        )


@blueprint.route(f"/new/<int(max={BIGGEST_ID}):definition_id>", methods=["GET", "POST"])
@requires(Permission.PROCESS_MANAGE)
def begin(definition_id: int) -> Page:
    """Choose the cases that are to go over to a version, and why; the dry run begins at once."""
    is_sent = request.method == "POST"
    with reading() as session:
        target = verbs.target_of(session, definition_id)
        form = shown.new_form(session, target, request.form if is_sent else None)
    form.bind(FormContext(today=today()))
    if is_sent and (plan_id := _planned(form, definition_id)):
        flash("已制定迁移方案，正在后台试算；试算不改变任何案卷。")
        return redirect(url_for("migration.show", plan_id=plan_id))
    html = render_template("migration/new.html", form=form, target=target)
    return (html, 422) if is_sent else html


def _planned(form: MigrationForm, definition_id: int) -> int | None:
    return attempt(
        form,
        lambda session: (
            verbs.create_plan(
                session,
                actor(),
                definition_id,
                str(form.answers()["reason"]),
                shown.chosen_by(form),
                form.steps,
            ).id
        ),
    )


@blueprint.get(_PLAN)
@requires(Permission.PROCESS_MANAGE)
def show(plan_id: int) -> str:
    """One plan: what becomes of which case, and why others stay."""
    with reading() as session:
        facts = shown.plan_facts(session, plan_id, actor())
        facts["form"].bind(FormContext(today=today()))
        return render_template("migration/show.html", **facts)


@blueprint.get(f"{_PLAN}/progress")
@requires(Permission.PROCESS_MANAGE)
def progress(plan_id: int) -> str | Response:
    """How far the background is; once it is through, the page is asked for again."""
    with reading() as session:
        plan = plan_row(session, plan_id)
        facts = shown.Progress(plan, counts(session, plan_id))
    html = render_template("migration/_progress.html", plan=plan, progress=facts)
    if plan.is_busy or "HX-Request" not in request.headers:
        return html
    return Response(html, headers={"HX-Refresh": "true"})


@blueprint.get(f"{_PLAN}/cases.xlsx")
@requires(Permission.PROCESS_MANAGE)
def export(plan_id: int) -> Response:
    """Every case of a plan as a workbook."""
    with reading() as session:
        plan_row(session, plan_id)
        content = shown.workbook(session, plan_id)
    return send_file(
        BytesIO(content), XLSX, as_attachment=True, download_name=f"案卷迁移方案-{plan_id}.xlsx", etag=False
    )


@blueprint.post(f"{_PLAN}/apply")
@requires(Permission.PROCESS_MANAGE)
def apply(plan_id: int) -> Page:
    """执行: what is possible goes over, in the background."""
    form = OverdueForm(request.form)
    form.bind(FormContext(today=today()))
    if attempt(form, lambda session: _begun(session, plan_id, form)):
        flash("正在后台迁移；每件案卷单独迁移，可随时离开本页。")
        return redirect(url_for("migration.show", plan_id=plan_id))
    with reading() as session:
        facts = {**shown.plan_facts(session, plan_id, actor()), "form": form}
        return render_template("migration/show.html", **facts), 422


def _begun(session: DbSession, plan_id: int, form: OverdueForm) -> bool:
    verbs.begin(session, plan_id, actor(), is_overdue_meant=bool(form.answers()["overdue"]))
    return True


@blueprint.post(f"{_PLAN}/recheck")
@requires(Permission.PROCESS_MANAGE)
def recheck(plan_id: int) -> Response:
    """重新试算 what has not gone over."""
    with transaction() as session:
        verbs.recheck(session, plan_id, actor())
    flash("正在后台重新试算。")
    return redirect(url_for("migration.show", plan_id=plan_id))


@blueprint.post(f"{_PLAN}/resume")
@requires(Permission.PROCESS_MANAGE)
def resume(plan_id: int) -> Response:
    """继续 what the background has lost."""
    with transaction() as session:
        verbs.resume(session, plan_id, actor())
    flash("已重新交由后台处理，从中断处继续。")
    return redirect(url_for("migration.show", plan_id=plan_id))


@blueprint.post(f"{_PLAN}/drop")
@requires(Permission.PROCESS_MANAGE)
def drop(plan_id: int) -> Response:
    """作废."""
    with transaction() as session:
        verbs.drop(session, plan_id, actor())
    flash("方案已作废，没有案卷因此改变。")
    return redirect(url_for("migration.show", plan_id=plan_id))
