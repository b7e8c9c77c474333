"""The pages, one noun a room; each room is a blueprint that declares who may use its routes."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

ROOMS = (
    "home", "login", "task", "case", "presence", "application", "document", "conversion", "letter", "notification",
    "people", "policy", "process", "subset", "proposal", "audit", "calendar", "clock", "jobs", "deadline", "pause",
    "arrears",
    "declaration",
    "screening", "screening_board", "screening_batch", "screening_sheet", "screening_hand_in", "screening_evidence",
    "supervision", "group_review", "meeting",
    "board", "supervision_order", "hall", "statistics", "statistics_list",
    "notice", "public_notice", "guide",
    "credit_register", "credit_info", "blacklist",
    "credit_loan", "repayment",
    "general",
    "talk", "copying", "absence",
    "draft", "decision",
    "migration",
    "replay",
    "rehearsal",
    "access", "dossier", "event_log",
    "office", "handover", "sending_back", "token_repair",
    "bulk", "inbox", "today",
)  # fmt: skip


def register(app: Flask) -> None:
    """Register every room's blueprint."""
    for room in ROOMS:
        app.register_blueprint(import_module(f"webapp.views.{room}").blueprint)
