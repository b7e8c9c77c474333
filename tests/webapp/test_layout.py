"""The two ways in which the program is run, as processes of their own: one is killed in the middle, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import select, update

from models import audit
from models.audit import AuditEvent
from models.calendar import now, real_now, set_clock
from models.database import bound, reading, transaction
from models.settings import Outside
from models.worker import SENT, SILENCE, STALLED, Outbox, Worker
from models.workflow import ARMED, Timer
from processes import background, channel, outbox
from processes.background import client
from processes.login import create_token
from tests.house.source import ROOT
from tests.sink import Sink, mail_sink
from tests.world import World
from webapp import handlers

MAILS, CASES = 24, 3
Start = Callable[..., "Running"]


class Running:
    """One process of `flask --app webapp …`."""

    def __init__(self, words: tuple[str, ...], environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "flask", "--app", "webapp", *words]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def says(self, part: str) -> str:
        """The next line, which must contain that."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert part in line, line + self.process.stdout.read()
        return line

    def address(self) -> str:
        """Where a server listens, once it does."""
        return self.says("多审已启动").split("：")[1].split()[0]

    def dies(self) -> None:
        """Without a word to anybody."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ends(self) -> int:
        """As a service manager asks it to; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=80)


@pytest.fixture
def gate() -> threading.Event:
    """Closed: every mail server's answer waits."""
    return threading.Event()


@pytest.fixture
def sink(world: World, gate: threading.Event) -> Iterator[Sink]:
    with mail_sink() as sink:
        sink.on_mail = lambda: bool(gate.wait(30))
        channel.bind(Outside(sink.url, "duoshen@example.gov.cn"))
        yield sink
        channel.bind(Outside())


@pytest.fixture
def start(url: str, sink: Sink, tmp_path: Path) -> Iterator[Start]:
    """Starts processes on the database of the test; what still lives at the end is killed."""
    environment = {
        "PATH": os.environ["PATH"],
        "DUOSHEN_DATABASE_URL": url,
        "DUOSHEN_INSTANCE": str(tmp_path / "instance"),
        "DUOSHEN_DATA_KEY": bytes(range(32)).hex(),
        "DUOSHEN_SECRET_KEY": "test",
        "DUOSHEN_SMTP_URL": sink.url,
        "DUOSHEN_MAIL_FROM": "duoshen@example.gov.cn",
    }
    with ExitStack() as stack:

        def run(*words: str) -> Running:
            started = Running(words, environment)
            stack.callback(started.process.communicate)
            stack.callback(started.process.kill)
            return started

        yield run


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)
    return holds()


def prepare(world: World) -> list[int]:
    """MAILS messages that stand still and a few terms that have ended; the ids of the messages."""
    for _case in range(CASES):
        world.submitted()
    with transaction() as session:
        set_clock(session, real_now() + timedelta(days=365))
        clerk = world.user(session, "renshe1")
        clerk.email = "renshe1@example.gov.cn"
        session.flush()
        session.execute(update(Outbox).values(status=SENT))
        for number in range(MAILS):
            outbox.post(session, [clerk.id], f"第 {number} 封", "内容")
        ids = list(session.scalars(select(Outbox.id).where(Outbox.status != SENT)))
        session.execute(update(Outbox).where(Outbox.id.in_(ids)).values(status=STALLED, attempts=8))
    background.forget(outbox.DELIVER, [f"{each}-0" for each in ids])
    return ids


def ask(world: World, addresses: list[str], ids: list[int]) -> None:
    """An administrator's program lets one message go on at each web process, then all others at the last."""
    with transaction() as session:
        token = create_token(session, world.user(session, "guanli"))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    bodies = [f'{{"kind": "message", "id": "{each}"}}' for each in ids[: len(addresses)]]
    for address, body in [*zip(addresses, bodies, strict=True), (addresses[-1], '{"kind": "message"}')]:
        with urlopen(Request(f"{address}api/v1/jobs/retry", body.encode(), headers)) as answer:
            assert b"retried" in answer.read()


def in_hand() -> Counter[str]:
    """Worker → messages that it is sending."""
    found = client._listed(status=["PENDING"], workflow_id_prefix=outbox.DELIVER)
    return Counter(str(each.executor_id) for each in found)


def statuses() -> Counter[str]:
    with reading() as session:
        return Counter(session.scalars(select(Outbox.status).where(Outbox.attempts >= 8)))


def minutes_pass(dead: str) -> None:
    """What was in the dead worker's hand is due again, and its silence is noticed."""
    with transaction() as session:
        session.execute(update(Outbox).values(not_before=real_now() - timedelta(seconds=1)))
        silent = real_now() - SILENCE
        session.execute(update(Worker).where(Worker.executor_id == dead).values(beat_at=silent))


def is_sent() -> bool:
    """Whether everything is; when nobody is at it any more, minutes pass and the others take it over."""
    if statuses() == {SENT: MAILS}:
        return True
    if not client._listed(status=["PENDING", "ENQUEUED"], workflow_id_prefix=outbox.DELIVER):
        minutes_pass("w1")
        handlers.sweep()
    return False


def all_is_done_once(sink: Sink) -> None:
    """Every message came, each once; every term ended, each once."""
    assert eventually(is_sent)
    ours = Counter(str(mail["Message-ID"]) for mail in sink.mails if mail["Subject"].endswith("封"))
    assert (len(ours), set(ours.values())) == (MAILS, {1})
    assert eventually(lambda: not due_timers())
    with reading() as session:
        told = select(AuditEvent.case_id, AuditEvent.summary).where(AuditEvent.action == "deadline.missed")
        missed = Counter((row.case_id, row.summary) for row in session.execute(told))
        assert len({case_id for case_id, _what in missed}) == CASES
        assert set(missed.values()) == {1}
        assert list(audit.verify(session)) == []
    assert background.failed() == []
    # A job ends a moment after its message is sent.
    assert eventually(lambda: not in_hand())


def due_timers() -> int:
    with reading() as session:
        return session.query(Timer).filter(Timer.status == ARMED, Timer.due_at <= now()).count()


def test_one_of_them_is_killed_in_the_middle_and_nothing_is_lost_or_done_twice(
    world: World, start: Start, sink: Sink, gate: threading.Event
) -> None:
    """PostgreSQL: two web processes that only enqueue, two workers. SQLite: one process that does it all."""
    ids = prepare(world)
    names = ["w1"] if bound().is_sqlite else ["w1", "w2"]
    if bound().is_sqlite:
        workers = webs = [start("serve", "--port", "0", "--id", "w1")]
    else:
        webs = [start("serve", "--port", "0", "--web-only") for _web in range(2)]
        workers = [start("worker", "--id", name) for name in names]
        for name, worker in zip(names, workers, strict=True):
            worker.says(f"工作进程 {name} 已启动")
    addresses = [web.address() for web in webs]
    second = start("worker", "--id", names[-1])
    second.says(f"编号为 {names[-1]} 的工作进程已在运行")
    assert second.process.wait() == 1

    # From here to the open gate less time passes than a mail server is waited for.
    ask(world, addresses, ids)
    assert eventually(lambda: sorted(in_hand()) == names)
    workers[0].dies()
    gate.set()
    if bound().is_sqlite:
        workers[0] = start("serve", "--port", "0", "--id", "w1")
        workers[0].address()
    assert eventually(lambda: in_hand()["w2"] == 0)
    if not bound().is_sqlite:
        minutes_pass("w1")
        handlers.failover()

    all_is_done_once(sink)
    with reading() as session:
        assert sorted(session.scalars(select(Worker.executor_id))) == names
    carried = client._listed(workflow_id_prefix=outbox.DELIVER)
    assert {each.executor_id for each in carried} <= set(names)
    for process in {*webs, *workers}:
        if process.process.poll() is None:
            assert process.ends() == 0
