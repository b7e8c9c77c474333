"""Room notification, places: the page on which a message is dealt with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

# Room → endpoint, its parameter, what the button says.
PLACES = {
    "board": ("screening_board.show", "number", "进入甄别名单"),
    "supervision": ("supervision.show", "number", "答复督办"),
    "order": ("supervision_order.show", "supervision_id", "查看督办"),
    "proposal": ("proposal.show", "proposal_id", "查看送审的流程"),
    "setting": ("process.settings", "process_key", "查看审核方式"),
    "version": ("process.show_version", "definition_id", "查看流程版本"),
    "repair": ("token_repair.case", "number", "查看案卷修复"),
    "talk": ("talk.show", "number", "查看留言"),
    # One page for everybody: no number.
    "statistics": ("statistics.show", "", "查看统计分析"),
    "absence": ("absence.show", "", "查看代办设置"),
}


@dataclass(frozen=True)
class Place:
    """A page and what leads to it; who may open it is that page's own question."""

    url: str
    words: str


def place_of(written: str) -> Place | None:
    """Where `room:number` is; None when it says nothing."""
    room, _colon, number = written.partition(":")
    if room not in PLACES:
        return None
    endpoint, parameter, words = PLACES[room]
    values: dict[str, Any] = {parameter: number} if parameter else {}
    return Place(url_for(endpoint, **values), words)
