"""Room route: one row a route of the door; the application and its OpenAPI document both read these rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from models.people import Permission

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Route:
    """What a route is called, who may use it, what goes in and what comes out.

    `permission` None means public, SIGNED_IN everybody with a token. `body` and `result` name components of the document.
    """

    method: str
    path: str
    view: Callable[..., Any]
    permission: Permission | Literal["signed-in"] | None
    summary: str
    result: str
    status: int = 200
    body: str = ""
    needs_body: bool = True
    media_type: str = "application/json"
    query: Mapping[str, Schema] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
    # Of what is answered; a file is described as text.
    result_type: str = "application/json"

    @property
    def name(self) -> str:
        """The operation id, and the endpoint's last part."""
        return self.view.__name__
