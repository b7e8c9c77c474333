"""The way of a declaration: who may hand it in, form check, 补正, the waits, the notice of the result, withdrawal."""

from __future__ import annotations

from datetime import date

import pytest

from models.case import CaseFile
from models.case_status import CaseStatus
from models.credit import ExclusionCause
from models.database import reading, transaction
from models.declaration import declarations_awaiting
from models.letter import LetterKind, letters_of
from models.notification import Notification
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.subject import SubjectKind, subject_of_code
from processes import case as case_verbs
from processes import message, withdrawal
from processes.credit import exclude
from processes.seed import department_ids
from tests.credit import COMPLETE, MAY, checked, code, declared, drafted, resident, submit
from tests.invariants import check_all
from tests.world import World, on

FIRM = code(1)
MISSING = {
    "result": "incomplete",
    "items": [{"material": "premises_proof", "problem": "租赁合同已过期", "requirement": "1份"}],
    "delivery_method": "direct",
    "delivered_on": MAY,
}
TOLD = {
    "reason_text": "税务局：纳税信用等级为C级。",
    "clause": "伊政办发〔2019〕53号二、（一）3.（2）",
    "remedy": "旗金融服务中心，电话见公示栏",
    "delivery_method": "direct",
}
SUPPLIED = {"statement": "已补交", "confirmed": True}
RECOMMENDED = {"channel": "recommended", "recommender": "示例镇人民政府", "recommendation": "同意推荐"}


def tell(world: World, case_id: int, *names: str, day: date = MAY) -> None:
    """What other cases post, one after the other, delivered by a worker that day."""
    for name in names:
        with on(day):
            with transaction() as session:
                message.post(session, [case_id], name)
            world.fire_due()


def correct(world: World, case_id: int, day: date, **fields: object) -> None:
    """What the firm changes while 补正 is open."""
    with on(day), transaction() as session:
        case_verbs.save_application(session, case_id, fields, world.user(session, "shenqing"))


@pytest.mark.parametrize("who", ["jinrong1", "shenqing", "yinhang1", "shuiwu1"])
def test_the_firm_the_center_and_every_recommender_may_declare(world: World, who: str) -> None:
    over = {} if who in ("jinrong1", "shenqing") else RECOMMENDED
    case_id = declared(world, FIRM, who=who, **over)
    assert world.status(case_id) == CaseStatus.FORM_CHECKING
    assert list(world.open_tasks(case_id)) == ["form_check"]
    with reading() as session:
        case, firm = session.get_one(CaseFile, case_id), subject_of_code(session, FIRM)
        assert firm is not None and case.subject_id == firm.id
        assert (firm.kind, firm.name, bool(firm.operator_hash)) == ("enterprise", case.applicant_name, True)
        assert (case.received_on, case.number[:6]) == (MAY, "XD2026")


def test_another_office_declares_for_nobody_but_those_it_recommends(world: World) -> None:
    with pytest.raises(Refusal, match="推荐申报") as refused:
        declared(world, FIRM, who="yinhang1")
    assert refused.value.field == "channel"


@pytest.mark.parametrize("who", ["lingdao", "shenji", "guanli", "liucheng"])
def test_those_who_apply_for_nothing_declare_nothing(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        drafted(world, FIRM, who=who)


def test_nobody_hands_in_the_draft_of_another(world: World) -> None:
    case_id = drafted(world, FIRM, who="jinrong1")
    for who, error in (("jinrong2", Forbidden), ("shenqing", NotFound), ("yinhang1", NotFound)):
        with pytest.raises(error):
            submit(world, case_id, who)
    submit(world, case_id)
    with pytest.raises(Conflict):
        submit(world, case_id)


def test_d30_exclusion_holds_by_code_and_by_the_person_behind_it(world: World) -> None:
    supplied = declared(world, code(4), who="shenqing")
    with on(MAY):
        world.complete(supplied, "form_check", MISSING, "jinrong2")
    first = declared(world, FIRM, legal_id_number=resident(7))
    with transaction() as session:
        case, firm = session.get_one(CaseFile, first), subject_of_code(session, FIRM)
        assert firm is not None
        exclude(session, firm, ExclusionCause.EXIT, MAY, case)
    with on(MAY), transaction() as session:
        withdrawal.withdraw(session, first, world.user(session, "jinrong1"), "企业撤回")
    for again in ({"uscc": FIRM}, {"uscc": code(2, SubjectKind.SOLE_TRADER), "legal_id_number": resident(7)}):
        with pytest.raises(Refusal, match="信保贷") as refused:
            declared(world, **again)  # type: ignore[arg-type]  # the names are those of the shortcut
        assert refused.value.field == "uscc"
    with pytest.raises(Refusal, match="不得再申请") as refused:  # nor by a correction of what was received
        correct(world, supplied, MAY, legal_id_number=resident(7))
    assert refused.value.field == "uscc"
    declared(world, code(3))


def test_one_declaration_at_a_time_and_none_beside_a_listing(world: World) -> None:
    first = checked(world, FIRM)
    with pytest.raises(Refusal, match="在办的申报"):
        declared(world, FIRM)
    tell(world, first, "round_opened", "screening_passed", "notice_published", "listed")
    with pytest.raises(Refusal, match="已确定为信用企业"):
        declared(world, FIRM)
    with reading() as session:
        (letter,) = letters_of(session, session.get_one(CaseFile, first))
        assert (letter.kind, letter.content["stage"]) == (LetterKind.SCREENING_RESULT, "listed")
        assert letter.department_id == department_ids(session)["center"]


def test_a_supplement_keeps_the_day_of_receipt_and_starts_the_form_check_anew(world: World) -> None:
    case_id = declared(world, FIRM, who="shenqing")
    assert world.deadlines(case_id)["form_check"].due_on == date(2026, 5, 18)
    with on(MAY):
        world.complete(case_id, "form_check", MISSING, "jinrong2")
    assert world.status(case_id) == CaseStatus.SUPPLEMENTING
    assert world.deadlines(case_id)["supplement"].due_on == date(2026, 6, 8)
    june = date(2026, 6, 3)  # outside of the window, within the term
    correct(world, case_id, june, headcount=13)
    for field, value in (("uscc", code(9)), ("amount", "5000000.01"), ("region", "3")):
        with pytest.raises(Refusal) as refused:
            correct(world, case_id, june, **{field: value})
        assert refused.value.field == field
    with on(june):
        world.complete(case_id, "supplement", SUPPLIED, "shenqing")
    assert world.deadlines(case_id)["form_check"].due_on == date(2026, 6, 10)
    with on(june):
        world.complete(case_id, "form_check", COMPLETE, "jinrong2")
    with reading() as session:
        case = session.get_one(CaseFile, case_id)
        assert (case.status, case.received_on) == (CaseStatus.AWAITING_ROUND, MAY)
        assert [found.id for found in declarations_awaiting(session, case.region_id or 0)] == [case_id]
        check_all(session)


def test_without_a_supplement_the_declaration_lapses_and_the_center_may_supply_it(world: World) -> None:
    lapsing, supplied = declared(world, FIRM), declared(world, code(2))
    with on(MAY):
        for case_id in (lapsing, supplied):
            world.complete(case_id, "form_check", MISSING, "jinrong2")
    with on(date(2026, 6, 8), 23):
        world.fire_due()
        world.complete(supplied, "supplement", SUPPLIED, "jinrong1")
    with on(date(2026, 6, 9), 0):
        world.fire_due()
    assert world.status(lapsing) == CaseStatus.LAPSED
    assert world.status(supplied) == CaseStatus.FORM_CHECKING
    with reading() as session:
        letters = letters_of(session, session.get_one(CaseFile, lapsing))
        assert [letter.kind for letter in letters] == [LetterKind.SUPPLEMENT, LetterKind.WITHDRAWAL]


@pytest.mark.parametrize(
    ("told", "stations", "end"),
    [
        (["screening_failed"], [], CaseStatus.NOT_PASSED),
        (
            ["screening_passed", "notice_published", "not_listed"],
            [CaseStatus.AWAITING_NOTICE, CaseStatus.ON_NOTICE],
            CaseStatus.NOT_LISTED,
        ),
    ],
)
def test_who_has_not_passed_is_told_why_within_five_working_days(
    world: World, told: list[str], stations: list[CaseStatus], end: CaseStatus
) -> None:
    case_id = checked(world, FIRM, who="shenqing")
    tell(world, case_id, "screening_passed")  # nobody has opened a round: it waits for another message
    assert world.status(case_id) == CaseStatus.AWAITING_ROUND
    tell(world, case_id, "round_opened")
    for name, station in zip(told, [*stations, CaseStatus.NOTIFYING], strict=True):
        assert world.status(case_id) in (CaseStatus.SCREENING, *stations)
        tell(world, case_id, name, day=date(2026, 7, 6))
        assert world.status(case_id) == station
    assert world.deadlines(case_id)["result_notice"].due_on == date(2026, 7, 13)
    (element,) = world.open_tasks(case_id)
    with on(date(2026, 7, 8)):
        world.complete(case_id, element, TOLD, "jinrong1")
    assert world.status(case_id) == end
    with reading() as session:
        case = session.get_one(CaseFile, case_id)
        (letter,) = letters_of(session, case)
        assert letter.kind == LetterKind.SCREENING_RESULT
        assert letter.content["next_opening"] == "2026-12-01"
        notes = session.query(Notification).filter_by(user_id=case.applicant_user_id).all()
        assert any("甄别结果告知书" in note.text for note in notes)
        check_all(session)
    with on(date(2026, 12, 1)):
        assert world.status(declared(world, FIRM, day=date(2026, 12, 1))) == CaseStatus.FORM_CHECKING


@pytest.mark.parametrize("who", ["shenqing", "jinrong2"])
@pytest.mark.parametrize(
    "told", [[], ["round_opened"], ["round_opened", "screening_passed", "notice_published"]]
)
def test_d41_it_may_be_withdrawn_until_it_is_decided(world: World, who: str, told: list[str]) -> None:
    case_id = checked(world, FIRM, who="shenqing")
    tell(world, case_id, *told)
    with on(MAY):
        for stranger, error in (("shuiwu1", NotFound), ("yinhang1", NotFound)):
            with pytest.raises(error), transaction() as session:
                withdrawal.withdraw(session, case_id, world.user(session, stranger), "不相干")
        with transaction() as session:
            withdrawal.withdraw(session, case_id, world.user(session, who), "不再需要")
        world.fire_due()
    assert world.status(case_id) == CaseStatus.WITHDRAWN
    tell(world, case_id, "listed")
    assert world.status(case_id) == CaseStatus.WITHDRAWN
    declared(world, FIRM)


def test_a_recommender_sees_what_he_recommended_and_withdraws_nothing(world: World) -> None:
    case_id = declared(world, FIRM, who="yinhang1", **RECOMMENDED)
    with on(MAY), pytest.raises(Forbidden), transaction() as session:
        withdrawal.withdraw(session, case_id, world.user(session, "yinhang1"), "不再推荐")
    assert world.status(case_id) == CaseStatus.FORM_CHECKING
