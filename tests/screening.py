"""Shortcuts of screening for tests: a round with its candidates, answers, handing in, the group's decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from models.database import reading, transaction
from models.meeting import MeetingKind
from models.screening import Candidate, ScreeningOpinion, ScreeningRound, Source
from processes import group_review, meeting, screening, screening_answers, screening_handin
from processes.group_review import Decision
from processes.screening_check import Answer, Outcome
from tests.credit import MAY, checked, code
from tests.world import World, on
from webapp import handlers_credit

JUNE = date(2026, 6, 8)  # a Monday
# The nine of B-12, each with one who answers for it.
NINE = {
    "central_bank": "renhang1",
    "credit_center": "xinyong1",
    "economic_police": "jingzhen1",
    "court": "fayuan1",
    "procuratorate": "jiancha1",
    "tax": "shuiwu1",
    "market": "shichang1",
    "industry": "gongxin1",
    "commerce": "gongshang1",
}

# A good answer to each form that the two drawings name.
FORMS: list[tuple[str, dict[str, object]]] = [
    ("screening_opinion", {"result": "fail", "basis": "金税系统", "reason": "有欠税"}),
    ("group_decision", {"decision": "approve", "meeting_id": "1"}),
    ("collect_opinions", {"opinion": "各部门意见已收齐"}),
    ("supervision", {"text": "请于期限内提交", "due_on": "2026-11-30"}),
    ("round_closing", {"opinion": "本轮甄别结束"}),
]


def opened(world: World, count: int = 3, *, day: date = JUNE, first: int = 1) -> int:
    """The id of a round with `count` candidates, prepared."""
    for number in range(first, first + count):
        checked(world, code(number), day=MAY)
    with on(day), transaction() as session:
        round_id = screening.open_round(session, world.user(session, "jinrong1")).id
    prepare(world, round_id, day)
    return round_id


def prepare(world: World, round_id: int, day: date = JUNE) -> None:
    """What the background does after the opening, with the news to the declarations."""
    with on(day):
        handlers_credit.prepare_round(round_id)
        world.fire_due()


def follow(world: World, round_id: int, day: date = JUNE) -> None:
    """What the background does after a handing in or a decision."""
    with on(day):
        handlers_credit.complete_candidates(round_id)
        while world.fire_due():
            pass


def candidates(round_id: int) -> list[Candidate]:
    """The candidates of a round, in order."""
    with reading() as session:
        query = select(Candidate).where(Candidate.round_id == round_id).order_by(Candidate.seq)
        return list(session.scalars(query))


def opinion(candidate_id: int, who: str, world: World) -> ScreeningOpinion:
    """What the department of a person says about a candidate."""
    with reading() as session:
        office = world.user(session, who).department_id
        query = select(ScreeningOpinion).where(
            ScreeningOpinion.candidate_id == candidate_id, ScreeningOpinion.department_id == office
        )
        return session.scalars(query).one()


def say(
    world: World,
    round_id: int,
    who: str,
    rows: Sequence[Answer],
    *,
    day: date = JUNE,
    source: Source = Source.BULK,
    key: str = "",
) -> Outcome:
    """Answer for the department of `who`."""
    with on(day), transaction() as session:
        actor = world.user(session, who)
        return screening_answers.answer(session, round_id, rows, actor, source, key)


def passing(ids: Iterable[int]) -> list[Answer]:
    """通过 for all of them."""
    return [Answer(one, "pass") for one in ids]


def hand_in(world: World, round_id: int, who: str, day: date = JUNE) -> screening_handin.HandIn:
    """The department of `who` sends what it has decided."""
    with on(day), transaction() as session:
        return screening_handin.hand_in(session, round_id, world.user(session, who))


def all_pass(world: World, round_id: int, but: Mapping[str, Sequence[Answer]] | None = None) -> None:
    """Every department passes every candidate, those named in `but` say what stands there; all is handed in."""
    ids = [one.id for one in candidates(round_id)]
    for who in NINE.values():
        own = (but or {}).get(who, ())
        said = {one.candidate_id for one in own}
        say(world, round_id, who, [*own, *passing(one for one in ids if one not in said)])
        hand_in(world, round_id, who)
    follow(world, round_id)


def met(world: World, number: str = "〔2026〕1号", day: date = JUNE) -> int:
    """The id of a meeting of the leading group."""
    fields = {"kind": MeetingKind.LEADING_GROUP, "number": number, "held_on": day, "place": "旗政府三楼"}
    with on(day), transaction() as session:
        return meeting.record(session, world.user(session, "xiaozu1"), fields).id


def decided(world: World, round_id: int, rows: Sequence[Decision], meeting_id: int) -> group_review.Decided:
    """The leading group decides, and the tokens follow."""
    with on(JUNE), transaction() as session:
        done = group_review.decide(session, round_id, meeting_id, rows, world.user(session, "xiaozu1"))
    follow(world, round_id)
    return done


def closed(world: World, round_id: int, day: date = JUNE) -> None:
    """The center closes collection and round."""
    with reading() as session:
        case_id = session.get_one(ScreeningRound, round_id).case_id
    with on(day):
        world.complete(case_id, "collect_opinions", {}, "jinrong1")
        world.complete(case_id, "round_closing", {}, "jinrong1")
