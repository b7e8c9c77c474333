"""A person's own messages, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from models import inbox
from models.calendar import now
from models.case import CaseFile
from models.database import reading, transaction
from models.notification import Notification, messages_of
from processes import worklist
from tests.world import World

SignIn = Callable[[str], FlaskClient]


def told(
    world: World, username: str, text: str, case_id: int | None = None, age: int = 0, kind: str = "notice"
) -> int:
    """A message written by hand; the ids of real ones come from the same table."""
    with transaction() as session:
        at = now() - timedelta(minutes=age)
        user = world.user(session, username).id
        row = Notification(user_id=user, case_id=case_id, kind=kind, text=text, created_at=at)
        session.add(row)
        session.flush()
        return row.id


def unread(world: World, username: str) -> int:
    with reading() as session:
        return inbox.waiting(session, world.user(session, username)).unread


def test_one_s_own_messages_lead_to_the_case(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    told(world, "renshe1", "请办理<b>", case_id)
    told(world, "renshe2", "别人的消息", case_id)
    page = sign_in("renshe1").get("/notifications").text
    with reading() as session:
        number = session.get_one(CaseFile, case_id).number
    assert f'href="/cases/{number}"' in page
    assert "请办理&lt;b&gt;" in page
    assert "别人的消息" not in page


def test_no_link_leads_to_a_case_that_is_not_to_be_seen(world: World, sign_in: SignIn) -> None:
    told(world, "dlt_renshe1", "已转出", world.submitted())
    page = sign_in("dlt_renshe1").get("/notifications").text
    assert "已转出" in page
    assert "查看案卷" not in page


def test_the_numbers_in_a_digest_lead_to_the_cases_one_may_see(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    with reading() as session:
        number = session.get_one(CaseFile, case_id).number
    text = f"今日新增提醒 1 件。\n{number} 受理时限\nCD200001010001 别处<b>"
    for who in ("renshe1", "dlt_renshe1"):
        told(world, who, text, kind="reminder")
    page = sign_in("renshe1").get("/notifications").text
    assert f'<a href="/cases/{number}">{number}</a> 受理时限' in page
    assert "\nCD200001010001 别处&lt;b&gt;" in page
    assert f'href="/cases/{number}"' not in sign_in("dlt_renshe1").get("/notifications").text


def test_reading_is_marked_by_a_post_and_only_for_oneself(world: World, sign_in: SignIn) -> None:
    mine, other = told(world, "renshe1", "一"), told(world, "renshe2", "二")
    told(world, "renshe1", "三")
    client = sign_in("renshe1")
    client.get("/notifications")
    assert unread(world, "renshe1") == 2
    client.post(f"/notifications/{mine}/read")
    client.post(f"/notifications/{other}/read")
    assert (unread(world, "renshe1"), unread(world, "renshe2")) == (1, 1)
    client.post("/notifications/read")
    assert (unread(world, "renshe1"), unread(world, "renshe2")) == (0, 1)


def test_pages_follow_each_other_without_gap(world: World, sign_in: SignIn) -> None:
    ids = {told(world, "renshe1", f"第{number}条", age=number // 3) for number in range(25)}
    with reading() as session:
        user = session.scalars(select(Notification.user_id)).first()
        assert user is not None
        first = messages_of(session, world.user(session, "renshe1"))
        rest = messages_of(session, world.user(session, "renshe1"), first.after)
    assert (len(first.lines), len(rest.lines), rest.after) == (20, 5, "")
    assert {line.id for line in [*first.lines, *rest.lines]} == ids
    client = sign_in("renshe1")
    assert "下一页" in client.get("/notifications").text
    assert client.get("/notifications?after=x").status_code == 422


def test_everybody_who_is_signed_in_has_the_page(sign_in: SignIn) -> None:
    assert "没有消息" in sign_in("guanli").get("/notifications").text


def test_who_is_given_a_task_is_told_and_who_had_it_too(world: World) -> None:
    task_id = world.open_tasks(world.submitted())["acceptance"]

    def give(to: str) -> dict[str, list[str]]:
        with transaction() as session:
            worklist.assign(session, task_id, world.user(session, to).id, world.user(session, "renshe0"))
        with reading() as session:
            return {
                name: [line.text for line in messages_of(session, world.user(session, name)).lines]
                for name in ("renshe0", "renshe1", "renshe2")
            }

    texts = give("renshe1")
    assert [len(texts[name]) for name in ("renshe0", "renshe1", "renshe2")] == [0, 1, 0]
    assert texts["renshe1"][0].endswith("将“受理审查”分办给您。")
    assert give("renshe1") == texts
    texts = give("renshe2")
    assert [len(texts[name]) for name in ("renshe0", "renshe1", "renshe2")] == [0, 2, 1]
    assert texts["renshe1"][0].endswith("将“受理审查”改由他人办理，您不再办理此事项。")
