"""kill -9 at every boundary of the knock of day 1: the loan is before it or after it, and it happens once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from models.arrears import ArrearsFile
from models.credit import CreditListing
from models.credit_exit import ExitFile
from models.database import reading, transaction
from models.letter import Letter
from models.scheme import Scheme
from processes import timer as timer_verbs
from processes.workflow import definition_of, newest_definition
from tests.arrears import lent, wake
from tests.credit_loans import subject_of
from tests.invariants import check_all
from tests.processes.killing import crash_everywhere
from tests.register import cases
from tests.world import World, on

pytestmark = [pytest.mark.slow, pytest.mark.forks, pytest.mark.once]
COUNTED = (ArrearsFile, ExitFile, Letter)


def _seen() -> tuple[Any, ...]:
    """Files, exits and letters of the day, and where the firm stands: all of it or nothing."""
    with reading() as session:
        counted = select(*(select(func.count()).select_from(one).scalar_subquery() for one in COUNTED))
        return *session.execute(counted).one(), session.scalars(select(CreditListing.status)).one()


def test_a_kill_at_any_boundary_of_day_one_leaves_everything_or_nothing(world: World, url: str) -> None:
    case_id = lent(world, date(2026, 3, 30))
    with on(date(2026, 5, 1)):
        with transaction() as session:
            (timer_id,) = timer_verbs.claim(session, "killed")
            for key in ("arrears", "credit_exit"):  # read once here, not in every child
                definition_of(session, newest_definition(session, key).id)

        def fire() -> None:
            with transaction() as session:
                timer_verbs.fire(session, timer_id, "killed")

        assert _seen() == (0, 0, 0, "listed")
        points = crash_everywhere(url, fire, _seen)
        assert points > 60, "day 1 has many boundaries"
        assert _seen() == (1, 1, 1, "cancelled")
        wake(world)
        assert _seen() == (1, 1, 1, "cancelled")
    firm = subject_of(case_id).id
    assert [len(cases(scheme, firm)) for scheme in (Scheme.ARREARS, Scheme.CREDIT_EXIT)] == [1, 1]
    with reading() as session:
        check_all(session)
