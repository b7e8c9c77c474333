"""Room proposal: a draft is put forward, looked at by a second person, agreed to or returned."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.proposal import AGREES, DecisionForm, decision_form, proposal_form
from models.calendar import today
from models.database import DbSession, reading, transaction
from models.people import Permission
from models.proposal import ProcessProposal, ProposalStatus
from models.workflow import ProcessDefinition
from processes import proposal as verbs
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt
from webapp.migration_page import after_asked
from webapp.proposal_page import Looked, day_words, look_at_draft, look_at_proposal, next_working_day

blueprint = Blueprint("proposal", __name__, url_prefix="/admin")
_PROPOSAL = f"/proposals/<int(max={BIGGEST_ID}):proposal_id>"
Page = str | Response | tuple[str, int]


@blueprint.get("/proposals")
@requires(Permission.PROCESS_MANAGE)
def index() -> str:
    """Everything that was put forward, what waits first."""
    with reading() as session:
        rows, older = verbs.proposals(session, after_asked("before"))
        return render_template("proposal/index.html", rows=rows, older=older, Status=ProposalStatus)


@blueprint.route(f"/drafts/<int(max={BIGGEST_ID}):draft_id>/propose", methods=["GET", "POST"])
@requires(Permission.PROCESS_MANAGE)
def propose(draft_id: int) -> Page:
    """Put one's own draft forward: problems, changes, reason and date on one page."""
    looked = look_at_draft(draft_id, actor())
    if request.method == "POST":
        verbs.check_seen(looked.standing, _seen())
    looked.check()
    is_confirmed_here = bool(looked.to_confirm) and not looked.is_four_eyes
    form = _bound(proposal_form(looked.is_late, is_confirmed_here)(request.form))
    if request.method == "GET" or looked.problems:
        return _propose_page(looked, form), 422 if request.method == "POST" else 200
    if row := attempt(form, lambda session: _submit(session, draft_id, looked, form)):
        flash(_told(row))
        return redirect(url_for("proposal.show", proposal_id=row.id))
    return _propose_page(looked, form), 422


def _propose_page(looked: Looked, form: BaseForm) -> str:
    with reading():
        example = day_words(next_working_day())
    return render_template(
        "proposal/propose.html", draft=looked.row, looked=looked, form=form, example=example
    )


@blueprint.get(_PROPOSAL)
@requires(Permission.PROCESS_MANAGE)
def show(proposal_id: int) -> str:
    """What was put forward; while it waits, with its check, for the one who decides."""
    return _page(look_at_proposal(proposal_id, actor()), None)


@blueprint.post(f"{_PROPOSAL}/decide")
@requires(Permission.PROCESS_MANAGE)
def decide(proposal_id: int) -> Page:
    """同意并发布, or 退回."""
    form = _bound(DecisionForm(request.form))
    looked = look_at_proposal(proposal_id, actor())
    agrees = form.validate() and form.answers()["decision"] == AGREES
    if agrees and _may_decide(looked.row):
        form = _bound(decision_form(bool(looked.check().to_confirm))(request.form))
    if not looked.problems and (row := attempt(form, lambda s: _decide(s, proposal_id, looked, form))):
        flash("已同意并发布。" if row.status == ProposalStatus.PUBLISHED else "已退回送审人。")
        return redirect(url_for("proposal.show", proposal_id=proposal_id))
    return _page(looked, form), 422


@blueprint.post(f"{_PROPOSAL}/withdraw")
@requires(Permission.PROCESS_MANAGE)
def withdraw(proposal_id: int) -> Response:
    """撤回 by the author."""
    with transaction() as session:
        verbs.withdraw(session, proposal_id, actor())
    flash("已撤回送审，草稿保持不变。")
    return redirect(url_for("proposal.show", proposal_id=proposal_id))


def _page(looked: Looked, form: BaseForm | None) -> str:
    row: Any = looked.row
    if _may_decide(row) and not looked.problems:
        looked.check()
    form = form or _bound(decision_form(bool(looked.to_confirm))(None))
    with reading() as session:
        version = session.get(ProcessDefinition, row.definition_id) if row.definition_id else None
        day = day_words(row.effective_on) if row.effective_on else "自发布之时起"
    facts = {"looked": looked, "form": form, "version": version, "day": day, "Status": ProposalStatus}
    return render_template("proposal/show.html", row=row, may_decide=_may_decide(row), **facts)


def _may_decide(row: Any) -> bool:
    return bool(row.status == ProposalStatus.PENDING and row.author_id != actor().id)


def _bound(form: BaseForm) -> BaseForm:
    return form.bind(FormContext(today=today()))


def _seen() -> int | None:
    return request.form.get("seen", type=int)


def _submit(session: DbSession, draft_id: int, looked: Looked, form: BaseForm) -> ProcessProposal:
    said: dict[str, Any] = form.answers()
    asked = verbs.Asked(said["reason"], said["effective_on"] or None, looked.checked, _seen())
    return verbs.submit(session, draft_id, actor(), asked)


def _decide(session: DbSession, proposal_id: int, looked: Looked, form: BaseForm) -> ProcessProposal:
    said: dict[str, Any] = form.answers()
    decision = verbs.Decision(said["decision"] == AGREES, said["comment"] or "", looked.checked, _seen())
    return verbs.decide(session, proposal_id, actor(), decision)


def _told(row: ProcessProposal) -> str:
    if row.status == ProposalStatus.PUBLISHED:
        return f"已发布流程“{row.name}”的新版本。"
    return f"已送审流程“{row.name}”，等待另一名流程负责人审核。"
