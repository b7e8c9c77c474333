"""Room statistics, asks: behind each value of the tables the records that it counts, by the name of its column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.statistics import Figures, Kept, Work
from models.statistics_asked import Asked, Ended, Figure, Order
from models.statistics_days import CLASSES

Asks = Mapping[str, Asked]
_LONGEST = Order.LONGEST.value


def flow_of(found: Figures) -> tuple[str, str]:
    """What a person's intake and output are: of a head the steps of his department."""
    if found.is_one_department:
        return Figure.STEPS_OPENED.value, Figure.STEPS_DONE.value
    return Figure.CASES_OPENED.value, Figure.CASES_CLOSED.value


def heads(found: Figures) -> Asks:
    """Behind the numbers at the head of the page."""
    return _month(*flow_of(found), "")


def flow_asks(found: Figures) -> list[Asks]:
    """A row a month."""
    return [_month(*flow_of(found), month.title) for month in found.months]


def _month(opened: str, closed: str, title: str) -> Asks:
    return {
        "opened": Asked(opened, month=title),
        "closed": Asked(closed, month=title),
        "met": Asked(Figure.MET.value, month=title),
        "missed": Asked(Figure.MISSED.value, month=title),
        "rate": Asked(Figure.DECIDED.value, month=title),
    }


def term_asks(term: Kept) -> Asks:
    """Behind the values of one term."""

    def one(figure: Figure, order: str = Order.NEWEST.value) -> Asked:
        return Asked(
            figure.value, process=term.process_key, deadline=term.deadline_key, applicants=term.is_applicants, order=order
        )  # fmt: skip

    ended = one(Figure.ENDED, _LONGEST)
    parts = {"met": one(Figure.MET), "missed": one(Figure.MISSED), "rate": one(Figure.DECIDED)}
    return {**parts, "median_days": ended, "p90_days": ended}


def work_asks(work: Work) -> Asks:
    """Behind the values of one step, or of one department."""
    done = Asked(
        Figure.OFFICE_DONE.value, process=work.process_key, element=work.element_id, office=work.department_id
    )
    longest = replace(done, order=_LONGEST)
    return {
        "done": done,
        "late": replace(done, late=True),
        "rate": done,
        "open_late": replace(done, figure=Figure.OPEN_LATE.value),
        **dict.fromkeys(("median_days", "p90_days", "total_days", "share"), longest),
    }


def spread_asks(step: Work) -> Asks:
    """Behind the classes of days of one step."""
    done = Asked(Figure.OFFICE_DONE.value, process=step.process_key, element=step.element_id)
    return {f"class_{n}": replace(done, spread=n) for n in range(len(CLASSES) + 1)}


def class_asks(by: str, titles: Sequence[str]) -> list[Asks]:
    """A row a class, the last one of all of them."""
    return [
        _class(Asked(Figure.CLASSIFIED.value, by=by if title else "", value=title)) for title in (*titles, "")
    ]


def _class(every: Asked) -> Asks:
    paid = replace(every, ended=Ended.PAID.value)
    return {
        "closed": every,
        **dict.fromkeys(("paid", "amount", "mean"), paid),
        "unpaid": replace(every, ended=Ended.UNPAID.value),
        "refused": replace(every, ended=Ended.REFUSED.value),
        "withdrawn": replace(every, ended=Ended.WITHDRAWN.value),
        "rate": every,
    }
