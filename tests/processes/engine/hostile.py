"""Hostile and malformed drawings and tables: what an attacker, a broken tool or a tired owner would send."""

from __future__ import annotations

from tests.processes.engine import (
    hostile_conditions,
    hostile_files,
    hostile_flows,
    hostile_steps,
    hostile_tables,
    hostile_timers,
)
from tests.processes.engine.hostile_kit import HOSTILE, Hostile

__all__ = ["HOSTILE", "PARTS", "Hostile"]
# Each adds its own to the list when it is imported.
PARTS = (hostile_conditions, hostile_files, hostile_flows, hostile_steps, hostile_tables, hostile_timers)
