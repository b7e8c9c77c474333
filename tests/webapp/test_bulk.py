"""Work on many tasks at once: select, preview, per-item result, undo."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.bulk import BulkItem, ItemState
from models.database import reading, transaction
from models.workflow import UserTask
from processes import bulk_run, people
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World, answers, on
from webapp import bulk_door

CHECKED = re.compile(r'name="task_id" value="([\d.]+)" checked')


def tasks_of(world: World, count: int) -> list[int]:
    return [world.open_tasks(world.submitted())["acceptance"] for _ in range(count)]


def sent(client: Any, operation: str, tasks: list[int], **over: Any) -> Any:
    """Preview, then confirm what the preview has ticked."""
    page = client.post("/bulk/preview", data={"operation": operation, "task_id": tasks})
    assert page.status_code == 200, page.text
    picks = CHECKED.findall(page.text)
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    assert key is not None
    data = {"operation": operation, "task_id": picks, "key": key[1], **over}
    return client.post("/bulk", data=data), data


def held_by(task_id: int) -> tuple[str, int | None]:
    with reading() as session:
        task = session.get_one(UserTask, task_id)
        return task.status, task.assignee_id


def states() -> list[str]:
    with reading() as session:
        return [item.state for item in session.query(BulkItem).order_by(BulkItem.id)]


def test_many_are_claimed_once_and_given_back(world: World, sign_in: SignIn) -> None:
    tasks = tasks_of(world, 3)
    sign_in("renshe2").post(f"/tasks/{tasks[2]}/claim")
    client = sign_in("renshe1")
    page = client.post("/bulk/preview", data={"operation": "claim", "task_id": [*tasks, 999_999]}).text
    assert "已选 4 件" in page and "2 件可以签收" in page and "正由" in page
    assert "未找到该事项，或您无权办理。" in page
    answer, data = sent(client, "claim", tasks)
    assert answer.status_code == 302
    again = client.post("/bulk", data=data)
    assert again.location == answer.location
    assert states() == [ItemState.DONE.value] * 2
    other = client.post("/bulk", data={**data, "task_id": [str(tasks[0])]})
    assert other.status_code == 409
    result = client.get(answer.location).text
    assert "已办 2 件" in result and "撤销本批" in result
    client.post(f"/tasks/{tasks[0]}/release")
    run = re.search(r"/bulk/(\d+)", answer.location)
    assert run is not None
    assert client.post(f"/bulk/{run[1]}/undo").status_code == 302
    assert [held_by(task)[1] for task in tasks[:2]] == [None, None]
    assert sorted(states()) == [ItemState.DONE.value, ItemState.UNDONE.value]
    result_after = client.get(answer.location).text
    assert "又有变动，不能撤销" in result_after
    assert "已撤销 1 件，1 件不能撤销（原因逐件列明）。" in result_after
    again = client.post(f"/bulk/{run[1]}/undo")
    assert again.status_code == 409 and "已撤销过" in again.text and "逐件结果" in again.text
    listed = client.get("/bulk").text
    assert "已办 1 件</span>" in listed and "已撤销 1 件</span>" in listed
    assert sign_in("renshe2").get(f"/bulk/{run[1]}").status_code == 404


def run_of(answer: Any) -> int:
    found = re.search(r"/bulk/(\d+)", answer.location)
    assert found is not None
    return int(found[1])


def user_id(world: World, username: str) -> int:
    with reading() as session:
        return world.user(session, username).id


def test_many_are_completed_with_one_opinion_and_recalled(world: World, sign_in: SignIn) -> None:
    with on(date(2026, 3, 2)):
        late = world.open_tasks(world.submitted())["acceptance"]
    with on(date(2026, 3, 10)):
        cases = [world.submitted() for _ in range(3)]
        tasks = [world.open_tasks(case_id)["acceptance"] for case_id in cases]
        client = sign_in("renshe1")
        page = client.post("/bulk/preview", data={"operation": "complete", "task_id": [late, *tasks]}).text
        assert "3 件可以办理" in page and "已超期，须逐件写明超期原因。" in page
        assert 'value="complete"' in page and 'value="incomplete"' not in page and "需补正的材料" not in page
        wrong, data = sent(client, "complete", tasks, opinion="好")
        assert wrong.status_code == 422 and "请选择“受理结论”" in wrong.text and "好</textarea>" in wrong.text
        forged = client.post("/bulk", data={**data, "result": "incomplete"})
        assert forged.status_code == 422 and "选项无效" in forged.text
        assert states() == []
        answer = client.post("/bulk", data={**data, "result": "complete"})
        assert answer.status_code == 302 and states() == [ItemState.DONE.value] * 3
        assert [world.status(case_id) for case_id in cases] == ["qualifying"] * 3
        assert "已产生对外效力" in put_back(client, answer)
        reviews = [world.open_tasks(case_id)["qualification_review"] for case_id in cases]
        checker = sign_in("renshe2")
        answer, _data = sent(checker, "complete", reviews, decision="pass", opinion="符合条件")
        sign_in("danbao1").post(f"/tasks/{world.open_tasks(cases[0])['due_diligence']}/claim")
        assert "不能撤回" in put_back(checker, answer)
        assert sorted(states()[3:]) == [ItemState.DONE.value, *[ItemState.UNDONE.value] * 2]
        assert "qualification_review" not in world.open_tasks(cases[0])
        assert all("qualification_review" in world.open_tasks(case_id) for case_id in cases[1:])


def put_back(client: Any, answer: Any) -> str:
    assert client.post(f"/bulk/{run_of(answer)}/undo").status_code == 302
    return str(client.get(answer.location).text)


def test_undoing_gives_nothing_to_whoever_has_left(world: World, sign_in: SignIn) -> None:
    tasks, client = tasks_of(world, 2), sign_in("renshe0")
    for who, task_id in zip(("renshe2", "renshe1"), tasks, strict=True):
        sign_in(who).post(f"/tasks/{task_id}/claim")
    head = user_id(world, "renshe0")
    answer, _data = sent(client, "reassign", tasks, assignee=head, reason="轮岗")
    with transaction() as session:
        left, office = world.user(session, "renshe2"), world.user(session, "danbao1").department_id
        place = people.Place(left.name, left.role, office)
        people.change_user(session, left.id, place, world.user(session, "guanli"))
    assert "只能退回给本部门的在岗人员。" in put_back(client, answer)
    assert [held_by(task)[1] for task in tasks] == [head, user_id(world, "renshe1")]
    assert states() == [ItemState.DONE.value, ItemState.UNDONE.value]


def test_tasks_with_questions_of_their_own_are_not_answered_together(world: World, sign_in: SignIn) -> None:
    first, second = world.submitted(), world.submitted()
    world.complete(first, "acceptance", answers("acceptance"))
    review, acceptance = (
        world.open_tasks(first)["qualification_review"],
        world.open_tasks(second)["acceptance"],
    )
    client = sign_in("renshe2")
    page = client.post("/bulk/preview", data={"operation": "complete", "task_id": [review, acceptance]}).text
    assert "不是同一环节，请分批办理。" in page and "1 件可以办理" in page
    world.complete(first, "qualification_review", answers("qualification_review"))
    task = world.open_tasks(first)["due_diligence"]
    clerk = sign_in("danbao1")
    page = clerk.post("/bulk/preview", data={"operation": "complete", "task_id": [task]}).text
    assert "该环节须逐件填写，不能批量办理。" in page and "确定办理" not in page
    refused = clerk.post("/bulk", data={"operation": "complete", "task_id": [task]})
    assert refused.status_code == 422 and "所选事项都不能办理" in refused.text


def test_many_are_given_on_set_aside_urged_and_sent_back(world: World, sign_in: SignIn) -> None:
    cases = [world.submitted() for _ in range(2)]
    for case_id in cases:
        world.complete(case_id, "acceptance", answers("acceptance"))
    tasks = [world.open_tasks(case_id)["qualification_review"] for case_id in cases]
    head, clerk = sign_in("renshe0"), sign_in("renshe2")
    sent(clerk, "claim", tasks)
    to = user_id(world, "renshe2")
    urged, _data = sent(head, "urge", tasks, text="请加快办理")
    assert "催办 1 次" in head.get("/tasks?scope=team").text
    again = head.post("/bulk/preview", data={"operation": "urge", "task_id": tasks}).text
    assert again.count("可以再次催办") == 2
    assert head.post(f"/bulk/{run_of(urged)}/undo").status_code == 422
    aside, _data = sent(clerk, "set_aside", tasks, until="2026-03-03", reason="等待权属证明")
    assert "您没有待办事项" in clerk.get("/tasks").text
    assert "挂起至 2026-03-03" in clerk.get("/tasks?scope=set_aside").text
    clerk.post(f"/bulk/{run_of(aside)}/undo")
    assert clerk.get("/tasks").text.count('name="task_id"') == 2
    given, _data = sent(clerk, "reassign", tasks, assignee=str(to), reason="")
    assert given.status_code == 422 and "请填写“理由”" in given.text
    given, _data = sent(head, "reassign", tasks, assignee=str(user_id(world, "renshe0")), reason="本人办理")
    assert [held_by(task)[1] for task in tasks] == [user_id(world, "renshe0")] * 2
    head.post(f"/bulk/{run_of(given)}/undo")
    assert [held_by(task)[1] for task in tasks] == [to] * 2
    refused = clerk.post("/bulk/preview", data={"operation": "send_back", "task_id": tasks}).text
    assert "2 件可以退回" in refused and '<option value="acceptance"' not in refused
    for case_id in cases:
        world.complete(case_id, "qualification_review", answers("qualification_review"))
    later = [world.open_tasks(case_id)["due_diligence"] for case_id in cases]
    wish = {"target": "qualification_review", "mode": "in_order", "reason": "材料缺页"}
    sent(sign_in("danbao1"), "send_back", later, **wish)
    assert all("qualification_review" in world.open_tasks(case_id) for case_id in cases)


def test_what_has_changed_since_the_preview_is_left_alone(world: World, sign_in: SignIn) -> None:
    tasks = tasks_of(world, 2)
    client, other = sign_in("renshe1"), sign_in("renshe2")
    page = client.post("/bulk/preview", data={"operation": "claim", "task_id": tasks}).text
    assert page.count(f'href="/cases/{number_of(1)}?task={tasks[0]}"') == 1
    other.post(f"/tasks/{tasks[0]}/claim")
    data = {"operation": "claim", "task_id": CHECKED.findall(page), "key": str(uuid.uuid4())}
    none = client.post("/bulk", data={**data, "task_id": data["task_id"][:1]})
    assert none.status_code == 422 and "所选事项都不能办理" in none.text and "正由孙三办理" in none.text
    answer = client.post("/bulk", data=data)
    assert states() == [ItemState.REFUSED.value, ItemState.DONE.value]
    result = client.get(answer.location).text
    assert "共 2 件：已办 1 件，未办 1 件" in result and "正由孙三办理" in result
    other.post(f"/tasks/{tasks[0]}/release")
    client.post(f"/tasks/{tasks[1]}/release")
    data = {**data, "task_id": CHECKED.findall(page), "key": str(uuid.uuid4())}
    answer = client.post("/bulk", data=data)
    assert answer.status_code == 302 and states()[2:] == [ItemState.REFUSED.value] * 2
    assert client.get(answer.location).text.count("在预览之后有变动") == 2
    assert held_by(tasks[0])[1] is None


def test_an_interrupted_batch_goes_on_and_a_fault_stops_no_other(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks, client = tasks_of(world, 3), sign_in("renshe1")
    monkeypatch.setattr(bulk_door, "PATIENCE", -1.0)
    answer, _data = sent(client, "claim", tasks)
    assert states() == [ItemState.WAITING.value] * 3
    assert "继续处理其余 3 件" in client.get(answer.location).text
    monkeypatch.setattr(bulk_door, "PATIENCE", 25.0)
    act = bulk_run.operation_named("claim")

    def faulty(session: Any, task_id: int, actor: Any, given: Any) -> None:
        if task_id == tasks[1]:
            raise KeyError(task_id)
        act.act(session, task_id, actor, given)

    monkeypatch.setattr(bulk_run, "operation_named", lambda _key: replace(act, act=faulty))
    client.post(f"/bulk/{run_of(answer)}/continue")
    assert states() == [ItemState.DONE.value, ItemState.REFUSED.value, ItemState.DONE.value]
    assert bulk_door.FAULT in client.get(answer.location).text


@pytest.mark.parametrize(
    ("who", "data", "status"),
    [
        ("renshe1", {"operation": "shred", "task_id": ["1"]}, 422),
        ("renshe1", {"operation": "claim"}, 422),
        ("renshe1", {"operation": "claim", "task_id": ["x", "1.y", "-1", "9" * 30, "²"]}, 422),
        ("renshe1", {"operation": "claim", "task_id": [str(n) for n in range(1, 202)]}, 422),
        ("lingdao", {"operation": "claim", "task_id": ["1"]}, 403),
        ("guanli", {"operation": "urge", "task_id": ["1"]}, 403),
    ],
)
def test_what_cannot_be_a_batch_is_refused(
    sign_in: SignIn, who: str, data: dict[str, Any], status: int
) -> None:
    client = sign_in(who)
    assert client.post("/bulk/preview", data=data).status_code == status
    assert client.post("/bulk", data=data).status_code == status
    assert states() == []


def test_strangers_learn_nothing_and_a_preview_asks_the_same_for_any_number(
    world: World, sign_in: SignIn
) -> None:
    tasks = tasks_of(world, 6)
    number = number_of(1)
    stranger = sign_in("danbao1")
    page = stranger.post("/bulk/preview", data={"operation": "claim", "task_id": tasks}).text
    assert number not in page and page.count("未找到该事项，或您无权办理。") == 6
    client = sign_in("renshe1")
    client.post("/bulk/preview", data={"operation": "claim", "task_id": tasks})
    with counted() as one:
        client.post("/bulk/preview", data={"operation": "claim", "task_id": tasks[:1]})
    with counted() as six:
        client.post("/bulk/preview", data={"operation": "claim", "task_id": tasks})
    assert len(one) == len(six) <= 9
    assert client.get("/bulk/999999").status_code == 404
    assert "还没有批量办理过" in client.get("/bulk").text
    sent(client, "claim", tasks)
    assert "批量签收" in client.get("/bulk").text
