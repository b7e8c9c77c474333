"""A county with many cases: each has gone through nine steps and waits at its tenth; bulk rows, no engine."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import sqlalchemy as sa

from models import database, tables
from models.calendar import calendar, end_of
from models.case_bigram import write_rows
from models.working_days import due_on
from tests.conftest import MONDAY

T = tables.metadata.tables
TASKS_A_CASE, BATCH = 10, 20_000
REGIONS, PEOPLE_A_DEPARTMENT = 20, 4
# Element, name, kind of office, clock, working days.
STEPS = (
    ("acceptance", "受理审查", "hrss", "notification", 5),
    ("qualification_review", "资格审核", "hrss", "qualification", 7),
    ("due_diligence", "尽职调查", "guarantor", "due_diligence", 3),
    ("pre_loan_investigation", "贷前调查", "bank", "pre_loan", 3),
    ("bank_acceptance", "银行受理与审批", "bank", "bank_acceptance", 3),
    ("counter_guarantee", "办理反担保·抵押手续", "bank", "bank", 5),
    ("disbursement", "放款", "bank", "bank", 5),
)
KINDS = ("hrss", "guarantor", "bank")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙马朱胡", "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国文华志红"


def fill(cases: int, there: int = 0) -> None:
    """`cases` cases with TASKS_A_CASE tasks each, `there` of them being there already.

    One task of ten is open, with a clock that ends around today.
    """
    numbers = range(there + 1, cases + 1)
    with database.reading():
        days = _days()
    with database.bound().writer.begin() as connection:
        _cases(connection, numbers)
        insert(connection, "deadline", _each(numbers, lambda n, k: _clock(n, k, days)))
        insert(connection, "user_task", _each(numbers, lambda n, k: _task(n, k, days)))
    analyse()


def fill_cases(cases: int) -> None:
    """The same without their tasks: what a search reads."""
    with database.bound().writer.begin() as connection:
        _cases(connection, range(1, cases + 1))
    analyse()


def _offices(connection: sa.Connection) -> None:
    connection.execute(sa.insert(T["region"]), _regions(connection))
    connection.execute(sa.insert(T["department"]), list(_departments()))
    connection.execute(sa.insert(T["user_account"]), list(_people()))


def _cases(connection: sa.Connection, numbers: range) -> None:
    if numbers.start == 1:
        _offices(connection)
    insert(connection, "case_file", map(_case, numbers))
    _make_findable(connection, numbers)
    insert(connection, "case_department", _members(numbers))


def insert(connection: sa.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    """Rows by the batch, so that memory stays flat."""
    while batch := list(islice(rows, BATCH)):
        connection.execute(sa.insert(T[table]), batch)


def _make_findable(connection: sa.Connection, numbers: range) -> None:
    """As the flush of a session does it, by the batch."""
    for first in range(0, len(numbers), BATCH):
        rows = map(_case, numbers[first : first + BATCH])
        write_rows(connection, [(row["id"], row["number"], row["applicant_name"]) for row in rows])


def analyse() -> None:
    """Both databases plan by statistics; a server cleans up behind a load, sooner or later in the middle of a measurement."""
    word = "ANALYZE" if database.bound().is_sqlite else "VACUUM (ANALYZE)"
    with database.bound().writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(word))


def _each(numbers: range, row: Callable[[int, int], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for n in numbers:
        for k in range(TASKS_A_CASE):
            yield row(n, k)


def _regions(connection: sa.Connection) -> list[dict[str, Any]]:
    """Townships of the leader's county."""
    user, office = T["user_account"], T["department"]
    query = sa.select(office.c.region_id).join(user, user.c.department_id == office.c.id)
    county = connection.execute(query.where(user.c.username == "lingdao")).scalar_one()
    return [
        {"id": 1000 + n, "code": f"9900{n:02d}000", "name": f"第{n}镇", "parent_id": county}
        for n in range(REGIONS)
    ]


def _departments() -> Iterator[dict[str, Any]]:
    for n in range(REGIONS):
        for k, kind in enumerate(KINDS):
            yield {"id": _department(n, kind), "kind": kind, "name": f"第{n}镇{k}号机构", "region_id": 1000 + n,
                   "phone": "", "is_active": True}  # fmt: skip


def _department(region: int, kind: str) -> int:
    return 1000 + region * len(KINDS) + KINDS.index(kind)


def _people() -> Iterator[dict[str, Any]]:
    for department in range(1000, 1000 + REGIONS * len(KINDS)):
        for n in range(PEOPLE_A_DEPARTMENT):
            role = "supervisor" if n == 0 else "clerk"
            yield {"id": _person(department, n), "username": f"u{department}_{n}", "name": f"经办{n}",
                   "password_hash": "", "role": role, "department_id": department, "phone": "", "is_active": True,
                   "must_change_password": False, "failed_logins": 0}  # fmt: skip


def _person(department: int, n: int) -> int:
    return department * 10 + n


def _case(n: int) -> dict[str, Any]:
    chance = random.Random(n)
    region, at = n % REGIONS, _opened(n)
    name = chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(2))
    return {"id": n, "number": case_number(n), "scheme": "startup_loan", "applicant_type": "person",
            "status": "qualifying", "applicant_name": name, "identity_hash": "", "group_code": "graduate",
            "channel": "", "amount": Decimal(chance.randrange(1, 30) * 10000), "term_months": 24, "region_id": 1000 + region,
            "hrss_id": _department(region, "hrss"), "guarantor_id": _department(region, "guarantor"),
            "bank_id": _department(region, "bank"), "created_by_id": _person(_department(region, "hrss"), 1),
            "opened_at": at, "submitted_at": at, "accepted_on": at.date(), "application": {}, "audit_seq": 0,
            "audit_head": "", "acted_at": MONDAY - timedelta(days=1 + n % 13, seconds=n % 28_800), "revision": 1}  # fmt: skip


def case_number(n: int) -> str:
    """The number of the n-th case."""
    return f"CD2026{n:08d}"


def _opened(n: int) -> datetime:
    return MONDAY - timedelta(days=30 + n % 330, minutes=n % 480)


def _members(numbers: range) -> Iterator[dict[str, Any]]:
    for n in numbers:
        for kind in KINDS:
            yield {"case_id": n, "department_id": _department(n % REGIONS, kind)}


@cache
def _days() -> dict[tuple[date, int], date]:
    """Last days of the terms that occur: counted once, not a million times."""
    found: dict[tuple[date, int], date] = {}
    first = (MONDAY - timedelta(days=400)).date()
    for offset in range(430):
        for length in (3, 5, 7):
            day = first + timedelta(days=offset)
            found[day, length] = due_on(day, length, calendar()).due_on
    return found


def _times(n: int, k: int) -> tuple[datetime, datetime | None]:
    """When the k-th step of the n-th case was opened and done; the last is still open, since a few days."""
    if k == TASKS_A_CASE - 1:
        return MONDAY - timedelta(days=1 + n % 13), None
    opened = _opened(n) + timedelta(days=k * 2)
    return opened, opened + timedelta(days=1 + n % 4)


def _clock(n: int, k: int, days: dict[tuple[date, int], date]) -> dict[str, Any]:
    _element, name, _kind, key, length = _step(n, k)
    opened, done = _times(n, k)
    due = days[opened.date(), length]
    return {"id": _row(n, k), "case_id": n, "key": key, "name": name, "clause": "A-12",
            "start_on": opened.date(), "length": length, "unit": "working", "region_code": "",
            "extension_days": 0, "due_on": due, "due_at": end_of(due), "provisional": False, "calendar_version": 1,
            "missed_at": end_of(due) if due < (done or MONDAY).date() else None,
            "done_on": done.date() if done else None, "ladder": ""}  # fmt: skip


def _task(n: int, k: int, days: dict[tuple[date, int], date]) -> dict[str, Any]:
    element, name, kind, _key, length = _step(n, k)
    opened, done = _times(n, k)
    department = _department(n % REGIONS, kind)
    person = _person(department, 1 + n % (PEOPLE_A_DEPARTMENT - 1))
    is_claimed = done is not None or n % 3 == 0
    return {"id": _row(n, k), "case_id": n, "engine_task_id": f"{_row(n, k):036d}", "element_id": element,
            "name": name, "form_key": element, "department_id": department, "permission": "task:work",
            "assignee_id": person if is_claimed else None, "status": "done" if done else "open",
            "deadline_id": _row(n, k), "due_at": end_of(days[opened.date(), length]), "created_at": opened,
            "claimed_at": opened if is_claimed else None, "done_at": done, "done_by_id": person if done else None,
            "revision": 1}  # fmt: skip


def _step(n: int, k: int) -> tuple[str, str, str, str, int]:
    return STEPS[k % len(STEPS)] if k < TASKS_A_CASE - 1 else STEPS[1 + n % (len(STEPS) - 1)]


def _row(n: int, k: int) -> int:
    return (n - 1) * TASKS_A_CASE + k + 1
