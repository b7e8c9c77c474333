"""Room bulk, door: works off a batch, a transaction for each task; what goes wrong with one stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from models.bulk import BulkItem, run_of
from models.database import DatabaseFault, DbSession, StaleWrite, reading, transaction
from models.people import User
from models.refusal import Refusal
from processes import bulk_run
from processes.engine.faults import EngineFault
from webapp.bulk_form import COMPLETE, answers_for

log = logging.getLogger(__name__)
# A batch that takes longer is gone on with at the person's word, before any proxy gives up (seconds).
PATIENCE = 25.0
STALE = "该事项刚被他人办理，请刷新后重新选择。"
FAULT = "系统出现故障，该事项未作改动，请单独办理或联系系统管理员。"
Act = Callable[[DbSession, BulkItem], None]
Note = Callable[[DbSession, int, str], None]


def work_off(run_id: int, actor: User) -> int:
    """Do what of a batch is left; how many are still left when patience ends."""
    with reading() as session:
        run = run_of(session, run_id, actor)
        given, key = dict(run.arguments), run.operation
        items = bulk_run.waiting(session, run_id)

    def act(session: DbSession, item: BulkItem) -> None:
        bulk_run.carry_out(session, item, actor, _arguments(session, key, item, actor, given))

    return _each(items, act, bulk_run.refuse)


def put_back(run_id: int, actor: User) -> int:
    """Undo a batch, the last first; how many are left when patience ends. Raises Conflict the second time."""
    with transaction() as session:
        bulk_run.begin_undo(session, run_id, actor)
    with reading() as session:
        items = bulk_run.undoable(session, run_id)
    return _each(items, lambda session, item: bulk_run.put_back(session, item, actor), bulk_run.refuse_undo)


def _arguments(
    session: DbSession, key: str, item: BulkItem, actor: User, given: Mapping[str, Any]
) -> Mapping[str, Any]:
    return answers_for(session, item.task_id, actor, given) if key == COMPLETE else given


def _each(items: Sequence[BulkItem], act: Act, note: Note) -> int:
    begun = monotonic()
    for place, item in enumerate(items):
        if monotonic() - begun > PATIENCE:
            return len(items) - place
        if message := _one(item, act):
            with transaction() as session:
                note(session, item.id, message)
    return 0


def _one(item: BulkItem, act: Act) -> str:
    """Why one of them was not done; empty when it was."""
    try:
        with transaction() as session:
            act(session, item)
    except StaleWrite:
        return STALE
    except (Refusal, EngineFault) as refusal:
        return refusal.message if isinstance(refusal, Refusal) else refusal.sentence
    except DatabaseFault:
        raise
    except Exception as fault:
        log.error("a task of a batch failed: %s", item.task_id, exc_info=fault)
        return FAULT
    return ""
