"""Room refusal: the one error that tells a person, in Chinese, why something is not done."""

from __future__ import annotations

from collections.abc import Iterable


class Refusal(Exception):  # noqa: N818  the house's word for it; not an error of the program
    """A rule says no. Shown at `field` of the form, or answered as 422 by the REST door.

    `others` are the rules that say no to the same submission, each with its own field.
    """

    status = 422

    def __init__(self, message: str, field: str | None = None, others: Iterable[Refusal] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.others = tuple(others)

    @property
    def errors(self) -> dict[str, list[str]]:
        """Every sentence by the field where it belongs; empty when no field is to blame."""
        found: dict[str, list[str]] = {}
        for refusal in (self, *self.others):
            if refusal.field:
                found.setdefault(refusal.field, []).append(refusal.message)
        return found


class Forbidden(Refusal):
    """The actor may not do this (403)."""

    status = 403


class NotFound(Refusal):
    """The object does not exist, or not for this actor (404)."""

    status = 404


class Conflict(Refusal):
    """The state has moved on since the actor looked (409)."""

    status = 409


class Busy(Refusal):
    """The host has too much to do just now; the same again later goes through (503)."""

    status = 503


def refuse(found: Iterable[Refusal]) -> None:
    """Raises one Refusal that carries all of `found`; does nothing when there is none."""
    every = list(found)
    if every:
        raise Refusal(every[0].message, every[0].field, every[1:])
