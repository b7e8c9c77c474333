"""Room admin: what the pages of forms share: check, act in one transaction, show a refusal at its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import render_template, request

from forms.base import BaseForm
from models.database import DbSession, transaction
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from webapp.wizard import add_row, without_row

Result = TypeVar("Result")
BIGGEST_ID = 2**31 - 1


def attempt(form: BaseForm, act: Callable[[DbSession], Result]) -> Result | None:
    """The result of `act`, or None when the form or a rule says no: the form then says why."""
    if not form.validate():
        return None
    try:
        with transaction() as session:
            return act(session)
    except (Forbidden, NotFound, Conflict):
        raise
    except Refusal as refusal:
        named = refusal.field if refusal.field in form.answers() else next(iter(form.answers()))
        form.fault(str(named), refusal.message)
        return None


def page(
    form: BaseForm, title: str, back: str, lead: str = "", *, verb: str = "保存", ask: str = ""
) -> str | tuple[str, int]:
    """The form on a page of its own; `verb` on its button, `ask` before it is sent; 422 when it has faults."""
    words = {"title": title, "back": back, "lead": lead, "verb": verb, "ask": ask}
    html = render_template("admin_form.html", form=form, **words)
    return (html, 422) if form.errors else html


def sent(make: type[BaseForm]) -> BaseForm:
    """The form with what the page sent; without a script, adding or removing a row is a submit of its own."""
    data = request.form
    return make(without_row(data, data["remove_row"]) if "remove_row" in data else data)


def is_row_change(form: BaseForm) -> bool:
    """Whether the page asked for a row more or less; the row is added to the bound form."""
    if "add_row" in request.form:
        add_row(form, request.form["add_row"])
    return bool({"add_row", "remove_row"} & set(request.form))
