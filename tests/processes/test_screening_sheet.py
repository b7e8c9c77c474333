"""A sheet between two people of one office: what a colleague answers after its preview is not overwritten."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook

from models.database import reading, transaction
from processes import screening_sheet
from processes.screening_check import Answer
from tests.screening import JUNE, candidates, opened, opinion, passing, say
from tests.world import World, on

TAX, HEAD = "shuiwu1", "shuiwu0"


def _filled(world: World, round_id: int, cells: dict[str, str]) -> bytes:
    out = BytesIO()
    with on(JUNE), reading() as session:
        screening_sheet.write_sheet(session, round_id, world.user(session, TAX).department_id or 0, out)
    book = load_workbook(out)
    for place, text in cells.items():
        book.worksheets[0][place] = text
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _checked(world: World, round_id: int, content: bytes) -> screening_sheet.Proposal:
    with on(JUNE), transaction() as session:
        actor = world.user(session, TAX)
        batch_id = screening_sheet.receive(session, round_id, "表.xlsx", content, actor)
        return screening_sheet.propose(session, batch_id, screening_sheet.read_sheet(content), actor)


def _applied(world: World, batch_id: int) -> screening_sheet.Applied:
    with on(JUNE), transaction() as session:
        return screening_sheet.apply_proposal(session, batch_id, world.user(session, TAX))


def test_an_answer_made_after_the_preview_stays(world: World) -> None:
    round_id = opened(world, 3)
    first, second, third = (one.id for one in candidates(round_id))
    say(world, round_id, TAX, passing([third]))
    content = _filled(world, round_id, {"G2": "通过", "G3": "通过"})
    told = _checked(world, round_id, content)
    assert (len(told.found.changed), told.same, told.blank) == (2, 1, 0)
    say(world, round_id, HEAD, [Answer(first, "fail", "欠税", "金税系统")])
    done = _applied(world, told.batch_id)
    assert (done.changed, done.refused) == (1, 1)
    assert (opinion(first, TAX, world).result, opinion(second, TAX, world).result) == ("fail", "pass")
    # The refused row is told with its line, also when the page is opened again.
    with on(JUNE), reading() as session:
        again = screening_sheet.proposal_of(session, told.batch_id, world.user(session, TAX))
        (row,) = again.found.refused
        assert (row.line, row.candidate_id, "已由他人修改" in row.why) == (2, first, True)


def test_a_sheet_that_was_overtaken_altogether_is_checked_anew(world: World) -> None:
    round_id = opened(world, 1)
    (one,) = (row.id for row in candidates(round_id))
    content = _filled(world, round_id, {"G2": "通过"})
    told = _checked(world, round_id, content)
    say(world, round_id, HEAD, [Answer(one, "unverified", "系统维护")])
    assert _applied(world, told.batch_id).changed == 0
    # Shown anew beside the colleague's answer, it may stand over it.
    told = _checked(world, round_id, content)
    assert [row.old_result for row in told.found.changed] == ["unverified"]
    assert _applied(world, told.batch_id).changed == 1
    assert opinion(one, TAX, world).result == "pass"


def test_a_row_that_cannot_be_taken_names_the_firm(world: World) -> None:
    round_id = opened(world, 2)
    first, second = candidates(round_id)
    told = _checked(
        world, round_id, _filled(world, round_id, {"G2": "通过", "D2": second.uscc, "G3": "可以"})
    )
    assert [(row.name, row.why) for row in told.found.refused] == [
        (first.name, "统一社会信用代码与本轮名单不一致。"),
        (second.name, "甄别结果“可以”应为通过、不通过或无法核实。"),
    ]
