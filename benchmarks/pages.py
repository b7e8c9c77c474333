"""The lists of officials and managers, and what else they open all day: who opens each of them, and what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from benchmarks.big_county import TASKS_A_CASE, case_number
from benchmarks.figures import FIGURES, Act
from models import (
    access_list,
    audit_log,
    board_cache,
    board_list,
    board_totals,
    case_search,
    inbox,
    notification,
)
from models.board_asked import Asked, Sort, Unit
from models.board_pace import pace
from models.case import case_numbered
from models.dossier import dossiers_of
from models.hall import HallScreen
from models.inbox_scope import Scope
from models.inbox_sort import orders_of
from models.people import Region, User, users_like
from models.workload import loads
from processes import bulk_check, hall
from processes.bulk import OPERATIONS
from tests.conftest import MONDAY
from webapp import bulk_form
from webapp.today_page import TodayPage

Pages = dict[str, tuple[str, Act]]
# All cases lie under the leader's region; of the first township its head, its clerk, and a clerk of its bank.
LEADER, AUDITOR, HEAD, CLERK, BANKER = "lingdao", "shenji", "u1000_0", "u1000_1", "u1002_1"
# Rooms of models/ with lists that go on by a cursor → what their lines here begin with.
COVERED = {
    "access_list": "looks",
    "audit_log": "audit log",
    "board_order": "list",
    "case_search": "search",
    "inbox_sort": "inbox",
    "notification": "messages",
    "people": "accounts",
    "workload": "workload",
}
# Those that have no line, and why.
ELSEWHERE = {
    "arrears_register": "信保贷: as many rows as firms in arrears",
    "case_bigram": "the index behind search and inbox, no list",
    "copying": "a person's own copies, by an index of the person",
    "credit_loan_search": "信保贷: as many rows as loans of firms, some hundred in a county",
    "notice_search": "public notices: some dozen in a year",
    "register": "信保贷: as many rows as firms, some hundred in a county",
    "statistics_list": "the records behind a figure, by the indexes of the figures",
    "screening_board": "measured by benchmarks/screening.py",
}
# A page takes 200 (models/bulk.py: MOST); what is asked of the database does not know that.
CHOSEN = 500


def _search(text: str) -> Act:
    return lambda session, user: case_search.search(session, user, case_search.Wanted(text))


def _totals(session: Any, user: User) -> object:
    return board_totals.totals(session, user, pace(session))


def _counted_anew(session: Any, user: User) -> object:
    board_cache.forget()
    return _totals(session, user)


def _list(given: Asked) -> Act:
    return lambda session, user: board_list.page(session, user, given, pace(session))


def _forecast(session: Any, user: User) -> object:
    return board_list.counted(session, user, Asked(forecast=True), pace(session))


def _orders(scope: Scope, username: str) -> Iterator[tuple[str, tuple[str, Act]]]:
    for order in orders_of(scope):
        name = f"inbox, {scope.value}, by {order.text}"
        yield (
            name,
            (username, lambda s, u, order=order: inbox.page(s, u, scope, inbox.Filters(), order=order)),
        )


def _inbox_counts(session: Any, user: User) -> object:
    return inbox.counts(session, user, Scope.DEPARTMENT, (Scope.MINE, Scope.DEPARTMENT))


def _hall(session: Any, _user: User) -> object:
    board_cache.forget()
    return hall.shown(session, HallScreen(region_id=session.scalar(select(func.min(Region.id)))))


def _dossiers(session: Any, user: User) -> object:
    return dossiers_of(session, case_numbered(session, case_number(1), user), user)


def _bulk(session: Any, user: User) -> object:
    chosen = [TASKS_A_CASE * case for case in range(1, CHOSEN + 1)]
    return bulk_form.preview(OPERATIONS["urge"], bulk_check.candidates(session, user, chosen), user)


def _log(asked: audit_log.Asked) -> Act:
    return lambda session, user: audit_log.log_page(session, asked)


def _looks(session: Any, user: User) -> object:
    return access_list.looks(session, user, access_list.Asked())


def _searches() -> Pages:
    return {
        "search, two characters": (LEADER, _search("文华")),
        "search, no such name": (LEADER, _search("欧阳")),
        "search, end of a number": (LEADER, _search("00000077")),
        "search, one common character": (LEADER, _search("王")),
        "search, of a clerk": (CLERK, _search("文华")),
        "search, newest cases": (LEADER, _search("")),
    }


def _board() -> Pages:
    return {
        "board, counted anew": (LEADER, _counted_anew),
        "board, kept": (LEADER, _totals),
        "board of a head, counted anew": (HEAD, _counted_anew),
        **{
            f"list of {unit.value}s, by {sort.value}": (
                LEADER,
                _list(Asked(unit=unit.value, sort=sort.value)),
            )
            for unit in Unit
            for sort in Sort
        },
        "list, late ones": (LEADER, _list(Asked(window="over"))),
        "list, by a name": (LEADER, _list(Asked(text="文华"))),
        "list, of an auditor, by amount": (AUDITOR, _list(Asked(sort=Sort.AMOUNT.value))),
        "list, of a head": (HEAD, _list(Asked())),
        "forecast, counted": (LEADER, _forecast),
    }


def _own() -> Pages:
    return {
        **dict(_orders(Scope.DEPARTMENT, BANKER)),
        "inbox, mine": (CLERK, lambda s, u: inbox.page(s, u, Scope.MINE, inbox.Filters())),
        "inbox, team": (HEAD, lambda s, u: inbox.page(s, u, Scope.TEAM, inbox.Filters())),
        "inbox, done": (CLERK, lambda s, u: inbox.page(s, u, Scope.DONE, inbox.Filters())),
        "inbox, counts": (BANKER, _inbox_counts),
        "my day": (CLERK, TodayPage),
        "messages": (CLERK, notification.messages_of),
    }


def _others() -> Pages:
    month = audit_log.Asked(from_on=MONDAY.date() - timedelta(days=30))
    return {
        "statistics, 12 months": (LEADER, FIGURES["manager, 12 months"][1]),
        "heat picture, 12 months": (LEADER, FIGURES["heat, 12 months"][1]),
        "hall screen, counted anew": (LEADER, _hall),
        "dossiers of a case": (AUDITOR, _dossiers),
        f"bulk preview of {CHOSEN}": (LEADER, _bulk),
        "audit log": (AUDITOR, _log(audit_log.Asked())),
        "audit log, a month": (AUDITOR, _log(month)),
        "looks": (AUDITOR, _looks),
        "looks of a head's people": (HEAD, _looks),
        "workload of all offices": (LEADER, lambda s, _u: loads(s)),
        "accounts": (LEADER, lambda s, _u: users_like(s, "经办")),
    }


SEARCHES: Pages = _searches()


def pages() -> Pages:
    """Name → who opens it, and what is asked."""
    return {**SEARCHES, **_board(), **_own(), **_others()}
