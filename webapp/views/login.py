"""Room login: signing in and out, and one's own password."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import FormContext
from forms.login import LoginForm, PasswordForm
from models.calendar import today
from models.database import reading, transaction
from models.people import Role
from models.refusal import Refusal
from processes import login, people
from processes.seed import DEPARTMENTS, SAMPLE_PASSWORD, USERS
from webapp.access import actor, public, sign_in, sign_out, signed_in
from webapp.local import local_path

blueprint = Blueprint("login", __name__)


@blueprint.get("/login")
@public
def show() -> str:
    """The login page; on a training database it lists the accounts."""
    return _page(_login_form())


@blueprint.post("/login")
@public
def enter() -> str | Response | tuple[str, int]:
    """Check the password; wrong ones are counted and answered in the same time."""
    form = _login_form()
    if not form.validate():
        return _page(form), 422
    name, password = form.username.data or "", form.password.data or ""
    try:
        with transaction() as session:
            user = login.check_password(session, name, password, _address())
    except Refusal as refusal:
        form.password.errors = [refusal.message]
        return _page(form), refusal.status
    if user is None:
        form.password.errors = ["用户名或密码不正确。"]
        return _page(form), 422
    sign_in(user, _address())
    return redirect(_wanted())


@blueprint.post("/logout")
@signed_in
def leave() -> Response:
    """End the session on the server."""
    sign_out()
    return redirect(url_for("login.show"))


@blueprint.get("/password")
@blueprint.post("/password")
@signed_in
def change_password() -> str | Response | tuple[str, int]:
    """Change one's own password; every other session of the person ends."""
    form = PasswordForm()
    form.bind(FormContext(today=today()))
    if request.method == "GET":
        return render_template("login/password.html", form=form)
    if form.validate():
        try:
            _change_password(*_passwords(form))
            sign_out()
            flash("密码已修改，请重新登录。")
            return redirect(url_for("login.show"))
        except Refusal as refusal:
            form[refusal.field or "current"].errors = [refusal.message]
            return render_template("login/password.html", form=form), refusal.status
    return render_template("login/password.html", form=form), 422


def _login_form() -> LoginForm:
    form = LoginForm()
    form.bind(FormContext(today=today()))
    return form


def _page(form: LoginForm) -> str:
    with reading():
        offices = {key: name for key, _kind, name, _region in DEPARTMENTS}
        accounts = [
            (name, who, offices.get(key or "", "—"), Role(role).label) for name, who, role, key in USERS
        ]
        shown = accounts if current_app.config["TRAINING"] else []
        return render_template(
            "login/show.html",
            form=form,
            accounts=shown,
            password=SAMPLE_PASSWORD,
            wanted=request.values.get("next", ""),
        )


def _address() -> str:
    return request.remote_addr or ""


def _wanted() -> str:
    """Where the person was going, if that is a page of ours."""
    return local_path(request.form.get("next", ""), otherwise=url_for("home.show"))


def _change_password(current: str, password: str) -> None:
    # Two transactions: a wrong password is counted although the change is refused.
    with transaction() as session:
        is_right = login.confirm_password(session, actor().id, current, _address())
    if not is_right:
        raise Refusal("当前密码不正确。", "current")
    with transaction() as session:
        people.change_password(session, actor().id, current, password)


def _passwords(form: PasswordForm) -> tuple[str, str]:
    return form.current.data or "", form.password.data or ""
