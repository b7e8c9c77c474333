"""Room inbox, page: one list with its counts, conditions, columns and what may be done to many of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from models import inbox
from models.database import DbSession
from models.inbox_scope import Scope, scopes_of
from models.inbox_sort import Order, Sort, orders_of
from models.pause import requests_for
from models.people import Permission, User, colleagues
from models.saved_filter import SavedFilter, filters_of
from models.scheme import Scheme
from models.screening_rounds import waiting_for
from models.working_days import Light
from processes.bulk import OPERATIONS, Operation
from webapp.inbox_query import CONDITIONS, SIZES, Wanted, wanted

# Column → its title and the sort behind its head (None: none); the number of the case is always shown.
COLUMNS: dict[str, tuple[str, Sort | None]] = {
    "due": ("时限", Sort.DUE),
    "name": ("申请人", Sort.NAME),
    "kind": ("案卷种类", None),
    "amount": ("金额（元）", Sort.AMOUNT),
    "step": ("环节", None),
    "who": ("办理人", None),
    "arrived": ("到达时间", Sort.ARRIVED),
}
STANDARD = ("due", "name", "amount", "step", "who", "arrived")
# Which acts a list offers for many of its lines, in the order of the buttons.
_ACTS = {
    Scope.MINE: ("complete", "reassign", "set_aside", "send_back", "release"),
    Scope.DEPARTMENT: ("claim", "reassign", "urge"),
    Scope.TEAM: ("reassign", "urge", "release"),
    Scope.SUBSTITUTE: ("claim",),
    Scope.FOLLOW_UP: ("urge",),
    Scope.DELEGATED: ("urge",),
    Scope.SET_ASIDE: ("reassign",),
}


# What of an unclaimed task is its head's alone.
_HEADS = ("reassign", "urge")


class InboxPage:
    """Read in a fixed number of queries, whatever the list holds."""

    sorts = Sort
    sizes = SIZES
    lights = inbox.LIGHTS
    schemes = tuple(Scheme)
    titles = CONDITIONS

    def __init__(self, session: DbSession, user: User, wanted: Wanted) -> None:
        self.user, self.wanted, self.scope = user, wanted, wanted.scope
        self.scopes = scopes_of(user)
        kept = filters_of(session, user)
        self.kept = [row for row in kept if row.name]
        self.columns = _columns(kept, user, self.scope)
        self.counts = inbox.counts(session, user, self.scope, self.scopes, self._counted())
        self.steps = inbox.steps(session, user, self.scope)
        self.people = self._people(session)
        self.requests = requests_for(session, user)
        self.screening = waiting_for(session, user)
        self.page = inbox.Page() if wanted.faults else self._listed(session)

    def _listed(self, session: DbSession) -> inbox.Page:
        asked = self.wanted
        return inbox.page(session, self.user, self.scope, asked.filters, asked.size, asked.order)

    def _counted(self) -> dict[int, tuple[Scope, inbox.Filters]]:
        return {row.id: (one.scope, one.filters) for row in self.kept for one in [meaning(row)]}

    def _people(self, session: DbSession) -> list[User]:
        """Whose tasks a head may ask for."""
        if self.scope is not Scope.TEAM or self.user.department_id is None:
            return []
        return colleagues(session, self.user.department_id, Permission.TASK_WORK)

    @cached_property
    def acts(self) -> list[Operation]:
        """What may be done to many lines of this list."""
        known = [OPERATIONS[key] for key in _ACTS.get(self.scope, ()) if key in OPERATIONS]
        if self.scope is Scope.DEPARTMENT and not self.user.may(Permission.TASK_ASSIGN):
            known = [one for one in known if one.key not in _HEADS]
        mays = [one for one in known if one.is_for(self.user)]
        return mays if self.user.department_id is not None else []

    @property
    def orders(self) -> tuple[Order, ...]:
        return orders_of(self.scope)

    @property
    def is_done(self) -> bool:
        return self.scope is Scope.DONE

    @property
    def is_narrowed(self) -> bool:
        return bool(self.wanted.conditions)

    @property
    def is_wide_open(self) -> bool:
        """Whether one of the rarer conditions is set, so that they are shown unfolded."""
        rare = ("scheme", "least", "most", "since", "until", "who", "urgent")
        return any(self.wanted.texts[name] for name in rare)

    def chips(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Each condition in words, and the address without it."""
        asked = self.wanted
        return [
            (CONDITIONS[name], self._said(name, text), asked.address(**{name: None}))
            for name, text in asked.conditions.items()
        ]

    def _said(self, name: str, text: str) -> str:
        named: dict[str, dict[str, str]] = {
            "step": dict(self.steps),
            "light": {light.value: light.label for light in Light},
            "scheme": {scheme.value: scheme.label for scheme in Scheme},
            "who": {str(person.id): person.name for person in self.people},
            "urgent": {"1": "是"},
        }
        return named.get(name, {}).get(text, text)

    def address_of(self, row: SavedFilter) -> dict[str, Any]:
        """Where a kept condition leads."""
        return meaning(row).address()

    def is_current(self, row: SavedFilter) -> bool:
        """Whether the list shown is that of a kept condition."""
        return meaning(row).address() == self.wanted.address()


def meaning(row: SavedFilter) -> Wanted:
    """What a kept condition asks for today."""
    texts = {name: str(text) for name, text in row.query.items()}
    return wanted({**texts, "scope": row.scope})


def kept_query(asked: Wanted) -> dict[str, str]:
    """What is kept of a list: its conditions and its order."""
    address = {name: str(value) for name, value in asked.address().items()}
    return {name: text for name, text in address.items() if name not in ("scope", "size")}


def _columns(kept: Sequence[SavedFilter], user: User, scope: Scope) -> tuple[str, ...]:
    """What the person has set for this list; the standard ones when he has set nothing."""
    mine = (row for row in kept if not row.name and row.owner_id == user.id and row.scope == scope)
    row = next(mine, None)
    chosen = [name for name in COLUMNS if row is not None and name in row.columns]
    return tuple(chosen) or STANDARD
