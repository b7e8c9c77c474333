"""What the statistics cost with a thousand and with a hundred thousand cases: statements and medians, months closed and not."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from benchmarks.big_county import TASKS_A_CASE, T, analyse, fill, insert
from benchmarks.ground import clocked, counted, county, median, servers
from models import database
from models.calendar import fixed_at, today
from models.people import User, user_named
from models.statistics import figures
from models.statistics_classes import classes
from models.statistics_diagram import heat_map
from models.statistics_period import Period, Preset, preset
from models.statistics_scope import Wanted
from processes import flow_month
from tests.conftest import MONDAY

SIZES, ROUNDS = (1_000, 100_000), 5
BATCH = 5_000
Act = Callable[[Any, User], object]


def main() -> None:
    """A line a figure: its median at both sizes, with months closed, and at the larger size without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="100 and 2,000 cases only")
    sizes = (100, 2_000) if parser.parse_args().small else SIZES
    for server in servers():
        seen: dict[str, list[float]] = {}
        asked: dict[str, list[int]] = {}
        for size in sizes:
            with fixed_at(MONDAY), county():
                fill(size)
                record(size)
                raw: dict[str, list[float]] = {}
                if size == max(sizes):
                    measure(raw, {})
                spent = clocked(close_all)
                analyse()
                measure(seen, asked)
                print(f"\n{server}: {size:,} cases, {size * TASKS_A_CASE:,} tasks; months closed in "
                      f"{spent / 1000:.1f} s", flush=True)  # fmt: skip
        for name, times in seen.items():
            print(f"  {name:26} {times[0]:9.1f} ms  {times[1]:9.1f} ms   not closed {raw[name][0]:9.1f} ms   "
                  f"statements {asked[name][0]} / {asked[name][1]}", flush=True)  # fmt: skip


def measure(times: dict[str, list[float]], asked: dict[str, list[int]]) -> None:
    """Each figure a few times, and what it asks."""
    for name, (username, act) in FIGURES.items():
        with database.reading() as session:
            user = user_named(session, username)
            assert user is not None
            with counted(database.bound().reader) as tally:
                act(session, user)
            found = [clocked(partial(act, session, user)) for _ in range(ROUNDS)]
        times.setdefault(name, []).append(median(found))
        asked.setdefault(name, []).append(len(tally.statements))


def close_all() -> None:
    """Close the months that are over, as the background does in the first hours of the next one."""
    vars(flow_month)["is_training"] = lambda: False  # the sample county is for training, where none is closed
    with database.reading() as session:
        due = flow_month.due_months(session)
    for month in due:
        with database.transaction() as session:
            flow_month.close_month(session, month)


def record(cases: int, there: int = 0) -> None:
    """What knocks would have recorded of these cases, out of their rows; and their tokens; `there` have them already."""
    with database.bound().writer.begin() as connection:
        version = connection.execute(
            sa.select(sa.func.max(T["process_definition"].c.id)).where(
                T["process_definition"].c.key == "combined_review"
            )
        ).scalar_one()
        tokens = ({"case_id": n, "definition_id": version, "engine_version": "1", "state": b"", "is_finished": False,
                   "passed": {}, "moves": 0, "fault": "", "revision": 1} for n in range(there + 1, cases + 1))  # fmt: skip
        insert(connection, "process_instance", tokens)
        for start in range(there + 1, cases + 1, BATCH):
            rows = list(_rows(connection, start, min(start + BATCH, cases + 1), version))
            connection.execute(sa.insert(T["flow_record"]), rows)
    analyse()


def _rows(connection: sa.Connection, first: int, last: int, version: int) -> Iterator[dict[str, Any]]:
    task, clock, case = T["user_task"], T["deadline"], T["case_file"]
    query = (
        sa.select(task, clock.c.key, clock.c.length, clock.c.due_on, clock.c.name.label("term"), case.c.region_id,
                  case.c.bank_id, case.c.amount, case.c.group_code)
        .join(clock, clock.c.id == task.c.deadline_id).join(case, case.c.id == task.c.case_id)
        .where(task.c.case_id >= first, task.c.case_id < last)
    )  # fmt: skip
    for row in connection.execute(query):
        yield from _of_task(row, version)


def _of_task(row: Any, version: int) -> Iterator[dict[str, Any]]:
    common = {"case_id": row.case_id, "scheme": "startup_loan", "process_key": "combined_review",
              "definition_id": version, "element_id": row.element_id, "step": row.name, "deadline_key": row.key,
              "task_id": row.id, "deadline_id": row.deadline_id, "department_id": row.department_id,
              "region_id": row.region_id, "person_id": None, "outcome": "", "allowed_days": row.length, "used_days": None,
              "is_late": False, "counted_on": None, "is_taken_over": False, "applicant_type": "person", "group_code": "",
              "bank_id": None, "term_months": None, "guarantee_type": "", "amount": None}  # fmt: skip
    opened = {**common, "at": row.created_at, "on_day": row.created_at.date()}
    if row.id % TASKS_A_CASE == 1:
        yield {**opened, "kind": "case.opened", "element_id": "", "step": ""}
    yield {**opened, "kind": "task.opened"}
    if row.done_at is not None:
        yield from _of_work(row, common)


def _of_work(row: Any, common: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a finished step leaves: its end, its clock, and the end of the case after the last but one."""
    done_on = row.done_at.date()
    late = done_on > row.due_on
    used = {**common, "at": row.done_at, "on_day": done_on, "used_days": 1 + row.case_id % 9, "is_late": late}
    yield {**used, "kind": "task.done"}
    yield {**used, "kind": "clock.late" if late else "clock.met", "step": row.term}
    if late:
        missed_on = row.due_on + timedelta(days=1)
        yield {**used, "on_day": missed_on, "kind": "clock.missed", "step": row.term, "used_days": None}
    if row.id % TASKS_A_CASE == 9:
        outcome = "refused" if row.case_id % 5 == 0 else "disbursed"
        yield {**used, "kind": "case.closed", "outcome": outcome, "guarantee_type": "credit",
               "group_code": row.group_code, "bank_id": row.bank_id, "term_months": 24, "amount": row.amount}  # fmt: skip


def _of(name: Preset) -> Wanted:
    return Wanted(preset(name, today()))


def _five_years() -> Wanted:
    return Wanted(Period(today().replace(year=today().year - 5), today()))


FIGURES: dict[str, tuple[str, Act]] = {
    "manager, last month": ("lingdao", lambda s, u: figures(s, u, _of(Preset.LAST_MONTH))),
    "manager, this month": ("lingdao", lambda s, u: figures(s, u, _of(Preset.THIS_MONTH))),
    "manager, 12 months": ("lingdao", lambda s, u: figures(s, u, _of(Preset.YEAR_BACK))),
    "manager, five years": ("lingdao", lambda s, u: figures(s, u, _five_years())),
    "head, 12 months": ("u1000_0", lambda s, u: figures(s, u, _of(Preset.YEAR_BACK))),
    "classes, 12 months": ("lingdao", lambda s, u: classes(s, u, _of(Preset.YEAR_BACK))),
    "heat, now": ("lingdao", lambda s, u: heat_map(s, u, None, None)),
    "heat, 12 months": ("lingdao", lambda s, u: heat_map(s, u, None, preset(Preset.YEAR_BACK, today()))),
}


if __name__ == "__main__":
    main()
