"""Room rehearsal, budget: how much may happen by itself in a rehearsal, and how long one request may play."""

from __future__ import annotations

import time
from typing import Final

from models.refusal import Refusal

# All acts of a rehearsal together; and the seconds of one request.
MAX_TOTAL: Final = 2000
MAX_SECONDS: Final = 10


class Budget:
    """What one run has spent: instants in all acts so far, seconds since it was taken in hand."""

    def __init__(self) -> None:
        self.spent = 0
        self._began = time.thread_time()

    def spend(self) -> None:
        """One more instant. Raises Refusal when it is too much."""
        self.spent += 1
        if self.spent > MAX_TOTAL:
            raise Refusal(f"一次演练自动发生的事项最多 {MAX_TOTAL} 次，请缩短快进的时间，或重新开始。", "to")
        if time.thread_time() - self._began > MAX_SECONDS:
            raise Refusal(f"演练用时超过 {MAX_SECONDS} 秒，已停止，请缩短快进的时间或减少步骤。", "to")
