"""Room inbox: the worklist as a person sees it: keyset pages and capped counts; never opens the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from models.inbox_filters import COUNT_CAP, Filters, capped, in_light, narrowed
from models.inbox_lines import Item, item, lines
from models.inbox_scope import Scope, within
from models.inbox_sort import Order, continued, cursor_of, orders_of
from models.notification import unread
from models.people import Permission, User
from models.supervision import Supervision, to_answer
from models.workflow import UserTask
from models.working_days import Light

__all__ = [
    "COUNT_CAP", "KEPT_CAP", "LIGHTS", "Counts", "Filters", "Item", "Page", "Scope", "Waiting", "counts", "every", "overdue",
    "page", "steps", "waiting",
]  # fmt: skip
PAGE = 20
KEPT_CAP = 100
LIGHTS = (Light.OVER, Light.TODAY, Light.SOON, Light.OK, Light.PAUSED, Light.NONE)
_KINDS = ("light", "scope", "kept")


@dataclass(frozen=True)
class Page:
    """Some lines, and the cursor that continues after them."""

    items: list[Item] = field(default_factory=list)
    after: str = ""


def page(
    session: Session,
    user: User,
    scope: Scope,
    filters: Filters,
    limit: int = PAGE,
    order: Order | None = None,
) -> Page:
    """One page, in due order unless another is asked (done: newest first). Raises Refusal for a broken cursor."""
    order = order or orders_of(scope)[0]
    query = lines(user.id).where(within(user, scope), *narrowed(filters))
    rows = session.execute(continued(query, order, filters.after).limit(limit + 1)).all()
    items = [item(row) for row in rows[:limit]]
    return Page(items, cursor_of(order, items[-1]) if len(rows) > limit else "")


@dataclass(frozen=True)
class Counts:
    """How many lines there are, each capped: per light of a list, per list of the person, per kept condition."""

    lights: dict[str, int]
    scopes: dict[str, int]
    kept: dict[int, int]


def counts(
    session: Session,
    user: User,
    scope: Scope,
    scopes: Sequence[Scope] = (),
    kept: Mapping[int, tuple[Scope, Filters]] = MappingProxyType({}),
) -> Counts:
    """All counts of a page in one statement; lights and lists up to COUNT_CAP, kept conditions up to KEPT_CAP."""
    lights = () if scope is Scope.DONE else LIGHTS
    parts = {("light", which.value): capped(within(user, scope), in_light(which)) for which in lights}
    parts |= {("scope", one.value): capped(within(user, one)) for one in scopes if one is not Scope.DONE}
    for key, (where, filters) in kept.items():
        wanted = (within(user, where), *narrowed(filters))
        parts["kept", str(key)] = capped(*wanted, cap=KEPT_CAP, with_case=True)
    if not parts:
        return Counts({}, {}, {})
    row = session.execute(select(*parts.values())).one()
    found = dict(zip(parts, row, strict=True))
    lit, listed, stored = ({key: n for (kind, key), n in found.items() if kind == one} for one in _KINDS)
    return Counts(lit, listed, {int(key): n for key, n in stored.items()})


def overdue(session: Session, user: User) -> int:
    """How many open tasks that are his to do, or as their head his people's too, are late; up to COUNT_CAP."""
    held = Scope.TEAM if user.may(Permission.TASK_ASSIGN) else Scope.MINE
    late = [capped(within(user, scope), in_light(Light.OVER)) for scope in (held, Scope.DEPARTMENT)]
    found = session.execute(select(*late)).one()
    return min(sum(found), COUNT_CAP)


@dataclass(frozen=True)
class Waiting:
    """How much waits: messages; tasks, each up to COUNT_CAP: held by the person; for his department to claim, and late of that;
    orders (督办) that his office has not answered."""

    unread: int = 0
    mine: int = 0
    department: int = 0
    late: int = 0
    orders: int = 0


def waiting(session: Session, user: User) -> Waiting:
    """What the header and the menu say on every full page; one query."""
    if not user.may(Permission.TASK_WORK):
        return Waiting(*session.execute(select(unread(user.id))).one())
    held, free = (within(user, scope) for scope in (Scope.MINE, Scope.DEPARTMENT))
    parts = [capped(part) for part in (held, free, and_(free, in_light(Light.OVER)))]
    asked = select(Supervision.id).where(to_answer(user)).limit(COUNT_CAP).subquery()
    parts.append(select(func.count()).select_from(asked).scalar_subquery())
    return Waiting(*session.execute(select(unread(user.id), *parts)).one())


def steps(session: Session, user: User, scope: Scope) -> list[tuple[str, str]]:
    """The steps that occur in the person's lists, for the filter."""
    found = select(UserTask.element_id, UserTask.name).where(within(user, scope)).limit(COUNT_CAP).subquery()
    rows = session.execute(select(found.c.element_id, found.c.name).distinct().order_by(found.c.name))
    return [(row.element_id, row.name) for row in rows]


def every(
    session: Session, user: User, scope: Scope, filters: Filters, order: Order, chunk: int = 500
) -> Iterator[Item]:
    """Every line of a list, read by the keyset in chunks: as flat in memory as one page."""
    after = filters.after
    while True:
        found = page(session, user, scope, replace(filters, after=after), chunk, order)
        yield from found.items
        after = found.after
        if not after:
            return
