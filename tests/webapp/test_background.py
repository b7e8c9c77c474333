"""What stands still in the background is seen with its reason, by page, REST and command line, and goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.audit import AuditEvent
from models.calendar import real_now
from models.database import reading, transaction
from models.settings import Outside
from models.worker import SILENCE, STALLED, WAITING, Outbox
from models.workflow import ARMED, Timer
from models.workflow import STALLED as TIMER_STALLED
from processes import (
    background,
    channel,
    dossier,
    migration,
    outbox,
    replay,
    screening,
    screening_handin,
    worker,
)
from processes.conversion_queue import CONVERT
from tests.house.source import ROOT
from tests.webapp.api import Caller
from tests.world import World
from webapp import handlers, handlers_figures, repair

SignIn = Callable[[str], FlaskClient]
DECLARED = {
    "dossier.MAKE": dossier.MAKE,
    "WEEKLY": handlers_figures.WEEKLY,
    "board_export.EXPORT": "board_export",
    "outbox.DELIVER": outbox.DELIVER,
    "REMIND": handlers.REMIND,
    "RECOUNT": handlers.RECOUNT,
    "RECOUNT_CASE": handlers.RECOUNT_CASE,
    "screening.PREPARE": screening.PREPARE,
    "screening_handin.COMPLETE": screening_handin.COMPLETE,
    "migration.CHECK": migration.CHECK,
    "migration.APPLY": migration.APPLY,
    "replay.RUN": replay.RUN,
    "CONVERT": CONVERT,
}
WELL = "后台运行正常，没有停滞或失败的事项"


@pytest.fixture
def stuck(app: Flask, world: World) -> Iterator[str]:
    """One of each kind stands still, and the only worker has died; the number of the timer's case."""
    channel.bind(Outside(smtp_url="smtp://127.0.0.1:9", mail_from="a@example.gov.cn"))
    case_id = world.submitted()
    with transaction() as session:
        timer = session.scalars(select(Timer).where(Timer.case_id == case_id)).first()
        assert timer is not None
        timer.status, timer.attempts, timer.fault = TIMER_STALLED, 8, "KeyError: 'x'"
        clerk = world.user(session, "renshe1")
        clerk.email = "renshe1@example.gov.cn"
        session.flush()
        outbox.post(session, [clerk.id], "主题一", "内容")
        row = session.scalars(select(Outbox)).one()
        row.status, row.attempts, row.fault = STALLED, 8, "<b>550</b> 拒收"
        background.enqueue(session, "deliver", [999, 0], "999-0")
        worker.begin(session, "w1", "host-1", 77, "1")
        session.get_one(worker.Worker, "w1").beat_at = real_now() - SILENCE
    background.cancel("deliver", "999-0")
    yield repair.look().items[repair.Kind.TIMER][0].number
    channel.bind(Outside())


def test_a_quiet_background_says_that_all_is_well(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("guanli")
    assert "没有正在运行的工作进程" in client.get("/jobs").text
    with transaction() as session:
        worker.begin(session, "w1", "host-1", 77, "1")
    page = client.get("/jobs").text
    assert WELL in page
    assert "运行中" in page
    assert "后台任务" in client.get("/admin/people").text


def test_what_stands_still_is_shown_with_its_reason(stuck: str, sign_in: SignIn) -> None:
    page = sign_in("guanli").get("/jobs").text
    for shown in (
        stuck,
        "KeyError",
        "&lt;b&gt;550&lt;/b&gt; 拒收",
        "发送消息（999，0）",
        "已取消。",
        "已失联",
    ):
        assert shown in page
    assert WELL not in page


def test_ticked_ones_go_on_and_all_of_a_kind(stuck: str, sign_in: SignIn) -> None:
    client = sign_in("guanli")
    (timer,) = repair.look().items[repair.Kind.TIMER]
    nothing = client.post("/jobs/retry", data={"kind": "timer"}, follow_redirects=True)
    assert "请先勾选" in nothing.text
    client.post("/jobs/retry", data={"kind": "timer", "id": [timer.id, "123456"]})
    client.post("/jobs/retry", data={"kind": "message", "all": "yes"})
    client.post("/jobs/retry", data={"kind": "job", "all": "yes"})
    assert not any(repair.look().items.values())
    with reading() as session:
        assert session.get_one(Timer, int(timer.id)).status == ARMED
        assert session.scalars(select(Outbox.status)).all() == [WAITING]
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("%.retried"))).all()
    assert sorted(actions) == ["job.retried", "outbox.retried", "timer.retried"]
    assert background.status("deliver", ["999-0"]) == {"999-0": "ENQUEUED"}
    strange = [{"kind": "timer", "id": "x"}, {"kind": "message", "id": "9" * 40}, {"kind": "job", "id": "\0"}]
    for data in ({"kind": "king"}, {}, {"kind": "job", "id": "x" * 201}, *strange):
        assert client.post("/jobs/retry", data=data).status_code == 422


def test_programs_see_the_same(stuck: str, caller: Callable[[str], Caller]) -> None:
    program = caller("guanli")
    shown = program.get("/jobs")
    assert [worker["state"] for worker in shown["workers"]] == ["lost"]
    assert {each["kind"]: each["case"] for each in shown["standing"]} == {
        "timer": stuck,
        "message": None,
        "job": None,
    }
    (job,) = [each for each in shown["standing"] if each["kind"] == "job"]
    assert program.post("/jobs/retry", {"kind": "job", "id": "other"}) == {"retried": 0}
    assert program.post("/jobs/retry", {"kind": "job", "id": job["id"]}) == {"retried": 1}
    assert program.post("/jobs/retry", {"kind": "message"}) == {"retried": 1}
    program.post("/jobs/retry", {"kind": "king"}, 422)
    caller("renshe1").post("/jobs/retry", {"kind": "timer"}, 403)


def test_every_job_has_a_title() -> None:
    """Whatever the modules of handlers register, whichever test came first."""
    modules = (ROOT / "webapp").glob("handlers*.py")
    written = "".join(one.read_text("utf-8") for one in modules)
    names = re.findall(r'@(?:job|schedule)\((?:"([a-z_]+)"|([A-Za-z_.]+))', written)
    assert {first or DECLARED[second] for first, second in names} == set(repair.TITLES)


def test_the_command_line_does_too(stuck: str, app: Flask) -> None:
    def run(*words: str) -> str:
        return app.test_cli_runner().invoke(args=list(words)).output

    listed = run("jobs", "list").splitlines()
    assert [line.split("\t")[0] for line in listed] == ["timer", "message", "job"]
    assert "已失联" in run("workers", "list")
    assert run("workers", "failover", "w1") == "已转移 0 项任务。\n"
    assert run("jobs", "retry", "timer", "1234") == "已重试 0 项。\n"
    for kind in repair.Kind:
        assert run("jobs", "retry", kind.value) == "已重试 1 项。\n"
    assert run("jobs", "list") == "没有停滞或失败的事项。\n"
    with transaction() as session:
        worker.begin(session, "w1", "host-1", 77, "1")
    assert "仍在运行" in run("workers", "failover", "w1")
