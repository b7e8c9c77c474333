"""Every route with every role: what was declared is what happens, and strangers find nothing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from models.calendar import now
from models.calendar_text import read_text
from models.case import CaseFile
from models.database import reading, transaction
from models.document import Document
from models.letter import Letter
from models.migration import MigrationPlan
from models.notice import NoticeKind
from models.people import Permission, Role, user_named
from models.policy import PolicySet
from models.workflow import ProcessDefinition
from processes import calendar, document, rehearsal
from processes import case as case_verbs
from processes.draft import create_draft
from processes.notice import announce
from processes.workflow import newest_definition
from tests import register, replays
from tests.notices import notice
from tests.offices import asked
from tests.processes.proposing import drafted, put_forward
from tests.repaired import repaired
from tests.talking import talked
from tests.webapp.api import API, Caller
from tests.webapp.bodies import BODIES
from tests.webapp.knock import paused
from tests.webapp.overseeing import overseen
from tests.world import World, answers
from webapp.access import PUBLIC, SIGNED_IN

SignIn = Callable[[str], FlaskClient]
ROLES = {
    "shenqing": Role.APPLICANT,
    "renshe1": Role.CLERK,
    "renshe0": Role.SUPERVISOR,
    "lingdao": Role.MANAGER,
    "liucheng": Role.PROCESS_OWNER,
    "shenji": Role.AUDITOR,
    "guanli": Role.ADMINISTRATOR,
}
# Offices that have nothing to do in the case: another 旗, another bank, and another applicant.
STRANGERS = ("dlt_renshe1", "dlt_danbao1", "dlt_yinhang1", "youchu1", "youchu0", "shenqing")
OF_A_CASE = {
    "number",
    "task_id",
    "document_id",
    "letter_id",
    "deadline_id",
    "pause_id",
    "repayment_id",
    "import_id",
    "supervision_id",
    "review_id",
    "comment_id",
    "copy_id",
    "export_id",
    "dossier_id",
    "timer_id",
    "correction_id",
}
# What a person has begun himself, and nobody here has: to everybody else it does not exist.
OF_ONE_PERSON = "bulk.show", "api.show_bulk"
NOT_WALKED = {"login.leave", "static"}
# What stands in an address and belongs to no row of this county, or to the only one.
ANYTHING: dict[str, Any] = {
    "step": "applicant",
    "key": "subsidy_claim",
    "year": 2026,
    "by": "text",
    "uscc": "91150627MA0000015M",
    "act": "report",
    **dict.fromkeys(("message_id", "candidate_id", "batch_id"), 1),
    **dict.fromkeys(("evidence_id", "repayment_id", "import_id"), 1),
}
PDF = b"%PDF-1.4\n%%EOF\n"


@dataclass
class Knock:
    """One method of one route with ids that exist."""

    rule: Rule
    method: str
    path: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith(API)

    @property
    def sent(self) -> dict[str, Any]:
        if self.method == "GET":
            return {}
        if self.rule.endpoint in BODIES:
            return {"json": BODIES[self.rule.endpoint]}
        if self.path.endswith("/documents"):
            return {"data": {"kind": "id_card", "file": (io.BytesIO(PDF), "a.pdf")}}
        return {"data": {"reason": "无", "assignee": "1"}}


@pytest.fixture
def ids(app: Flask, world: World) -> dict[str, Any]:
    """A case of the county with a task, a letter and a material, and one row of everything else."""
    with transaction() as session:
        clerk = world.user(session, "renshe1")
        case = case_verbs.create_draft(session, "startup_loan", "person", world.person(), clerk)
        document.add(session, case.id, "id_card", "a.pdf", PDF, clerk)
        case_verbs.submit(session, case.id, clerk)
        case_id = case.id
    world.complete(case_id, "acceptance", answers("acceptance"))
    mended, pause_id = repaired(world, case_id), paused(world, case_id)
    with transaction() as session:
        notice_id = calendar.propose(session, read_text(notice(2027)), world.user(session, "guanli")).id
    published_id, plan_id = _announced(case_id), _planned()
    own = {**_of_the_studio(world), **overseen(world, case_id), **asked(world, case_id)}
    own |= talked(world, case_id) | mended
    register.listed(world, "91150627MA0000015M")
    with reading() as session:
        other = user_named(session, "dlt_yinhang2")
        assert other is not None
        return {
            "number": session.get_one(CaseFile, case_id).number,
            "task_id": world.open_tasks(case_id)["qualification_review"],
            "document_id": session.scalars(select(Document.id)).one(),
            "letter_id": session.scalars(select(Letter.id)).first(),
            "definition_id": session.scalars(select(ProcessDefinition.id)).first(),
            "plan_id": plan_id,
            "set_id": session.scalars(select(PolicySet.id)).first(),
            "user_id": other.id,
            "department_id": other.department_id,
            "deadline_id": world.deadlines(case_id)["qualification"].id,
            "pause_id": pause_id,
            "notice_id": notice_id,
            "published_id": published_id,
            **own,
            **ANYTHING,
        }


def _of_the_studio(world: World) -> dict[str, Any]:
    """What a process owner has begun himself."""
    proposal_id = put_forward(world, drafted(world))
    with transaction() as session:
        owner = world.user(session, "liucheng")
        definition_id = newest_definition(session, "combined_review").id
        source = rehearsal.of_version(session, definition_id)
        return {
            "draft_id": create_draft(session, owner, based_on=definition_id).id,
            "rehearsal_id": rehearsal.keep(session, rehearsal.begin(session, source, owner)[0], owner).id,
            "proposal_id": proposal_id,
            **replays.kept(session, owner),
            "process_key": "combined_review",
            "name": "eligibility.dmn",
            **dict.fromkeys(("of", "to"), definition_id),
        }


def _announced(case_id: int) -> int:
    """An announcement before the public."""
    with transaction() as session:
        case, kind = session.get_one(CaseFile, case_id), NoticeKind.CANCELLATION
        assert case.region_id is not None
        return announce(session, kind, case.region_id, "公告", "公告", subjects=[], case=case, actor=None).id


def _planned() -> int:
    """A plan of migration."""
    with transaction() as session:
        first = session.scalars(select(ProcessDefinition)).first()
        owner = user_named(session, "liucheng")
        assert first is not None and owner is not None
        plan = MigrationPlan(
            key=first.key, to_id=first.id, author_id=owner.id, reason="无", mapping={}, created_at=now()
        )
        session.add(plan)
        session.flush()
        return plan.id


def knocks(app: Flask, ids: dict[str, Any]) -> Iterator[Knock]:
    """Every method of every route."""
    adapter = app.url_map.bind("localhost")
    # What throws a thing away comes last: the other routes still find it.
    rules = sorted(
        app.url_map.iter_rules(),
        key=lambda rule: rule.endpoint.endswith(("delete", "discard", "discard_replay")),
    )
    for rule in rules:
        if rule.endpoint in NOT_WALKED:
            continue
        path = adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Knock(rule, method, path)


def may(app: Flask, endpoint: str, role: Role) -> bool:
    needed = app.view_functions[endpoint].permission
    return needed in (PUBLIC, SIGNED_IN) or Permission(needed) in role.permissions


@pytest.mark.parametrize("username", ROLES)
def test_every_route_does_what_it_declares(
    app: Flask, ids: dict[str, Any], sign_in: SignIn, username: str
) -> None:
    client, program = sign_in(username), Caller(app, username)
    for knock in knocks(app, ids):
        if knock.is_api:
            answer = program.call(knock.method, knock.path.removeprefix(API), **knock.sent)
        else:
            answer = client.open(knock.path, method=knock.method, **knock.sent)
        told = f"{knock.method} {knock.path}: {answer.status_code}"
        if may(app, knock.rule.endpoint, ROLES[username]):
            assert answer.status_code in (200, 201, 204, 302, 303, 400, 403, 404, 409, 415, 422), told
            if knock.method == "GET" and knock.rule.endpoint in OF_ONE_PERSON:
                assert answer.status_code == 404, told
            elif knock.method == "GET" and not OF_A_CASE & knock.rule.arguments:
                assert answer.status_code in (200, 302), told
        else:
            assert answer.status_code == 403, told


def test_nobody_gets_in_without_a_login(app: Flask, ids: dict[str, Any]) -> None:
    client = app.test_client()
    for knock in knocks(app, ids):
        if app.view_functions[knock.rule.endpoint].permission == PUBLIC:
            continue
        answer = client.open(knock.path, method=knock.method, **knock.sent)
        told = f"{knock.method} {knock.path}: {answer.status_code}"
        if knock.is_api:
            assert answer.status_code == 401, told
        else:
            assert answer.status_code == 302, told
            assert answer.location.startswith("/login"), told


@pytest.mark.parametrize("username", STRANGERS)
def test_to_a_stranger_a_case_does_not_exist(
    app: Flask, world: World, ids: dict[str, Any], sign_in: SignIn, username: str
) -> None:
    client, program = sign_in(username), Caller(app, username)
    tried = set()
    with reading() as session:
        role = Role(world.user(session, username).role)
    for knock in knocks(app, ids):
        if not OF_A_CASE & knock.rule.arguments:
            continue
        if knock.is_api:
            answer = program.call(knock.method, knock.path.removeprefix(API), **knock.sent)
        else:
            answer = client.open(knock.path, method=knock.method, **knock.sent)
        expected = 404 if may(app, knock.rule.endpoint, role) else 403
        assert answer.status_code == expected, f"{knock.method} {knock.path}: {answer.status_code}"
        assert ids["number"] not in answer.text.replace(knock.path, "")
        tried |= OF_A_CASE & knock.rule.arguments
    assert tried == OF_A_CASE


@pytest.mark.parametrize(
    "number", ["9" * 19, "9" * 40, "2147483648", "0", "-1", "1.5", "x", "%00", "%F0%9F%92%A9"]
)
def test_odd_ids_are_not_found(app: Flask, ids: dict[str, Any], sign_in: SignIn, number: str) -> None:
    clients = {name: sign_in(name) for name in ("renshe1", "liucheng", "guanli", "lingdao", "shenji")}
    programs = [Caller(app, name) for name in clients]
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        names = rule.arguments - {"step"}
        if rule.endpoint in NOT_WALKED or not names or "GET" not in (rule.methods or set()):
            continue
        path = adapter.build(rule.endpoint, ids).replace(f"/{ids[next(iter(names))]}", f"/{number}")
        if path.startswith(API):
            told = {program.call("GET", path.removeprefix(API)).status_code for program in programs}
            assert 404 in told <= {403, 404}, path
        for client in clients.values():
            assert client.get(path).status_code in (401, 403, 404), path


def test_every_role_is_walked() -> None:
    assert set(ROLES.values()) == set(Role)
