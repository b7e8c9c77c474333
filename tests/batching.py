"""A random walk on which people also act on many steps at once, and take that back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from models.bulk import BulkItem, ItemState, items_of
from models.calendar import today
from models.database import reading, transaction
from models.people import User
from models.refusal import Refusal
from models.sending_back import Mode
from models.workflow import DONE, UserTask
from processes import bulk_run
from processes.bulk import OPERATIONS, operation_named
from processes.bulk_run import Pick, ticket
from tests.staffing import Staffing
from tests.webapp.knock import typed
from webapp import bulk_door

_numbers: Iterator[int] = count(1)


@dataclass
class Batching(Staffing):
    """What is done to several steps by one knock; each of them is a knock of its own (0033)."""

    # Who did which batch.
    batches: list[tuple[int, str]] = field(default_factory=list)
    together: int = 0
    put_back: int = 0

    def batch(self) -> None:
        """批量办理 of one or all open steps, by somebody who may or may not be entitled to some of them."""
        task, who, other = self._held()
        who, key = self.choose([who, who, who, "lingdao"]), self.choose(sorted(OPERATIONS))
        self.log.append(f"{who}: {key}")
        with reading() as session:
            given = self._given(key, task, self._id(session, other))
            every = [one.id for one in self._tasks(session)]
        picks = [Pick(one) for one in self.choose([[task.id], every])]
        with transaction() as session:
            actor = self.world.user(session, who)
            sent = ticket(f"walk-{next(_numbers)}", [("operation", key)])
            run = bulk_run.begin(session, actor, operation_named(key), picks, given, sent).id
            # The second click is the same batch.
            assert bulk_run.begin(session, actor, operation_named(key), picks, given, sent).id == run
        assert bulk_door.work_off(run, actor) == 0
        self.batches.append((run, who))
        self.together += sum(one.state == ItemState.DONE for one in self._settled(run))
        if self.choose([True, False]):
            self.unbatch()

    def unbatch(self) -> None:
        """撤销: what nobody has touched since stands as it stood before."""
        if not self.batches:
            raise Refusal("没有批量办理。")
        run, who = self.choose([self.batches[-1], self.batches[-1], *self.batches])
        with reading() as session:
            actor = self.world.user(session, who)
            done = {one.id for one in bulk_run.undoable(session, run)}
        assert bulk_door.put_back(run, actor) == 0
        undone = [one for one in self._settled(run) if one.state == ItemState.UNDONE and one.id in done]
        self.put_back += len(undone)
        for one in undone:
            self._check_back(one)

    def _settled(self, run: int) -> list[BulkItem]:
        """The steps of a batch: none waits, and what was not done says why in words."""
        with reading() as session:
            rows = list(items_of(session, run))
            session.expunge_all()
        for one in rows:
            assert one.state != ItemState.WAITING
            assert bulk_door.FAULT not in (one.message, one.undo_message)
            assert (one.state == ItemState.REFUSED) == bool(one.message)
        return rows

    def _check_back(self, item: BulkItem) -> None:
        """As before; what was done and is recalled is another row of the worklist now."""
        with reading() as session:
            task = session.get_one(UserTask, item.task_id)
            if item.before["status"] == item.after["status"]:
                was = item.before["owner"] or item.before["assignee"]
                assert (task.status, task.holder_id) == (item.before["status"], was)
                assert task.is_set_aside is False

    def _given(self, key: str, task: UserTask, other: int) -> dict[str, Any]:
        """What the page asks for an act; those that ask for nothing get nothing."""
        with reading() as session:
            mine = UserTask.case_id == self.case_id, UserTask.status == DONE
            steps = sorted(set(session.scalars(select(UserTask.element_id).where(*mine)))) or ["acceptance"]
            heads = session.scalars(select(User.id).where(User.department_id == task.department_id)).all()
        given: dict[str, dict[str, Any]] = {
            "reassign": {"assignee": str(self.choose([other, *heads])), "reason": "人手不足"},
            "set_aside": {"until": (today() + timedelta(days=1)).isoformat(), "reason": "等待材料"},
            "send_back": {"target": self.choose(steps), "mode": Mode.IN_ORDER.value, "reason": "材料有误"},
            "supervise": {"text": "请尽快办理", "due_on": (today() + timedelta(days=7)).isoformat()},
            "urge": {"text": "请尽快"},
            "complete": dict(typed(task.form_key)),
        }
        return given.get(key, {})
