"""Room workflow: starts a case's token on the version in force and moves it one knock at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.calendar import now
from models.case import CaseFile
from models.refusal import NotFound, Refusal
from models.workflow import ProcessDefinition, ProcessInstance, UserTask
from processes import case_clock, house_timer, message
from processes.acts import carry_out_acts
from processes.clock_again import ended_clocks
from processes.deadline import region_of
from processes.engine.definition import Definition, stored_definition
from processes.engine.environment import CaseEnvironment
from processes.engine.instance import Instance
from processes.engine.serialization import ENGINE_VERSION
from processes.facts import CaseFacts, functions
from processes.projected_rows import Rows, rows_of, rows_of_all
from processes.projection import project
from processes.undoing import drop_waiting

DEFINITIONS = Path(__file__).parent / "definitions"
SHIPPED: dict[str, tuple[str, ...]] = {
    "combined_review": ("eligibility.dmn", "counter_guarantee.dmn"),
    "credit_application": ("admission.dmn",),
    "arrears": (),
    "credit_loan": (),
    "credit_exit": (),
    "blacklisting": (),
    "public_notice": (),
    "objection": (),
    "screening_round": (),
    "screening": (),
    "subsidy_claim": (),
}
_cache: dict[tuple[int, str], Definition] = {}


def newest_definition(session: Session, key: str) -> ProcessDefinition:
    """The version in force, on which new cases start. Raises Refusal when there is none."""
    row = session.scalars(
        select(ProcessDefinition)
        .where(
            ProcessDefinition.key == key,
            ProcessDefinition.effective_at <= now(),
            ProcessDefinition.withdrawn_at.is_(None),
        )
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
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


def forget_definition(session: Session, definition_id: int) -> None:
    """Its number may have belonged to a publication that was rolled back."""
    _cache.pop(_cache_key(session, definition_id), None)


def _cache_key(session: Session, definition_id: int) -> tuple[int, str]:
    return definition_id, str(session.get_bind().engine.url)


def start(session: Session, case: CaseFile) -> None:
    """Start the token of a submitted case on the newest version; who handed it in may take part already."""
    _start(session, case, newest_definition(session, case.process).id, Rows())


def start_all(session: Session, cases: Iterable[CaseFile]) -> None:
    """Start the tokens of cases in which nobody takes part yet; the newest version is looked up once."""
    newest: dict[str, int] = {}
    for case in cases:
        key = case.process
        if key not in newest:
            newest[key] = newest_definition(session, key).id
        _start(session, case, newest[key], Rows(members=set()))


def _start(session: Session, case: CaseFile, definition_id: int, rows: Rows) -> None:
    definition = definition_of(session, definition_id)
    asked = CaseEnvironment(_facts(session, case, definition), functions(region_of(case)))
    instance = Instance.start(definition, asked, {"case_id": case.id})
    stored = ProcessInstance(
        case_id=case.id, definition_id=definition_id, engine_version=ENGINE_VERSION, state=b"", passed={}
    )
    _save(session, case, stored, instance, rows)
    session.add(stored)
    carry_out_acts(session, case, instance.asked_for)


def _facts(session: Session, case: CaseFile, definition: Definition) -> CaseFacts:
    """What its drawing may ask about a case: also for what it asks people itself."""
    return CaseFacts(session, case, drawn=definition.drawing.field_names)


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
        .with_for_update(of=[CaseFile, ProcessInstance], key_share=True)
        .options(joinedload(CaseFile.region))
        .execution_options(populate_existing=True)
    ).first()
    return None if found is None else _token(session, *found)


def tokens_of(session: Session, case_ids: Collection[int]) -> list[Token]:
    """The tokens of many cases, locked until the commit, in the order of their ids; five queries in all."""
    found = session.execute(
        select(CaseFile, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.case_id == CaseFile.id)
        .where(CaseFile.id.in_(case_ids))
        .order_by(CaseFile.id)
        .with_for_update(of=[CaseFile, ProcessInstance], key_share=True)
        .options(joinedload(CaseFile.region))
        .execution_options(populate_existing=True)
    ).all()
    rows = rows_of_all(session, case_ids)
    return [
        Token(case, stored, definition_of(session, stored.definition_id), rows[case.id])
        for case, stored in found
    ]


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
    facts = _facts(session, token.case, token.definition)
    asked = CaseEnvironment(
        facts, functions(region_of(token.case)), token.rows.clocks(token.definition.drawing)
    )
    if token.stored.moves:
        token.rows.ended = ended_clocks(session, token.case)
    house_timer.fire_due(session, token.case, token.rows.house)
    case_clock.end_due_pauses(session, token.case, token.rows.house)
    with session.no_autoflush:
        instance = Instance.restore(token.definition, token.stored.state, token.stored.passed, asked)
        token.rows.move_timers(instance)
        message.deliver(instance, token.rows.house)
        instance.fire_due()
        if not instance.is_finished:
            case_clock.record_due_misses(session, token.case, token.rows.house)
        facts.forget()
        act(instance)
        _save(session, token.case, token.stored, instance, token.rows)
    for follow in token.rows.after:
        follow()
    if token.stored.moves and instance.is_finished:
        drop_waiting(session, token.case)
    carry_out_acts(session, token.case, instance.asked_for)


def standing(session: Session, token: Token) -> Instance:
    """A copy of the token as it is stored, to ask it what would be; nothing is fired and nothing written."""
    asked = CaseEnvironment(
        _facts(session, token.case, token.definition),
        functions(region_of(token.case)),
        token.rows.clocks(token.definition.drawing),
    )
    return Instance.restore(token.definition, token.stored.state, token.stored.passed, asked)


def token_read(session: Session, case: CaseFile) -> Token:
    """The token of a case, not locked: for pages. Raises NotFound for a case that has not been submitted."""
    return _token(session, case, instance_of(session, case))


def instance_of(session: Session, case: CaseFile) -> ProcessInstance:
    """The token's row. Raises NotFound for a case that has not been submitted."""
    stored = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == case.id)).first()
    if stored is None:
        raise NotFound("该案卷尚未提交。")
    return stored


def _save(session: Session, case: CaseFile, stored: ProcessInstance, instance: Instance, rows: Rows) -> None:
    rows.definition_id = stored.definition_id
    project(session, case, instance, rows, stored.passed)
    stored.state = instance.dump()
    stored.passed = dict(instance.passed)
    stored.is_finished = instance.is_finished
