"""Work on many tasks at once: select, preview, per-item result, undo."""

from __future__ import annotations

import re
import uuid
from typing import Any

from models.bulk import BulkItem, BulkRun, ItemState
from models.database import reading
from models.workflow import UserTask
from tests.webapp.knock import SignIn, counted, number_of
from tests.world import World

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
    assert "又有变动，不能撤销" in client.get(answer.location).text
    assert client.post(f"/bulk/{run[1]}/undo").status_code == 409
    assert sign_in("renshe2").get(f"/bulk/{run[1]}").status_code == 404
