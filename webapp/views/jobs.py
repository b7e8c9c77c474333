"""Room jobs: the administrator's look at workers and at what stands still, and the buttons that let it go on."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from models.people import Permission
from webapp import repair
from webapp.access import actor, requires

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")


@blueprint.get("")
@requires(Permission.JOBS_MANAGE)
def show() -> str:
    """Workers with their last heartbeat, and whatever stands still with its reason."""
    return render_template("jobs/show.html", look=repair.look(), Kind=repair.Kind, limit=repair.LIMIT)


@blueprint.post("/retry")
@requires(Permission.JOBS_MANAGE)
def retry() -> Response:
    """Let the ticked ones go on, or all of a kind."""
    ids = None if "all" in request.form else request.form.getlist("id")
    done = repair.retry(request.form.get("kind", ""), ids, actor())
    flash(f"已重试 {done} 项。" if done else "没有可重试的事项，请先勾选。")
    return redirect(url_for("jobs.show"))
