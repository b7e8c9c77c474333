"""Room handover: what each person has under way, and the handing over of all of it (离职移交), for heads and administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from forms.base import BaseForm, FormContext
from forms.office import HandOverForm
from models.calendar import today
from models.database import DbSession, reading
from models.people import Department, Permission, Role, User, colleagues
from models.refusal import NotFound
from models.workload import Load, loads, tasks_of
from processes.handover import MOST, Result, hand_over
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID, attempt

blueprint = Blueprint("handover", __name__)
Page = str | tuple[str, int]
_PERSON = f"<int(max={BIGGEST_ID}):person_id>"


@blueprint.get("/handover")
@requires(Permission.TASK_ASSIGN)
def show() -> str:
    """Who of the department has something under way."""
    with reading() as session:
        return _list(loads(session, actor().department_id, _text()), is_admin=False)


@blueprint.get("/admin/handover")
@requires(Permission.PEOPLE_MANAGE)
def show_all() -> str:
    """Who has something under way, as numbers."""
    with reading() as session:
        return _list(loads(session, None, _text()), is_admin=True)


@blueprint.route(f"/handover/{_PERSON}", methods=["GET", "POST"])
@requires(Permission.TASK_ASSIGN)
def person(person_id: int) -> Page:
    """What one person of the department has under way, and the form to hand it over."""
    return _person(person_id, actor().department_id or 0, is_admin=False)


@blueprint.route(
    f"/admin/handover/<int(max={BIGGEST_ID}):user_id>/<int(max={BIGGEST_ID}):department_id>",
    methods=["GET", "POST"],
)
@requires(Permission.PEOPLE_MANAGE)
def person_of(user_id: int, department_id: int) -> Page:
    """As `person`, for any department; an administrator reads numbers and no case."""
    return _person(user_id, department_id, is_admin=True)


def _person(user_id: int, department_id: int, is_admin: bool) -> Page:
    with reading() as session:
        leaver, office = _found(session, user_id, department_id, is_admin)
        form = _form(session, leaver, office)
    if request.method == "POST":
        done = attempt(form, lambda db: _hand_over(db, form, leaver, office))
        if done is not None:
            return _done(done, leaver, is_admin)
    with reading() as session:
        shown = _shown(session, leaver, office, is_admin)
        html = render_template("handover/person.html", form=form, is_admin=is_admin, **shown)
    return (html, 422) if form.errors else html


def _shown(session: DbSession, leaver: User, office: Department, is_admin: bool) -> dict[str, Any]:
    found = [load for load in loads(session, office.id, user_id=leaver.id)]
    tasks = [] if is_admin else tasks_of(session, leaver.id, office.id, MOST)
    empty = Load(leaver.id, leaver.name, leaver.username, leaver.is_active, office.id, office.name)
    load = found[0] if found else empty
    return {
        "leaver": leaver,
        "office": office,
        "load": load,
        "tasks": tasks,
        "most": MOST,
        "back": _back(is_admin),
    }


def _found(session: DbSession, user_id: int, department_id: int, is_admin: bool) -> tuple[User, Department]:
    """The person and the department. Raises NotFound for an applicant, and for a head of another office."""
    user, office = session.get(User, user_id), session.get(Department, department_id)
    if user is None or office is None or user.role == Role.APPLICANT:
        raise NotFound("未找到该人员，或者不是本部门人员。")
    is_ours = user.department_id == office.id or bool(loads(session, office.id, user_id=user.id))
    if not is_ours:
        raise NotFound("未找到该人员，或者不是本部门人员。")
    return user, office


def _form(session: DbSession, leaver: User, office: Department) -> BaseForm:
    able = [one for one in colleagues(session, office.id, Permission.TASK_WORK) if one.id != leaver.id]
    people = [(str(one.id), f"{one.name}（{Role(one.role).label}）") for one in able]
    form = HandOverForm(request.form if request.method == "POST" else None)
    return form.bind(FormContext(today=today(), people=people))


def _hand_over(session: DbSession, form: BaseForm, leaver: User, office: Department) -> list[Result]:
    given: dict[str, Any] = form.answers()
    successor = int(given["successor"]) if given["successor"] else None
    return hand_over(session, leaver.id, successor, str(given["reason"]), actor(), office.id)


def _done(found: list[Result], leaver: User, is_admin: bool) -> str:
    done = len([one for one in found if one.is_handed_over])
    shown = {"results": [] if is_admin else found, "done": done, "others": len(found) - done}
    return render_template("handover/done.html", leaver=leaver, back=_back(is_admin), **shown)


def _list(found: list[Load], is_admin: bool) -> str:
    return render_template("handover/show.html", loads=found, is_admin=is_admin, q=_text())


def _back(is_admin: bool) -> str:
    return url_for("handover.show_all" if is_admin else "handover.show")


def _text() -> str:
    return request.args.get("q", "")[:40].replace("\0", "")
