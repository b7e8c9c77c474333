"""Room outbox: messages on their way out of the house: posted with the event, taken once, tried until they are gone.

The row is the truth. Each try is a number: a job carries the number of its try and does nothing when the row is
past it, so that a job that comes twice sends once, and one that is lost is put in again under the same key. The
network is never waited for inside of a transaction: a try is taken in one and closed in another. A worker that
dies in between leaves the row to the next try, whose message has the same key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import real_now
from models.people import Permission, User
from models.worker import SENT, STALLED, WAITING, Outbox
from processes import background, channel
from processes.channel import Message

DELIVER = "deliver"
# Every so many tries the message stands still until somebody lets it go on.
MAX_ATTEMPTS = 8
# Longer than any channel waits; after it a try that was never closed counts as failed.
IN_HAND = timedelta(minutes=3)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=4)
BATCH = 200
_GOING = {"DELAYED", "ENQUEUED", "PENDING"}
# Stands in the row while a try is under way, and stays when its worker dies.
_IN_HAND_FAULT = "发送过程中断，没有得到结果。"


def post(session: Session, users: Collection[int], subject: str, text: str) -> int:
    """Write one message a person and open way, with the jobs that carry them; how many.

    Nothing for people out of use, and for those whom no way reaches.
    """
    ways = channel.ways()
    if not ways or not users:
        return 0
    found = session.scalars(select(User).where(User.id.in_(users), User.is_active).order_by(User.id))
    common = {"subject": subject[:200], "text": text, "created_at": real_now(), "not_before": real_now()}
    rows = [
        {"user_id": user.id, "channel": name, **common}
        for user in found
        for name, way in ways.items()
        if way.address(user)
    ]
    if not rows:
        return 0
    made = session.scalars(insert(Outbox).returning(Outbox.id), rows).all()
    for outbox_id in made:
        _enqueue(session, outbox_id, 0, None)
    return len(made)


def take(session: Session, outbox_id: int, attempt: int) -> tuple[str, Message] | None:
    """Begin the try `attempt` (0, 1, …): its channel and message; None when there is nothing left to do."""
    row = _locked(session, outbox_id)
    if row is None or row.status != WAITING or row.attempts != attempt:
        return None
    user = session.get_one(User, row.user_id)
    way = channel.ways().get(row.channel)
    address = way.address(user) if way and user.is_active else ""
    if not address:
        reason = "未配置该发送渠道。" if way is None else "收件人已停用或没有填写联系方式。"
        row.status, row.fault = STALLED, reason
        return None
    row.attempts += 1
    row.not_before, row.fault = real_now() + IN_HAND, _IN_HAND_FAULT
    key = f"duoshen-{row.id}-{int(row.created_at.timestamp())}"
    return row.channel, Message(key, address, user.name, row.subject, row.text, row.created_at)


def sent(session: Session, outbox_id: int, attempt: int) -> None:
    """The try was accepted."""
    row = _in_hand(session, outbox_id, attempt)
    if row is not None:
        row.status, row.done_at, row.fault = SENT, real_now(), ""


def given_up(session: Session, outbox_id: int, attempt: int, reason: str) -> None:
    """The try failed and trying again is of no use: the message stands still until somebody lets it go on."""
    row = _in_hand(session, outbox_id, attempt)
    if row is not None:
        row.status, row.fault = STALLED, reason[:2000]


def not_sent(session: Session, outbox_id: int, attempt: int, reason: str) -> None:
    """The try failed: the next one waits longer each time; the last one leaves the message standing."""
    row = _in_hand(session, outbox_id, attempt)
    if row is None:
        return
    row.fault = reason[:2000]
    failed = (row.attempts - 1) % MAX_ATTEMPTS
    if failed == MAX_ATTEMPTS - 1:
        row.status = STALLED
        return
    wait = min(FIRST_WAIT * 2**failed, LONGEST_WAIT)
    row.not_before = real_now() + wait
    _enqueue(session, row.id, row.attempts, wait)


def lost(session: Session) -> list[tuple[int, int]]:
    """(id, attempts) of messages that are due and that no job is going to carry."""
    query = select(Outbox.id, Outbox.attempts).where(
        Outbox.status == WAITING, Outbox.not_before <= real_now()
    )
    due = {_key(row.id, row.attempts): (row.id, row.attempts) for row in session.execute(query.limit(BATCH))}
    states = background.status(DELIVER, list(due))
    return [due[key] for key in due if states.get(key) not in _GOING]


def put_in_again(session: Session, found: Iterable[tuple[int, int]]) -> int:
    """Give lost messages a job, under the key of the try that was lost; how many.

    Call `background.forget` for the keys first, in no transaction: a job may have ended there in vain.
    """
    done = 0
    for outbox_id, attempts in found:
        row = _locked(session, outbox_id)
        if row is None or (row.status, row.attempts) != (WAITING, attempts):
            continue
        if row.fault and attempts and attempts % MAX_ATTEMPTS == 0:
            row.status = STALLED
            continue
        _enqueue(session, outbox_id, attempts, None)
        done += 1
    return done


def retry(session: Session, ids: Collection[int], actor: User | None) -> int:
    """Let stalled messages be tried again from the beginning; how many."""
    if actor is not None:
        actor.require(Permission.JOBS_MANAGE)
    query = select(Outbox).where(Outbox.id.in_(ids), Outbox.status == STALLED).order_by(Outbox.id)
    found = session.scalars(query.with_for_update()).all()
    for row in found:
        old = {"outbox": row.id, "attempts": row.attempts, "fault": row.fault}
        summary = f"重新发送消息 {row.id}：{row.subject}"
        audit.record(session, "outbox.retried", summary, actor=actor, old=old)
        row.status, row.fault, row.not_before = WAITING, "", real_now()
        _enqueue(session, row.id, row.attempts, None)
    session.flush()
    return len(found)


def keys(found: Iterable[tuple[int, int]]) -> list[str]:
    """The keys of the jobs that carry these tries."""
    return [_key(outbox_id, attempts) for outbox_id, attempts in found]


def _key(outbox_id: int, attempts: int) -> str:
    return f"{outbox_id}-{attempts}"


def _enqueue(session: Session, outbox_id: int, attempts: int, wait: timedelta | None) -> None:
    background.enqueue(session, DELIVER, [outbox_id, attempts], _key(outbox_id, attempts), wait)


def _locked(session: Session, outbox_id: int) -> Outbox | None:
    return session.get(Outbox, outbox_id, with_for_update=True, populate_existing=True)


def _in_hand(session: Session, outbox_id: int, attempt: int) -> Outbox | None:
    """The row, unless its try is no longer this one: it took too long and another was begun."""
    row = _locked(session, outbox_id)
    return row if row is not None and (row.status, row.attempts) == (WAITING, attempt + 1) else None
