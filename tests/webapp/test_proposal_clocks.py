"""A statutory clock that is gone or longer: whoever publishes it sees it first, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.database import transaction
from models.draft import ProcessDraft
from processes.engine import lint
from processes.house_contracts import contract_of
from tests.processes.proposing import drafted, put_forward, states
from tests.webapp.api import Caller
from tests.world import World

pytestmark = pytest.mark.once
SignIn = Callable[[str], FlaskClient]
As = Callable[[str], Caller]
OLD = "working_days(supplement_days, supplement_notified_on)"
CONFIRM = "我已核对取消或延长的法定时限"


@pytest.fixture(autouse=True)
def checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real check with the contracts, without the second that a process of its own takes."""

    def check(bpmn: bytes, decisions: Any, form_keys: Any, tests: Any = None) -> list[lint.Problem]:
        return lint.check(bpmn, decisions, form_keys, tests, contract_of)

    monkeypatch.setattr(lint, "check_in_child", check)


@pytest.fixture
def longer(world: World) -> int:
    """A proposal that gives the applicant sixty days where the shipped drawing gives twenty."""
    made = drafted(world)
    with transaction() as session:
        row = session.get_one(ProcessDraft, made)
        assert OLD in row.bpmn
        row.bpmn = row.bpmn.replace(OLD, "working_days(60, supplement_notified_on)")
    return put_forward(world, made)


def test_the_reviewer_confirms_on_the_page(longer: int, sign_in: SignIn) -> None:
    reviewer, path = sign_in("liucheng2"), f"/admin/proposals/{longer}"
    page = reviewer.get(path).text
    assert (
        "法定时限有 1 处取消或延长" in page and "补正材料期限（默认20个工作日）" in page and CONFIRM in page
    )
    seen = page.split('name="seen" value="')[1].split('"')[0]
    agreed = {"decision": "agree", "comment": "", "seen": seen}
    refused = reviewer.post(f"{path}/decide", data=agreed)
    assert refused.status_code == 422 and CONFIRM in refused.text and states() == [(1, "in_force")]
    assert reviewer.post(f"{path}/decide", data={**agreed, "clocks_confirmed": "yes"}).status_code == 302
    assert states()[0] == (2, "in_force")


def test_he_returns_it_without_confirming(longer: int, sign_in: SignIn) -> None:
    said = {"decision": "return", "comment": "时限不得延长", "seen": ""}
    assert sign_in("liucheng2").post(f"/admin/proposals/{longer}/decide", data=said).status_code == 302
    assert states() == [(1, "in_force")]


def test_the_reviewer_confirms_by_rest(longer: int, caller: As) -> None:
    reviewer, path = caller("liucheng2"), f"/proposals/{longer}/decide"
    refused = reviewer.post(path, {"decision": "agree"}, 422)
    assert list(refused["errors"]) == ["clocks_confirmed"] and states() == [(1, "in_force")]
    reviewer.post(path, {"decision": "agree", "clocks_confirmed": True})
    assert states()[0] == (2, "in_force")
