"""Room publication: a checked drawing becomes the next version of its process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.people import User
from models.process_version import is_four_eyes
from models.refusal import Refusal
from models.workflow import ProcessDefinition
from processes.engine.definition import Definition, parse_definition
from processes.engine.lint_vocabulary import Problem
from processes.engine.tables import translated
from processes.workflow import forget_definition

# The first version of a process has no other before it: it is in force on whatever day is rehearsed or entered late.
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_KEY, LONGEST_NAME = 60, 100
# Any number; two who publish wait for each other on it.
_LOCK = 20_260_017


@dataclass(frozen=True)
class Publication:
    """What stands beside a version: why, whose it is, who agreed, from when; and its examples of decisions."""

    reason: str = ""
    author_id: int | None = None
    approved_by_id: int | None = None
    based_on_id: int | None = None
    # None: from the instant of publication; a first version always.
    effective_at: datetime | None = None
    tests: Mapping[str, Any] = field(default_factory=dict)
    is_shipped: bool = False
    # Stored beside the version in force, to be looked at and taken over.
    is_offered: bool = False
    # Who publishes by command asks nobody else: the log says so.
    is_by_command: bool = False


def problems_of(
    bpmn: bytes, decisions: Mapping[str, bytes], tests: Mapping[str, Any] | None = None
) -> list[Problem]:
    """What the check finds, in a process of its own. Never inside of a transaction: it takes a second."""
    # Here, because the check knows the steps, and the steps know this module.
    from processes.engine.lint import check_in_child
    from processes.worklist import form_keys

    return check_in_child(bpmn, decisions, form_keys(), tests)


def errors_of(
    bpmn: bytes, decisions: Mapping[str, bytes], tests: Mapping[str, Any] | None = None
) -> list[Problem]:
    """What forbids a publication: the problems without the warnings. Never inside of a transaction."""
    return [one for one in problems_of(bpmn, decisions, tests) if not one.is_warning]


def encoded(decisions: Mapping[str, str]) -> dict[str, bytes]:
    """Decision tables as the check and the publication read them."""
    return {name: text.encode() for name, text in decisions.items()}


def digest_of(bpmn: bytes, decisions: Mapping[str, bytes]) -> str:
    """The fingerprint of a drawing with its decision tables as they are stored."""
    decisions = translated(decisions)
    return hashlib.sha256(bpmn + b"".join(decisions[name] for name in sorted(decisions))).hexdigest()


def seal_of(digest: str, tests: Mapping[str, Any]) -> str:
    """The fingerprint of all that the check looks at: also of the examples, which make no other version."""
    written = orjson.dumps(tests, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(digest.encode() + written).hexdigest()


def store(
    session: Session,
    bpmn: bytes,
    decisions: Mapping[str, bytes],
    actor: User | None,
    said: Publication,
) -> ProcessDefinition:
    """The next version of a drawing that has been checked; the same content again makes no new version.

    New cases run on it as soon as it is in force; running cases stay on theirs. Raises Refusal when it would
    be in force before a version that is there already.
    """
    definition = parse_definition(bpmn, translated(decisions))
    _check_names(definition.drawing.key, definition.drawing.name)
    publish_alone(session)
    known = versions_of(session, definition.drawing.key)
    standing = standing_version(known)
    digest = digest_of(bpmn, decisions)
    is_same = standing is not None and standing.digest == digest
    # Who brings no examples does not take those away that are there.
    if standing is not None and is_same and (not said.tests or standing.tests == dict(said.tests)):
        return standing
    row = _row(definition, _text(bpmn), digest, known[-1].version + 1 if known else 1, actor, said)
    if standing is not None and not said.is_offered:
        _check_order(row, standing)
    session.add(row)
    session.flush()
    forget_definition(session, row.id)
    _record(session, row, actor, said)
    return row


def publish_alone(session: Session) -> None:
    """Nobody else publishes until the commit (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def versions_of(session: Session, key: str) -> list[ProcessDefinition]:
    """Every version of a process, the oldest first."""
    rows = select(ProcessDefinition).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version)
    return list(session.scalars(rows))


def standing_version(known: list[ProcessDefinition]) -> ProcessDefinition | None:
    """The newest that is in force or will be."""
    return next((row for row in reversed(known) if row.withdrawn_at is None), None)


def _check_names(key: str, name: str) -> None:
    if len(key) > LONGEST_KEY or len(name) > LONGEST_NAME:
        raise Refusal(f"流程标识不得超过 {LONGEST_KEY} 个字符，名称不得超过 {LONGEST_NAME} 个字。")


def _check_order(row: ProcessDefinition, before: ProcessDefinition) -> None:
    """A version that came into force before its predecessor would never be seen, or be seen twice."""
    if row.effective_at < before.effective_at:
        raise Refusal(
            f"第 {before.version} 版的生效时间更晚，新版本不能早于它生效。请改为同日或更晚，或先撤回第 {before.version} 版。",
            "effective_on",
        )


def _record(session: Session, row: ProcessDefinition, actor: User | None, said: Publication) -> None:
    event, words = "process.published", "发布流程“{}”第 {} 版"
    if row.withdrawn_at is not None:
        event, words = "process.offered", "收到随软件提供的流程“{}”第 {} 版，未启用"
    if said.is_by_command:
        without = "，未经另一人审核" if is_four_eyes(session, row.key) else ""
        words = f"在服务器上以命令发布流程“{{}}”第 {{}} 版{without}"
    new: dict[str, Any] = {"key": row.key, "version": row.version, "sha256": row.digest}
    if row.reason:
        new["reason"] = row.reason
    if row.effective_at > row.published_at:
        new["from"] = row.effective_at.isoformat()
    audit.record(session, event, words.format(row.name, row.version), actor=actor, new=new)


def _text(bpmn: bytes) -> str:
    try:
        return bpmn.decode()
    except UnicodeDecodeError as error:
        raise Refusal("流程图文件不是 UTF-8 编码，请另存为 UTF-8 后重试。") from error


def _row(
    definition: Definition, bpmn: str, digest: str, version: int, actor: User | None, said: Publication
) -> ProcessDefinition:
    at_once = ALWAYS if version == 1 else now()
    return ProcessDefinition(
        key=definition.drawing.key,
        version=version,
        name=definition.drawing.name,
        bpmn=bpmn,
        decisions=dict(definition.decisions),
        spec_json=definition.spec_json,
        tests=dict(said.tests),
        digest=digest,
        reason=said.reason,
        author_id=said.author_id,
        approved_by_id=said.approved_by_id,
        based_on_id=said.based_on_id,
        is_shipped=said.is_shipped,
        published_at=now(),
        effective_at=said.effective_at or at_once,
        withdrawn_at=now() if said.is_offered else None,
        published_by_id=actor.id if actor else None,
    )
