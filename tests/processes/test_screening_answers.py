"""Tests of the departments' answers: rules, versions, undo, keys, sight, handing in, sheets."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from models.audit import AuditEvent
from models.database import reading, transaction
from models.refusal import Conflict, NotFound, Refusal
from models.screening import OpinionVersion, Source
from models.screening_history import versions
from models.screening_sight import opinions_of
from processes import screening_answers, screening_evidence, screening_handin, screening_sheet
from processes.screening_check import Answer
from tests.screening import JUNE, NINE, candidates, follow, hand_in, opened, opinion, passing, say
from tests.world import World, on
from webapp.demo.files import sample_pdf

TAX, COURT = "shuiwu1", "fayuan1"


@pytest.fixture
def round_id(world: World) -> int:
    return opened(world, 3)


def test_an_answer_needs_its_reason_its_basis_and_a_fresh_query(world: World, round_id: int) -> None:
    first, second, third = (one.id for one in candidates(round_id))
    stale, tomorrow = JUNE - timedelta(days=31), JUNE + timedelta(days=1)
    wrong = [
        (Answer(first, "fail", "", "系统"), "reason"),
        (Answer(first, "fail", "欠税"), "basis"),
        (Answer(first, "unverified"), "reason"),
        (Answer(first, "maybe"), "result"),
        (Answer(first, "pass", queried_on=stale), "queried_on"),
        (Answer(first, "pass", queried_on=tomorrow), "queried_on"),
        (Answer(first, "pass", "长" * 501), "reason"),
        (Answer(999_999, "pass"), "candidate_id"),
    ]
    for given, field in wrong:
        with pytest.raises(Refusal) as refused:
            say(world, round_id, TAX, [given])
        assert refused.value.field == field, given
    with pytest.raises(Conflict, match="他人修改"):
        say(world, round_id, TAX, [Answer(first, "pass", version=4)])
    with pytest.raises(NotFound):
        say(world, round_id, "yinhang1", passing([first]))
    # In a batch the good rows are kept, the others told.
    mixed = [
        Answer(first, "pass", queried_on=stale + timedelta(days=1)),
        *passing([second, second]),
        Answer(third, "fail"),
    ]
    told = say(world, round_id, TAX, mixed)
    assert [row.candidate_id for row in told.changed] == [first, second]
    assert [(row.candidate_id, row.field) for row in told.refused] == [
        (second, "candidate_id"),
        (third, "reason"),
    ]
    with on(JUNE), transaction() as session:
        screening_evidence.add(session, round_id, third, "证明.pdf", sample_pdf(), world.user(session, TAX))
    assert say(world, round_id, TAX, [Answer(third, "fail", "欠\x00税\n  未清")]).changed
    evidence_is_kept(world, round_id, third)
    assert opinion(third, TAX, world).reason == "欠税 未清"


def evidence_is_kept(world: World, round_id: int, candidate_id: int) -> None:
    """Read by the own office and the lead, by no other before its own answer; frozen with the answer."""
    with on(JUNE), transaction() as session:
        tax, court, lead = (world.user(session, who) for who in (TAX, COURT, "jinrong1"))
        (row,) = screening_evidence.evidence_of(session, candidate_id, lead)
        assert screening_evidence.read(session, row.id, tax)[1] == sample_pdf()
        for verb in (screening_evidence.read, screening_evidence.remove):
            with pytest.raises(NotFound):
                verb(session, row.id, court)
        with pytest.raises(Refusal, match="PDF"):
            screening_evidence.add(session, round_id, candidate_id, "表.exe", b"MZ", tax)
        second = screening_evidence.add(session, round_id, candidate_id, "证明.pdf", sample_pdf(), tax)
        screening_evidence.remove(session, second.id, tax)
        assert [one.id for one in screening_evidence.evidence_of(session, candidate_id, tax)] == [row.id]
    hand_in(world, round_id, TAX)
    with on(JUNE), transaction() as session, pytest.raises(Conflict):
        screening_evidence.remove(session, row.id, world.user(session, TAX))


def test_a_preview_writes_nothing_and_every_change_is_a_version(world: World, round_id: int) -> None:
    first, second, _third = (one.id for one in candidates(round_id))
    with on(JUNE), reading() as session:
        seen = screening_answers.preview(session, round_id, passing([first]), world.user(session, TAX))
        assert [row.label for row in seen.changed] == ["通过"]
    assert opinion(first, TAX, world).version == 0
    one = say(world, round_id, TAX, passing([first, second]), key="click-1")
    assert say(world, round_id, TAX, passing([first, second]), key="click-1").is_repeated
    assert not say(world, round_id, TAX, passing([first, second])).changed
    two = say(world, round_id, TAX, [Answer(first, "fail", "欠税", "金税系统")])
    assert one.batch_id and two.batch_id
    with on(JUNE), transaction() as session:
        tax, court = world.user(session, "shuiwu0"), world.user(session, COURT)
        with pytest.raises(NotFound):
            screening_answers.undo(session, one.batch_id, court)
        # The later batch stands over the earlier one, and falls back to what was before both.
        assert screening_answers.undo(session, one.batch_id, tax) == 1
        assert screening_answers.undo(session, two.batch_id, tax) == 1
        with pytest.raises(Conflict):
            screening_answers.undo(session, two.batch_id, tax)
    assert (opinion(first, TAX, world).result, opinion(second, TAX, world).result) == ("", "")
    assert say(world, round_id, TAX, passing([first]), key="click-1").changed
    with reading() as session:
        history = versions(session, opinion(first, TAX, world).id)
        assert [line.result for line in history] == ["pass", "", "fail", "pass"]
        written = session.scalar(select(func.count()).select_from(OpinionVersion))
        logged = session.scalars(select(AuditEvent).where(AuditEvent.action.like("screening.answer%"))).all()
        assert (written, len(logged)) == (6, 5)
        assert "pass" not in str([(event.summary, event.new) for event in logged])


def test_what_was_handed_in_is_frozen_and_silence_stays(world: World, round_id: int) -> None:
    first, second, third = (one.id for one in candidates(round_id))
    unknown = Answer(second, "unverified", "系统查无此户")
    batch = say(world, round_id, TAX, [*passing([first]), unknown]).batch_id
    with on(JUNE), reading() as session:
        seen = screening_handin.hand_in_preview(session, round_id, world.user(session, TAX))
    assert (seen.sent, [row.why for row in seen.first]) == ({"pass": 1}, ["无法核实", "尚未填写"])
    # A query that has grown old is not sent; it is made again.
    with pytest.raises(Refusal, match="没有可提交"):
        hand_in(world, round_id, TAX, JUNE + timedelta(days=31))
    sent = hand_in(world, round_id, TAX)
    assert (sent.total, sent.staying) == (1, 2)
    with pytest.raises(Refusal):
        hand_in(world, round_id, TAX)
    follow(world, round_id)
    case_ids = [one.case_id for one in candidates(round_id)]
    assert "opinion_tax" not in world.open_tasks(case_ids[0])
    assert all("opinion_tax" in world.open_tasks(case_id) for case_id in case_ids[1:])
    with on(JUNE), transaction() as session, pytest.raises(Conflict, match="不能撤销"):
        screening_answers.undo(session, batch or 0, world.user(session, TAX))
    with pytest.raises(Refusal, match="已提交"):
        say(world, round_id, TAX, [Answer(first, "fail", "欠税", "系统")])
    assert say(world, round_id, TAX, passing([second, third])).changed


def test_a_department_judges_before_it_sees_what_others_said(world: World, round_id: int) -> None:
    first, second, _third = (one.id for one in candidates(round_id))
    say(world, round_id, TAX, [Answer(first, "fail", "欠税", "系统"), *passing([second])])
    hand_in(world, round_id, TAX)

    def seen(who: str, candidate_id: int = first) -> set[str]:
        with on(JUNE), reading() as session:
            lines = opinions_of(session, candidate_id, world.user(session, who))
            return {line.department for line in lines if line.result}

    tax, court = "伊金霍洛旗税务局", "伊金霍洛旗法院"
    assert seen(COURT) == set()
    say(world, round_id, COURT, passing([first, second]))
    assert seen(COURT) == {court}
    assert seen("jinrong1") == {tax, court} == seen("lingdao")
    assert seen(TAX) == {tax}
    with pytest.raises(NotFound):
        seen("yinhang1")
    hand_in(world, round_id, COURT)
    assert seen(COURT) == {tax, court} == seen(TAX)
    # Nor does the log of the candidate's case, which all nine may read, say what was answered.
    follow(world, round_id)
    with reading() as session:
        case_id = candidates(round_id)[0].case_id
        told = session.scalars(select(AuditEvent.summary).where(AuditEvent.case_id == case_id)).all()
        assert "欠税" not in str(told) and "不通过" not in str(told)


def sheet_of(world: World, round_id: int, who: str) -> bytes:
    with on(JUNE), reading() as session:
        out = BytesIO()
        office = world.user(session, who).department_id
        screening_sheet.write_sheet(session, round_id, office or 0, out)
        return out.getvalue()


def test_a_sheet_goes_out_locked_and_comes_back_once(world: World, round_id: int) -> None:
    first, second, third = candidates(round_id)
    book = load_workbook(BytesIO(sheet_of(world, round_id, TAX)))
    page = book.active
    assert page.protection.sheet and page["B2"].protection.locked and not page["G2"].protection.locked
    assert page.data_validations.dataValidation[0].formula1 == '"通过,不通过,无法核实"'
    assert [page.cell(row, 4).value for row in (2, 3, 4)] == [one.uscc for one in (first, second, third)]
    page["G2"], page["G3"], page["G4"] = "通过", "不通过", "可以"
    page["H3"], page["I3"], page["J3"] = "=金税系统", "欠税", date(2026, 6, 1)
    page["H3"].data_type = "s"
    page["G5"], page["D5"] = "通过", "91150627MA000000XX"
    content = BytesIO()
    book.save(content)
    told = upload(world, round_id, content.getvalue())
    assert [row.candidate_id for row in told.found.changed] == [first.id, second.id]
    assert [(row.line, row.why[:4]) for row in told.found.refused] == [(4, "甄别结果"), (5, "本轮甄别")]
    assert opinion(first.id, TAX, world).result == ""
    for repeated in (False, True):
        with on(JUNE), transaction() as session:
            done = screening_sheet.apply_proposal(session, told.batch_id, world.user(session, TAX))
            assert done.is_repeated == repeated
    said = opinion(second.id, TAX, world)
    assert (said.result, said.basis, said.queried_on, said.version) == (
        "fail",
        "=金税系统",
        date(2026, 6, 1),
        1,
    )
    assert upload(world, round_id, content.getvalue()).is_applied
    with pytest.raises(NotFound):
        upload(world, round_id, content.getvalue(), "yinhang1")
    # What it left behind comes out again, and is no change when it comes back.
    again = upload(world, round_id, sheet_of(world, round_id, TAX))
    assert (len(again.found.changed), again.blank) == (0, 1)


def upload(
    world: World, round_id: int, content: bytes, who: str = TAX, columns: dict[str, int] | None = None
) -> screening_sheet.Proposal:
    with on(JUNE), transaction() as session:
        actor = world.user(session, who)
        sheet = screening_sheet.read_sheet(content, columns)
        batch_id = screening_sheet.receive(session, round_id, "表.xlsx", content, actor)
        return screening_sheet.propose(session, batch_id, sheet, actor)


def test_a_foreign_sheet_is_mapped_and_a_broken_one_refused(world: World, round_id: int) -> None:
    first = candidates(round_id)[0]
    book = Workbook()
    assert book.active is not None
    for row in (
        ["甄别情况表"],
        ["企业", "代码栏", "是否合格"],
        ["甲", first.uscc.lower(), "通过"],
        [None, None, None],
    ):
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    with pytest.raises(Refusal, match="请指明"):
        upload(world, round_id, content.getvalue())
    told = upload(world, round_id, content.getvalue(), columns={"uscc": 1, "result": 2})
    assert [row.candidate_id for row in told.found.changed] == [first.id]
    for broken in (b"", b"PK\x03\x04junk", sample_pdf(), content.getvalue()[:-40]):
        with pytest.raises(Refusal) as refused:
            upload(world, round_id, broken)
        assert refused.value.field == "file"


def test_the_task_of_one_answer_can_be_done_by_its_own_page(world: World, round_id: int) -> None:
    first = candidates(round_id)[0]
    with on(JUNE), pytest.raises(Refusal, match="台账"):
        world.complete(first.case_id, "opinion_tax", {"result": "unverified", "reason": "查无"}, TAX)
    with on(JUNE):
        world.complete(
            first.case_id, "opinion_tax", {"result": "fail", "reason": "欠税", "basis": "系统"}, TAX
        )
    said = opinion(first.id, TAX, world)
    assert said.handed_in_at and said.completed_at and said.version == 1
    for who in [one for one in NINE.values() if one != TAX]:
        say(world, round_id, who, passing([first.id]), source=Source.GRID)
        hand_in(world, round_id, who)
    follow(world, round_id)
    assert world.status(first.case_id) == "screening_failed"
