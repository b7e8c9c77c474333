"""Filling in the application form step by step, as a person does."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from forms.application import declared_fields, steps_for
from models.case import CaseFile
from models.database import reading
from tests.journeys.conftest import Town
from tests.journeys.person import Person

PIXEL = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def fills_application(person: Person, town: Town, **over: Any) -> int:
    """Fill in F1, upload what is asked for, check and submit; returns the case's id."""
    fields = {**town.verbs.person(signed_on="2026-03-02"), **over}
    person.goes_to("/cases/new")
    person.submits("以“个人”申请")
    for step in steps_for("person"):
        own = {name: value for name, value in fields.items() if name in declared_fields(step.form)}
        _fill_step(person, own)
        person.submits("保存并下一步")
        person.page.wait_for_url(re.compile(rf"/application/(?!{step.key}(\?|$))"))
    _upload(person)
    with person.page.expect_navigation():
        person.page.get_by_role("link", name=re.compile("下一步：检查")).click()
    missing = person.page.locator("#incomplete")
    if missing.count():
        missing.check()
    person.submits("提交申请")
    person.page.wait_for_url(re.compile("/submitted"))
    number = re.search(r"/cases/([^/]+)/", person.page.url)
    assert number is not None
    with reading() as session:
        return session.scalars(select(CaseFile.id).where(CaseFile.number == number[1])).one()


def _fill_step(person: Person, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        shown = person.page.locator(f"main [name='{name}']:visible")
        if isinstance(value, list) or value in ("", None) or not shown.count():
            continue
        person.fills({name: value}, "main")


def _upload(person: Person) -> None:
    """One file for the first material that is asked for."""
    chooser = person.page.locator("main input[type=file]").first
    chooser.set_input_files({"name": "身份证.pdf", "mimeType": "application/pdf", "buffer": PIXEL})
    chooser.locator("xpath=ancestor::form").locator("button").click()
    person.page.get_by_text("身份证.pdf").first.wait_for()
