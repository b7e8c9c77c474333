"""Room deployment: files on the server become the next version at once: in whose name, why, and everybody is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.people import Permission, User, owners
from models.workflow import ProcessDefinition
from processes.engine.drawing import read_drawing
from processes.engine.xml import XmlRefused, read_xml
from processes.notification import tell
from processes.proposal import check_reason, check_seen
from processes.publication import Publication, publish_alone, standing_version, store, versions_of


def standing_of(session: Session, bpmn: bytes) -> ProcessDefinition | None:
    """The version that files would follow; None for a new process, and for a drawing that cannot be read."""
    try:
        key = read_drawing(read_xml(bpmn)).key
    except XmlRefused:
        return None
    return standing_version(versions_of(session, key))


def deploy(
    session: Session,
    bpmn: bytes,
    decisions: Mapping[str, bytes],
    actor: User,
    *,
    reason: str,
    tests: Mapping[str, Any],
    seen: int | None,
) -> ProcessDefinition:
    """Store what was checked with these examples as the successor of the version `seen`; the same again is no new one.

    No second person is asked: whoever commands the server could as well write into the tables. The log says so.
    """
    actor.require(Permission.PROCESS_MANAGE)
    check_reason(reason)
    publish_alone(session)
    standing = standing_of(session, bpmn)
    check_seen(standing, seen)
    said = Publication(reason=reason, author_id=actor.id, based_on_id=seen, tests=tests, is_by_command=True)
    row = store(session, bpmn, decisions, actor, said)
    if standing is None or row.id != standing.id:
        text = f"{actor.name}在服务器上以命令发布流程“{row.name}”第 {row.version} 版：{reason}"
        told = set(owners(session)) - {actor.id}
        tell(session, told, "process", text, None, place=f"version:{row.id}")
    return row
