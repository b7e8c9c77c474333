"""Room refusal: the one error that tells a person, in Chinese, why something is not done."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818  the house's word for it; not an error of the program
    """A rule says no. Shown at `field` of the form, or answered as 422 by the REST door."""

    status = 422

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Forbidden(Refusal):
    """The actor may not do this (403)."""

    status = 403


class NotFound(Refusal):
    """The object does not exist, or not for this actor (404)."""

    status = 404


class Conflict(Refusal):
    """The state has moved on since the actor looked (409)."""

    status = 409
