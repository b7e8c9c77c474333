"""Cases as XES and CSV: the life of every step, no applicant named, whatever their number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import select

from models import event_log
from models.calendar import fixed_at
from models.case import CaseFile
from models.database import reading, transaction
from models.event_log import Asked, Scope, traces
from processes import withdrawal
from tests.conftest import MONDAY
from tests.webapp.api import Caller
from tests.webapp.knock import counted
from tests.world import World, answers

SignIn = Callable[[str], FlaskClient]
NS = {"x": "http://www.xes-standard.org/"}
ASKED = {"from_on": "2026-03-01", "to_on": "2026-03-31", "format": "xes"}


@pytest.fixture
def cases(world: World) -> World:
    """Three cases; one of them is two hours old and has been through two steps."""
    case_id = world.submitted()
    with fixed_at(MONDAY + timedelta(hours=2)):
        world.complete(case_id, "acceptance", answers("acceptance", opinion="赵一的材料齐全"))
        world.complete(case_id, "qualification_review", answers("qualification_review"))
    for _ in range(2):
        world.submitted()
    return world


def attributes(node: etree._Element) -> dict[str, str]:
    return {one.get("key"): one.get("value") for one in node if one.get("key")}


def test_an_xes_log_tells_the_life_of_every_step(cases: World, sign_in: SignIn) -> None:
    client = sign_in("shenji")
    assert "流程事件日志" in client.get("/audit/event-log").text
    answer = client.post("/audit/event-log", data=ASKED)
    assert answer.headers["Content-Disposition"].endswith('event-log.xes"')
    log = etree.fromstring(answer.data)
    found = log.findall("x:trace", NS)
    assert len(found) == 3
    events = [attributes(event) for event in found[0].findall("x:event", NS)]
    life = [(one["concept:name"], one["lifecycle:transition"]) for one in events]
    assert ("受理审查", "schedule") in life
    assert life.index(("受理审查", "schedule")) < life.index(("受理审查", "complete"))
    done = next(one for one in events if one["lifecycle:transition"] == "complete")
    assert done["time:timestamp"] == "2026-03-02T11:00:00.000+08:00"
    assert done["org:group"] == "伊金霍洛旗人力资源和社会保障局"
    assert done["org:resource"].startswith("U")
    assert done["deadline:due_on"].startswith("2026-03-0")
    assert attributes(found[0])["case:version"] == "1"
    assert [one.get("prefix") for one in log.findall("x:extension", NS)] == [
        "concept",
        "lifecycle",
        "time",
        "org",
    ]
    assert not any(word in answer.text for word in ("赵一", "钱二", "孙三", "150627"))
    assert "导出流程事件日志" in client.get("/audit?action=event_log.exported").text


TRANSITIONS = {
    "schedule",
    "assign",
    "reassign",
    "start",
    "suspend",
    "resume",
    "complete",
    "withdraw",
    "ate_abort",
}


def test_an_xes_log_keeps_the_rules_of_the_standard(cases: World, sign_in: SignIn) -> None:
    """IEEE 1849: order of elements, types of names and version, globals that every event has, zones, transitions."""
    sent = sign_in("shenji").post("/audit/event-log", data={**ASKED, "scope": "all"})
    log = etree.fromstring(sent.data)
    order = ["extension", "global", "classifier", "string", "date", "trace"]
    places = [order.index(etree.QName(node).localname) for node in log]
    assert [place if place < 3 else 3 + (place == 5) for place in places] == sorted(
        place if place < 3 else 3 + (place == 5) for place in places
    )
    assert float(log.get("xes.version")) == 1849.2016
    own = {one.get("prefix") for one in log.findall("x:extension", NS)} | {"case", "deadline", "duoshen"}
    glob = attributes(log.find("x:global[@scope='event']", NS))
    for one in log.findall("x:classifier", NS):
        assert re.fullmatch(r"[A-Za-z_][\w.-]*", one.get("name"))
        assert set(one.get("keys").split()) <= glob.keys()
    for event in log.iterfind("x:trace/x:event", NS):
        told = attributes(event)
        assert all(told.get(name) for name in glob), told
        assert told["lifecycle:transition"] in TRANSITIONS
        assert {key.partition(":")[0] for key in told} <= own
        days = [one.get("value") for one in event if etree.QName(one).localname == "date"]
        assert all(re.search(r"T\d\d:\d\d:\d\d\.\d{3}\+08:00$", day) for day in days)


def test_a_step_that_fell_away_ends_when_the_case_was_withdrawn(cases: World) -> None:
    with reading() as session:
        case_id = session.scalars(select(CaseFile.id).order_by(CaseFile.id.desc())).first()
        assert case_id is not None
    with fixed_at(MONDAY + timedelta(hours=3)), transaction() as session:
        withdrawal.withdraw(session, case_id, cases.user(session, "renshe1"), "申请人不再需要")
    with reading() as session:
        whole, _after = traces(
            session, cases.user(session, "shenji"), Asked(date(2026, 3, 1), date(2026, 3, 31))
        )
    ended = [
        (event.name, event.at, event.resource)
        for event in whole[-1].events
        if event.transition == "ate_abort"
    ]
    assert ended == [("受理审查", MONDAY + timedelta(hours=3), "系统")]
    assert not any(event.transition == "ate_abort" for one in whole[:-1] for event in one.events)


def test_a_csv_has_a_line_an_event_and_names_on_demand(cases: World, sign_in: SignIn) -> None:
    client = sign_in("shenji")
    given = {**ASKED, "format": "csv", "names": "yes", "scope": "all"}
    text = client.post("/audit/event-log", data=given).text.lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {"提交申请", "出具文书", "受理审查"} <= {row["activity"] for row in rows}
    assert "孙三" in {row["resource"] for row in rows}
    assert "赵一" not in text
    of_one = [row for row in rows if row["case_id"] == rows[0]["case_id"]]
    assert [row["timestamp"] for row in of_one] == sorted(row["timestamp"] for row in of_one)


def test_it_is_read_in_chunks_with_a_fixed_number_of_statements(
    cases: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(date(2026, 3, 1), date(2026, 3, 31), scope=Scope.ALL)
    with reading() as session:
        auditor = cases.user(session, "shenji")
        whole, after = traces(session, auditor, asked)
        monkeypatch.setattr(event_log, "CHUNK", 2)
        with counted() as statements:
            first, after = traces(session, auditor, asked)
        rest, end = traces(session, auditor, asked, after)
    assert [one.number for one in [*first, *rest]] == [one.number for one in whole]
    assert (len(first), len(rest), end) == (2, 1, 0)
    assert len(statements) <= 5


def test_who_may_and_what_is_refused(
    cases: World, app: Flask, sign_in: SignIn, caller: Callable[[str], Caller], tmp_path: Path
) -> None:
    assert sign_in("lingdao").post("/audit/event-log", data=ASKED).status_code == 403
    client = sign_in("shenji")
    for wrong in (
        {"from_on": ""},
        {"to_on": "2026-02-01"},
        {"process": "x"},
        {"format": "exe"},
        {"scope": "x"},
    ):
        refused = client.post("/audit/event-log", data={**ASKED, **wrong})
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
    program = caller("shenji")
    sent = program.call("POST", "/audit/event-log", json=ASKED)
    assert etree.fromstring(sent.data).tag.endswith("log")
    program.post("/audit/event-log", {**ASKED, "from_on": "1"}, status=422)
    file = tmp_path / "log.csv"
    run = app.test_cli_runner().invoke
    period = ["--from", "2026-03-01", "--to", "2026-03-31", "--format", "csv", "--by"]
    assert run(args=["audit", "event-log", str(file), *period, "renshe1"]).exit_code == 1
    assert run(args=["audit", "event-log", str(file), *period, "shenji"]).exit_code == 0
    assert file.read_text(encoding="utf-8").count("受理审查") >= 4
