"""A case of every kind has its page, for everybody who sees it: no form and no materials where it is no application."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from models.case import CaseFile
from models.database import reading
from models.scheme import Scheme
from tests import screening
from tests.arrears import lent, wake
from tests.credit import code
from tests.notice_board import Board
from tests.processes.test_general import started
from tests.register import listed, proposed, reported
from tests.webapp.knock import SignIn
from tests.world import World, on

AUGUST = date(2026, 8, 3)
APPLICATIONS = (Scheme.STARTUP_LOAN, Scheme.CREDIT_APPLICATION)
TABS = ("form", "nonsense")


def _everything(world: World) -> None:
    """At least one case of every scheme, by the verbs of its room."""
    world.submitted()
    screening.opened(world, 1)
    with on(AUGUST):
        board = Board(world)
        board.object(board.published(firms=1))
        reported(world, listed(world, code(51), operator="51"))
        proposed(world, listed(world, code(52), operator="52"))
    lent(world, date(2026, 6, 22))
    with on(AUGUST):
        wake(world)
    started(world, "subsidy_claim", "renshe1")


def _cases() -> Iterator[tuple[Scheme, str, str]]:
    with reading() as session:
        for case in session.scalars(select(CaseFile).order_by(CaseFile.id)):
            yield case.kind, case.number, case.type_label


def test_a_case_of_every_kind_has_its_page(world: World, sign_in: SignIn) -> None:
    _everything(world)
    found = list(_cases())
    assert {kind for kind, _number, _label in found} == set(Scheme)
    with on(AUGUST):
        auditor, center = sign_in("shenji"), sign_in("jinrong1")
        for kind, number, label in found:
            for tab in TABS:
                answer = auditor.get(f"/cases/{number}?tab={tab}")
                assert answer.status_code == 200, (kind, tab)
            page = answer.text
            assert label in page and number in page
            assert ("申请材料" in page) == (kind in APPLICATIONS), kind
            assert auditor.get(f"/cases/{number}/diagram.json").status_code == 200
            assert center.get(f"/cases/{number}").status_code in (200, 404)
        for kind in Scheme:
            lines = auditor.get("/cases", query_string={"scheme": kind.value}).text
            numbers = [number for other, number, _label in found if other is kind]
            assert all(number in lines for number in numbers[:10]), kind
        _work(world, sign_in)


def _work(world: World, sign_in: SignIn) -> None:
    """Every step of the center in a case of 信保贷 opens with its form, and keeps what is typed when it is refused."""
    center, seen = sign_in("jinrong1"), 0
    inbox = center.get("/tasks?scope=department").text
    assert "形式审查" not in inbox  # that one is done
    for _kind, number, _label in _cases():
        for element, task_id in world.open_tasks(_id(number)).items():
            if center.post(f"/tasks/{task_id}/claim").status_code != 302:
                continue
            page = center.get(f"/cases/{number}?task={task_id}")
            assert page.status_code == 200 and f'action="/tasks/{task_id}"' in page.text, element
            assert center.post(f"/tasks/{task_id}", data={"opinion": ""}).status_code in (302, 409, 422), (
                element
            )
            seen += 1
    assert seen >= 2


def _id(number: str) -> int:
    with reading() as session:
        return session.scalars(select(CaseFile.id).where(CaseFile.number == number)).one()
