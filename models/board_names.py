"""Room board, names: what a filter that is a number, or a step's id, is called."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.board_asked import NOBODY
from models.people import Department, Region, User
from models.workflow import ProcessDefinition, UserTask

_TABLES: dict[str, tuple[str, Any, str]] = {
    "department": ("部门", Department, "（未定）"),
    "person": ("经办人", User, "尚未签收"),
    "region": ("地区", Region, "（未定）"),
}


def name_of(session: Session, kind: str, value: str) -> str:
    """A filter in words; what does not exist is named as it was written."""
    if kind in _TABLES:
        title, table, nobody = _TABLES[kind]
        name = session.scalar(select(table.name).where(table.id == int(value)))
        return f"{title}：{nobody if int(value) == NOBODY else name or value}"
    if kind == "step":
        query = select(UserTask.name).where(UserTask.element_id == value, UserTask.status == "open").limit(1)
        return f"环节：{session.scalar(query) or value}"
    if kind == "version":
        found = session.get(ProcessDefinition, int(value))
        return f"流程：{found.name} 第 {found.version} 版" if found else f"流程版本：{value}"
    return f"查找：{value}"
