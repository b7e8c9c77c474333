"""Room drawn_answer, its step: a form of drawn fields decides nothing by itself; gateways ask for the answers."""

from __future__ import annotations

from models.drawn_field import DRAWN_FORM
from processes.steps import Completion, Routing, step


@step(DRAWN_FORM)
def _drawn(_completion: Completion) -> Routing:
    """What was answered is written for every step that has drawn fields, in one place (processes/steps.py)."""
    return {}
