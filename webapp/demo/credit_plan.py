"""Room demo, credit plan: 信保贷 in the sample county: an old window with its register and loans, a round in hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from models.calendar import SHANGHAI, calendar
from models.credit_policy import credit_rules_on
from models.database import DbSession
from models.identity import add_months
from models.working_days import due_on, next_working_day
from processes.screening_check import Answer
from webapp.demo.credit_firms import declarants
from webapp.demo.credit_play import NINE, Story
from webapp.demo.names import Names

FIRST, SECOND = 12, 12
Planned = tuple[datetime, Callable[[], None]]
COURT = Answer(0, "fail", "有一件金融借款合同纠纷在诉，案号（示例）。")
GRADE = Answer(0, "fail", "上年度纳税信用等级为C级。")
UNKNOWN = Answer(0, "unverified", "系统无该户记录，需与登记机关核对。")


def windows(months: list[int], on: date) -> list[date]:
    """First days of the windows that are over on a day, newest first."""
    years = (on.year, on.year - 1, on.year - 2)
    found = [date(year, month, 1) for year in years for month in sorted(months, reverse=True)]
    return [first for first in found if add_months(first, 1) <= on]


def planned(session: DbSession, on: date) -> Iterator[Planned]:
    """Every act with its instant, before `on`; the older window must lie in officially announced years."""
    months = credit_rules_on(session, on).window_months
    newest, *older = windows(months, on)
    official = [w for w in older if not due_on(add_months(w, 1), 40, calendar()).provisional]
    if not official or due_on(add_months(official[0], 1), 40, calendar()).due_on > on - timedelta(days=100):
        return
    firms = declarants(Names("E"), FIRST + SECOND)
    story = Story(firms)
    yield from _first_window(story, official[0])
    yield from _loans(story, on)
    yield from _second_window(story, newest, on)


def _first_window(story: Story, window: date) -> Iterator[Planned]:
    for place in range(FIRST):
        yield from _declared(story, place, _nth(window, 2 + place))
    begin = add_months(window, 1)
    yield _at(_nth(begin, 2), story.open_round)
    for index, who in enumerate(NINE):
        other = {4: COURT} if who == "fayuan1" else {9: GRADE} if who == "shuiwu1" else {}
        yield _at(_nth(begin, 3 + index // 2), partial(story.answer, who, other), 10 + index % 2)
    yield _at(_nth(begin, 9), partial(story.decide, {11: "信息需进一步核实，待下一窗口重新申报。"}))
    yield _at(_nth(begin, 10), story.close_round)
    yield _at(_nth(begin, 10), story.notify, 15)
    yield _at(_nth(begin, 11), story.publish)
    yield _at(_nth(begin, 15), partial(story.object, 1))
    yield _at(_nth(begin, 22), story.confirm)


def _second_window(story: Story, window: date, on: date) -> Iterator[Planned]:
    """In hand today: three departments are through, one has half, two have begun, the others have not."""
    for place in range(FIRST, FIRST + SECOND):
        yield from _declared(story, place, _nth(window, 1 + place - FIRST))
    opened = max(_nth(add_months(window, 1), 2), _back(on, 8))
    yield _at(opened, story.open_round)
    blank: dict[int, Answer | None] = dict.fromkeys(range(6, SECOND))
    for index, (who, other, hand_in) in enumerate((
        ("renhang1", {}, True), ("xinyong1", {}, True), ("gongshang1", {}, True),
        ("shuiwu1", {3: GRADE, 5: UNKNOWN, **blank}, True), ("fayuan1", blank, False), ("shichang1", blank, False),
    )):  # fmt: skip
        yield _at(_nth(opened, 2 + index), partial(story.answer, who, other, hand_in=hand_in))


def _declared(story: Story, place: int, day: date) -> Iterator[Planned]:
    yield _at(day, partial(story.declare, place, "yinhang1" if place % 4 == 3 else "jinrong1"))
    yield _at(day, partial(story.check, place), 15)


def _loans(story: Story, on: date) -> Iterator[Planned]:
    """One in order, one that has drawn again, one late since nine days, one in 代偿, two on their way."""
    for place, ago in ((0, 40), (1, 120), (2, 60), (3, 110), (5, 12)):
        amount = "200000.00" if place % 3 == 2 else "800000.00"
        yield _at(_back(on, ago * 5 // 7 + 6), partial(story.apply, place, amount))
        yield _at(_back(on, ago * 5 // 7 + 4), partial(story.investigate, place))
        if place != 5:  # waits for its contract
            yield _at(_back(on, ago * 5 // 7 + 2), partial(story.sign, place))
    yield _at(_back(on, 4), partial(story.apply, 6, "600000.00"))
    yield _at(on - timedelta(days=20), partial(story.draw, 0, "500000.00", "JJ-0001"))
    yield _at(on - timedelta(days=25), partial(story.draw, 1, "300000.00", "JJ-0002"))
    yield _at(on - timedelta(days=15), partial(story.repay, 1, "120000.00", "LS-0001"))
    yield _at(on - timedelta(days=5), partial(story.draw, 1, "200000.00", "JJ-0003"))
    due, long_due = _working_day_before(on, 9), _working_day_before(on, 65)
    yield _at(add_months(due, -1), partial(story.draw, 2, "150000.00", "JJ-0004"))
    yield _at(add_months(long_due, -1), partial(story.draw, 3, "600000.00", "JJ-0005"))
    yield from _late(story, long_due)
    yield _at(_back(on, 3), partial(story.report_breach, 7))
    yield _at(_back(on, 2), lambda: story.propose_blacklisting(8, _back(on, 2)))


def _late(story: Story, due: date) -> Iterator[Planned]:
    collected = {"cause": "turnover", "analysis": "下游货款回笼慢。", "measures": ["call", "visit"],
                 "plan": "每周上门催收一次，督促回笼货款。", "expected_on": None}  # fmt: skip
    yield _at(
        due + timedelta(days=1), partial(story.arrears, 3, "day_one_collection", "yinhang1", collected), 14
    )
    demanded = {"payment_days": 7, "account_bank": "示例银行", "account_number": "150000000000009999",
                "delivery_method": "direct", "delivered_on": due + timedelta(days=61), "opinion": "多次催收未还。"}  # fmt: skip
    yield _at(due + timedelta(days=61), partial(story.arrears, 3, "demand_notice", "yinhang1", demanded), 14)
    asked = {"situation": "首日起已六次催收，借款人无力偿还。", "security": "", "manager": "郑七",
             "proofs": ["contract", "receipt", "statement", "demand"], "account_bank": "示例银行",
             "account_number": "150000000000009999"}  # fmt: skip
    yield _at(
        due + timedelta(days=62), partial(story.arrears, 3, "compensation_application", "yinhang1", asked), 14
    )


def _working_day_before(on: date, days: int) -> date:
    """The last working day that is at least that many days ago: what falls due on it is not put off."""
    day = on - timedelta(days=days)
    while not calendar().is_working_day(day):
        day -= timedelta(days=1)
    return day


def _nth(first: date, n: int) -> date:
    """The n-th working day from a day on."""
    return due_on(first - timedelta(days=1), n, calendar()).due_on


def _back(on: date, n: int) -> date:
    """A working day about `n` working days before."""
    return next_working_day(on - timedelta(days=n * 7 // 5 + 1), calendar())


def _at(day: date, act: Callable[[], None], hour: int = 9) -> Planned:
    return datetime.combine(day, time(hour, 20), SHANGHAI).astimezone(UTC), act
