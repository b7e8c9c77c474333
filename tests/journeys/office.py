"""What people of the offices do again and again in the journeys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.journeys.conftest import Town
from tests.journeys.person import Person
from tests.world import WHO, answers

FORM_SCOPE = "#p-form form"


def typed(form_key: str, **over: Any) -> dict[str, Any]:
    """Good answers as they are typed: dates as text, everything a string or a choice."""
    plain = answers(form_key, **over)
    return {key: value if isinstance(value, list) else _text(value) for key, value in plain.items()}


def _text(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def opens_task(person: Person, town: Town, case_id: int, element: str) -> int:
    """Open the case at the task, and claim it when nobody has."""
    task_id = town.verbs.open_tasks(case_id)[element]
    person.goes_to(f"/tasks/{task_id}")
    claim = person.page.get_by_role("button", name="签收并办理")
    if claim.count():
        person.submits("签收并办理")
    return task_id


def does(town: Town, case_id: int, element: str, given: Mapping[str, Any], who: str = "") -> Person:
    """A person opens the task, fills in the form and submits it."""
    form_key = "refusal_notice" if element.startswith("refusal_notice") else element
    person = town.person(who or WHO[form_key])
    opens_task(person, town, case_id, element)
    person.fills(given, FORM_SCOPE)
    person.submits("提交并转下一步")
    return person
