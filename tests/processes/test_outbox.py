"""Messages leave the house once: over a real connection, whatever becomes of the job that carries them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from sqlalchemy import select, text, update

from models.calendar import real_now
from models.database import bound, reading, transaction
from models.people import user_named
from models.refusal import Forbidden
from models.settings import Outside
from models.worker import SENT, STALLED, WAITING, Outbox
from processes import background, channel, outbox
from processes.background.client import job_id
from processes.notification import tell
from tests.sink import Sink, mail_sink
from tests.world import World
from webapp import handlers

FROM = "多审 <duoshen@example.gov.cn>"


@pytest.fixture
def sink(world: World) -> Iterator[Sink]:
    """A mail server, the way to it open, and one clerk with an address."""
    with mail_sink() as sink:
        channel.bind(Outside(smtp_url=sink.url, mail_from=FROM))
        with transaction() as session:
            world.user(session, "renshe1").email = "renshe1@example.gov.cn"
        yield sink
        channel.bind(Outside())


def told(*names: str) -> list[int]:
    """Tell these people something; the ids of the outbox rows."""
    with transaction() as session:
        users = [user.id for name in names if (user := user_named(session, name))]
        tell(session, users, "notice", "有新消息", None)
    with reading() as session:
        return list(session.scalars(select(Outbox.id).order_by(Outbox.id)))


def row(outbox_id: int) -> Outbox:
    with reading() as session:
        return session.get_one(Outbox, outbox_id)


def later() -> None:
    """Whatever is put off is due now."""
    with transaction() as session:
        session.execute(update(Outbox).values(not_before=real_now() - timedelta(seconds=1)))


def test_a_message_goes_to_who_has_an_address_and_twice_delivered_is_sent_once(sink: Sink) -> None:
    (one,) = told("renshe1", "renshe2")
    assert background.status(outbox.DELIVER, [f"{one}-0"]) == {f"{one}-0": "ENQUEUED"}
    handlers.deliver(one, 0)
    handlers.deliver(one, 0)
    (mail,) = sink.mails
    assert (mail["To"], mail["From"]) == ("renshe1@example.gov.cn", FROM)
    assert mail["Subject"].startswith("【多审培训】")
    assert mail["Message-ID"].endswith("@example.gov.cn>")
    assert "请登录" in mail.get_content()
    assert (row(one).status, row(one).fault) == (SENT, "")
    assert row(one).done_at is not None


def test_delivered_at_the_same_time_it_is_sent_once(sink: Sink) -> None:
    (one,) = told("renshe1")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: handlers.deliver(one, 0), range(4)))
    assert len(sink.mails) == 1


def test_a_message_that_is_rolled_back_has_no_job(sink: Sink) -> None:
    with pytest.raises(KeyError), transaction() as session:
        outbox.post(session, [user.id for user in [world_user(session)]], "主题", "内容")
        raise KeyError
    assert background.status(outbox.DELIVER, ["1-0"]) == {}
    with reading() as session:
        assert session.query(Outbox).count() == 0


def world_user(session: Any) -> Any:
    return World().user(session, "renshe1")


def test_a_fault_waits_longer_each_time_and_then_stands_still(sink: Sink) -> None:
    sink.refusal = "450 busy"
    (one,) = told("renshe1")
    waits = []
    for attempt in range(outbox.MAX_ATTEMPTS):
        before = real_now()
        handlers.deliver(one, attempt)
        waits.append((row(one).not_before - before).total_seconds())
        later()
    assert waits[:3] == pytest.approx([300, 600, 1200], abs=5)
    assert (row(one).status, "450 busy" in row(one).fault) == (STALLED, True)
    assert background.status(outbox.DELIVER, [f"{one}-1"]) == {f"{one}-1": "DELAYED"}
    sink.refusal = ""
    with transaction() as session:
        assert outbox.retry(session, [one], None) == 1
    handlers.deliver(one, outbox.MAX_ATTEMPTS)
    assert (row(one).status, len(sink.mails)) == (SENT, 1)


def test_an_address_that_does_not_exist_is_not_tried_again(sink: Sink) -> None:
    sink.refusal = "550 no such user"
    (one,) = told("renshe1")
    handlers.deliver(one, 0)
    assert (row(one).status, "550 no such user" in row(one).fault) == (STALLED, True)


def test_who_has_left_and_a_way_that_is_closed_are_said(sink: Sink) -> None:
    one, two = (told("renshe1")[-1] for _time in range(2))
    with transaction() as session:
        world_user(session).email = ""
    handlers.deliver(one, 0)
    channel.bind(Outside())
    handlers.deliver(two, 0)
    assert [row(one).fault, row(two).fault] == ["收件人已停用或没有填写联系方式。", "未配置该发送渠道。"]
    assert told("renshe1") == [one, two]


def test_a_lost_job_is_put_in_again_under_its_key(sink: Sink) -> None:
    one, two, three = (told("renshe1")[-1] for _time in range(3))
    background.forget(outbox.DELIVER, [f"{one}-0"])
    background.cancel(outbox.DELIVER, f"{two}-0")
    handlers.sweep()
    handlers.sweep()
    states = background.status(outbox.DELIVER, [f"{each}-0" for each in (one, two, three)])
    assert set(states.values()) == {"ENQUEUED"}
    assert len(states) == 3


def test_a_worker_that_dies_with_a_message_in_hand_leaves_it_to_the_next_try(sink: Sink) -> None:
    (one,) = told("renshe1")
    with transaction() as session:
        assert outbox.take(session, one, 0) is not None
    handlers.deliver(one, 0)
    handlers.sweep()
    assert background.status(outbox.DELIVER, [f"{one}-1"]) == {}
    later()
    handlers.sweep()
    assert background.status(outbox.DELIVER, [f"{one}-1"]) == {f"{one}-1": "ENQUEUED"}
    handlers.deliver(one, 1)
    with transaction() as session:
        outbox.sent(session, one, 0)
    assert (row(one).status, len(sink.mails)) == (SENT, 1)


def test_one_that_dies_every_time_stands_still(sink: Sink) -> None:
    (one,) = told("renshe1")
    for attempt in range(outbox.MAX_ATTEMPTS):
        with transaction() as session:
            assert outbox.take(session, one, attempt) is not None
    later()
    handlers.sweep()
    assert (row(one).status, row(one).fault) == (STALLED, "发送过程中断，没有得到结果。")


def test_only_who_may_lets_messages_go_on(world: World) -> None:
    with pytest.raises(Forbidden), transaction() as session:
        outbox.retry(session, [1], world.user(session, "renshe1"))


def test_the_job_says_what_it_is_in_plain_json(sink: Sink) -> None:
    (one,) = told("renshe1")
    schema = "" if bound().is_sqlite else "dbos."
    query = (
        f"SELECT i.inputs, w.serialization FROM {schema}workflow_status w "
        f"JOIN {schema}workflow_input i ON i.workflow_uuid = w.workflow_uuid WHERE w.workflow_uuid = :id"
    )
    with bound().reader.connect() as connection:
        found = connection.execute(text(query), {"id": job_id(outbox.DELIVER, f"{one}-0")}).one()
    assert json.loads(found.inputs)["positionalArgs"] == [outbox.DELIVER, [one, 0]]
    assert found.serialization == "portable_json"


class Gateway(BaseHTTPRequestHandler):
    """Takes JSON messages; answers the first one with 503."""

    got: list[tuple[Any, dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.got.append((self.headers, body))
        self.send_response(503 if len(self.got) == 1 else 202)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Elsewhere(BaseHTTPRequestHandler):
    """A gateway that sends the asker to another address."""

    asked: list[str] = []

    def do_POST(self) -> None:
        self.asked.append(self.command)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_redirected_message_was_not_delivered_and_shows_its_token_to_nobody_else() -> None:
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        channel.bind(Outside(webhook_url=f"http://127.0.0.1:{server.server_port}/", webhook_token="geheim"))
        message = channel.Message("k", "13800000000", "张三", "主题", "正文", real_now())
        with pytest.raises(channel.Undelivered, match="302"):
            channel.ways()["webhook"].send(message)
        server.shutdown()
    channel.bind(Outside())
    assert Elsewhere.asked == ["POST"]


def test_a_gateway_gets_json_with_the_same_key_each_time(world: World) -> None:
    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        channel.bind(
            Outside(webhook_url=f"http://127.0.0.1:{server.server_port}/sms", webhook_token="geheim")
        )
        with transaction() as session:
            world.user(session, "renshe1").phone = "13800000001"
        (one,) = told("renshe1")
        handlers.deliver(one, 0)
        assert "503" in row(one).fault
        assert row(one).status == WAITING
        handlers.deliver(one, 1)
        server.shutdown()
    channel.bind(Outside())
    assert row(one).status == SENT
    headers, body = Gateway.got[1]
    assert (headers["Authorization"], body["to"]) == ("Bearer geheim", "13800000001")
    assert {got[0]["Idempotency-Key"] for got in Gateway.got} == {body["key"]}


@pytest.mark.parametrize(
    "outside",
    [
        Outside(smtp_url="mail.example.gov.cn:25", mail_from="a@b"),
        Outside(smtp_url="smtp://mail.example.gov.cn"),
        Outside(webhook_url="file:///etc/passwd"),
    ],
)
def test_an_address_that_is_none_stops_the_start(outside: Outside) -> None:
    with pytest.raises(ValueError, match="DUOSHEN_"):
        channel.bind(outside)
