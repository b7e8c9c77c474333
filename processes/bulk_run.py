"""Room bulk, run: a batch is noted first, then each of its tasks has a transaction of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from models import audit
from models.bulk import MOST, BulkItem, BulkRun, ItemState, run_of
from models.calendar import now
from models.crypto import canonical_json
from models.people import User
from models.refusal import Conflict, Refusal
from models.workflow import UserTask
from processes.bulk import Operation, operation_named
from processes.bulk_undo import check_untouched, look


@dataclass(frozen=True)
class Pick:
    """A chosen task, and the revision of it that the preview has shown (0: none was)."""

    task_id: int
    seen: int = 0
    # Why the act does not fit it any more, or never did: it is noted as not done; empty: it will be tried.
    reason: str = ""


def check_picks(picks: Sequence[Pick]) -> None:
    """Raises Refusal for none, or too many."""
    if not picks:
        raise Refusal("请先选择事项。", "task_id")
    if len(picks) > MOST:
        raise Refusal(f"一次最多办理 {MOST} 件，已选 {len(picks)} 件，请分批办理。", "task_id")


@dataclass(frozen=True)
class Ticket:
    """What makes two knocks one batch: the key of the page, and what was sent under it."""

    key: str
    digest: str


def ticket(key: str, sent: Iterable[tuple[str, str]]) -> Ticket:
    """The ticket of everything that was sent with a key."""
    return Ticket(key, hashlib.sha256(canonical_json(sorted(list(pair) for pair in sent))).hexdigest())


def known_run(session: Session, actor: User, ticket: Ticket) -> BulkRun | None:
    """The batch that was noted under the key already. Raises Conflict when something else was sent under it."""
    mine = select(BulkRun).where(BulkRun.actor_id == actor.id, BulkRun.key == ticket.key)
    known = session.scalars(mine).first()
    if known is not None and known.digest != ticket.digest:
        raise Conflict("该批次已提交过，内容与这次不同，请返回列表重新选择。")
    return known


def begin(
    session: Session,
    actor: User,
    operation: Operation,
    picks: Sequence[Pick],
    arguments: Mapping[str, Any],
    ticket: Ticket,
) -> BulkRun:
    """Note a batch with its tasks, which exist; the same ticket again is the same batch."""
    operation.require(actor)
    check_picks(picks)
    # Two clicks of one person stand in line, so that the second finds the batch of the first.
    session.execute(select(User.id).where(User.id == actor.id).with_for_update(key_share=True))
    if known := known_run(session, actor, ticket):
        return known
    run = BulkRun(
        actor_id=actor.id,
        key=ticket.key,
        digest=ticket.digest,
        operation=operation.key,
        arguments=dict(arguments),
        created_at=now(),
    )
    session.add(run)
    session.flush()
    session.add_all(
        BulkItem(
            run_id=run.id,
            task_id=pick.task_id,
            seen=pick.seen,
            state=(ItemState.REFUSED if pick.reason else ItemState.WAITING).value,
            message=pick.reason,
            before={},
            after={},
        )
        for pick in picks
    )
    summary = f"批量{operation.title}：{sum(not pick.reason for pick in picks)} 件"
    noted = {"run": run.id, "operation": operation.key}
    audit.record(session, "bulk.started", summary, actor=actor, new=noted)
    return run


def waiting(session: Session, run_id: int) -> Sequence[BulkItem]:
    """What of a batch has not been touched yet, in its order."""
    query = select(BulkItem).where(BulkItem.run_id == run_id, BulkItem.state == ItemState.WAITING.value)
    return session.scalars(query.order_by(BulkItem.id)).all()


def carry_out(session: Session, item: BulkItem, actor: User, arguments: Mapping[str, Any]) -> None:
    """One task of a batch. Raises Conflict when it is in other hands, Refusal when a rule says no."""
    run = run_of(session, item.run_id, actor)
    operation = operation_named(run.operation)
    operation.require(actor)
    if not _take(session, item.id, ItemState.WAITING, ItemState.DONE):
        return
    task = session.get_one(UserTask, item.task_id)
    if item.seen and task.revision != item.seen:
        raise Conflict("该事项在预览之后有变动，请重新选择。")
    before = look(task)
    operation.act(session, item.task_id, actor, arguments)
    session.flush()
    session.refresh(task)
    changed = update(BulkItem).where(BulkItem.id == item.id)
    session.execute(changed.values(before=before, after=look(task)))


def refuse(session: Session, item_id: int, message: str) -> None:
    """Note why one of them was not done."""
    waits = BulkItem.state == ItemState.WAITING.value
    changed = update(BulkItem).where(BulkItem.id == item_id, waits)
    session.execute(changed.values(state=ItemState.REFUSED.value, message=message))


def undoable(session: Session, run_id: int) -> Sequence[BulkItem]:
    """What was done and not yet tried to be put back, the last first."""
    done = and_(BulkItem.state == ItemState.DONE.value, BulkItem.undo_message == "")
    query = select(BulkItem).where(BulkItem.run_id == run_id, done)
    return session.scalars(query.order_by(BulkItem.id.desc())).all()


def begin_undo(session: Session, run_id: int, actor: User) -> BulkRun:
    """Note that a batch is put back. Raises Refusal when its act knows no way back, Conflict the second time."""
    run = run_of(session, run_id, actor)
    operation = operation_named(run.operation)
    if operation.undo is None:
        raise Refusal(f"批量{operation.title}不能撤销。")
    if not undoable(session, run_id):
        raise Conflict("该批办理已撤销过，或没有可以撤销的事项。")
    if run.undone_at is not None:
        return run
    run.undone_at = now()
    summary = f"撤销批量{operation.title}"
    audit.record(
        session, "bulk.undone", summary, actor=actor, new={"run": run.id, "operation": operation.key}
    )
    return run


def put_back(session: Session, item: BulkItem, actor: User) -> None:
    """One task back as it was. Raises Conflict when something has happened to it since."""
    operation = operation_named(run_of(session, item.run_id, actor).operation)
    if operation.undo is None or not _take(session, item.id, ItemState.DONE, ItemState.UNDONE):
        return
    task = session.get_one(UserTask, item.task_id)
    check_untouched(task, item.after)
    operation.undo(session, task, actor, item.before)


def refuse_undo(session: Session, item_id: int, message: str) -> None:
    """Note why one of them could not be put back."""
    session.execute(update(BulkItem).where(BulkItem.id == item_id).values(undo_message=message))


def _take(session: Session, item_id: int, old: ItemState, new: ItemState) -> bool:
    """Whether this knock is the one that moves the item on: of two at once the second finds it moved."""
    moved = update(BulkItem).where(BulkItem.id == item_id, BulkItem.state == old.value)
    result = session.execute(
        moved.values(state=new.value).returning(BulkItem.id).execution_options(synchronize_session=False)
    )
    return result.first() is not None
