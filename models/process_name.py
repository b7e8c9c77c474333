"""Room workflow, names: what a drawing is called, by its key: the name of its newest version."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.workflow import ProcessDefinition


def process_names(session: Session) -> dict[str, str]:
    """Key → name; one statement."""
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.key)
    query = select(ProcessDefinition.key, ProcessDefinition.name).where(ProcessDefinition.id.in_(newest))
    return {row.key: row.name for row in session.execute(query)}
