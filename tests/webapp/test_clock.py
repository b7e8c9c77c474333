"""The training clock: moves the date, fires what is due, and does not exist anywhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from models import calendar, database
from models.calendar import SHANGHAI
from models.database import bound, reading
from models.settings import Outside
from models.working_days import next_working_day
from processes import channel, document
from processes.seed import SAMPLE_PASSWORD
from tests.webapp.knock import number_of
from tests.world import World, answers

LONG = timedelta(days=40)


@pytest.fixture
def running(url: str, application: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The application on the sample county (see `url`), with a clock that runs: no test holds it."""
    bound = database.bind(database.Database(url))
    document.bind_folder(tmp_path / "uploads")
    channel.bind(Outside())
    settled = dict(application.config)
    application.config["WTF_CSRF_ENABLED"] = False
    yield application
    application.config.clear()
    application.config.update(settled)
    bound.dispose()


@pytest.fixture
def client(running: Flask) -> FlaskClient:
    """The administrator."""
    client = running.test_client()
    client.post("/login", data={"username": "guanli", "password": SAMPLE_PASSWORD})
    return client


def shown() -> str:
    with reading():
        return f"{calendar.now().astimezone(SHANGHAI):%Y-%m-%d}"


def test_the_date_is_set_and_every_page_says_so(client: FlaskClient) -> None:
    answer = client.post("/clock", data={"day": "2027-03-05", "hour": "09:00"})
    assert "没有到期事项" in answer.text
    assert "模拟日期 <b>2027-03-05" in client.get("/admin/people").text
    assert shown() == "2027-03-05"


def test_days_and_working_days_are_stepped_and_reset(client: FlaskClient) -> None:
    real = shown()
    page = client.post("/clock", data={"day": "2026-09-30", "hour": "09:00"}).text
    assert "培训日期已调整为 2026-09-30 09:00。" in page
    client.post("/clock/step", data={"by": "day"})
    assert shown() == "2026-10-01"
    client.post("/clock/step", data={"by": "working_day"})
    with reading():
        expected = next_working_day(calendar.today() - timedelta(days=1), calendar.calendar())
    assert shown() == expected.isoformat() == "2026-10-08"
    client.post("/clock/step", data={"by": "reset"})
    assert shown() == real
    assert client.post("/clock/step", data={"by": "year"}).status_code == 400


def test_the_next_event_is_stepped_to_and_told_on_the_page_one_was_on(client: FlaskClient) -> None:
    client.post("/clock", data={"day": "2026-03-02", "hour": "09:00"})
    world = World()
    case_id = world.submitted(signed_on="2026-03-02")
    header = client.get("/admin/people").text
    assert header.index("至下一到期事项") < header.index("<header")
    assert 'name="back" value="/admin/people?"' in header
    # 5 working days from the receipt: warned on the 5th, on the 9th, missed at midnight, told on the 10th.
    seen = []
    for _step in range(4):
        told = client.post(
            "/clock/step", data={"by": "next", "back": "/admin/people?"}, follow_redirects=True
        )
        assert told.request.path == "/admin/people"
        seen.append(told.text.split('role="status">')[1].split("</div>")[0])
    number = number_of(case_id)
    assert seen == [
        "培训日期已调整为 2026-03-05 09:00。已发出 3 份时限提醒。",
        "培训日期已调整为 2026-03-09 09:00。已发出 3 份时限提醒。",
        f"培训日期已调整为 2026-03-10 00:00。{number}：一次性告知时限 5 个工作日已到期。",
        "培训日期已调整为 2026-03-10 09:00。已发出 3 份时限提醒。",
    ]
    assert client.post("/clock/step", data={"by": "next", "back": "//evil"}).location == "/clock"


def test_where_nothing_waits_there_is_no_next_event(client: FlaskClient) -> None:
    real = shown()
    answer = client.post("/clock/step", data={"by": "next"}, follow_redirects=True)
    assert "没有等待发生的事项" in answer.text
    assert shown() == real


def test_what_has_become_due_is_done_at_once(client: FlaskClient) -> None:
    world = World()
    with reading():
        signed = calendar.today()
    case_id = world.submitted(signed_on=signed.isoformat())
    world.complete(case_id, "acceptance", answers("acceptance"))
    answer = client.post("/clock", data={"day": (signed + LONG).isoformat(), "hour": "09:00"})
    assert answer.status_code == 200
    assert "没有到期事项" not in answer.text
    assert world.deadlines(case_id)["qualification"].missed_at is not None


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("2026-02-30", "09:00"),
        ("1999-01-01", "09:00"),
        ("2099-01-01", "09:00"),
        ("", "09:00"),
        ("2026-03-05", "24:00"),
        ("2026-03-05", "x"),
        ("2026-03-05", ""),
        ("2026-03-05", "٠٩:٠٠"),
    ],
)
def test_dates_that_are_none_are_refused(client: FlaskClient, day: str, hour: str) -> None:
    real = shown()
    answer = client.post("/clock", data={"day": day, "hour": hour})
    assert (answer.status_code, shown()) == (422, real)


def test_outside_of_training_there_is_no_clock(running: Flask, client: FlaskClient) -> None:
    assert client.get("/clock").status_code == 200
    running.config["TRAINING"] = False
    for method, path in (("GET", "/clock"), ("POST", "/clock"), ("POST", "/clock/step")):
        assert client.open(path, method=method).status_code == 404
    running.config["TRAINING"] = True
    with bound().writer.begin() as connection:
        connection.execute(sa.text("UPDATE installation SET is_training = :no"), {"no": False})
    assert client.post("/clock/step", data={"by": "day"}).status_code == 404


@pytest.mark.parametrize(("operator", "stamp"), [(True, False), (False, True)])
def test_the_stamp_of_the_database_and_the_operator_must_agree(
    running: Flask, client: FlaskClient, operator: bool, stamp: bool
) -> None:
    client.post("/clock", data={"day": "2027-03-05", "hour": "09:00"})
    running.config["TRAINING"] = operator
    with bound().writer.begin() as connection:
        connection.execute(sa.text("UPDATE installation SET is_training = :stamp"), {"stamp": stamp})
    page = client.get("/admin/people").text
    assert "clock/step" not in page
    # Real data count by the real time, whatever offset stands in the row; a training banner stays on.
    assert ("培训环境" in page, shown() == "2027-03-05") == (stamp, stamp)
    for by in ("day", "next", "reset"):
        assert client.post("/clock/step", data={"by": by}).status_code == 404
    run = running.test_cli_runner()
    for arguments in (["clock", "next"], ["clock", "set", "2027-01-01"], ["clock", "reset"]):
        assert run.invoke(args=arguments).exit_code == 1


def test_only_the_administrator_moves_it(running: Flask) -> None:
    clerk = running.test_client()
    clerk.post("/login", data={"username": "renshe1", "password": SAMPLE_PASSWORD})
    assert clerk.get("/clock").status_code == 403
    assert clerk.post("/clock/step", data={"by": "day"}).status_code == 403
    page = clerk.get("/tasks").text
    assert "培训环境，数据为模拟数据" in page
    assert "clock/step" not in page


def test_the_header_is_a_form_like_any_other(running: Flask) -> None:
    client = running.test_client()
    client.post("/login", data={"username": "guanli", "password": SAMPLE_PASSWORD})
    real = shown()
    running.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/clock/step", data={"by": "day"}).status_code == 400
    assert shown() == real
    token = re.search(
        '<form class="training-clock".*?name="csrf_token" value="([^"]+)"', client.get("/clock").text
    )
    assert token is not None
    assert client.post("/clock/step", data={"by": "day", "csrf_token": token[1]}).status_code == 302
    assert shown() != real
