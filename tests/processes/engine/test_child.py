"""A host bears two checks at once: the third waits a while and is told to come again; a place is never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.refusal import Busy
from processes.engine import child


@pytest.mark.once
def test_only_so_many_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(child.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(child, "WAIT_SECONDS", 0.1)
    with child._place(), child._place(), pytest.raises(Busy, match="检查正忙"):
        child.ask("json.tool", {})
    assert child.ask("json.tool", {"a": 1}) == {"a": 1}
    # One that failed has given its place back too.
    assert [child.ask("no.such.module", {}) for _again in range(3)] == [None] * 3
