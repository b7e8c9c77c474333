"""Laws of a round: whatever departments, the group, applicants and time do, no silence becomes a yes, and it ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.case_status import CaseStatus
from models.database import reading, transaction
from models.refusal import Refusal
from models.screening import (
    AnswerBatch,
    BatchState,
    Candidate,
    OpinionVersion,
    ScreeningOpinion,
    ScreeningRound,
    Source,
)
from processes import group_review, screening, screening_answers, screening_handin, withdrawal
from processes.group_review import Decision
from processes.screening_check import Answer
from tests.credit import checked, code
from tests.invariants import check_all, check_case
from tests.screening import NINE, candidates, met
from tests.world import World, on
from webapp import handlers_credit

EXAMPLES = int(os.environ.get("WALKS", "40")) // 10
RESULTS = [
    ("pass", "", ""),
    ("pass", "", ""),
    ("fail", "有记录", "系统"),
    ("unverified", "查无", ""),
    ("fail", "", ""),
    ("", "", ""),
]
_half_years = count()


@dataclass
class Round:
    """One round on its way; `choose` is the only source of chance."""

    world: World
    choose: Callable[[Any], Any]
    day: date
    id: int = 0
    frozen: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def begin(self, number: int) -> None:
        for place in (1, 2):
            checked(self.world, code(2 * number + place), day=self.day)
        with on(self.day), transaction() as session:
            self.id = screening.open_round(session, self.world.user(session, "jinrong1")).id
        with on(self.day):
            handlers_credit.prepare_round(self.id)
            self.world.fire_due()

    def knock(self) -> None:
        acts = (
            [self.say] * 4 + [self.hand_in] * 3 + [self.undo, self.decide, self.follow, self.wait, self.leave]
        )
        act = self.choose(acts)
        with on(self.day), suppress(Refusal):
            act()

    def say(self) -> None:
        ids = [one.id for one in candidates(self.id)]
        rows = [Answer(one, *self.choose(RESULTS)) for one in self.choose([ids, ids[:1], ids[1:]])]
        with transaction() as session:
            who = self.world.user(session, self.choose(list(NINE.values())))
            screening_answers.answer(session, self.id, rows, who, Source.BULK)

    def undo(self) -> None:
        with transaction() as session:
            batch = self.choose(
                list(session.scalars(select(AnswerBatch).where(AnswerBatch.round_id == self.id))) or [None]
            )
            if batch is not None:
                names = [
                    name
                    for name in NINE.values()
                    if self.world.user(session, name).department_id == batch.department_id
                ]
                screening_answers.undo(session, batch.id, self.world.user(session, names[0]))

    def hand_in(self) -> None:
        with transaction() as session:
            who = self.world.user(session, self.choose(list(NINE.values())))
            screening_handin.hand_in(session, self.id, who)

    def decide(self) -> None:
        meeting_id = met(self.world, f"〔{self.day}〕{next(_half_years)}", self.day)
        one = self.choose(candidates(self.id))
        rows = [Decision(one.id, *self.choose([("approve",), ("refuse", "不稳定"), ("refuse",)]))]
        with transaction() as session:
            group_review.decide(session, self.id, meeting_id, rows, self.world.user(session, "xiaozu1"))

    def leave(self) -> None:
        one = self.choose(candidates(self.id))
        with transaction() as session:
            withdrawal.withdraw(
                session, one.application_case_id, self.world.user(session, "jinrong1"), "不再需要"
            )

    def follow(self) -> None:
        handlers_credit.complete_candidates(self.id)
        while self.world.fire_due():
            pass

    def wait(self) -> None:
        self.day += timedelta(days=self.choose([1, 3, 20]))

    def finish(self) -> None:
        """Everybody says yes to what is left: every candidate must end."""
        ids = [one.id for one in candidates(self.id) if not one.outcome]
        with on(self.day):
            for who in NINE.values():
                for one in ids:
                    self._quietly(
                        lambda s, u, one=one: screening_answers.answer(
                            s, self.id, [Answer(one, "pass", queried_on=self.day)], u, Source.GRID
                        ),
                        who,
                    )
                self._quietly(lambda s, u: screening_handin.hand_in(s, self.id, u), who)
            self.follow()
            meeting_id = met(self.world, f"〔{self.day}〕{next(_half_years)}", self.day)
            rows = [Decision(one, "approve") for one in ids]
            self._quietly(lambda s, u: group_review.decide(s, self.id, meeting_id, rows, u), "xiaozu1")
            self.follow()

    def _quietly(self, act: Callable[[Any, Any], object], who: str) -> None:
        with suppress(Refusal), transaction() as session:
            act(session, self.world.user(session, who))

    def hold(self) -> None:
        """What must be true after every knock."""
        with reading() as session:
            query = select(ScreeningOpinion).join(Candidate, Candidate.id == ScreeningOpinion.candidate_id)
            opinions = session.scalars(query.where(Candidate.round_id == self.id)).all()
            for row in opinions:
                said = (row.result, row.reason, row.basis, row.queried_on)
                if row.handed_in_at is not None:
                    assert row.result in ("pass", "fail")
                    assert self.frozen.setdefault(row.id, said) == said, "what was handed in changed"
                assert said == _standing(session, row.id)
            for one in session.scalars(select(Candidate).where(Candidate.round_id == self.id)):
                sent = [row.result for row in opinions if row.candidate_id == one.id and row.handed_in_at]
                if one.at_group_on is not None:
                    assert sent == ["pass"] * 9, "only nine times 通过 reach the group"
                assert one.outcome != "failed" or "fail" in sent
                assert one.outcome not in ("approved", "refused") or one.decision
            for case_id in session.scalars(select(Candidate.case_id).where(Candidate.round_id == self.id)):
                check_case(session, case_id)
            check_case(session, session.get_one(ScreeningRound, self.id).case_id)


def _standing(session: Any, opinion_id: int) -> tuple[Any, ...]:
    """The newest version whose batch was not undone, told from the history alone."""
    counted = select(func.count()).where(OpinionVersion.opinion_id == opinion_id)
    assert session.scalar(counted) == session.get_one(ScreeningOpinion, opinion_id).version
    query = (
        select(OpinionVersion)
        .join(AnswerBatch, AnswerBatch.id == OpinionVersion.batch_id)
        .where(OpinionVersion.opinion_id == opinion_id, AnswerBatch.state == BatchState.APPLIED)
        .where(AnswerBatch.source != Source.UNDO)
        .order_by(OpinionVersion.version.desc())
    )
    row = session.scalars(query.limit(1)).first()
    return (row.result, row.reason, row.basis, row.queried_on) if row else ("", "", "", None)


@pytest.mark.slow
def test_no_silence_becomes_a_yes_and_every_candidate_ends(world: World) -> None:
    ended: set[str] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.data())
    def law(data: st.DataObject) -> None:
        number = next(_half_years)
        half = sum(1 for _row in _rounds())
        day = date(2026 + half // 2, 5 if half % 2 == 0 else 12, 11)
        walk = Round(world, lambda options: options[data.draw(st.integers(0, len(options) - 1))], day)
        walk.begin(number)
        for _knock in range(data.draw(st.integers(4, 20))):
            walk.knock()
            walk.hold()
        with on(walk.day):
            walk.follow()
        walk.finish()
        walk.hold()
        for one in candidates(walk.id):
            assert one.outcome and CaseStatus(world.status(one.case_id)).is_final
            ended.add(one.outcome)

    law()
    assert "approved" in ended
    with reading() as session:
        check_all(session)


def _rounds() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(ScreeningRound.id)))
