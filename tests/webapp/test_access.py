"""Who looked at what: noted after the answer, once in ten minutes, never at the cost of a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from models.access_list import Asked, looks
from models.access_log import AccessRecord, LookKind
from models.calendar import fixed_at
from models.database import bound, reading, transaction
from processes import access_log
from tests.conftest import MONDAY
from tests.webapp.api import Caller
from tests.webapp.knock import counted
from tests.world import World, answers
from webapp import looking

SignIn = Callable[[str], FlaskClient]


def number_of(case_id: int) -> str:
    with reading() as session:
        return str(
            session.execute(sa.text(f"SELECT number FROM case_file WHERE id = {case_id}")).scalar_one()
        )


def noted() -> list[tuple[str, int, str]]:
    with reading() as session:
        rows = session.scalars(sa.select(AccessRecord).order_by(AccessRecord.id))
        return [(row.kind, row.thing_id, row.door) for row in rows]


def look(client: FlaskClient, path: str, **given: object) -> int:
    """A page until it is closed, as a server closes it."""
    return client.open(path, buffered=True, **given).status_code


def test_a_look_is_noted_once_in_ten_minutes_after_the_answer(world: World, sign_in: SignIn) -> None:
    number = number_of(world.submitted())
    client = sign_in("renshe1")
    with counted() as before:
        assert client.get(f"/cases/{number}").status_code == 200  # not closed: nothing is written
    assert noted() == []
    with counted() as statements:
        for _ in range(2):
            assert look(client, f"/cases/{number}") == 200
    written = [text for text in statements if "access_record" in text]
    assert len(written) == 2
    # The page itself asks for nothing more; each look costs the knock's own question and one insertion.
    assert len(statements) == 2 * (len(before) + 2)
    assert noted() == [("case", 0, "page")]
    with fixed_at(MONDAY + timedelta(minutes=11)):
        look(client, f"/cases/{number}")
    assert noted() == [("case", 0, "page")] * 2


def test_documents_letters_counts_full_data_and_programs(
    world: World, sign_in: SignIn, caller: Callable[[str], Caller]
) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    number = number_of(case_id)
    client = sign_in("renshe1")
    with reading() as session:
        letter = session.execute(sa.text("SELECT max(id) FROM letter")).scalar_one()
        clock = session.execute(sa.text("SELECT max(id) FROM deadline")).scalar_one()
    look(client, f"/letters/{letter}")
    look(client, f"/cases/{number}/deadlines/{clock}")
    look(client, f"/cases/{number}/reveal", method="POST", data={"reason": "核对"})
    look(client, f"/cases/{number}/reveal", method="POST", data={"reason": ""})
    look(client, "/cases/CD202699999")
    look(client, "/cases")
    caller("yinhang1").call("GET", f"/cases/{number}", buffered=True)
    caller("renshe1").call("GET", f"/cases/{number}", buffered=True)
    assert noted() == [
        ("letter", letter, "page"),
        ("count", clock, "page"),
        ("personal_data", 0, "page"),
        # The page that asked for the reason once more; the program's look a moment later is the same row.
        ("case", 0, "page"),
    ]


def test_a_page_that_answers_a_post_is_a_look_too(world: World, sign_in: SignIn) -> None:
    cases = [world.submitted() for _ in range(4)]
    wrong, row, late, led = [world.open_tasks(case_id)["acceptance"] for case_id in cases]
    client = sign_in("renshe1")
    assert look(client, f"/tasks/{wrong}", method="POST", data={}) == 422
    assert look(client, f"/tasks/{row}", method="POST", data={"add_row": "missing"}) == 200
    world.complete(cases[2], "acceptance", answers("acceptance"), "renshe2")
    assert look(client, f"/tasks/{late}", method="POST", data={"opinion": "x"}) == 409
    assert look(client, f"/tasks/{led}/claim", method="POST") == 302
    assert look(sign_in("yinhang1"), f"/tasks/{led}", method="POST", data={}) == 404
    assert look(client, f"/cases/{number_of(cases[3])}", method="HEAD") == 200
    with reading() as session:
        seen = sa.select(AccessRecord.case_id).order_by(AccessRecord.id)
        assert list(session.scalars(seen)) == cases[:3]
    assert noted() == [("case", 0, "page")] * 3


def test_auditors_read_all_heads_their_people_and_others_nothing(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    number = number_of(case_id)
    for who in ("renshe1", "shenji"):
        look(sign_in(who), f"/cases/{number}")
    auditor, head = sign_in("shenji"), sign_in("renshe0")
    page = auditor.get("/access").text
    assert "钱二" in page
    assert "查看案卷" in page
    of_office = head.get(f"/cases/{number}/looks").text
    assert "钱二" in of_office
    assert page.count("查看案卷</td>") == 2
    assert of_office.count("查看案卷</td>") == 1
    assert sign_in("renshe1").get("/access").status_code == 403
    assert "没有符合条件的记录" in auditor.get("/access?person=没有这个人").text
    wrong = auditor.get("/access?from_on=2026-13-01&kind=x&office=9999999999")
    assert wrong.status_code == 422
    assert "请按“2026-03-02”的格式填写日期。" in wrong.text
    assert 'value="2026-13-01"' in wrong.text
    assert auditor.get("/access?after=x").status_code == 422


def test_looks_are_paged_and_exported(world: World, sign_in: SignIn) -> None:
    numbers = [number_of(world.submitted()) for _ in range(3)]
    client = sign_in("renshe1")
    for number in numbers:
        look(client, f"/cases/{number}")
    with reading() as session:
        auditor = world.user(session, "shenji")
        first = looks(session, auditor, Asked(), limit=2)
        second = looks(session, auditor, Asked(after=first.after), limit=2)
        with counted() as statements:
            looks(session, auditor, Asked(kind=LookKind.CASE))
    assert [line.record.case.number for line in [*first.lines, *second.lines]] == numbers[::-1]
    assert second.after == ""
    assert len(statements) <= 4
    auditor_client = sign_in("shenji")
    table = auditor_client.post("/access/export", data={"format": "csv", "case": numbers[0]}).text
    assert table.count("\r\n") == 2
    assert numbers[0] in table
    assert numbers[1] not in table
    with auditor_client.post("/access/export", data={"format": "xlsx"}) as book:
        assert book.data[:2] == b"PK"
    assert auditor_client.post("/access/export", data={"format": "exe"}).status_code == 422
    assert "导出查阅记录" in auditor_client.get("/audit?action=access.exported").text


def test_no_database_fault_costs_a_page_and_no_look_is_lost(
    world: World, app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = number_of(world.submitted())
    client = sign_in("renshe1")

    def full(*_given: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(looking, "looked", full)
        assert look(client, f"/cases/{number}") == 200
    assert noted() == []
    look(client, f"/cases/{number}?tab=log")
    assert noted() == [("case", 0, "page")]
    assert not looking._waiting


def test_the_database_keeps_what_was_noted(world: World) -> None:
    case_id = world.submitted()
    with transaction() as session:
        user = world.user(session, "renshe1")
        access_log.looked(session, [access_log.look_at(user, case_id, LookKind.CASE)] * 2)
    assert noted() == [("case", 0, "page")]
    for statement in ("UPDATE access_record SET kind = 'x'", "DELETE FROM access_record"):
        with pytest.raises(sa.exc.DBAPIError), bound().writer.begin() as connection:
            connection.execute(sa.text(statement))


# What stands in addresses of pages that show nothing of one case; adding one is a decision.
OTHERS = {
    "batch_id", "by", "candidate_id", "definition_id", "department_id", "draft_id", "evidence_id", "export_id",
    "filename", "import_id", "key", "line_id", "name", "notice_id", "of", "person_id", "plan_id", "process_key",
    "proposal_id", "published_id", "rehearsal_id", "repayment_id", "run_id", "secret", "set_id", "step", "to", "uscc",
    "user_id", "year",
}  # fmt: skip


@pytest.mark.once
def test_no_address_of_a_case_is_forgotten(app: Flask) -> None:
    """A new page is recorded by itself when its address names a case as the others do."""
    shown = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    named = {name for rule in shown for name in rule.arguments}
    assert {*named, "case_id"} >= access_log.NAMES
    assert named - access_log.NAMES - set(looking._THINGS) <= OTHERS


def test_a_command_by_a_persons_name_is_a_look_of_that_person(world: World, app: Flask) -> None:
    """What names a case and was answered; refusals and lists are none, and a second one in ten minutes is the same."""
    case_id = world.submitted()
    number, task = number_of(case_id), str(world.open_tasks(case_id)["acceptance"])

    def run(*arguments: str, by: str) -> int:
        return app.test_cli_runner().invoke(args=[*arguments, "--by", by]).exit_code

    assert run("tasks", "show", task, by="renshe1") == run("talk", "list", number, by="renshe1") == 0
    assert run("tasks", "show", task, by="danbao1") == run("talk", "list", number, by="yinhang1") == 1
    assert run("cases", "list", by="renshe2") == run("audit", "looks", by="shenji") == 0
    assert run("audit", "looks", "--case", number, by="shenji") == 0
    with reading() as session:
        rows = session.scalars(sa.select(AccessRecord).order_by(AccessRecord.id)).all()
        who = [world.user(session, name).id for name in ("renshe1", "shenji")]
    assert [(row.user_id, row.case_id) for row in rows] == [(one, case_id) for one in who]
    assert noted() == [("case", 0, "cli"), ("log", 0, "cli")]
