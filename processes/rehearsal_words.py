"""Room rehearsal, words: what a sandbox says of faults, of decision tables and of those whom it would have told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.refusal import Refusal
from models.reminder import Recipient
from processes.engine.decision import examine
from processes.engine.faults import EngineFault, engine_faults
from processes.rehearsal_asked import Table


class Stuck(Refusal):
    """The drawing could not go on; nothing has changed. `element_id`: where it was tried."""

    def __init__(self, message: str, element_id: str = "") -> None:
        super().__init__(message)
        self.element_id = element_id


class in_words:  # noqa: N801  reads as a context, is used as one
    """A fault of the drawing becomes a sentence for its owner."""

    def __init__(self, element_id: str = "") -> None:
        self.element_id = element_id

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, EngineFault):
            raise Stuck(str(error), self.element_id) from error


def hit_words(table: Table, text: str, facts: Mapping[str, Any]) -> str:
    """Which row of a decision table hits over these facts, and what it says."""
    try:
        with engine_faults():
            rows = examine(text, facts)
    except EngineFault as fault:
        return f"决策表“{table.title}”不能判定：{str(fault)[:200]}"
    hit = [f"第 {n} 行（{_plain(table, row.outputs)}）" for n, row in enumerate(rows, 1) if row.matched]
    if not hit:
        return f"决策表“{table.title}”：{len(rows)} 行均未命中"
    if table.is_first:
        return f"决策表“{table.title}”（取最先命中的一行）：{hit[0]}"
    return f"决策表“{table.title}”（列出全部命中的行）：{'、'.join(hit)}"


def reached(one: Recipient, lane: str) -> str:
    """Whom a rung of the ladder would reach."""
    title = one.label.split("（", maxsplit=1)[0]
    return f"{title}（{lane}）" if lane else title


def _plain(table: Table, outputs: Mapping[str, Any]) -> str:
    return "，".join(f"{table.brings.get(name, name)}：{_word(value)}" for name, value in outputs.items())


def _word(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {True: "是", False: "否", None: "空"}[value]
    return str(value)
