"""Room policy: dated parameter sets and LPR quotes: look, copy with changes, add."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.policy import LprForm, PolicyForm
from models.calendar import today
from models.database import DbSession, reading
from models.people import Permission
from models.policy import LprQuote, PolicySet, lpr_quotes, policy_sets
from processes import policy as verbs
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt, is_row_change, page, sent

blueprint = Blueprint("policy", __name__, url_prefix="/admin/policies")
_SET = f"/<int(max={BIGGEST_ID}):set_id>"
LEAD = "复制自“{}”。自生效日期起受理的申请适用新参数，已受理的申请仍按受理日的参数办理。"
Page = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.POLICY_MANAGE)
def show() -> str:
    """Every set with its source, and the quotes of the LPR."""
    with reading() as session:
        return render_template("policy/show.html", sets=policy_sets(session), quotes=lpr_quotes(session))


@blueprint.get(_SET)
@requires(Permission.POLICY_MANAGE)
def show_set(set_id: int) -> str:
    """One set with all its values."""
    with reading() as session:
        row = verbs.policy_set(session, set_id)
        return render_template(
            "policy/set.html", row=row, values=list(_labelled(row)), groups=row.rules.groups
        )


@blueprint.route(f"{_SET}/copy", methods=["GET", "POST"])
@requires(Permission.POLICY_MANAGE)
def copy_set(set_id: int) -> Page:
    """A new set that starts from the values of an existing one."""
    with reading() as session:
        model = verbs.policy_set(session, set_id)
    is_sent = request.method == "POST"
    form = _bound(sent(PolicyForm) if is_sent else PolicyForm(None, data=_copied(model)))
    if is_sent and not is_row_change(form) and (made := attempt(form, lambda s: _add(s, set_id, form))):
        flash(f"已新增政策参数“{made.name}”。")
        return redirect(url_for("policy.show_set", set_id=made.id))
    return page(form, "新增政策参数", url_for("policy.show"), LEAD.format(model.name))


@blueprint.route("/lpr/new", methods=["GET", "POST"])
@requires(Permission.POLICY_MANAGE)
def add_quote() -> Page:
    """登记 LPR."""
    form = _bound(LprForm(request.form))
    if request.method == "POST" and attempt(form, lambda s: _add_quote(s, form)) is not None:
        flash("已登记LPR。")
        return redirect(url_for("policy.show"))
    return page(form, "登记贷款市场报价利率（LPR）", url_for("policy.show"))


def _bound(form: BaseForm) -> BaseForm:
    return form.bind(FormContext(today=today()))


def _copied(model: PolicySet) -> dict[str, Any]:
    groups = [{"code": code, "label": label} for code, label in model.rules.groups]
    return {"name": model.name, "source": model.source, **model.rules.as_json(), "groups": groups}


def _labelled(row: PolicySet) -> Any:
    """(label, value) of every plain rule, in the words of the form."""
    values = row.rules.as_json()
    for question in PolicyForm(None, csrf=False).questions():
        if question.name in values and question.kind != "rows":
            is_money = question.kind == "money"
            yield (
                question.label.text,
                f"{float(values[question.name]):,.2f}" if is_money else values[question.name],
            )


def _add(session: DbSession, set_id: int, form: Any) -> PolicySet:
    answers = form.answers()
    plain = {name: answers[name] for name in ("code", "name", "effective_from", "source")}
    return verbs.add_set(session, set_id, verbs.NewSet(**plain, values=form.rule_values()), actor())


def _add_quote(session: DbSession, form: BaseForm) -> LprQuote:
    answers: dict[str, Any] = form.answers()
    return verbs.add_quote(session, **answers, actor=actor())
