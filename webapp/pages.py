"""Room pages: what every template may use: the person, the menu, lights, dates, masked numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from models import calendar
from models.case import CaseStatus
from models.database import reading
from models.identity import mask_account, mask_email, mask_id, mask_phone
from models.material import material_label
from models.money import format_amount
from models.notification import UNREAD_CAP, unread_count
from models.people import Permission, Role, User
from models.working_days import Light


@dataclass(frozen=True)
class Entry:
    """One line of the side menu."""

    label: str
    endpoint: str
    # None: everybody who has signed in.
    permission: Permission | None
    values: tuple[tuple[str, str], ...] = ()
    is_for_offices: bool = False


MENU = (
    Entry("我的待办", "task.inbox", Permission.TASK_WORK, (("scope", "mine"),)),
    Entry("部门待签收", "task.inbox", Permission.TASK_WORK, (("scope", "department"),), True),
    Entry("部门在办", "task.inbox", Permission.TASK_ASSIGN, (("scope", "team"),), True),
    Entry("我的已办", "task.inbox", Permission.TASK_WORK, (("scope", "done"),)),
    Entry("新建申请", "application.choose", Permission.CASE_CREATE),
    Entry("案卷查询", "case.search", Permission.CASE_READ),
    Entry("工作日日历", "calendar.show", None),
    Entry("审计日志", "audit.show", Permission.AUDIT_READ),
    Entry("机构与用户", "people.show", Permission.PEOPLE_MANAGE),
    Entry("政策参数", "policy.show", Permission.POLICY_MANAGE),
    Entry("流程管理", "process.show", Permission.PROCESS_MANAGE),
    Entry("后台任务", "jobs.show", Permission.JOBS_MANAGE),
)


def init(app: Flask) -> None:
    """Register filters and the names that base.html uses."""
    app.jinja_env.filters.update(
        amount=_amount,
        day=_day,
        moment=moment,
        material=material_label,
        mask_id=mask_id,
        mask_phone=mask_phone,
        mask_email=mask_email,
        mask_account=mask_account,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_shared)


def _shared() -> dict[str, Any]:
    user: User | None = current_user.user if current_user and current_user.is_authenticated else None
    return {
        "me": user,
        "role": Role(user.role) if user else None,
        "menu": list(_menu(user)) if user else [],
        "may": user.may if user else lambda _permission: False,
        "Permission": Permission,
        "CaseStatus": CaseStatus,
        "Light": Light,
        "unread": _unread(user),
        "is_training": calendar.is_training(),
        "is_shifted": calendar.is_shifted(),
        "has_clock": calendar.is_training() and current_app.config["TRAINING"],
        "now": calendar.now(),
        "today": calendar.today(),
    }


def _unread(user: User | None) -> str:
    """How many messages wait; parts of a page that htmx fetches do not show it."""
    if user is None or "HX-Request" in request.headers:
        return ""
    with reading() as session:
        found = unread_count(session, user.id)
    return f"{UNREAD_CAP - 1}+" if found == UNREAD_CAP else str(found or "")


def _menu(user: User) -> Iterator[tuple[Entry, bool]]:
    """The entries of a person's menu, each with whether it is the current page."""
    for entry in MENU:
        is_open = entry.permission is None or user.may(entry.permission)
        if is_open and not (entry.is_for_offices and user.department_id is None):
            is_here = request.endpoint == entry.endpoint and all(
                request.args.get(key, "mine") == value for key, value in entry.values
            )
            yield entry, is_here


def _amount(value: Decimal | str | None) -> str:
    return "" if value in (None, "") else format_amount(Decimal(str(value)))


def _day(value: date | str | None) -> str:
    if not value:
        return ""
    return value if isinstance(value, str) else f"{value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """An instant as people read it, in Shanghai."""
    return f"{value.astimezone(calendar.SHANGHAI):%Y-%m-%d %H:%M}" if value else ""
