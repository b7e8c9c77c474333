"""Room people: departments and users, their first passwords and their rest."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.base import BaseForm, FormContext
from forms.people import ChangeDepartmentForm, ChangeUserForm, DepartmentForm, UserForm
from models.calendar import today
from models.database import DbSession, reading, transaction
from models.people import (
    Department,
    DepartmentKind,
    Permission,
    Role,
    User,
    all_departments,
    all_regions,
    users_like,
)
from models.refusal import NotFound
from models.workload import loads
from processes import people as verbs
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt, page

blueprint = Blueprint("people", __name__, url_prefix="/admin/people")
_USER = f"/users/<int(max={BIGGEST_ID}):user_id>"
_OFFICE = f"/departments/<int(max={BIGGEST_ID}):department_id>"
Page = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.PEOPLE_MANAGE)
def show() -> str:
    """Every office, and the users whose name contains `q`."""
    q = request.args.get("q", "")[:40].replace("\0", "")
    with reading() as session:
        users = users_like(session, q)
        shown = {"users": users, "departments": all_departments(session), "q": q}
        return render_template("people/show.html", **shown, Role=Role, DepartmentKind=DepartmentKind)


@blueprint.route("/users/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def add_user() -> Page:
    """A new account; its first password is shown once."""
    form = _bound(UserForm(request.form))
    if request.method == "POST" and (made := attempt(form, lambda s: _add_user(s, form))):
        return render_template("people/password.html", user=made[0], password=made[1])
    return page(form, "新增用户", url_for("people.show"))


@blueprint.route(_USER, methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def change_user(user_id: int) -> Page:
    """Name, role, office and activity; whoever is logged in under the account is logged out."""
    with reading() as session:
        user = _found(session.get(User, user_id))
    form = _bound(ChangeUserForm(request.form, data=_user_data(user)))
    if request.method == "POST" and attempt(form, lambda s: _change_user(s, user_id, form)) is not None:
        flash(f"已修改用户 {user.username}。{_under_way(user_id)}")
        return redirect(url_for("people.show"))
    return page(form, f"修改用户 {user.username}", url_for("people.show"))


@blueprint.post(f"{_USER}/password")
@requires(Permission.PEOPLE_MANAGE)
def reset_password(user_id: int) -> str:
    """A new first password, shown once."""
    with transaction() as session:
        password = verbs.reset_password(session, user_id, actor())
        user = session.get_one(User, user_id)
    return render_template("people/password.html", user=user, password=password)


@blueprint.route("/departments/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def add_department() -> Page:
    """A new office."""
    form = _bound(DepartmentForm(request.form))
    if request.method == "POST" and (made := attempt(form, lambda s: _add_department(s, form))):
        flash(f"已新增机构 {made.name}。")
        return redirect(url_for("people.show"))
    return page(form, "新增机构", url_for("people.show"))


@blueprint.route(_OFFICE, methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def change_department(department_id: int) -> Page:
    """Name, telephone and activity of an office."""
    with reading() as session:
        office = _found(session.get(Department, department_id))
    kept = {"name": office.name, "phone": office.phone, "is_active": office.is_active}
    form = _bound(ChangeDepartmentForm(request.form, data=kept))
    if (
        request.method == "POST"
        and attempt(form, lambda s: _change_department(s, department_id, form)) is not None
    ):
        flash(f"已修改机构 {office.name}。")
        return redirect(url_for("people.show"))
    return page(form, f"修改机构 {office.name}", url_for("people.show"))


def _under_way(user_id: int) -> str:
    """What hangs on somebody who has just left, or changed his office: it is to be handed over."""
    with reading() as session:
        user = session.get_one(User, user_id)
        found = loads(session, user_id=user_id)
        left = sum(
            load.total for load in found if not user.is_active or load.department_id != user.department_id
        )
    return f"该用户尚有 {left} 项在办事项，请办理“离职移交”。" if left else ""


def _found(row: Any) -> Any:
    if row is None:
        raise NotFound("未找到该机构或用户。")
    return row


def _bound(form: BaseForm) -> BaseForm:
    with reading() as session:
        offices = [(str(row.id), row.name) for row in all_departments(session) if row.is_active]
        regions = [(str(row.id), row.name) for row in all_regions(session)]
    return form.bind(FormContext(today=today(), departments=offices, regions=regions))


def _user_data(user: User) -> dict[str, Any]:
    office = str(user.department_id or "")
    kept = {"name": user.name, "role": user.role, "department": office, "is_active": user.is_active}
    return {**kept, "phone": user.phone, "email": user.email}


def _place(answers: dict[str, Any], is_active: bool) -> verbs.Place:
    office = answers["department"]
    reached = answers["phone"], answers["email"]
    return verbs.Place(answers["name"], answers["role"], int(office) if office else None, is_active, *reached)


def _add_user(session: DbSession, form: BaseForm) -> tuple[User, str]:
    answers: dict[str, Any] = form.answers()
    return verbs.add_user(session, answers["username"], _place(answers, True), actor())


def _change_user(session: DbSession, user_id: int, form: BaseForm) -> User:
    answers: dict[str, Any] = form.answers()
    return verbs.change_user(session, user_id, _place(answers, bool(answers["is_active"])), actor())


def _add_department(session: DbSession, form: BaseForm) -> Department:
    answers: dict[str, Any] = form.answers()
    region = int(answers["region"])
    return verbs.add_department(session, answers["kind"], answers["name"], region, answers["phone"], actor())


def _change_department(session: DbSession, department_id: int, form: BaseForm) -> Department:
    answers: dict[str, Any] = form.answers()
    active = bool(answers["is_active"])
    return verbs.change_department(session, department_id, answers["name"], answers["phone"], active, actor())
