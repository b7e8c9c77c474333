"""Room statistics: the door of what is done for the figures without anybody asking: months, digests, taking over."""

from __future__ import annotations

from models.database import reading, transaction
from processes import flow_month, flow_takeover, weekly_digest


def close_months() -> list[str]:
    """Count every month that is over, each in a transaction of its own; a line each."""
    with reading() as session:
        due = flow_month.due_months(session)
    lines = []
    for month in due:
        with transaction() as session:
            if flow_month.close_month(session, month):
                lines.append(f"已完成 {month:%Y年%m月} 的统计月结。")
    return lines


def send_digests() -> list[str]:
    """Send every weekly digest that is due now; one line, none without any."""
    with reading() as session:
        people = weekly_digest.due_people(session)
    sent = sum(send_one(user_id) for user_id in people)
    return [f"已发出 {sent} 份每周办理情况。"] if sent else []


def send_one(user_id: int) -> bool:
    """The digest of one person, in a transaction of its own."""
    with transaction() as session:
        return weekly_digest.send(session, user_id)


def take_over() -> int:
    """Records of what an older release has done; how many cases. Broken off, it goes on where it was."""
    cases, last = 0, 0
    while done := _taken_over(last):
        cases, last = cases + len(done), done[-1]
    if cases:
        with transaction() as session:
            flow_takeover.note(session, cases)
    return cases


def _taken_over(after: int) -> list[int]:
    with transaction() as session:
        return flow_takeover.take_over(session, after)
