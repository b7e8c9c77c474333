"""Tests of public notices: the period of D-26, what confirms it, who comes on the register, what is frozen."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from sqlalchemy import select

from models.calendar_draft import Typed, read_rows
from models.calendar_text import read_text
from models.case import CaseFile
from models.case_status import CaseStatus
from models.credit import CreditListing, Exclusion
from models.crypto import canonical_json, keyed_hash
from models.database import reading, transaction
from models.notice import NoticeKind, PublicNotice, published_notice
from models.notice_search import published_notices
from models.refusal import NotFound, Refusal
from models.subject import Subject
from processes import calendar as calendar_verbs
from processes import notice as notices
from processes.message import post
from processes.notice_result import check_confirmable
from processes.timer import recount, without_clock
from tests import register
from tests.credit import checked, code, subject_of
from tests.invariants import check_all
from tests.notice_board import DECEMBER, Board
from tests.notices import notice as holiday_notice
from tests.webapp.knock import counted
from tests.world import World, on


@pytest.fixture
def board(world: World) -> Board:
    return Board(world)


# Publication → last day, first day on which the result can be confirmed (D-26); 2026's official calendar.
PERIODS = (
    (date(2026, 3, 2), date(2026, 3, 16), date(2026, 3, 17)),
    (date(2026, 4, 29), date(2026, 5, 15), date(2026, 5, 16)),  # 劳动节, 05-09 works
    (date(2026, 5, 2), date(2026, 5, 18), date(2026, 5, 19)),  # published on a holiday
    (date(2026, 6, 12), date(2026, 6, 29), date(2026, 6, 30)),  # 端午
    (date(2026, 9, 18), date(2026, 10, 9), date(2026, 10, 10)),  # 09-20 works, 中秋, 国庆
    (date(2026, 10, 3), date(2026, 10, 20), date(2026, 10, 21)),  # 10-10 works
    (date(2026, 12, 17), date(2026, 12, 31), date(2027, 1, 1)),
)


@pytest.mark.parametrize(("published_on", "last_on", "confirmable_on"), PERIODS)
def test_the_period_is_ten_working_days_after_the_day_of_publication(
    board: Board, published_on: date, last_on: date, confirmable_on: date
) -> None:
    with on(published_on):
        notice = board.published(1)
    with on(published_on):
        period = board.period(notice)
    assert not period.provisional
    assert (period.last_on, period.confirmable_on) == (last_on, confirmable_on)
    with on(last_on, 23):
        board.world.fire_due()
        assert board.world.open_tasks(notice.case_id) == {}
        assert board.world.status(notice.case_id) == CaseStatus.ON_NOTICE
        assert board.is_open(notice)
        with reading() as session, pytest.raises(Refusal, match="方可确认"):
            check_confirmable(session, session.get_one(PublicNotice, notice.id))
    with on(confirmable_on, 0):
        board.world.fire_due()
        assert not board.is_open(notice)
        board.confirm(notice)
    assert board.world.status(notice.case_id) == CaseStatus.NOTICE_DONE


def test_a_period_into_a_year_without_a_calendar_is_not_confirmed_before_its_notice(board: Board) -> None:
    """D-04: the tenth day after 2026-12-18 lies in 2027."""
    with on(date(2026, 12, 18)):
        notice = board.published(1)
        assert board.period(notice).provisional
        assert board.period(notice).last_on == date(2027, 1, 4)
    with on(date(2027, 1, 20)):
        board.world.fire_due()
        assert board.world.open_tasks(notice.case_id) == {}
        with reading() as session, pytest.raises(Refusal, match="暂定"):
            check_confirmable(session, session.get_one(PublicNotice, notice.id))
        with transaction() as session:
            admin = board.world.user(session, "guanli")
            found = calendar_verbs.propose(session, read_text(holiday_notice(2027)), admin)
            calendar_verbs.apply(session, found.id, admin)
        with transaction() as session:
            for case_id in without_clock(session):
                recount(session, case_id)
        board.world.fire_due()
        board.confirm(notice)
        assert board.read(notice).last_on == board.period(notice).last_on
    assert board.world.status(notice.case_id) == CaseStatus.NOTICE_DONE


def test_a_day_off_that_is_announced_late_moves_the_period_and_stops_its_confirmation(board: Board) -> None:
    def decree(day: date) -> None:
        draft = read_rows(day.year, "days", f"旗政府通告〔{day}〕", [Typed(day, None, "off", "停工")])
        with transaction() as session:
            calendar_verbs.apply(session, calendar_verbs.propose(session, draft, None).id, None)

    with on(date(2026, 3, 2)):
        notice = board.published(1)
    with on(date(2026, 3, 5)):
        decree(date(2026, 3, 11))
        assert board.period(notice).last_on == date(2026, 3, 17)
        assert board.is_open(notice)
    with on(date(2026, 3, 18)):
        board.world.fire_due()
        # The step is there already when the 16th turns out to have been a day off.
        decree(date(2026, 3, 16))
        assert board.period(notice).last_on == date(2026, 3, 18)
        with pytest.raises(Refusal, match="2026-03-19 起方可确认"):
            board.confirm(notice)
    with on(date(2026, 3, 19)):
        board.confirm(notice)
    assert board.read(notice).last_on == date(2026, 3, 18)


def test_the_list_names_the_batch_and_who_recommended_and_no_person(world: World, board: Board) -> None:
    """F6: 批次 and 推荐单位; D-44: nothing of the persons behind the firms."""
    over = {"channel": "recommended", "recommender": "示例镇人民政府", "recommendation": "同意推荐"}
    cases = [checked(world, code(1), day=DECEMBER, **over), checked(world, code(2), day=DECEMBER)]
    for name in ("round_opened", "screening_passed"):
        with transaction() as session:
            post(session, cases, name)
        world.fire_due()
    with transaction() as session:
        entries = [notices.Entry(subject_of(case), case) for case in cases]
        region, actor = session.get_one(CaseFile, cases[0]).region_id or 0, world.user(session, "jinrong1")
        made = notices.open_notice(
            session, NoticeKind.LISTING, region, "公示", entries, parent=None, actor=actor
        )
    board.publish(made)
    shown = board.read(made).snapshot or {}
    assert shown["batch"] == "2026年上半年"
    assert [row["recommender"] for row in shown["entries"]] == ["示例镇人民政府", ""]
    with on(date(2026, 3, 17)):
        world.fire_due()
        board.confirm(made)
    letter = register.letters(made.case_id or 0)["recommendation"]
    assert [row["recommender"] for row in letter.content["rows"]] == ["示例镇人民政府", ""]


def test_what_was_published_is_frozen_with_its_hash(board: Board) -> None:
    notice = board.published(4)
    assert notice.snapshot is not None
    assert notice.digest == hashlib.sha256(canonical_json(notice.snapshot)).hexdigest()
    assert [set(row) for row in notice.snapshot["entries"]] == [
        {"serial", "name", "uscc", "kind", "recommender"}
    ] * 4
    assert notice.places == ["伊金霍洛发布", "伊金霍洛新闻", "宣传栏"]
    kinds = [row["kind"] for row in notice.snapshot["entries"]]
    assert kinds == ["enterprise"] * 3 + ["sole_trader"]


def test_a_publication_lies_between_the_drafting_and_today_and_leaves_time_to_object(board: Board) -> None:
    with on(date(2026, 3, 2)):
        notice = board.opened(1)
    with on(date(2026, 3, 20)):
        for day, words in (
            (date(2026, 3, 1), "名单形成之日"),
            (date(2026, 3, 21), "名单形成之日"),
            (date(2026, 3, 5), "已于 2026-03-19 届满"),
        ):
            with pytest.raises(Refusal, match=words) as refused:
                board.publish(notice, day)
            assert refused.value.field == "published_on"
        with reading() as session, pytest.raises(NotFound):
            published_notice(session, notice.id)
        board.publish(notice, date(2026, 3, 6))
        assert board.is_open(notice)


def test_the_others_come_on_the_register_and_every_declaration_hears_of_it(board: Board) -> None:
    world = board.world
    with on(date(2026, 3, 2)):
        notice = board.published(4, with_cases=True)
        cases = [entry.application_case_id for entry in board.entries(notice)]
        world.fire_due()
    assert [world.status(case) for case in cases] == [CaseStatus.ON_NOTICE] * 4
    with on(date(2026, 3, 6)):
        proved, unfounded = board.object(notice, 1), board.object(notice, 2)
    with on(date(2026, 3, 17)):
        world.fire_due()
        with pytest.raises(Refusal, match="尚有 2 件异议"):
            board.confirm(notice)
        board.verify(unfounded)
        with pytest.raises(Refusal, match="尚有 1 件异议"):
            board.confirm(notice)
        board.verify(proved, decision="upheld", breaches=["unpaid_loan"])
        world.fire_due()
        assert world.status(cases[0]) == CaseStatus.NOTIFYING
        board.withdraw(cases[3])
        board.confirm(notice)
        world.fire_due()
    entries = board.entries(notice)
    assert [entry.outcome for entry in entries] == ["removed", "listed", "listed", "withdrawn"]
    assert entries[0].reason == "有到期未清偿的贷款"
    ends = [CaseStatus.NOTIFYING, CaseStatus.LISTED, CaseStatus.LISTED, CaseStatus.WITHDRAWN]
    assert [world.status(case) for case in cases] == ends
    with reading() as session:
        listed = session.execute(select(CreditListing.subject_id, CreditListing.application_case_id))
        assert {tuple(row) for row in listed} == {
            (one.subject_id, one.application_case_id) for one in entries[1:3]
        }
        check_all(session)


def test_a_long_list_is_confirmed_with_the_questions_of_a_short_one(board: Board) -> None:
    """A region lists thousands: numbers, listings, events and looks at exclusions are asked for in bulk."""
    asked = []
    for firms, day, over in ((3, 2, 17), (9, 18, 2)):
        with on(date(2026, 3, day)):
            notice = board.opened(firms, with_cases=True, first=1 + len(asked) * 20)
            board.publish(notice)
            board.world.fire_due()
        with on(date(2026, 3 if over > day else 4, over)):
            board.world.fire_due()
            with counted() as statements:
                board.confirm(notice)
        asked.append(len(statements))
    with reading() as session:
        numbers = session.scalars(select(CreditListing.number).order_by(CreditListing.id)).all()
        assert sorted(numbers) == [
            *(f"XH2026{n:05d}" for n in range(1, 5)),
            *(f"XQ2026{n:05d}" for n in range(1, 9)),
        ]
        check_all(session)
    assert asked[1] <= asked[0], asked


def test_a_list_whose_firms_have_all_left_is_not_published(board: Board) -> None:
    notice = board.opened(2, with_cases=True)
    for entry in board.entries(notice):
        board.withdraw(entry.application_case_id)
    board.publish(notice)
    assert board.world.status(notice.case_id) == CaseStatus.NOTICE_DONE
    assert board.read(notice).published_on is None
    with pytest.raises(Refusal, match="没有可以公示的"), transaction() as session:
        notices.open_notice(session, NoticeKind.LISTING, 1, "空", [], parent=None, actor=None)


def test_who_was_excluded_meanwhile_is_not_listed(board: Board) -> None:
    with on(date(2026, 3, 2)):
        notice = board.published(2, with_cases=True)
        board.world.fire_due()
        first, second = board.entries(notice)
        with transaction() as session:
            firm = session.get_one(Subject, first.subject_id)
            session.add(
                Exclusion(
                    subject_id=firm.id,
                    code_hash=keyed_hash(firm.uscc),
                    operator_hash=firm.operator_hash,
                    cause="exit",
                    region_id=firm.region_id,
                    excluded_on=date(2026, 3, 3),
                )
            )
    with on(date(2026, 3, 17)):
        board.world.fire_due()
        board.confirm(notice)
        board.world.fire_due()
    first, second = board.entries(notice)
    assert (first.outcome, second.outcome) == ("excluded", "listed")
    assert "资格" in first.reason
    ends = [board.world.status(entry.application_case_id) for entry in (first, second)]
    assert ends == [CaseStatus.NOTIFYING, CaseStatus.LISTED]


def test_an_announcement_is_public_at_once_and_nobody_can_object_to_it(board: Board) -> None:
    with transaction() as session:
        firm = board.firm(session, 1)
        made = notices.announce(
            session, NoticeKind.CANCELLATION, firm.region_id, "关于取消信用企业资格的公告", "因贷款逾期，取消资格。",
            subjects=[firm], case=None, actor=None,
        )  # fmt: skip
    with reading() as session:
        shown = published_notice(session, made.id)
        assert (shown.period, shown.is_open, shown.state_label) == (None, False, "已公告")
        page = published_notices(session, "示例1号")
        assert [(line.notice.id, line.entries) for line in page.lines] == [(made.id, 1)]
        assert published_notices(session, "不存在").lines == []
        assert session.scalars(select(PublicNotice.snapshot)).one()["content"] == {
            "text": "因贷款逾期，取消资格。",
            "office": "伊金霍洛旗金融服务中心",
        }
    with pytest.raises(Refusal, match="不再受理异议"):
        board.object(made)
    with reading() as session:
        check_all(session)
