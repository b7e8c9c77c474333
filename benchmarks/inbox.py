"""What one page of the inbox costs with a thousand, a hundred thousand and a million open tasks."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from benchmarks.ground import clocked, county, median, p95, servers
from models import database, inbox, tables
from models.calendar import fixed_at
from models.people import User, user_named
from tests.conftest import MONDAY

T = tables.metadata.tables
SIZES = (1_000, 100_000, 1_000_000)
DEPARTMENTS, PEOPLE, TASKS_A_CASE, BATCH = 200, 1_000, 10, 20_000


def main() -> None:
    """Print one line a size and a scope, and how much slower the largest is than the smallest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="1,000 and 10,000 tasks only")
    sizes = (1_000, 10_000) if parser.parse_args().small else SIZES
    for server in servers():
        first: dict[str, float] = {}
        for size in sizes:
            with fixed_at(MONDAY), county() as (_url, _world):
                _fill(size)
                print(f"\n{server}, {size:,} open tasks, milliseconds")
                for name, times in _measured().items():
                    first.setdefault(name, median(times))
                    ratio = median(times) / first[name]
                    seen = f"best {min(times):6.2f}  median {median(times):7.2f}  p95 {p95(times):7.2f}"
                    print(f"  {name:25} {seen}  × {ratio:5.2f}")


def _measured() -> dict[str, list[float]]:
    times: dict[str, list[float]] = {}
    with database.reading() as session:
        for username in ("renshe1", "renshe0"):
            user = user_named(session, username)
            assert user is not None
            for scope in (inbox.Scope.MINE, inbox.Scope.DEPARTMENT, inbox.Scope.TEAM):
                if scope is not inbox.Scope.TEAM or username == "renshe0":
                    times[f"{scope.value} of {username}"] = _pages(session, user, scope)
                    times[f"{scope.value} counts {username}"] = _counts(session, user, scope)
    return times


def _pages(session: Any, user: User, scope: inbox.Scope) -> list[float]:
    assert inbox.page(session, user, scope, inbox.Filters()).items or scope is inbox.Scope.MINE
    return [clocked(lambda: inbox.page(session, user, scope, inbox.Filters())) for _ in range(50)]


def _counts(session: Any, user: User, scope: inbox.Scope) -> list[float]:
    return [clocked(lambda: inbox.counts(session, user, scope)) for _ in range(30)]


def _fill(tasks: int) -> None:
    """Bulk rows: many departments, a third of the tasks claimed, due within two months around today."""
    chance = random.Random(7)
    writer = database.bound().writer
    with writer.begin() as connection:
        region = connection.execute(sa.select(sa.func.min(T["region"].c.id))).scalar_one()
        hrss = connection.execute(
            sa.select(T["department"].c.id, T["user_account"].c.id.label("user_id"))
            .join(T["user_account"], T["user_account"].c.department_id == T["department"].c.id)
            .where(T["user_account"].c.username == "renshe1")
        ).one()
        named = [{"id": 1000 + n, "kind": "hrss", "name": f"部门{n}", "region_id": region, "phone": "",
                  "is_active": True} for n in range(DEPARTMENTS)]  # fmt: skip
        connection.execute(sa.insert(T["department"]), named)
        people = [{"id": 1000 + n, "username": f"u{n}", "name": f"经办{n}", "password_hash": "", "role": "clerk",
                   "department_id": 1000 + n % DEPARTMENTS, "phone": "", "is_active": True,
                   "must_change_password": False, "failed_logins": 0} for n in range(PEOPLE)]  # fmt: skip
        connection.execute(sa.insert(T["user_account"]), people)
        cases = max(tasks // TASKS_A_CASE, 1)
        _insert(connection, "case_file", (_case(n, hrss.user_id) for n in range(1, cases + 1)))
        rows = (_task(n, n % cases + 1, hrss, chance) for n in range(1, tasks + 1))
        _insert(connection, "user_task", rows)
    with writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))


def _insert(connection: sa.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(rows, BATCH)):
        connection.execute(sa.insert(T[table]), batch)


def _case(n: int, user_id: int) -> dict[str, Any]:
    at = MONDAY - timedelta(minutes=n)
    return {"id": n, "number": f"CD{n:08d}", "scheme": "startup_loan", "applicant_type": "person",
            "status": "qualifying", "applicant_name": f"申请人{n}", "identity_hash": "", "group_code": "",
            "channel": "", "created_by_id": user_id, "opened_at": at, "application": {}, "audit_seq": 0,
            "audit_head": "", "revision": 1}  # fmt: skip


def _task(n: int, case_id: int, hrss: Any, chance: random.Random) -> dict[str, Any]:
    is_ours = n % 10 == 0
    department = hrss.id if is_ours else 1000 + n % DEPARTMENTS
    due = datetime(2026, 2, 1, 16, tzinfo=UTC) + timedelta(days=chance.randrange(60))
    person = hrss.user_id if is_ours else 1000 + chance.randrange(PEOPLE)
    assignee = person if chance.random() < 1 / 3 else None
    return {"id": n, "case_id": case_id, "engine_task_id": f"{n:036d}", "element_id": "qualification_review",
            "name": "资格审核", "form_key": "qualification_review", "department_id": department,
            "permission": "task:work", "assignee_id": assignee,
            "status": "open", "due_at": due, "created_at": MONDAY, "revision": 1}  # fmt: skip


if __name__ == "__main__":
    main()
