"""Room policy: dated parameter sets and LPR quotes: look, copy with changes, add."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.policy import CreditPolicyForm, LprForm, PolicyForm
from models.calendar import today
from models.credit_policy import SCHEME as CREDIT_SCHEME
from models.database import DbSession, reading
from models.money import format_amount
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
        groups = row.values.get("groups", [])
        return render_template("policy/set.html", row=row, values=list(_labelled(row)), groups=groups)


@blueprint.route(f"{_SET}/copy", methods=["GET", "POST"])
@requires(Permission.POLICY_MANAGE)
def copy_set(set_id: int) -> Page:
    """A new set that starts from the values of an existing one."""
    with reading() as session:
        model = verbs.policy_set(session, set_id)
    is_sent = request.method == "POST"
    make = _form(model)
    form = _bound(sent(make) if is_sent else make(None, data=_copied(model)))
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


def _form(row: PolicySet) -> type[PolicyForm] | type[CreditPolicyForm]:
    """The form of a scheme: every set is copied and added with that of its own."""
    return CreditPolicyForm if row.scheme == CREDIT_SCHEME else PolicyForm


def _copied(model: PolicySet) -> dict[str, Any]:
    values = dict(model.values)
    if model.scheme == CREDIT_SCHEME:
        values["window_months"] = [str(month) for month in values["window_months"]]
        values["has_rate_exceptions"] = bool(values["has_rate_exceptions"])
    else:
        groups = [{"code": code, "label": label} for code, label in model.rules.groups]
        values = {**model.rules.as_json(), "groups": groups}
    return {"name": model.name, "source": model.source, **values}


def _labelled(row: PolicySet) -> Iterator[tuple[str, str]]:
    """(label, value) of every plain rule, in the words of the form."""
    values = row.values if row.scheme == CREDIT_SCHEME else row.rules.as_json()
    for question in _form(row)(None, csrf=False).questions():
        if question.name in values and question.kind != "rows":
            yield question.label.text, _shown(question, values[question.name])


def _shown(question: Any, value: Any) -> str:
    if question.kind == "money":
        return format_amount(Decimal(str(value)))
    if question.kind == "checks":
        return "、".join(dict(question.options)[str(one)] for one in value)
    return {True: "是", False: "否"}[bool(value)] if question.kind == "radio" else str(value)


def _add(session: DbSession, set_id: int, form: Any) -> PolicySet:
    answers = form.answers()
    plain = {name: answers[name] for name in ("code", "name", "effective_from", "source")}
    return verbs.add_set(session, set_id, verbs.NewSet(**plain, values=form.rule_values()), actor())


def _add_quote(session: DbSession, form: BaseForm) -> LprQuote:
    answers: dict[str, Any] = form.answers()
    return verbs.add_quote(session, **answers, actor=actor())
