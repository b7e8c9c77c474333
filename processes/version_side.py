"""Room version_side: one side of a comparison: a published version, one's own draft, or what somebody put forward."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models.people import Permission, User
from models.refusal import NotFound, Refusal
from models.workflow import ProcessDefinition
from processes.draft import draft_for
from processes.engine.comparison import Change, changes
from processes.proposal import proposal_of

_OF = re.compile(r"(?:(draft|proposal):)?([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True)
class Side:
    """What is compared; `of` is how the address names it: 12, draft:3, proposal:4."""

    of: str
    title: str
    key: str
    name: str
    bpmn: str
    decisions: Mapping[str, Any]


def side(session: Session, of: str, actor: User) -> Side:
    """What `of` names. Raises NotFound, also for somebody else's draft."""
    actor.require(Permission.PROCESS_MANAGE)
    found = _OF.fullmatch(of)
    if found is None:
        raise NotFound("未找到要比较的版本。")
    kind, number = found[1], int(found[2])
    if kind == "draft":
        draft = draft_for(session, number, actor)
        return Side(of, f"草稿“{draft.name}”", draft.key, draft.name, draft.bpmn, draft.decisions)
    if kind == "proposal":
        row = proposal_of(session, number)
        return Side(of, "送审稿", row.key, row.name, row.bpmn, row.decisions)
    return of_version(session.get(ProcessDefinition, number))


def of_version(row: ProcessDefinition | None) -> Side:
    """A published version. Raises NotFound for none."""
    if row is None:
        raise NotFound("未找到该流程版本。")
    return Side(str(row.id), f"第 {row.version} 版", row.key, row.name, row.bpmn, row.decisions)


def compared(old: Side, new: Side) -> list[Change]:
    """Every difference. Raises Refusal for two processes that have nothing to do with each other."""
    if old.key != new.key:
        raise Refusal("所选的两个版本不是同一个流程，不能比较。")
    return changes(old.bpmn, new.bpmn, old.decisions, new.decisions)
