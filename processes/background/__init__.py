"""Room background: what is done after a knock, carried by an engine behind these few verbs.

The engine is DBOS, and only this folder knows it. Jobs are small functions that do no harm when they run twice;
our own tables stay the truth about what is to be done, so that a job that was lost or doubled changes nothing.
"""

from processes.background.client import (
    SLOW,
    Failed,
    abandoned,
    cancel,
    enqueue,
    failed,
    failover,
    forget,
    retain,
    retry,
    status,
)
from processes.background.registry import job, schedule
from processes.background.tables import drop, install

__all__ = [
    "SLOW",
    "Failed",
    "abandoned",
    "cancel",
    "drop",
    "enqueue",
    "failed",
    "failover",
    "forget",
    "install",
    "job",
    "retain",
    "retry",
    "schedule",
    "status",
]
