"""Proposals in tests: a draft of combined_review with another limit, put forward and decided on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from models.audit import AuditEvent
from models.database import reading, transaction
from models.deadline import Deadline
from models.draft import ProcessDraft
from models.notification import Notification
from models.process_version import versions
from models.proposal import ProcessProposal
from models.workflow import ProcessDefinition
from processes import draft, process_setting, proposal
from processes.proposal import Asked, Decision
from processes.publication import digest_of, encoded, seal_of
from tests.world import World, answers

WHY = "按新规定缩短时限"
SEVEN, FIVE = "working_days(7, accepted_on)", "working_days(5, accepted_on)"


def version_of(number: int = 1) -> ProcessDefinition:
    """A version of 创业担保贷款."""
    with reading() as session:
        row = ProcessDefinition
        return session.scalars(select(row).where(row.key == "combined_review", row.version == number)).one()


def drafted(world: World, who: str = "liucheng", based_on: int | None = None, new: str = FIVE) -> int:
    """A draft of that person in which the seven days of 资格审核 are others."""
    with transaction() as session:
        actor = world.user(session, who)
        row = draft.create_draft(session, actor, based_on=based_on or version_of().id)
        bpmn = row.bpmn.replace(SEVEN, new).replace(FIVE, new)
        draft.save(session, row.id, actor, row.revision, bpmn=bpmn)
        return row.id


def put_forward(world: World, draft_id: int, who: str = "liucheng", **over: Any) -> int:
    """As the page does after its check."""
    with transaction() as session:
        row = session.get_one(ProcessDraft, draft_id)
        facts: dict[str, Any] = {
            "reason": WHY,
            "effective_on": None,
            "checked": seal(row),
            "seen": newest(),
        }
        return proposal.submit(session, draft_id, world.user(session, who), Asked(**{**facts, **over})).id


def seal(row: ProcessDraft | ProcessProposal) -> str:
    """What the page's check would say it has looked at."""
    return seal_of(digest_of(row.bpmn.encode(), encoded(row.decisions)), row.tests)


def newest() -> int:
    """The version with which a page compares."""
    with reading() as session:
        rows = select(ProcessDefinition.id).where(
            ProcessDefinition.key == "combined_review", ProcessDefinition.withdrawn_at.is_(None)
        )
        return session.scalars(rows.order_by(ProcessDefinition.version.desc())).first() or 0


def decided(world: World, proposal_id: int, who: str = "liucheng2", **over: Any) -> ProcessProposal:
    with transaction() as session:
        row = session.get_one(ProcessProposal, proposal_id)
        facts: dict[str, Any] = {"agrees": True, "comment": "", "checked": seal(row), "seen": newest()}
        return proposal.decide(session, proposal_id, world.user(session, who), Decision(**{**facts, **over}))


def states() -> list[tuple[int, str]]:
    with reading() as session:
        found = [row for row in versions(session) if row.key == "combined_review"]
        return [(row.version, row.state.value) for row in found]


def said(action: str) -> int:
    with reading() as session:
        count = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)
        return session.scalar(count) or 0


def told(world: World, who: str) -> list[str]:
    with reading() as session:
        mine = select(Notification.text).where(Notification.user_id == world.user(session, who).id)
        return list(session.scalars(mine.order_by(Notification.id)))


def length_of(world: World, case_id: int) -> int | None:
    world.complete(case_id, "acceptance", answers("acceptance"))
    clock: Deadline = world.deadlines(case_id)["qualification"]
    return clock.length


def withdrawn(world: World, number: int, who: str = "liucheng") -> None:
    with transaction() as session:
        proposal.withdraw(session, number, world.user(session, who))


def taken_back(world: World, number: int, reason: str = "日期定错，另行发布") -> None:
    with transaction() as session:
        process_setting.take_back(session, number, reason, world.user(session, "liucheng2"))
