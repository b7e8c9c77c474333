"""Room process: published versions: the list, one of them, two of them compared, files out and in, what is settled."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from forms.base import FormContext
from forms.proposal import VersionReasonForm
from models.calendar import today
from models.database import reading, transaction
from models.people import Permission
from models.process_version import VersionState, is_four_eyes, processes, versions
from models.refusal import NotFound, Refusal
from models.workflow import ProcessDefinition
from processes import process_setting, version_files
from processes.draft import create_draft, version_of
from processes.shipped import offer_of
from processes.version_side import side
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt, page
from webapp.comparison_view import Comparison, gathered

blueprint = Blueprint("process", __name__, url_prefix="/admin/processes")
_VERSION = f"/<int(max={BIGGEST_ID}):definition_id>"
Page = str | Redirect | tuple[str, int]


@blueprint.get("")
@requires(Permission.PROCESS_MANAGE)
def show() -> str:
    """Every process with its versions: from when, by whom, why, who agreed, how many cases run on it."""
    with reading() as session:
        return render_template("process/show.html", processes=processes(session))


@blueprint.get(_VERSION)
@requires(Permission.PROCESS_MANAGE)
def show_version(definition_id: int) -> str:
    """One version with its diagram, read-only; one that the software offers with what either side changed."""
    with reading() as session:
        every = versions(session)
        found = next((version for version in every if version.id == definition_id), None)
        if found is None:
            raise NotFound("未找到该流程版本。")
        offer = _offer(offer_of(session, session.get_one(ProcessDefinition, definition_id)))
    others = [row for row in every if row.key == found.key and row.id != found.id]
    newer = next((row for row in others if row.state is VersionState.IN_FORCE), found)
    staying = sum(row.running for row in others) if newer is found else found.running
    shown = {"version": found, "others": others, "offer": offer}
    return render_template("process/version.html", **shown, target=newer, staying=staying)


def _offer(offer: Any) -> dict[str, Any] | None:
    if offer is None:
        return None
    facts = {"base": offer.base, "standing": offer.standing, "both": offer.both}
    return {**facts, "ours": gathered(offer.ours), "theirs": gathered(offer.theirs)}


@blueprint.get("/compare")
@requires(Permission.PROCESS_MANAGE)
def compare() -> str | Redirect:
    """Two versions, or a draft and a version: in words and in pictures."""
    asked = request.args.get("from", ""), request.args.get("to", "")
    if not all(asked):
        return redirect(url_for("process.show"))
    with reading() as session:
        old, new = (side(session, of, actor()) for of in asked)
    return render_template("process/compare.html", found=Comparison(old, new), name=new.name)


@blueprint.get("/source/<of>")
@requires(Permission.PROCESS_MANAGE)
def source(of: str) -> Response:
    """The drawing of one side of a comparison, for its picture."""
    with reading() as session:
        return Response(side(session, of, actor()).bpmn, mimetype="application/xml")


@blueprint.get(f"{_VERSION}/export")
@requires(Permission.PROCESS_MANAGE)
def export_version(definition_id: int) -> Response:
    """A version as files in one archive."""
    with reading() as session:
        row = version_of(session, definition_id)
        content = version_files.zipped(version_files.files_of(session, row))
    headers = {"Content-Disposition": f'attachment; filename="{row.key}-{row.version}.zip"'}
    return Response(content, mimetype="application/zip", headers=headers)


@blueprint.route("/import", methods=["GET", "POST"])
@requires(Permission.PROCESS_MANAGE)
def bring() -> Page:
    """A draft from an archive."""
    if request.method == "GET":
        return render_template("process/bring.html", fault="")
    try:
        files = version_files.unzipped(_sent_archive())
        with transaction() as session:
            draft = version_files.bring(session, files, actor())
    except Refusal as refusal:
        return render_template("process/bring.html", fault=refusal.message), refusal.status
    changed = "" if files.is_unchanged else "文件在导出之后有改动，与清单中的校验值不一致。"
    flash(f"已导入为草稿“{draft.name}”。{changed}")
    return redirect(url_for("draft.edit", draft_id=draft.id))


def _sent_archive() -> bytes:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refusal("请选择压缩包。")
    return sent.stream.read(version_files.MAX_ZIP + 1)


@blueprint.post(f"{_VERSION}/draft")
@requires(Permission.PROCESS_MANAGE)
def begin_draft(definition_id: int) -> Redirect:
    """A draft of one's own that starts from this version."""
    with transaction() as session:
        draft = create_draft(session, actor(), based_on=definition_id)
    return redirect(url_for("draft.edit", draft_id=draft.id))


@blueprint.route(f"{_VERSION}/take-back", methods=["GET", "POST"])
@requires(Permission.PROCESS_MANAGE)
def take_back(definition_id: int) -> Page:
    """撤回 a version before its first day."""
    with reading() as session:
        row = version_of(session, definition_id)
    form = VersionReasonForm(request.form).bind(FormContext(today=today()))
    if request.method == "POST" and attempt(form, lambda s: _take_back(s, definition_id, form)):
        flash(f"已撤回“{row.name}”第 {row.version} 版。")
        return redirect(url_for("process.show"))
    title = f"撤回“{row.name}”第 {row.version} 版"
    return page(form, title, url_for("process.show"), "该版本尚未生效，撤回后不再生效。", verb="撤回")


@blueprint.route("/settings/<process_key>", methods=["GET", "POST"])
@requires(Permission.PROCESS_MANAGE)
def settings(process_key: str) -> Page:
    """Whether a second person must agree: switched with a reason."""
    with reading() as session:
        name, is_on = process_setting.name_of(session, process_key), is_four_eyes(session, process_key)
        asked = process_setting.off_asked(session, process_key)
    form = VersionReasonForm(request.form).bind(FormContext(today=today()))
    # What the page showed: a second click does not switch it back.
    wanted = request.form.get("four_eyes", "no" if is_on else "yes") == "yes"
    if request.method == "POST" and (told := attempt(form, lambda s: _switch(s, process_key, wanted, form))):
        flash(f"{name}：{told}")
        return redirect(url_for("process.show"))
    html = render_template("process/settings.html", form=form, name=name, is_on=is_on, asked=asked)
    return (html, 422) if form.errors else html


def _take_back(session: Any, definition_id: int, form: Any) -> bool:
    process_setting.take_back(session, definition_id, str(form.answers()["reason"]), actor())
    return True


def _switch(session: Any, key: str, wanted: bool, form: Any) -> str:
    holds = process_setting.set_four_eyes(session, key, wanted, str(form.answers()["reason"]), actor())
    return "已更改审核方式。" if holds == wanted else "已提出关闭双人审核，须由另一名流程负责人同意后生效。"
