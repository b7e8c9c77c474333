"""The REST door under /api/v1: the same forms, verbs and permissions as the pages."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Register the routes of the door."""
