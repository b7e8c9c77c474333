"""Room acts: what a throwing message event of a drawing makes the house do, in the transaction of the knock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from models.calendar import fixed_at
from models.case import CaseFile

ActFunction = Callable[[Session, CaseFile], None]
ACTS: dict[str, ActFunction] = {}


def act(name: str) -> Callable[[ActFunction], ActFunction]:
    """Register the function that a throwing event with the message `name` stands for."""

    def register(function: ActFunction) -> ActFunction:
        ACTS[name] = function
        return function

    return register


def carry_out_acts(session: Session, case: CaseFile, asked: Iterable[tuple[str, datetime]]) -> None:
    """Do what was asked for, in the order in which the token passed, each at its own instant.

    An act changes facts, starts other cases and posts messages; it never moves the token of `case`.
    """
    for name, at in asked:
        with fixed_at(at):
            ACTS[name](session, case)
