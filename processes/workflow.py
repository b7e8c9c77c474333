"""Room workflow: publishes drawings, starts a case's token and moves it one knock at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models import audit
from models.calendar import now
from models.case import CaseFile
from models.people import User
from models.refusal import NotFound, Refusal
from models.workflow import ProcessDefinition, ProcessInstance, UserTask
from processes import case_clock
from processes.deadline import region_of
from processes.engine.definition import Definition, parse_definition, stored_definition
from processes.engine.environment import CaseEnvironment
from processes.engine.instance import Instance
from processes.engine.serialization import ENGINE_VERSION
from processes.engine.xml import XmlRefused
from processes.facts import CaseFacts, functions
from processes.projection import Rows, project, rows_of

DEFINITIONS = Path(__file__).parent / "definitions"
SHIPPED = {"combined_review": ("eligibility.dmn", "counter_guarantee.dmn")}
PROCESS_OF_SCHEME = {"startup_loan": "combined_review"}
_cache: dict[tuple[int, str], Definition] = {}


def publish(
    session: Session, bpmn: bytes, decisions: Mapping[str, bytes], actor: User | None
) -> ProcessDefinition:
    """Check a drawing and store it as the next version; the same content again makes no new version.

    New cases run on it; running cases stay on theirs. Raises XmlRefused naming every problem.
    """
    # Here, because the check knows the steps, and the steps know this module.
    from processes.engine.lint import check_in_child
    from processes.worklist import form_keys

    problems = check_in_child(bpmn, decisions, form_keys())
    if problems:
        raise XmlRefused("\n".join(f"{found.element_id} {found.message}".strip() for found in problems))
    return _store(session, bpmn, decisions, actor)


def _store(
    session: Session, bpmn: bytes, decisions: Mapping[str, bytes], actor: User | None
) -> ProcessDefinition:
    definition = parse_definition(bpmn, decisions)
    digest = hashlib.sha256(bpmn + b"".join(decisions[name] for name in sorted(decisions))).hexdigest()
    key = definition.drawing.key
    newest = session.scalars(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    ).first()
    if newest is not None and newest.digest == digest:
        return newest
    row = ProcessDefinition(
        key=key,
        version=(newest.version if newest else 0) + 1,
        name=definition.drawing.name,
        bpmn=bpmn.decode("utf-8"),
        decisions=dict(definition.decisions),
        spec_json=definition.spec_json,
        digest=digest,
        published_at=now(),
        published_by_id=actor.id if actor else None,
    )
    session.add(row)
    session.flush()
    # Its number may have belonged to a publication that was rolled back.
    _cache.pop(_cache_key(session, row.id), None)
    audit.record(
        session,
        "process.published",
        f"发布流程“{row.name}”第 {row.version} 版",
        actor=actor,
        new={"key": key, "version": row.version, "sha256": digest},
    )
    return row


def publish_shipped(session: Session, actor: User | None = None) -> None:
    """Publish the drawings that come with the program; its tests have checked them."""
    for key, tables in SHIPPED.items():
        decisions = {name: (DEFINITIONS / name).read_bytes() for name in tables}
        _store(session, (DEFINITIONS / f"{key}.bpmn").read_bytes(), decisions, actor)


def newest_definition(session: Session, key: str) -> ProcessDefinition:
    """The version on which new cases start. Raises Refusal when none is published."""
    newest = select(func.max(ProcessDefinition.version)).where(ProcessDefinition.key == key).scalar_subquery()
    row = session.scalars(
        select(ProcessDefinition).where(ProcessDefinition.key == key, ProcessDefinition.version == newest)
    ).first()
    if row is None:
        raise Refusal("该业务尚未发布流程，请联系系统管理员。")
    return row


def definition_of(session: Session, definition_id: int) -> Definition:
    """The definition of a version; each process keeps it in memory, for it never changes."""
    key = _cache_key(session, definition_id)
    if key not in _cache:
        row = session.get_one(ProcessDefinition, definition_id)
        _cache[key] = stored_definition(row.bpmn, row.spec_json, row.decisions)
    return _cache[key]


def _cache_key(session: Session, definition_id: int) -> tuple[int, str]:
    return definition_id, str(session.get_bind().engine.url)


def start(session: Session, case: CaseFile) -> None:
    """Start the token of a submitted case on the newest version."""
    row = newest_definition(session, PROCESS_OF_SCHEME[case.scheme])
    definition = definition_of(session, row.id)
    asked = CaseEnvironment(CaseFacts(session, case), functions(region_of(case)))
    instance = Instance.start(definition, asked, {"case_id": case.id})
    stored = ProcessInstance(
        case_id=case.id, definition_id=row.id, engine_version=ENGINE_VERSION, state=b"", passed={}
    )
    _save(session, case, stored, instance, Rows())
    session.add(stored)


@dataclass(frozen=True)
class Token:
    """A locked case with its token as it is stored and what the tables say about it."""

    case: CaseFile
    stored: ProcessInstance
    definition: Definition
    rows: Rows


def token_of_task(session: Session, task_id: int) -> Token | None:
    """The token of the case to which a task belongs, locked until the commit; None for no such task."""
    case_id = select(UserTask.case_id).where(UserTask.id == task_id).scalar_subquery()
    found = session.execute(
        select(CaseFile, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .where(CaseFile.id == case_id)
        # The case comes first, as everywhere: two knocks wait for each other at one place only.
        .with_for_update(of=[CaseFile, ProcessInstance])
        .options(joinedload(CaseFile.region))
        .execution_options(populate_existing=True)
    ).first()
    return None if found is None else _token(session, *found)


def _token(session: Session, case: CaseFile, stored: ProcessInstance) -> Token:
    return Token(case, stored, definition_of(session, stored.definition_id), rows_of(session, case))


def advance(session: Session, case: CaseFile, act: Callable[[Instance], None]) -> None:
    """One knock on a locked case. Raises Conflict when the act does not fit the state."""
    move(session, _token(session, case, instance_of(session, case)), act)


def move(session: Session, token: Token, act: Callable[[Instance], None]) -> None:
    """Restore the token, fire what is already due, act, save, bring the worklist in line.

    Inside nothing is flushed by itself, so that every row is written once; an act that asks the
    tables for what it has just added flushes first. Raises Conflict when the act does not fit the state.
    """
    facts = CaseFacts(session, token.case)
    asked = CaseEnvironment(
        facts, functions(region_of(token.case)), token.rows.clocks(token.definition.drawing)
    )
    case_clock.end_due_pauses(session, token.case, token.rows.house)
    with session.no_autoflush:
        instance = Instance.restore(token.definition, token.stored.state, token.stored.passed, asked)
        token.rows.move_timers(instance)
        instance.fire_due()
        if not instance.is_finished:
            case_clock.record_due_misses(session, token.case, token.rows.house)
        facts.forget()
        act(instance)
        _save(session, token.case, token.stored, instance, token.rows)


def instance_of(session: Session, case: CaseFile) -> ProcessInstance:
    """The token's row. Raises NotFound for a case that has not been submitted."""
    stored = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == case.id)).first()
    if stored is None:
        raise NotFound("该案卷尚未提交。")
    return stored


def _save(session: Session, case: CaseFile, stored: ProcessInstance, instance: Instance, rows: Rows) -> None:
    project(session, case, instance, rows, stored.passed)
    stored.state = instance.dump()
    stored.passed = dict(instance.passed)
    stored.is_finished = instance.is_finished
