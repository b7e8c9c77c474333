"""Room rehearsal, scenario: the acts of a rehearsal as a file, out and in."""

from __future__ import annotations

import json
from typing import Any

from models.refusal import Refusal
from models.rehearsal import Rehearsal
from processes.rehearsal_play import FORMAT

MAX_SCENARIO = 512 * 1024


def written(row: Rehearsal) -> dict[str, Any]:
    """The scenario: how it began, every act and what each of them led to."""
    return {"format": FORMAT, "name": row.name, "opening": row.opening, "acts": row.acts}


def read_scenario(content: bytes) -> Any:
    """The JSON of a scenario file; its shape is checked by processes.rehearsal_play. Raises Refusal."""
    if len(content) > MAX_SCENARIO:
        raise Refusal("演练脚本不得超过 512 KB。", "scenario")
    try:
        text = content.decode("utf-8-sig")
        if "\\u0000" in text or "\0" in text:
            raise ValueError
        found = json.loads(text)
        # Half a surrogate pair is no character; no page could show it.
        json.dumps(found, ensure_ascii=False).encode()
        return found
    except (ValueError, RecursionError) as error:
        raise Refusal("演练脚本不是有效的 JSON（UTF-8 编码）。", "scenario") from error
