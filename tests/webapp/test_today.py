"""我的一天 with every kind of line that it can show, and the names of routes that pages lead to."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models import inbox
from models.case import CaseFile
from models.database import transaction
from models.deadline import NO_DEADLINE
from models.inbox_scope import Scope
from models.task_review import ReviewKind
from models.workflow import UserTask
from processes import comment, copying, delegation, follow_up, substitute, task_review, worklist
from processes.supervision_order import Demand, order_task
from tests.webapp.knock import SignIn
from tests.world import World, on

_ENDPOINT = re.compile(r"""url_for\(\s*['"]([A-Za-z_.]+)['"]\s*[,)]""")
TITLES = [
    "已超期",
    "今日到期",
    "临近到期",
    "待答复督办",
    "委派给您的事项",
    "今日跟进",
    "待我会签",
    "提到您的留言",
    "代办事项",
    "今日已办",
]


def _held(world: World, who: str, day: int) -> int:
    """An acceptance step that somebody has claimed, of a case of that day in March."""
    with on(date(2026, 3, day)):
        task_id = world.open_tasks(world.submitted())["acceptance"]
        with transaction() as session:
            worklist.claim(session, task_id, world.user(session, who))
    return task_id


def _asked(session: Any, world: World, tasks: list[int]) -> None:
    """What a colleague asks of the clerk: an opinion, a reading, his place, a step to work on; and his own day."""
    clerk, other = world.user(session, "renshe1"), world.user(session, "renshe2")
    head = world.user(session, "renshe0")
    task_review.add_reviewer(session, tasks[0], clerk.id, ReviewKind.BEFORE, "请核", other)
    case_id = session.get_one(UserTask, tasks[0]).case_id
    copying.copy_to(session, case_id, [clerk.id], "", other)
    delegation.delegate(session, tasks[1], clerk.id, "请核实", other)
    order_task(session, tasks[1], Demand("请说明进度", date(2026, 3, 12)), world.user(session, "lingdao"))
    comment.say(session, session.get_one(CaseFile, case_id), "请看第三页", [clerk.id], other)
    follow_up.follow_up(session, tasks[2], date(2026, 3, 10), "问进度", clerk)
    days = date(2026, 3, 10), date(2026, 3, 10) + timedelta(days=1)
    substitute.set_substitute(session, substitute.Wanted(other.id, clerk.id, *days), head)


def test_the_day_opens_with_every_kind_of_line(world: World, sign_in: SignIn) -> None:
    own = [_held(world, "renshe1", day) for day in (2, 5, 6)]
    others = [_held(world, "renshe2", day) for day in (10, 10)]
    world.submitted()
    with on(date(2026, 3, 10)):
        with transaction() as session:
            _asked(session, world, [*others, own[1]])
        client = sign_in("renshe1")
        page = client.get("/today")
        assert page.status_code == 200
        assert "督办〔2026〕00001号" in page.text and "请说明进度" in page.text
        assert re.search(r'href="/supervisions">督办 <span class="badge[^>]+>1<', page.text)
        assert "在案卷留言中提到您" in page.text
        read = re.search(r'action="(/notifications/\d+/read)"', page.text)
        assert read is not None
        assert client.post(read[1], data={"from": "today"}).location == "/today"
        assert "在案卷留言中提到您" not in client.get("/today").text
        titles = re.findall(r'today-part" aria-label="([^"]+)"', page.text)
        assert [one for one in TITLES if one in titles] == titles, titles
        assert {
            "已超期",
            "待答复督办",
            "提到您的留言",
            "委派给您的事项",
            "今日跟进",
            "待我会签",
            "代办事项",
            "今日已办",
        } <= set(titles)
        assert 'href="/copies"' in page.text and "抄送我的 1 件未阅" in page.text


def test_an_empty_day_speaks_of_ones_own_tasks_only(world: World, sign_in: SignIn) -> None:
    with on(date(2026, 3, 2)):
        world.submitted()
    with on(date(2026, 3, 20)):
        page = sign_in("renshe2").get("/today").text
    assert "您本人今天没有到期" in page and "本部门待签收" in page


def test_the_lights_of_a_list_add_up_to_it(world: World) -> None:
    """Also what has no term at all has a light, a count and a choice."""
    world.submitted()
    with transaction() as session:
        user = world.user(session, "renshe1")
        session.execute(sa.update(UserTask).values(due_at=NO_DEADLINE))
        found = inbox.counts(session, user, Scope.DEPARTMENT, [Scope.DEPARTMENT])
    assert found.lights["none"] == sum(found.lights.values()) == found.scopes["department"] > 0


@pytest.mark.once
def test_every_route_that_a_page_names_exists(app: Flask) -> None:
    pages = Path(app.root_path)
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    named = {
        (str(path.relative_to(pages)), endpoint)
        for kind in ("*.html", "*.py")
        for path in pages.rglob(kind)
        for endpoint in _ENDPOINT.findall(path.read_text(encoding="utf-8"))
    }
    assert len(named) > 300
    assert [one for one in sorted(named) if one[1] not in known] == []
