"""The worklist page: scopes, filters, pages, and what it costs."""

from __future__ import annotations

import re
from datetime import date

import pytest

from models.calendar import today
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World, answers, on

NUMBER = re.compile(r"<a data-open href=\"/cases/(CD\d+)\?task=(\d+)#form\"")


def shown(text: str) -> list[str]:
    return [number for number, _task in NUMBER.findall(text)]


def test_an_unclaimed_task_is_claimed_from_the_list(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    client, task_id = sign_in("renshe1"), world.open_tasks(case_id)["acceptance"]
    assert shown(client.get("/tasks").text) == []
    page = client.get("/tasks?scope=department")
    assert shown(page.text) == [number_of(case_id)]
    assert f'action="/tasks/{task_id}/claim"' in page.text
    assert client.post(f"/tasks/{task_id}/claim").location == f"/tasks/{task_id}"
    assert client.get(f"/tasks/{task_id}").location == f"/cases/{number_of(case_id)}?task={task_id}#form"
    assert shown(client.get("/tasks").text) == [number_of(case_id)]
    assert shown(client.get("/tasks?scope=department").text) == []


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_rows(
    world: World, sign_in: SignIn
) -> None:
    client = sign_in("renshe1")
    world.submitted()
    client.get("/tasks?scope=department")
    with counted() as one:
        assert len(shown(client.get("/tasks?scope=department").text)) == 1
    for _ in range(59):
        world.submitted()
    with counted() as sixty:
        assert len(shown(client.get("/tasks?scope=department").text)) == 20
    assert len(one) == len(sixty)
    assert len(one) <= 9


def test_pages_continue_where_the_last_one_ended(world: World, sign_in: SignIn) -> None:
    expected = sorted(number_of(world.submitted()) for _ in range(23))
    client = sign_in("renshe1")
    first = client.get("/tasks?scope=department").text
    address = re.search(r'rel="next" href="([^"]+)"', first)
    assert address is not None
    second = client.get(address[1].replace("&amp;", "&")).text
    assert shown(first) + shown(second) == expected
    assert "回到第一页" in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    "cursor", ["x", "20260302T000000.000000-", "20260302T000000.000000-²", "-1", "9" * 40]
)
def test_a_broken_cursor_is_refused(sign_in: SignIn, cursor: str) -> None:
    answer = sign_in("renshe1").get("/tasks", query_string={"after": cursor})
    assert answer.status_code == 422
    assert "翻页位置无效" in answer.text


def test_lights_count_and_narrow_the_list(world: World, sign_in: SignIn) -> None:
    with on(date(2026, 3, 2)):
        late = world.submitted()
    with on(date(2026, 3, 10)):
        fresh = world.submitted()
        client = sign_in("renshe1")
        page = client.get("/tasks?scope=department").text
        assert re.search(r'class="light over"[^>]*light=over[^>]*>超期 1</a>', page)
        assert re.search(r'class="light ok"[^>]*light=ok[^>]*>正常 1</a>', page)
        assert shown(page) == [number_of(late), number_of(fresh)]
        assert '<span class="light over">超期 1 日</span>' in page
        assert shown(client.get("/tasks?scope=department&light=over").text) == [number_of(late)]
        assert shown(client.get("/tasks?scope=department&light=ok").text) == [number_of(fresh)]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=赵", 1), ("q=钱", 0), ("q=%25", 0), ("q=_", 0), ("step=acceptance", 1), ("step=disbursement", 0),
        ("light=nonsense", 1), ("scope=department&scope=x", 1),
    ],
)  # fmt: skip
def test_filters_take_what_is_typed_literally(world: World, sign_in: SignIn, query: str, count: int) -> None:
    world.submitted()
    page = sign_in("renshe1").get(f"/tasks?scope=department&{query}")
    assert page.status_code == 200
    assert len(shown(page.text)) == count
    assert ("清除查询条件" in page.text) == (count == 0)


@pytest.mark.parametrize(
    ("who", "scope", "said"),
    [
        ("renshe1", "mine", "部门待签收"), ("shenqing", "mine", "新建申请"), ("renshe1", "department", "新事项到达后"),
        ("renshe0", "team", "分办"), ("renshe1", "done", "您还没有办结的事项"), ("shenqing", "department", "没有待签收"),
        ("renshe1", "rubbish", "您没有待办事项"),
    ],
)  # fmt: skip
def test_an_empty_list_says_what_to_do_next(
    world: World, sign_in: SignIn, who: str, scope: str, said: str
) -> None:
    page = sign_in(who).get(f"/tasks?scope={scope}")
    assert page.status_code == 200
    assert said in page.text


def test_done_and_team_lists(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    done = sign_in("renshe1").get("/tasks?scope=done").text
    assert "2026-03-02 办结" in done
    assert f'href="/cases/{number_of(case_id)}#form"' in done
    task_id = world.open_tasks(case_id)["qualification_review"]
    sign_in("renshe2").post(f"/tasks/{task_id}/claim")
    assert shown(sign_in("renshe0").get("/tasks?scope=team").text) == [number_of(case_id)]
    assert shown(sign_in("danbao0").get("/tasks?scope=team").text) == []


def test_managers_and_strangers_have_no_worklist(world: World, sign_in: SignIn) -> None:
    assert sign_in("lingdao").get("/tasks").status_code == 403
    assert sign_in("guanli").get("/tasks").status_code == 403


def test_the_bar_counts_unread_messages(world: World, sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    assert "text-bg-danger" not in client.get("/tasks").text
    case_id = world.submitted(actor="shenqing")
    items = [{"material": "business_licence", "problem": "不清晰", "requirement": "原件"}]
    world.complete(
        case_id,
        "acceptance",
        answers(
            "acceptance", result="incomplete", items=items, delivery_method="direct", delivered_on=today()
        ),
    )
    assert '<span class="badge text-bg-danger">1</span>' in client.get("/tasks").text


def test_the_menu_and_an_empty_list_say_what_the_department_has_not_claimed(
    world: World, sign_in: SignIn
) -> None:
    client = sign_in("renshe1")
    assert "text-bg-secondary" not in client.get("/tasks").text
    with on(date(2026, 3, 2)):
        world.submitted()
        mine = world.submitted()
    with on(date(2026, 3, 10)):
        world.submitted()
        page = client.get("/tasks").text
        assert "3 项待签收</a>，其中 <a" in page and "2 项超期</a>" in page
        client.post(f"/tasks/{world.open_tasks(mine)['acceptance']}/claim")
        page = client.get("/cases").text
    beside = dict(
        re.findall(r">(我的待办|部门待签收) <span class=\"badge text-bg-secondary ms-auto\">(\d+)", page)
    )
    assert beside == {"我的待办": "1", "部门待签收": "2"}
    assert "text-bg-secondary" not in sign_in("danbao1").get("/tasks").text
