"""The lists of the inbox: sorts, conditions, what is kept and shared, columns, the workbook, my day."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from models import inbox
from models.database import reading, transaction
from models.inbox_scope import Scope, scopes_of
from models.inbox_sort import orders_of
from processes import follow_up, saved_filter, set_aside, worklist
from tests.plans import noted, plan
from tests.webapp.api import Caller
from tests.webapp.knock import SignIn, counted, number_of
from tests.webapp.test_inbox import shown
from tests.world import World, on

POOL = "/tasks?scope=department"


@pytest.fixture
def named(world: World) -> dict[str, str]:
    """Five cases with names and amounts of their own; name → number."""
    amounts = {"赵一": "80000", "钱二": "50000", "孙三": "90000", "李四": "50000", "周五": "60000"}
    found = {}
    for day, (name, amount) in enumerate(amounts.items(), 2):
        with on(date(2026, 3, day)):
            over = {"name": name, "signature": name, "amount": amount, "total_amount": amount}
            found[name] = number_of(world.submitted(**over))
    return found


def all_pages(session: Any, user: Any, scope: Scope, order: Any) -> list[int]:
    found, after = list[int](), ""
    while True:
        page = inbox.page(session, user, scope, inbox.Filters(after=after), 2, order)
        found += [item.task_id for item in page.items]
        after = page.after
        if not after:
            return found


def test_every_order_goes_through_all_lines_once(world: World, named: dict[str, str]) -> None:
    with on(date(2026, 3, 9)), reading() as session:
        user = world.user(session, "renshe1")
        rows = {
            item.task_id: item for item in inbox.page(session, user, Scope.DEPARTMENT, inbox.Filters()).items
        }
        keys: dict[str, Any] = {
            "due": lambda one: (rows[one].due_at, one),
            "arrived": lambda one: (rows[one].created_at, one),
            "amount": lambda one: (rows[one].amount, one),
            "name": lambda one: (rows[one].applicant_name, one),
            "number": lambda one: (rows[one].number, one),
        }
        for order in orders_of(Scope.DEPARTMENT):
            wanted = sorted(rows, key=keys[order.sort.value], reverse=order.is_descending)
            found = all_pages(session, user, Scope.DEPARTMENT, order)
            if order.sort.value == "name":
                # How names follow one another is the database's own; that none is lost or doubled is ours.
                assert sorted(found) == sorted(wanted), order.text
            else:
                assert found == wanted, order.text


def test_a_broken_cursor_of_any_order_is_refused(sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    for sort in ("amount", "-amount", "name", "number", "arrived"):
        for after in (
            "x",
            "zz-1",
            "ff-1",
            "1-",
            f"{'9' * 30}-1",
            *(() if "amount" in sort else ("00-1", "n-²")),
        ):
            answer = client.get("/tasks", query_string={"sort": sort, "after": after})
            assert answer.status_code == 422 and "翻页位置无效" in answer.text, (sort, after)


def test_conditions_narrow_and_are_taken_off_one_by_one(sign_in: SignIn, named: dict[str, str]) -> None:
    client = sign_in("renshe1")
    assert shown(client.get(f"{POOL}&least=50001&most=80000&sort=amount").text) == [
        named["周五"],
        named["赵一"],
    ]
    page = client.get(f"{POOL}&since=2026-03-03&until=2026-03-04&q=孙").text
    assert shown(page) == [named["孙三"]] and "到达不早于：2026-03-03" in page
    assert f'href="{POOL}&amp;since=2026-03-03&amp;until=2026-03-04"' in page
    assert shown(client.get(f"{POOL}&scheme=arrears").text) == []
    assert shown(client.get(f"{POOL}&urgent=1").text) == []
    assert len(shown(client.get(f"{POOL}&scheme=startup_loan&sort=nonsense&size=7").text)) == 5


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("least=x", "金额格式不正确"), ("most=-1", "金额"), ("since=2026-02-30", "日期应写作"), ("until=0001-01-01", "2000 年至"),
        ("least=9&most=1", "上限不能低于下限"), ("since=2026-03-05&until=2026-03-04", "结束日期不能早于开始日期"),
        ("who=%C2%B2", "请从列表中选择办理人"), ("least=" + "9" * 40, "金额不能超过"),
    ],
)  # fmt: skip
def test_a_wrong_condition_is_told_at_its_field_and_stays(sign_in: SignIn, query: str, said: str) -> None:
    page = sign_in("renshe1").get(f"{POOL}&{query}")
    assert (
        page.status_code == 422 and said in page.text and 'aria-invalid="true"' in page.text
    ) or "who" in query
    assert sign_in("renshe1").get(f"/tasks/export.xlsx?{query}").status_code == 422


def test_conditions_are_kept_shared_counted_and_removed(sign_in: SignIn, named: dict[str, str]) -> None:
    clerk, colleague, head = sign_in("renshe1"), sign_in("renshe2"), sign_in("renshe0")
    data = {"scope": "department", "least": "60000", "sort": "-amount", "name": " 大额 ", "is_shared": "1"}
    assert clerk.post("/tasks/filters", data=data).status_code == 302
    page = colleague.get("/tasks").text
    link = re.search(r'class="chip" href="([^"]+)">大额.*?<b>(\d+)</b>', page)
    assert link is not None and link[2] == "3"
    listed = shown(colleague.get(link[1].replace("&amp;", "&")).text)
    assert listed == [named["孙三"], named["赵一"], named["周五"]]
    assert "大额" not in sign_in("danbao1").get("/tasks").text
    asked = clerk.post("/tasks/filters", data={**data, "least": "90000"})
    assert asked.status_code == 409 and "已共享给本部门，同事也在使用" in asked.text
    assert 'value="1" checked' in asked.text and "替换原条件" in asked.text and 'value="90000"' in asked.text
    assert "<b>3</b>" in colleague.get("/tasks").text
    assert clerk.post("/tasks/filters", data={**data, "least": "90000", "replace": "1"}).status_code == 302
    assert "<b>1</b>" in colleague.get("/tasks").text and "共享" in colleague.get("/tasks").text
    empty = clerk.post("/tasks/filters", data={**data, "name": "  "})
    assert empty.status_code == 422 and "请填写名称" in empty.text
    assert clerk.post("/tasks/filters", data={**data, "name": "长" * 41}).status_code == 422
    with reading() as session:
        row_id = session.execute(sa.text("SELECT id FROM saved_filter WHERE name = '大额'")).scalar_one()
    assert colleague.post(f"/tasks/filters/{row_id}/remove").status_code == 403
    assert colleague.post(f"/tasks/filters/{row_id}/unshare").status_code == 403
    assert sign_in("danbao1").post(f"/tasks/filters/{row_id}/remove").status_code == 404
    assert "停止共享" in head.get("/tasks/filters").text
    assert head.post(f"/tasks/filters/{row_id}/unshare").status_code == 302
    assert head.post(f"/tasks/filters/{row_id}/unshare").status_code == 404
    assert "大额" not in colleague.get("/tasks").text and "大额" in clerk.get("/tasks").text
    assert clerk.post(f"/tasks/filters/{row_id}/share").status_code == 302
    assert clerk.post(f"/tasks/filters/{row_id}/share").status_code == 409
    assert clerk.post(f"/tasks/filters/{row_id}/remove").status_code == 302
    assert clerk.post(f"/tasks/filters/{row_id}/remove").status_code == 404


def test_twenty_conditions_are_enough_and_cost_no_further_question(world: World, sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    client.get("/tasks")
    with counted() as none:
        client.get("/tasks")
    with transaction() as session:
        clerk = world.user(session, "renshe1")
        for number in range(20):
            saved_filter.keep(session, clerk, f"条件{number}", "mine", {"light": "over"})
    answer = client.post("/tasks/filters", data={"scope": "mine", "light": "over", "name": "又一个"})
    assert answer.status_code == 422 and "最多保存 20 个" in answer.text
    with counted() as twenty:
        client.get("/tasks")
    assert len(twenty) == len(none)


def test_columns_are_the_persons_own(sign_in: SignIn, named: dict[str, str]) -> None:
    client = sign_in("renshe1")
    assert "案卷种类</th>" not in client.get(POOL).text
    client.post(
        "/tasks/columns", data={"scope": "department", "column": ["kind", "due", "rubbish"], "back": POOL}
    )
    page = client.get(POOL).text
    assert "案卷种类</th>" in page and ">金额（元）</a>" not in page and shown(page)
    assert "案卷种类</th>" not in sign_in("renshe2").get(POOL).text
    assert client.post("/tasks/columns", data={"back": "//evil"}).location == "/tasks?scope=mine"


def test_the_workbook_has_the_lines_of_the_list(sign_in: SignIn, named: dict[str, str]) -> None:
    answer = sign_in("renshe1").get("/tasks/export.xlsx?scope=department&sort=-amount")
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.data), read_only=True).worksheets[0]
    rows = list(sheet.values)
    assert rows[0][2:5] == ("案卷号", "案卷种类", "申请人")
    assert [row[4] for row in rows[1:3]] == ["孙三", "赵一"] and rows[1][5] == 90000
    assert len(rows) == 6


def test_each_list_shows_its_own(world: World, sign_in: SignIn) -> None:
    tasks = [world.open_tasks(world.submitted())["acceptance"] for _ in range(3)]
    with transaction() as session:
        clerk = world.user(session, "renshe1")
        for task_id in tasks[:2]:
            worklist.claim(session, task_id, clerk)
        set_aside.set_aside(session, tasks[1], date(2026, 3, 3), "等材料", clerk)
        follow_up.follow_up(session, tasks[0], date(2026, 3, 2), "电话核实", clerk)
    client = sign_in("renshe1")
    assert len(shown(client.get("/tasks").text)) == 1
    assert len(shown(client.get("/tasks?scope=set_aside").text)) == 1
    page = client.get("/tasks?scope=follow_up").text
    assert len(shown(page)) == 1 and "跟进 2026-03-02" in page and "已挂起 <span" in page
    day = client.get("/today").text
    assert "今日跟进" in day and "电话核实" in day and "本部门待签收" in day
    with on(date(2026, 3, 3)):
        assert len(shown(client.get("/tasks").text)) == 2
    assert "没有等待您会签" in client.get("/tasks?scope=review").text
    assert "没有需要您代办" in client.get("/tasks?scope=substitute").text
    with reading() as session:
        assert scopes_of(world.user(session, "shenqing")) == (Scope.MINE, Scope.DONE)
        assert scopes_of(world.user(session, "lingdao")) == ()


def test_the_day_goes_from_late_to_done(world: World, sign_in: SignIn) -> None:
    client = sign_in("renshe1")
    for day in (2, 4, 10):
        with on(date(2026, 3, day)):
            task_id = world.open_tasks(world.submitted())["acceptance"]
            client.post(f"/tasks/{task_id}/claim")
    with on(date(2026, 3, 10)):
        client.get("/today")
        with counted() as asked:
            page = client.get("/today").text
        titles = re.findall(r'today-part" aria-label="([^"]+)"', page)
        assert titles[0] == "已超期" and titles[-1] == "今日已办" and len(titles) > 2
        assert len(asked) <= 14
    assert client.get("/").location == "/tasks"
    assert sign_in("lingdao").get("/today").status_code == 403


def test_programs_read_keep_and_act(world: World, caller: Any) -> None:
    door: Caller = caller("renshe1")
    tasks = [world.open_tasks(world.submitted())["acceptance"] for _ in range(2)]
    assert door.get("/tasks", scope="department", sort="-amount", size="50")["tasks"][0]["marks"] == []
    door.get("/tasks", 422, sort="rubbish")
    assert "least" in door.get("/tasks", 422, least="x")["errors"]
    kept = door.post("/filters", {"name": "超期", "scope": "mine", "query": "light=over"}, 201)
    assert door.get("/filters")["filters"] == [kept]
    again = {"name": "超期", "scope": "mine", "query": "light=soon"}
    assert "替换原条件" in door.post("/filters", again, 409)["errors"]["name"][0]
    kept = door.post("/filters", {**again, "replaces": True}, 201)
    assert door.get("/filters")["filters"] == [kept] and kept["query"] == {"light": "soon"}
    assert door.post(f"/filters/{kept['id']}/share")["is_shared"]
    assert not door.post(f"/filters/{kept['id']}/unshare")["is_shared"]
    door.call("DELETE", f"/filters/{kept['id']}")
    assert door.get("/filters")["filters"] == []
    wish = {"operation": "claim", "tasks": [*tasks, 99999]}
    lines = door.post("/bulk/preview", wish)["lines"]
    assert [line["fits"] for line in lines] == [True, True, False]
    key = {"key": "00000000-0000-4000-8000-000000000001"}
    made = door.post("/bulk", {**wish, **key}, 201)
    assert door.post("/bulk", {**wish, **key}, 201) == made == door.get(f"/bulk/{made['id']}")
    door.post("/bulk", {"operation": "claim", "tasks": tasks, **key}, 409)
    assert (
        "assignee"
        in door.post("/bulk", {"operation": "reassign", "tasks": tasks, "answers": {}}, 422)["errors"]
    )
    door.post("/bulk", {"operation": "claim", "tasks": ["1"]}, 422)
    assert {one["state"] for one in door.post(f"/bulk/{made['id']}/undo")["items"]} == {"undone"}
    assert door.get("/today")["done"] == []


def test_lists_are_read_by_their_indexes(world: World) -> None:
    """Neither a page in due order or order of arrival nor a count reads the table of tasks from end to end."""
    world.submitted()
    with reading() as session, noted() as asked:
        user = world.user(session, "renshe0")
        for scope in (Scope.MINE, Scope.DEPARTMENT, Scope.TEAM):
            for order in orders_of(scope)[:4]:
                inbox.page(session, user, scope, inbox.Filters(), 20, order)
        inbox.counts(session, user, Scope.MINE, (Scope.MINE, Scope.DEPARTMENT, Scope.TEAM))
    plans = [plan(text, given) for text, given in asked if "FROM user_task" in text and "case_file" in text]
    names = ["mine", "mine", "mine_arrived", "mine_arrived", "pool", "pool", "pool_arrived", "pool_arrived"]
    names += ["team", "team", "team_arrived", "team_arrived"]
    for name, found in zip(names, plans[:12], strict=True):
        assert f"ix_user_task_{name} " in found.replace("\n", " ").replace("(", " ").replace("'", " "), found
        assert "TEMP B-TREE FOR ORDER BY" not in found and "Sort" not in found, found
