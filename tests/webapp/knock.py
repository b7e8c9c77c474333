"""What people type into the steps of a case, as their browsers send it; and how often the database is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from models import database
from models.calendar import today
from models.case import CaseFile
from models.database import reading, transaction
from models.pause import PauseKind
from processes import pause, worklist
from tests.world import WHO, World, answers

SignIn = Callable[[str], FlaskClient]
MISSING = [{"material": "premises_proof", "problem": "租赁合同已过期", "requirement": "1份"}]


def typed(form_key: str, **over: Any) -> dict[str, Any]:
    """Good answers to a step's form, as form fields; lists of dicts become numbered rows."""
    good = {
        "due_diligence": {"method": "site"},
        "pre_loan_investigation": {"method": "site"},
        "disbursement": {"repayment_method": "equal_instalment"},
        "counter_guarantee": {"completed_on": today()},
    }
    fields = answers(form_key, **{**good.get(form_key, {}), **over})
    return dict(_pairs(fields))


def _pairs(fields: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for index, row in enumerate(value):
                yield from ((f"{name}-{index}-{key}", text) for key, text in row.items())
        elif isinstance(value, bool):
            yield name, "yes" if value else "no"
        else:
            yield name, value if isinstance(value, list) else str(value)


def post(sign_in: SignIn, world: World, case_id: int, element: str, who: str = "", **over: Any) -> Any:
    """Send a good form for the open task of an element, as the person whose step it is."""
    form_key = "refusal_notice" if element.startswith("refusal_notice") else element
    client = sign_in(who or WHO[form_key])
    task_id = world.open_tasks(case_id)[element]
    return client.post(f"/tasks/{task_id}", data=typed(form_key, **over))


def number_of(case_id: int) -> str:
    """The number of a case."""
    with reading() as session:
        return session.get_one(CaseFile, case_id).number


def paused(world: World, case_id: int, kind: PauseKind = PauseKind.SUPPLEMENT) -> int:
    """renshe2 claims the qualification review and pauses it, or asks for it; the pause's id."""
    with transaction() as session:
        clerk, task_id = world.user(session, "renshe2"), world.open_tasks(case_id)["qualification_review"]
        worklist.claim(session, task_id, clerk)
        items = MISSING if kind is PauseKind.SUPPLEMENT else ()
        return pause.ask(session, task_id, pause.Asked(kind, "缺少场地证明", 10, items), clerk).id


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the database is asked inside."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):  # SQLite only
            seen.append(statement)

    engines = (database.bound().reader, database.bound().writer)
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)
