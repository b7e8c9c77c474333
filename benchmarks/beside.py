"""What lies beside the cases of a big county: lines of the log, looks, messages, dossiers; a row of each a case, bulk rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.big_county import KINDS, PEOPLE_A_DEPARTMENT, REGIONS, T, insert
from models import database
from tests.conftest import MONDAY

DOSSIERS = 10


def put_beside(cases: int, there: int = 0) -> None:
    """For each of them that is not there already a line, a look and a message; for every tenth a dossier that the auditor has asked for."""
    user, numbers = T["user_account"], range(there + 1, cases + 1)
    with database.bound().writer.begin() as connection:
        auditor = connection.execute(sa.select(user.c.id).where(user.c.username == "shenji")).scalar_one()
        insert(connection, "audit_event", map(_event, numbers))
        insert(connection, "access_record", map(_look, numbers))
        insert(connection, "notification", map(_message, numbers))
        insert(connection, "dossier", (_dossier(n, auditor) for n in numbers[::DOSSIERS]))


def _office(n: int) -> int:
    return 1000 + n % (REGIONS * len(KINDS))


def _person(n: int) -> int:
    return _office(n) * 10 + n % PEOPLE_A_DEPARTMENT


def _at(n: int) -> datetime:
    return MONDAY - timedelta(days=1 + n % 330, seconds=n % 28_800)


def _event(n: int) -> dict[str, Any]:
    return {"chain": n, "seq": 10**6, "case_id": n, "at": _at(n), "actor_id": _person(n), "actor_name": f"经办{n % 4}",
            "action": "task.completed", "summary": "办理“资格审核”", "old": {}, "new": {}, "previous": "",
            "digest": ""}  # fmt: skip


def _look(n: int) -> dict[str, Any]:
    return {"at": _at(n), "span": n, "user_id": _person(n), "department_id": _office(n), "case_id": n, "kind": "case",
            "thing_id": 0, "door": "page"}  # fmt: skip


def _message(n: int) -> dict[str, Any]:
    return {"user_id": _person(n), "case_id": n, "kind": "task", "text": "有新的待办事项", "place": "",
            "created_at": _at(n), "read_at": None if n % 5 == 0 else MONDAY}  # fmt: skip


def _dossier(n: int, auditor: int) -> dict[str, Any]:
    return {"case_id": n, "asked_by_id": auditor, "reason": "备查", "is_full": False, "status": "gone", "done": 1,
            "total": 1, "fault": "", "storage_key": "", "size": 0, "sha256": "", "asked_at": _at(n),
            "finished_at": _at(n), "revision": 1}  # fmt: skip
