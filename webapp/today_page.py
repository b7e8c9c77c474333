"""Room today: a person's day in working order: late, due today, soon, to look at again, asked of him, done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from models import inbox
from models.calendar import calendar, end_of, today
from models.copying import unread_copies
from models.database import DbSession
from models.follow_up import FollowUpLine, follow_ups_of
from models.inbox_lines import DELEGATED
from models.inbox_scope import Scope
from models.notification import MENTION, Message, unread_of
from models.pause import requests_for
from models.people import User
from models.screening_rounds import waiting_for as screening_for
from models.supervision import OrderLine, orders, to_answer
from models.task_review import Waiting, waiting_for
from models.working_days import Light

# More than this nobody does in a day; the rest is a click away.
LISTED = 100
_PRESSING = (
    (Light.OVER, "已超期", "先办超期最久的"),
    (Light.TODAY, "今日到期", "今日下班前办结"),
    (Light.SOON, "临近到期", "两个工作日内到期"),
)


@dataclass(frozen=True)
class Section:
    """Some lines under a title, and where the whole list is."""

    light: Light
    title: str
    note: str
    items: list[inbox.Item]


class TodayPage:
    """Read in a fixed number of queries."""

    def __init__(self, session: DbSession, user: User) -> None:
        self.is_official = user.department_id is not None
        self.is_working_day = calendar().is_working_day(today())
        mine = _page(session, user, Scope.MINE)
        self.has_more = bool(mine.after)
        self.sections = [
            Section(light, title, note, [item for item in mine.items if item.light is light])
            for light, title, note in _PRESSING
        ]
        pressing = {light for light, _title, _note in _PRESSING}
        calm = [item for item in mine.items if item.light not in pressing]
        self.delegated = [item for item in calm if DELEGATED in item.marks]
        self.others = len(calm) - len(self.delegated)
        self.done = _done_today(_page(session, user, Scope.DONE).items)
        self.substitute: list[inbox.Item] = []
        self.reviews: list[Waiting] = []
        self.follow_ups: list[FollowUpLine] = []
        self.orders: list[OrderLine] = []
        self.mentions: list[Message] = []
        self.pool = inbox.counts(session, user, Scope.DEPARTMENT) if self.is_official else None
        if self.is_official:
            self.substitute = _page(session, user, Scope.SUBSTITUTE).items
            self.reviews = waiting_for(session, user)
            self.follow_ups = follow_ups_of(session, user, today())
            self.orders = orders(session, user, to_answer(user), limit=LISTED).lines
            self.mentions = unread_of(session, user, MENTION, LISTED)
        self.requests = requests_for(session, user)
        self.screening = screening_for(session, user)
        self.copies = unread_copies(session, user) if self.is_official else 0

    @property
    def is_clear(self) -> bool:
        """Whether nothing presses today."""
        pressing = any(section.items for section in self.sections)
        asked = self.substitute or self.reviews or self.follow_ups or self.requests or self.screening
        return not (pressing or asked or self.delegated or self.orders or self.mentions)


def _page(session: DbSession, user: User, scope: Scope) -> inbox.Page:
    return inbox.page(session, user, scope, inbox.Filters(), LISTED)


def _done_today(items: list[inbox.Item]) -> list[inbox.Item]:
    begin = end_of(today() - timedelta(days=1))
    return [item for item in items if item.done_at is not None and item.done_at > begin]
