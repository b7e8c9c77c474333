"""Every page for every role, wide and narrow: axe finds nothing, nothing runs off the screen."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Town
from tests.journeys.person import Person
from tests.world import answers

# What a page looks like does not depend on the database.
pytestmark = [pytest.mark.browser, pytest.mark.once]
PAGES = {
    "renshe1": ["/tasks?scope=mine", "/tasks?scope=department", "/tasks?scope=done", "/cases/new", "/cases",
                "/notifications", "/password"],
    "renshe0": ["/tasks?scope=team"],
    "lingdao": ["/cases"],
    "shenji": ["/audit", "/cases"],
    "guanli": ["/admin/people", "/admin/policies", "/clock", "/jobs", "/calendar", "/calendar/notices",
               "/calendar/import/rows"],
    "liucheng": ["/admin/processes", "/admin/proposals", "/admin/processes/import", "/admin/drafts",
                 "/admin/drafts/new", "/admin/processes/subset", "/admin/policies"],
}  # fmt: skip


def _judge(person: Person, address: str) -> list[str]:
    answer = person.goes_to(address)
    assert answer is not None
    assert answer.status == 200, f"{address}: {answer.status}"
    found = [f"{address} {line}" for line in person.axe()]
    if person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        found.append(f"{address}: wider than the window")
    return found


@pytest.mark.parametrize("narrow", [False, True], ids=["1366", "390"])
def test_axe_reports_nothing_on_the_pages_of_every_role(town: Town, narrow: bool) -> None:
    for _ in range(3):
        town.verbs.submitted()
    found: list[str] = []
    for username, addresses in PAGES.items():
        person = town.person(username, narrow)
        for address in addresses:
            found += _judge(person, address)
        found += person.faults
    assert found == []


@pytest.mark.parametrize("narrow", [False, True], ids=["1366", "390"])
def test_axe_reports_nothing_on_a_case_at_every_step(town: Town, narrow: bool) -> None:
    case_id = town.verbs.submitted()
    found: list[str] = []
    for element in ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation"):
        clerk = town.person(
            {"due_diligence": "danbao1", "pre_loan_investigation": "yinhang1"}.get(element, "renshe1"), narrow
        )
        task_id = town.verbs.open_tasks(case_id)[element]
        found += _judge(clerk, f"/tasks/{task_id}")
        for tab in ("materials", "log"):
            found += _judge(clerk, f"{clerk.page.url.split('?')[0]}?tab={tab}")
        found += clerk.faults
        town.verbs.complete(case_id, element, answers(element))
    auditor = town.person("shenji", narrow)
    number = clerk.page.url.split("/cases/")[1].split("?")[0]
    for tab in ("form", "map", "audit"):
        found += _judge(auditor, f"/cases/{number}?tab={tab}")
    assert found + auditor.faults == []


def test_the_diagram_shows_the_token_and_keeps_its_mark(town: Town) -> None:
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    clerk = town.person("renshe2")
    task_id = town.verbs.open_tasks(case_id)["qualification_review"]
    clerk.goes_to(f"/tasks/{task_id}")
    clerk.page.locator("#t-map").click()
    clerk.page.locator("#diagram[data-drawn]").wait_for()
    assert clerk.page.locator("#diagram .st-done[data-element-id='acceptance']").count() == 1
    assert clerk.page.locator("#diagram [data-element-id='qualification_review'].st-active").count() == 1
    assert clerk.page.locator(".bjs-powered-by").is_visible()
    assert clerk.faults == []


def test_the_application_form_is_clean_at_every_step(town: Town) -> None:
    window = town.person("renshe1")
    window.goes_to("/cases/new")
    window.submits("以“小微企业”申请")
    found: list[str] = []
    base = window.page.url.rsplit("/", 1)[0]
    for step in ("enterprise", "owners", "staffing", "loan", "guarantee", "account", "materials", "review"):
        found += _judge(window, f"{base}/{step}")
    assert found + window.faults == []
