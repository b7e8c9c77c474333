"""Room tables: every table of the program in one import, for migrations and tests."""

from __future__ import annotations

from models import (
    audit,
    audit_anchor,
    calendar,
    calendar_book,
    case,
    deadline,
    digest,
    document,
    letter,
    loan,
    login,
    notification,
    party,
    pause,
    people,
    policy,
    review,
    worker,
    workflow,
)
from models.database import Base

metadata = Base.metadata

__all__ = [
    "audit",
    "audit_anchor",
    "calendar",
    "calendar_book",
    "case",
    "deadline",
    "digest",
    "document",
    "letter",
    "loan",
    "login",
    "metadata",
    "notification",
    "party",
    "pause",
    "people",
    "policy",
    "review",
    "worker",
    "workflow",
]
