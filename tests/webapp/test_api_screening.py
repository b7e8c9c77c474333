"""A round of screening by programs: every door, what is refused, and that shapes and answers agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator

from models.calendar import fixed_at
from models.database import transaction
from processes import screening_handin
from tests.credit import MAY, checked, code
from tests.screening import JUNE, NINE, follow
from tests.webapp.api import Caller
from tests.world import World, at
from webapp import handlers_credit
from webapp.api.screening_shapes import SHAPES

As = Callable[[str], Caller]


def is_shaped(answer: Any, shape: str) -> Any:
    Draft202012Validator(SHAPES[shape]).validate(answer)
    return answer


def test_a_round_runs_through_its_doors(world: World, caller: As) -> None:
    for number in (1, 2):
        checked(world, code(number), day=MAY)
    with fixed_at(at(JUNE)):
        _run(world, caller)


def _run(world: World, caller: As) -> None:
    center, tax = caller("jinrong1"), caller("shuiwu1")
    tax.post("/rounds", status=403)
    made = is_shaped(center.post("/rounds", status=201), "Round")
    door, round_id = f"/rounds/{made['number']}", 1
    center.post("/rounds", status=409)
    handlers_credit.prepare_round(round_id)
    world.fire_due()
    told = is_shaped(center.get(door), "Round")
    assert (told["prepared"], told["is_ready"], len(told["departments"])) == (2, True, 9)
    caller("yinhang1").get(door, 404)
    assert is_shaped(tax.get("/rounds"), "Rounds")["rounds"][0]["owed"] == 2
    first, second = [
        row["candidate"] for row in is_shaped(tax.get(f"{door}/opinions"), "Opinions")["opinions"]
    ]
    _refused(tax, door, first)
    _answer(tax, door, first, second)
    tax.get(f"{door}/matrix", 403)
    rows = is_shaped(center.get(f"{door}/matrix"), "Matrix")["candidates"]
    assert [cell["result"] for cell in rows[0]["answers"]].count("pass") == 1
    assert is_shaped(caller("fayuan1").get(f"{door}/candidates/{first}"), "CandidateOpinions")["opinions"] == [
        {"department": "伊金霍洛旗法院", "result": "", "reason": "", "basis": "", "evidence": 0,
         "queried_on": None, "handed_in": False}
    ]  # fmt: skip
    _supervise(center, tax, door, told["departments"])
    _finish(world, caller, door, (first, second), round_id)


def _answer(tax: Caller, door: str, first: int, second: int) -> None:
    said = [{"candidate": first, "result": "pass"}, {"candidate": second, "result": "fail", "reason": "欠税"}]
    shown = is_shaped(tax.post(f"{door}/opinions", {"opinions": said, "preview": True}), "AnsweredOpinions")
    assert [row["field"] for row in shown["refused"]] == ["basis"]
    assert tax.get(f"{door}/opinions", state="unanswered")["counts"]["unanswered"] == 2
    said[1]["basis"] = "金税系统"
    for repeated in (False, True):
        done = is_shaped(tax.post(f"{door}/opinions", {"opinions": said, "key": "k1"}), "AnsweredOpinions")
        assert done["is_repeated"] is repeated
    # A key that was used for something else is no repetition.
    tax.post(f"{door}/opinions", {"opinions": said[:1], "key": "k1"}, 409)
    undone = tax.post(f"{door}/batches/{done['batch']}/undo")
    assert is_shaped(undone, "UndoneOpinions")["changed"] == 2
    tax.post(f"{door}/opinions", {"opinions": [said[0]], "key": "k1"})
    unknown = {"candidate": second, "result": "unverified", "reason": "系统查无"}
    tax.post(f"{door}/opinions", {"opinions": [unknown]})
    before = is_shaped(tax.post(f"{door}/hand-in", {"preview": True}), "HandedIn")
    assert (before["sent"], [row["why"] for row in before["first"]]) == ({"pass": 1}, ["无法核实"])
    assert is_shaped(tax.post(f"{door}/hand-in"), "HandedIn")["sent"] == {"pass": 1}


def _refused(tax: Caller, door: str, first: int) -> None:
    for rows, at_field in (
        ([], "opinions"),
        ([5], "opinions[0]"),
        ([{"candidate": "1", "result": "pass"}], "opinions[0].candidate"),
        ([{"candidate": first}], "opinions[0].result"),
        ([{"candidate": first, "result": "pass", "who": 1}], "opinions[0].who"),
        ([{"candidate": first, "result": "pass", "queried_on": "昨天"}], "opinions[0].queried_on"),
        ([{"candidate": 2**40, "result": "pass"}], "opinions[0].candidate"),
        ([{"candidate": first, "result": "fail", "reason": "欠税"}], "opinions[0].basis"),
        ([{"candidate": 99_999, "result": "pass"}], "opinions[0].candidate"),
    ):
        assert at_field in tax.post(f"{door}/opinions", {"opinions": rows}, 422)["errors"], rows
    tax.post(f"{door}/opinions", {"opinions": [{"candidate": first, "result": "pass", "version": 9}]}, 409)
    tax.get(f"{door}/opinions", 422, state="ghost")
    tax.get(f"{door}/opinions", 422, after="x")


def _supervise(center: Caller, tax: Caller, door: str, departments: list[dict[str, Any]]) -> None:
    ids = [one["id"] for one in departments]
    assert is_shaped(center.post(f"{door}/reminders", {"departments": ids}), "Reminded")["told"] == 9
    wanted = {"departments": ids[5:6], "text": "请于三日内提交", "due_on": "2026-06-11"}
    tax.post(f"{door}/supervisions", wanted, 403)
    issued = is_shaped(center.post(f"{door}/supervisions", wanted, 201), "Supervisions")["supervisions"]
    assert [row["number"] for row in issued] == ["督办〔2026〕00001号"]
    one = f"/supervisions/{issued[0]['id']}"
    assert (
        is_shaped(tax.post(f"{one}/answer", {"text": "一户正在核实"}), "Supervision")["answered_on"]
        == "2026-06-08"
    )
    tax.post(f"{one}/close", {"text": "已核"}, 403)
    center.post(f"{one}/close", {"text": "已督促"})
    center.post(f"{one}/close", {"text": "再办"}, 409)
    assert len(is_shaped(tax.get(f"{door}/supervisions"), "Supervisions")["supervisions"]) == 1


def _finish(world: World, caller: As, door: str, ids: tuple[int, int], round_id: int) -> None:
    group = caller("xiaozu1")
    for who in NINE.values():
        office = caller(who)
        office.post(f"{door}/opinions", {"opinions": [{"candidate": one, "result": "pass"} for one in ids]})
        office.post(f"{door}/hand-in")
    follow(world, round_id)
    answers = {"kind": "leading_group", "number": "〔2026〕3号", "held_on": "2026-06-08"}
    caller("shuiwu1").post("/meetings", {"answers": answers}, 403)
    meeting = is_shaped(group.post("/meetings", {"answers": answers}, 201), "Meeting")["id"]
    group.post("/meetings", {"answers": answers}, 422)
    assert len(is_shaped(caller("jinrong1").get("/meetings"), "Meetings")["meetings"]) == 1
    assert len(is_shaped(group.get(f"{door}/agenda"), "Agenda")["agenda"]) == 2
    rows = [{"candidate": ids[0], "decision": "approve"}, {"candidate": ids[1], "decision": "refuse"}]
    wanted: dict[str, Any] = {"meeting": meeting, "decisions": rows}
    caller("jinrong1").post(f"{door}/decisions", wanted, 403)
    for strange, told in ((-1, "超出范围。"), (9_999, "请选择已登记的领导小组会议。")):
        answer = group.post(f"{door}/decisions", {**wanted, "meeting": strange}, 422)
        assert answer["errors"] == {"meeting": [told]}
    shown = is_shaped(group.post(f"{door}/decisions", {**wanted, "preview": True}), "Decisions")
    assert (len(shown["changed"]), shown["refused"][0]["why"]) == (1, "“审核不通过”须写明理由。")
    rows[1]["reason"] = "存在争议"
    assert len(group.post(f"{door}/decisions", wanted)["changed"]) == 2
    again = is_shaped(group.post(f"{door}/decisions", wanted), "Decisions")
    assert (again["same"], again["changed"]) == (2, [])
    with transaction() as session:
        assert screening_handin.complete_chunk(session, round_id) == 2
