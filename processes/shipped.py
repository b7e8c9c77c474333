"""Room shipped: the drawings that come with the program, brought in without touching what an owner changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from models.calendar import now
from models.people import owners
from models.workflow import ProcessDefinition
from processes.engine.comparison import Change, changes
from processes.notification import tell
from processes.publication import Publication, digest_of, standing_version, store, versions_of
from processes.workflow import DEFINITIONS, SHIPPED


def publish_shipped(session: Session) -> list[ProcessDefinition]:
    """Store what this release draws otherwise than every earlier one did; its tests have checked it.

    Where the software's own drawing is in force, the new one is from now on. Where an owner has published his
    own, the new one is kept beside it and offered.
    """
    for key, tables in SHIPPED.items():
        _bring_examples(session, key, tables)
    new = [row for key, tables in SHIPPED.items() if (row := _brought(session, key, tables)) is not None]
    for row in new:
        _tell_owners(session, row)
    return new


def _brought(session: Session, key: str, tables: tuple[str, ...]) -> ProcessDefinition | None:
    bpmn, decisions = shipped_files(key, tables)
    known = versions_of(session, key)
    shipped = {row.digest for row in known if row.is_shipped}
    standing = standing_version(known)
    digest = digest_of(bpmn, decisions)
    if digest in shipped or (standing is not None and standing.digest == digest):
        return None
    # A version of an owner that says what the software said holds no change of his.
    is_owners = standing is not None and not standing.is_shipped and standing.digest not in shipped
    # Nothing may be in force before a version that waits for its day, also where that one is the software's own.
    is_ahead = standing is not None and standing.effective_at > now()
    said = Publication(is_shipped=True, is_offered=is_owners or is_ahead, tests=shipped_examples(tables))
    return store(session, bpmn, decisions, None, said)


def _bring_examples(session: Session, key: str, tables: tuple[str, ...]) -> None:
    """Drawings from before there were examples, which this release draws alike, get them."""
    examples = shipped_examples(tables)
    if not examples:
        return
    digest = digest_of(*shipped_files(key, tables))
    for row in versions_of(session, key):
        if row.digest == digest and not row.tests:
            row.tests = examples


def shipped_files(key: str, tables: tuple[str, ...]) -> tuple[bytes, dict[str, bytes]]:
    """A drawing of this release with its decision tables."""
    decisions = {name: (DEFINITIONS / name).read_bytes() for name in tables}
    return (DEFINITIONS / f"{key}.bpmn").read_bytes(), decisions


def shipped_examples(tables: tuple[str, ...]) -> dict[str, Any]:
    """The examples of this release, by decision; they lie beside the tables."""
    files = {Path(name).stem: DEFINITIONS / f"{Path(name).stem}.tests.json" for name in tables}
    return {key: json.loads(file.read_text("utf-8")) for key, file in files.items() if file.exists()}


def _tell_owners(session: Session, row: ProcessDefinition) -> None:
    what = f"流程“{row.name}”随软件更新为第 {row.version} 版"
    if row.withdrawn_at is not None:
        text = f"{what}，未启用：本单位的版本继续有效，请比较后决定是否采用。"
    else:
        text = f"{what}，新案卷即按新版本办理。"
    tell(session, owners(session), "process", text, None, place=f"version:{row.id}")


@dataclass(frozen=True)
class Offer:
    """What the software changed against its own last drawing, and what the owner has changed against the same."""

    base: ProcessDefinition
    standing: ProcessDefinition
    ours: list[Change]
    theirs: list[Change]

    @property
    def both(self) -> set[str]:
        """Elements that both have changed: here somebody must decide."""
        return {change.element_id for change in self.ours} & {change.element_id for change in self.theirs}


def offer_of(session: Session, row: ProcessDefinition) -> Offer | None:
    """The three-way comparison of a shipped version that is not in force; None for any other."""
    if not row.is_shipped or row.withdrawn_at is None:
        return None
    known = versions_of(session, row.key)
    earlier = [one for one in known if one.is_shipped and one.version < row.version]
    standing = standing_version(known)
    if not earlier or standing is None:
        return None
    base = earlier[-1]
    return Offer(base, standing, ours=changed(base, standing), theirs=changed(base, row))


def changed(old: ProcessDefinition, new: ProcessDefinition) -> list[Change]:
    """What differs between two versions."""
    return changes(old.bpmn, new.bpmn, old.decisions, new.decisions)
