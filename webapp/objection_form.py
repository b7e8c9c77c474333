"""Room objection, its form: from the page to the verb and back, files included, for the public and for the center."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request

from forms.base import BaseForm
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from processes.objection import EVIDENCE, SEAL, HandedIn

Result = TypeVar("Result")
_FIELDS = (("file", EVIDENCE), ("seal", SEAL))
MAX_PAGES = 10_000


class Received:
    """An objection as it was typed, and what the rules say against it: at its fields and at its files."""

    def __init__(self, form: BaseForm) -> None:
        self.form: Any = form
        self.status = 422
        self.message = ""
        self.file_faults: dict[str, str] = {}

    def attempt(self, act: Callable[[], Result]) -> Result | None:
        """The result of `act`, or None when the form or a rule says no: this object then says why."""
        if not self.form.validate():
            return None
        try:
            return act()
        except (Forbidden, NotFound, Conflict):
            raise
        except Refusal as refusal:
            self._blame(refusal)
            return None

    def _blame(self, refusal: Refusal) -> None:
        self.status = refusal.status
        if refusal.field in dict(_FIELDS):
            self.file_faults[str(refusal.field)] = refusal.message
        elif refusal.field and refusal.field in self.form:
            self.form.fault(refusal.field, refusal.message)
        else:
            self.message = refusal.message


def handed_in() -> list[HandedIn]:
    """The files that the page sent, each with what it is."""
    return [
        HandedIn(kind, file.filename or "", file.read())
        for name, kind in _FIELDS
        for file in request.files.getlist(name)
        if file.filename
    ]


def page_number() -> int:
    """Which page of a list the address asks for, from 1."""
    given = request.args.get("page", "1")
    is_number = given.isascii() and given.isdigit() and len(given) < 6
    return min(max(int(given), 1), MAX_PAGES) if is_number else 1
