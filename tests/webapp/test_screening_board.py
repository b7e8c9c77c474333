"""The department board: rows that save themselves, the page without a script, what is refused, what it costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.database import reading
from models.screening import ScreeningRound
from tests import screening
from tests.screening import JUNE, candidates, hand_in, opinion, passing, say
from tests.webapp.knock import SignIn, counted
from tests.webapp.screening_crowd import crowd
from tests.world import World, on
from webapp.screening_page import digest

JSON = {"Accept": "application/json"}
ROW = re.compile(r'data-candidate="(\d+)"')


@pytest.fixture
def round_id(world: World) -> Iterator[int]:
    """A round of three candidates, on the day on which it was opened."""
    with on(JUNE):
        yield screening.opened(world, 3)


def number_of(round_id: int) -> str:
    with reading() as session:
        return session.get_one(ScreeningRound, round_id).number


def board(round_id: int, rest: str = "") -> str:
    return f"/rounds/{number_of(round_id)}/board{rest}"


def typed(result: str, basis: str = "", reason: str = "", version: int = 0) -> dict[str, Any]:
    return {"result": result, "basis": basis, "reason": reason, "version": version}


def test_a_row_saves_itself_and_says_why_not(world: World, sign_in: SignIn, round_id: int) -> None:
    one, two, _three = (row.id for row in candidates(round_id))
    tax = sign_in("shuiwu1")

    def send(candidate: int, **fields: Any) -> Any:
        return tax.post(board(round_id, f"/{candidate}"), data=typed(**fields), headers=JSON)

    saved = send(one, result="pass", basis="金税系统")
    assert saved.status_code == 200
    assert saved.json["version"] == 1
    assert saved.json["counts"]["unanswered"] == 2
    refused = send(two, result="fail", basis="金税系统")
    assert refused.status_code == 422
    assert "不通过" in refused.json["message"]
    assert "reason" in refused.json["errors"]
    assert opinion(two, "shuiwu1", world).version == 0
    # Somebody else of the office has changed it since the page was opened.
    assert (
        sign_in("shuiwu0")
        .post(board(round_id, f"/{one}"), data=typed("fail", "评价系统", "等级为C级", 1), headers=JSON)
        .status_code
        == 200
    )
    late = send(one, result="pass", version=1)
    assert late.status_code == 409
    assert late.json["current"]["result"] == "fail"
    assert late.json["current"]["version"] == 2
    assert "谢寅" in late.json["current"]["label"]
    assert send(one, result="pass", basis="已复核", version=2).json["version"] == 3
    history = tax.get(board(round_id, f"/{one}")).text
    assert history.count("（逐户）") == 3
    assert "等级为C级" in history


def test_the_page_without_a_script_keeps_what_was_refused(
    world: World, sign_in: SignIn, round_id: int
) -> None:
    one, two, three = (row.id for row in candidates(round_id))
    said = {one: ("pass", "", ""), two: ("fail", "金税系统", ""), three: ("", "", "没有选结果")}
    sent: dict[str, Any] = {"state": "", "kind": "", "q": "", "after": ""}
    for candidate, (result, basis, reason) in said.items():
        shown = {"was": digest("", "", ""), "version": "0", "basis": basis, "reason": reason}
        sent |= {f"{name}-{candidate}": value for name, value in shown.items()}
        sent |= {f"result-{candidate}": result} if result else {}
    page = sign_in("shuiwu1").post(board(round_id), data=sent)
    assert page.status_code == 422
    assert "有 2 户没有保存" in page.text
    assert 'value="没有选结果"' in page.text
    assert f'id="r-{two}-fail" value="fail" checked' in page.text
    assert [opinion(each, "shuiwu1", world).result for each in (one, two, three)] == ["pass", "", ""]
    again = sign_in("shuiwu1").post(board(round_id), data={f"was-{one}": digest("", "", "")})
    assert again.status_code == 302, "nothing was touched"


def test_what_others_answer_stays_with_them(world: World, sign_in: SignIn, round_id: int) -> None:
    one = candidates(round_id)[0]
    say(world, round_id, "fayuan1", [screening.Answer(one.id, "fail", "有在诉案件", "审判系统")])
    tax, number = sign_in("shuiwu1"), number_of(round_id)
    for place in (board(round_id), board(round_id, f"/{one.id}"), f"/rounds/{number}/hand-in"):
        assert "在诉" not in tax.get(place).text
    for place in ("", "/matrix", "/matrix.xlsx", "/group", "/group/agenda", "/group/agenda.xlsx"):
        assert tax.get(f"/rounds/{number}{place}").status_code == 404, place
    hand_in(world, round_id, "fayuan1")
    assert "不通过" in sign_in("jinrong1").get(f"/rounds/{number}/matrix").text
    say(world, round_id, "shuiwu1", passing(row.id for row in candidates(round_id)))
    hand_in(world, round_id, "shuiwu1")
    assert "不通过" in tax.get(f"/rounds/{number}/matrix").text, "once its own answers are handed in"
    assert (
        tax.post(board(round_id, f"/{one.id}"), data=typed("fail", "a", "b", 1), headers=JSON).status_code
        == 422
    )


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("dlt_renshe1", 404),
        ("renshe1", 404),
        ("jinrong1", 404),
        ("lingdao", 404),
        ("shenqing", 403),
        ("guanli", 403),
    ],
)
def test_only_departments_that_screen_have_a_board(
    world: World, sign_in: SignIn, round_id: int, who: str, expected: int
) -> None:
    client = sign_in(who)
    assert client.get(board(round_id)).status_code == expected
    candidate = candidates(round_id)[0].id
    answer = client.post(board(round_id, f"/{candidate}"), data=typed("pass"), headers=JSON)
    assert answer.status_code == (403 if who == "lingdao" else expected)


def test_no_input_is_a_fault(world: World, sign_in: SignIn, round_id: int) -> None:
    tax, one = sign_in("shuiwu1"), candidates(round_id)[0].id
    for query in (
        "after=99999999999999999999",
        "after=-1",
        "after=%00",
        "q=%00",
        "q=%25_%5C",
        "state=%00&kind=x",
    ):
        assert tax.get(board(round_id, f"?{query}")).status_code == 200, query
    bad = ("NaN", "五", "-1", "9" * 50, "\0", "")
    for value in bad:
        assert (
            tax.post(board(round_id, f"/{one}"), data=typed("pass", version=value), headers=JSON).status_code
            == 422
        )  # type: ignore[arg-type]  # what a stranger sends
    for text in ("\0", "\u202e", "长" * 9000):
        assert tax.post(board(round_id, f"/{one}"), data=typed("pass", text), headers=JSON).status_code == 422
    assert tax.post(board(round_id, "/999999"), data=typed("pass"), headers=JSON).status_code == 404
    assert (
        tax.post(board(round_id), data={"was-x": "1", "was-99999999999": "1", "was-": ""}).status_code == 302
    )
    assert tax.post(
        board(round_id), data={"was-999999": "1", "result-999999": "pass", "version-999999": "0"}
    ).status_code in (404, 422)


def test_pages_and_filters_cost_the_same_for_any_number(world: World, sign_in: SignIn, round_id: int) -> None:
    center, tax, number = sign_in("jinrong1"), sign_in("shuiwu1"), number_of(round_id)
    places = {
        tax: [board(round_id), "/tasks", "/rounds"],
        center: [f"/rounds/{number}/matrix", f"/rounds/{number}"],
    }

    def cost(client: FlaskClient, place: str) -> int:
        with counted() as asked:
            assert client.get(place).status_code == 200
        return len(asked)

    few = {place: cost(client, place) for client, them in places.items() for place in them}
    crowd(round_id, 57)
    many = {place: cost(client, place) for client, them in places.items() for place in them}
    assert many == few
    assert max(few.values()) <= 12
    first = tax.get(board(round_id)).text
    after = re.search(r'rel="next" href="[^"]*after=(\d+)', first)
    assert after is not None
    second = tax.get(board(round_id, f"?after={after[1]}")).text
    assert len(ROW.findall(first)) == 50
    assert (
        len(ROW.findall(first) + ROW.findall(second))
        == len({*ROW.findall(first), *ROW.findall(second)})
        == 60
    )
    assert len(ROW.findall(tax.get(board(round_id, "?q=示例企业00")).text)) == 10
    assert len(ROW.findall(tax.get(board(round_id, "?kind=sole_trader")).text)) == 0
    assert len(ROW.findall(tax.get(board(round_id, "?state=findings")).text)) == 1
    assert center.get(f"/rounds/{number}/matrix?state=findings").text.count('<th scope="row">') == 1
    assert "信用甄别（2026年上半年）：60 户待答" in tax.get("/tasks").text
    say(world, round_id, "shuiwu1", passing(row.id for row in candidates(round_id)[:4]))
    assert len(ROW.findall(tax.get(board(round_id, "?state=pass")).text)) == 4
    assert "56 户待答，4 户已填待提交" in tax.get("/tasks").text
