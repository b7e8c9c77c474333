"""Room prefill, its register: rooms add what the forms of their steps may start with, without knowing the worklist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from models.case import CaseFile
from models.workflow import UserTask

Values = dict[str, Any]
Prefill = Callable[[Session, CaseFile, UserTask], Values]
PREFILLS: dict[str, Prefill] = {}


def prefill(form_key: str) -> Callable[[Prefill], Prefill]:
    """Register the function that fills a form key's questions before anybody has typed."""

    def register(function: Prefill) -> Prefill:
        PREFILLS[form_key] = function
        return function

    return register
