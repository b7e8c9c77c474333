"""Room pages: what every template may use: the person, the menu, lights, dates, masked numbers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from models import calendar, inbox
from models.case_status import CaseStatus
from models.database import reading
from models.identity import mask_account, mask_email, mask_id, mask_phone
from models.material import material_label
from models.money import format_amount
from models.notification import UNREAD_CAP
from models.people import Permission, Role, User
from models.upload import MATERIALS, SCANS
from models.working_days import Light
from webapp.menu import menu_of


def init(app: Flask) -> None:
    """Register filters and the names that base.html uses."""
    app.jinja_env.filters.update(
        amount=_amount,
        capped=_capped,
        day=_day,
        moment=moment,
        material=material_label,
        mask_id=mask_id,
        mask_phone=mask_phone,
        mask_email=mask_email,
        mask_account=mask_account,
    )
    # What may be handed in, for `accept` and the words beside it.
    app.jinja_env.globals.update(FILES=MATERIALS, SCANS=SCANS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_shared)


def _shared() -> dict[str, Any]:
    user: User | None = current_user.user if current_user and current_user.is_authenticated else None
    return {
        "me": user,
        "role": Role(user.role) if user else None,
        "menu": menu_of(user) if user else [],
        "may": user.may if user else lambda _permission: False,
        "Permission": Permission,
        "CaseStatus": CaseStatus,
        "Light": Light,
        **_waiting(user),
        "is_training": calendar.is_training(),
        "is_shifted": calendar.is_shifted(),
        "has_clock": calendar.is_training() and current_app.config["TRAINING"],
        "now": calendar.now(),
        "today": calendar.today(),
    }


def _waiting(user: User | None) -> dict[str, Any]:
    """The messages and tasks that wait; parts of a page that htmx fetches do not show them."""
    if user is None or "HX-Request" in request.headers:
        return {"unread": "", "todo": inbox.Waiting()}
    with reading() as session:
        todo = inbox.waiting(session, user)
    return {"unread": _capped(todo.unread, UNREAD_CAP), "todo": todo}


def _capped(count: int, cap: int = inbox.COUNT_CAP) -> str:
    """A count that stops at `cap`, as people read it: empty for none, “999+”."""
    return f"{cap - 1}+" if count >= cap else str(count or "")


def _amount(value: Decimal | str | None) -> str:
    return "" if value in (None, "") else format_amount(Decimal(str(value)))


def _day(value: date | str | None) -> str:
    """A day as people read it; of an instant the day in Shanghai."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{calendar.local_date(value) if isinstance(value, datetime) else value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """An instant as people read it, in Shanghai."""
    return f"{value.astimezone(calendar.SHANGHAI):%Y-%m-%d %H:%M}" if value else ""
