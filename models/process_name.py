"""Room workflow, names: what a drawing is called, by its key: the name of its newest version."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from models.workflow import ProcessDefinition


def process_names(session: Session) -> dict[str, str]:
    """Key → name; one statement."""
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.key)
    query = select(ProcessDefinition.key, ProcessDefinition.name).where(ProcessDefinition.id.in_(newest))
    return {row.key: row.name for row in session.execute(query)}


def newest_drawings(
    session: Session, keys: Collection[str], names: Collection[str]
) -> list[tuple[str, str, str]]:
    """Key, name and drawing of the newest version of each; drawings of those keys and names alone. One statement."""
    row = ProcessDefinition
    newest = select(func.max(row.id)).group_by(row.key)
    is_asked = or_(row.key.in_(sorted(keys)), row.name.in_(sorted(names)))
    query = select(row.key, row.name, case((is_asked, row.bpmn), else_="")).where(row.id.in_(newest))
    return [(key, name, drawing) for key, name, drawing in session.execute(query)]
