"""Tests of objections: when, by whom, with what; their own clock; both outcomes and the letter to the objector."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEvent
from models.case import CaseFile
from models.case_status import CaseStatus
from models.database import bound, reading, transaction
from models.document import Document
from models.letter import Letter
from models.notice import PublicNotice
from models.objection import MAX_FROM_ADDRESS, TooManyObjections, objections_of
from models.refusal import Forbidden, Refusal
from processes import document, objection
from processes.objection import EVIDENCE, SEAL, HandedIn
from tests.invariants import check_all
from tests.notice_board import PDF, SAID, Board
from tests.world import World, on

MONDAY, LAST = date(2026, 3, 2), date(2026, 3, 16)


@pytest.fixture
def board(world: World, tmp_path: Path) -> Board:
    document.bind_folder(tmp_path / "uploads")
    return Board(world)


def test_an_objection_is_accepted_until_the_end_of_the_last_day(board: Board) -> None:
    notice = board.published(2)
    with on(LAST, 23):
        case_id = board.object(notice)
    with on(date(2026, 3, 17), 0), pytest.raises(Refusal, match="公示期已结束"):
        board.object(notice, 2)
    # Its own ten working days, whatever is left of the period.
    assert board.world.deadlines(case_id)["objection"].due_on == date(2026, 3, 30)
    assert board.world.status(case_id) == CaseStatus.VERIFYING


def test_the_same_objection_sent_again_is_the_first_one_and_brings_its_files_along(board: Board) -> None:
    notice = board.published(2)
    first = board.object(notice)
    forgotten = [HandedIn(EVIDENCE, "借条.pdf", PDF)]
    assert board.object(notice, files=forgotten) == board.object(notice, files=forgotten) == first
    others = {
        board.object(notice, 2),
        board.object(notice, facts="另有其事。"),
        board.object(notice, name="吴某"),
    }
    assert len(others - {first}) == 3
    with reading() as session:
        assert session.scalars(select(Document.file_name).where(Document.case_id == first)).all() == [
            "借条.pdf"
        ]
    board.verify(first)
    assert board.object(notice) != first, "what was answered may be said again"


def test_what_is_said_is_encrypted_and_kept_from_the_log(board: Board, url: str) -> None:
    notice = board.published(1)
    files = [HandedIn(EVIDENCE, "借条.pdf", PDF), HandedIn(SEAL, "异议书.pdf", PDF)]
    case_id = board.object(notice, files=files, is_unit=True, unit="示例公司")
    made = board.objection(case_id)
    assert made.statement == {
        "name": "郑某举", "phone": "13900000009", "address": "示例镇", "unit": "示例公司", "is_unit": True,
        "facts": "该企业有到期未还的贷款。",
    }  # fmt: skip
    with reading() as session:
        kept = list(
            session.scalars(select(Document).where(Document.case_id == case_id).order_by(Document.id))
        )
        assert [(row.kind, row.uploaded_by_id) for row in kept] == [(EVIDENCE, None), (SEAL, None)]
        log = [row.summary + str(row.new) for row in session.scalars(select(AuditEvent))]
        assert not [line for line in log if "郑某举" in line or "13900000009" in line]
        assert "郑某举" not in session.get_one(CaseFile, case_id).applicant_name
    if bound().is_sqlite:
        database = Path(url.removeprefix("sqlite:///"))
        parts = [part.read_bytes() for part in database.parent.glob(f"{database.name}*")]
        assert not [part for part in parts if "郑某举".encode() in part or b"13900000009" in part]


@pytest.mark.parametrize(
    ("over", "files", "field"),
    [
        ({"uscc": "91150627MA0A00057R"}, [], "uscc"),
        ({"is_unit": True, "unit": "示例公司"}, [HandedIn(EVIDENCE, "a.pdf", PDF)], "seal"),
        ({}, [HandedIn(EVIDENCE, "a.exe", b"MZ\x00\x00")], "file"),
        ({}, [HandedIn(EVIDENCE, "a.png", PDF)], "file"),
        ({}, [HandedIn(EVIDENCE, "a.pdf", b"%PDF-1.4 /JavaScript\n%%EOF\n")], "file"),
        ({}, [HandedIn(EVIDENCE, f"{n}.pdf", PDF) for n in range(6)], "file"),
    ],
)
def test_what_the_rules_do_not_allow_leaves_nothing_behind(
    board: Board, over: dict[str, object], files: list[HandedIn], field: str
) -> None:
    notice = board.published(1)
    with pytest.raises(Refusal) as refused:
        board.object(notice, files=files, **over)
    assert refused.value.field == field
    with reading() as session:
        assert objections_of(session, session.get_one(PublicNotice, notice.id)) == []
        assert session.scalars(select(CaseFile.id).where(CaseFile.scheme == "objection")).all() == []


def test_one_address_can_object_a_few_times_a_day(board: Board) -> None:
    notice = board.published(1)
    said = {**SAID, "uscc": board.entries(notice)[0].uscc}

    def send(address: str, number: int) -> None:
        with transaction() as session:
            objection.object_publicly(session, notice.id, {**said, "facts": f"第{number}件"}, [], address)

    for number in range(MAX_FROM_ADDRESS):
        send("10.0.0.1", number)
    with pytest.raises(TooManyObjections) as refused:
        send("10.0.0.1", 99)
    assert refused.value.status == 429
    send("10.0.0.2", 99)


def test_a_proved_objection_takes_the_firm_off_and_names_what_was_proved(board: Board) -> None:
    notice = board.published(2, with_cases=True)
    first, second = board.object(notice, 1), board.object(notice, 1, facts="该企业虚报材料。")
    with pytest.raises(Refusal, match="须选择") as refused:
        board.verify(first, decision="upheld")
    assert refused.value.field == "breaches"
    board.verify(first, decision="upheld", breaches=["defaulter", "fraud"])
    assert board.world.status(first) == CaseStatus.OBJECTION_UPHELD
    assert [entry.outcome for entry in board.entries(notice)] == ["removed", ""]
    with pytest.raises(Refusal, match="已不在公示名单"):
        board.object(notice, 1)
    # The second one to the same firm is answered on its own.
    board.verify(second, decision="minor")
    assert board.world.status(second) == CaseStatus.OBJECTION_DISMISSED
    assert board.objection(second).outcome_label == "属实，但不属于重大失信事件"
    with reading() as session:
        letters = list(session.scalars(select(Letter).order_by(Letter.id)))
        assert [letter.addressee for letter in letters] == ["郑某举", "郑某举"]
        assert [letter.content["outcome"] for letter in letters] == ["upheld", "minor"]
        assert letters[0].content["breaches"] == ["被人民法院列为失信被执行人", "骗取、虚假申报"]
        assert letters[0].number == "信保异〔2026〕00001号"


def test_who_verifies_does_not_decide(board: Board) -> None:
    notice = board.published(1)
    case_id = board.object(notice)
    verified = {"method": "site", "departments": "法院", "findings": "查无此事。", "decision": "dismissed"}
    board.world.complete(case_id, "verify_objection", verified, "jinrong1")
    decided = {"decision": "dismissed", "conclusion": "查无此事。", "delivery_method": "post"}
    with pytest.raises(Forbidden, match="岗位分离"):
        board.world.complete(case_id, "decide_objection", decided, "jinrong1")
    board.world.complete(case_id, "decide_objection", decided, "jinrong0")
    assert board.objection(case_id).outcome == "dismissed"


def test_the_center_records_what_came_on_paper_within_the_period(board: Board) -> None:
    notice = board.published(1)
    said = {**SAID, "uscc": board.entries(notice)[0].uscc}

    def record(day: date, who: str = "jinrong1") -> int:
        with transaction() as session:
            actor = board.world.user(session, who)
            return objection.register_written(
                session, notice.id, said, [], received_on=day, actor=actor
            ).case_id

    with on(date(2026, 3, 17)):
        case_id = record(LAST)
        assert board.world.deadlines(case_id)["objection"].start_on == LAST
        for day in (date(2026, 3, 1), date(2026, 3, 17)):
            with pytest.raises(Refusal, match="收到日期"):
                record(day)
        unsealed = {**said, "is_unit": True, "unit": "示例公司"}
        with pytest.raises(Refusal, match="加盖公章") as refused, transaction() as session:
            actor = board.world.user(session, "jinrong1")
            objection.register_written(session, notice.id, unsealed, [], received_on=LAST, actor=actor)
        assert refused.value.field == "sealed"
        for stranger in ("renhang1", "xiaozu1", "dlt_renshe1"):
            with pytest.raises(Forbidden):
                record(LAST, stranger)
        board.verify(case_id)
        board.world.fire_due()
        board.confirm(notice)
        with pytest.raises(Refusal, match="未在公示期内"):
            record(LAST)
    with reading() as session:
        check_all(session)
