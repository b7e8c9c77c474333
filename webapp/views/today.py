"""Room today: 我的一天: a person's day in working order, to work from and to print."""

from __future__ import annotations

from flask import Blueprint, render_template

from models.database import reading
from models.people import Permission
from webapp.access import actor, requires
from webapp.today_page import TodayPage

blueprint = Blueprint("today", __name__)


@blueprint.get("/today")
@requires(Permission.TASK_WORK)
def show() -> str:
    """What is late, what ends today and soon, what he wanted to see again, what others ask of him, what he has done."""
    with reading() as session:
        return render_template("today/show.html", page=TodayPage(session, actor()))
