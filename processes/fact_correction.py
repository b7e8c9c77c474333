"""Room fact_correction: a fact that clocks count from is corrected by two people, and the clocks are counted again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import require_open
from models.fact_correction import FactCorrection
from models.four_eyes import Verdict
from models.people import User
from models.refusal import Refusal
from processes.correctable import Fact, fact_named, facts_of
from processes.engine.instance import Instance
from processes.fact_effect import Recount, recount_all, recounts
from processes.four_eyes import FourEyes
from processes.repairable import is_correctable, require_correctable, tell_people, tell_seconds
from processes.task_check import reason_of
from processes.workflow import Token, move, token_read

__all__ = ["agree", "correctable", "correction_for", "preview", "propose", "refuse", "withdraw"]

_EYES = FourEyes(FactCorrection, "事实更正", "fact.correction", "correction")


def correctable(session: Session, case_id: int, actor: User) -> list[Fact]:
    """The facts of a case that may be corrected, with what they are now."""
    case = require_correctable(session, case_id, actor)
    return facts_of(session, case)


def preview(session: Session, case_id: int, name: str, value: str, actor: User) -> list[str]:
    """One line a clock that would move; nothing is written. Raises Refusal."""
    case = require_correctable(session, case_id, actor)
    require_open(case)
    fact = fact_named(session, case, name)
    return _lines(session, token_read(session, case), fact, value)


def propose(
    session: Session, case_id: int, name: str, value: str, reason: str, actor: User
) -> FactCorrection:
    """提出更正: which fact, to what, and why. Raises Refusal at the field, Conflict, NotFound."""
    require_correctable(session, case_id, actor)
    token = _EYES.token_for(session, case_id)
    fact = fact_named(session, token.case, name)
    effects = _lines(session, token, fact, value)
    row = FactCorrection(
        case_id=case_id,
        fact=name,
        old=fact.value,
        new=fact.checked(session, token.case, value),
        effects="\n".join(effects),
        reason=reason_of(reason),
        author_id=actor.id,
        created_at=now(),
        status=Verdict.PROPOSED.value,
    )
    session.add(row)
    session.flush()
    text = f"提出将{fact.title}由 {row.old} 更正为 {row.new}：{row.reason}"
    new = {"correction": row.id, "fact": name, "value": row.new, "reason": row.reason}
    audit.record(session, "fact.correction_proposed", text, actor=actor, case=token.case, new=new)
    tell_seconds(session, token.case, actor, f"{token.case.number}：{fact.title}更正待复核。", is_correctable)
    return row


def agree(session: Session, correction_id: int, actor: User, words: str = "") -> FactCorrection:
    """同意并更正, by a second person; running clocks are counted again. Raises Conflict, Forbidden, Refusal."""
    correction_for(session, correction_id, actor)
    row, token = _EYES.agreed(session, correction_id, actor, words)
    fact = fact_named(session, token.case, row.fact)
    if fact.value != row.old:
        return _EYES.outdated(session, row, token, actor)
    value = fact.checked(session, token.case, row.new)

    def act(instance: Instance) -> None:
        fact.write(session, token.case, value)
        session.flush()
        recount_all(session, token, instance, fact, actor)

    move(session, token, act)
    row.status = Verdict.APPLIED.value
    audit.record(
        session,
        "fact.corrected",
        f"经{row.author.name}提出、{actor.name}复核，{fact.title}由 {row.old} 更正为 {row.new}：{row.reason}",
        actor=actor,
        case=token.case,
        old={row.fact: row.old},
        new={row.fact: row.new, "correction": row.id, "reason": row.reason},
    )
    have = [task.assignee_id for task in token.rows.tasks.values()]
    about = f"{token.case.number} {token.case.applicant_name}：{fact.title}更正为 {row.new}"
    tell_people(session, token.case, have, f"{about}，相关时限已重新计算。")
    tell_people(
        session, token.case, [row.author_id], f"{token.case.number}：您提出的{fact.title}更正已复核执行。"
    )
    return row


def refuse(session: Session, correction_id: int, words: str, actor: User) -> FactCorrection:
    """不同意, with the reason. Raises Refusal, Conflict, Forbidden."""
    correction_for(session, correction_id, actor)
    return _EYES.refuse(session, correction_id, words, actor)


def withdraw(session: Session, correction_id: int, actor: User) -> FactCorrection:
    """收回 by whoever proposed it. Raises Conflict, Forbidden."""
    correction_for(session, correction_id, actor)
    return _EYES.withdraw(session, correction_id, actor, is_correctable)


def correction_for(session: Session, correction_id: int, actor: User) -> FactCorrection:
    """A proposal with its people, for whoever sees the case and may repair it. Raises NotFound."""
    row = _EYES.row_for(session, correction_id, actor)
    require_correctable(session, row.case_id, actor)
    return row


def _lines(session: Session, token: Token, fact: Fact, value: str) -> list[str]:
    """What would move, in words."""
    checked = fact.checked(session, token.case, value)
    if checked == fact.value:
        raise Refusal("更正后的内容与现在相同。", "new_value")
    found = recounts(session, token, fact, checked)
    lines = [_line(one) for one in found]
    return lines or ["没有正在计算的时限因此改变；已经办结的时限不变。"]


def _line(one: Recount) -> str:
    late = "，届时已超期" if one.is_late else ""
    return (
        f"{one.clock.name}：起算日由 {one.clock.start_on} 改为 {one.start_on}，"
        f"截止日由 {one.clock.due_on} 改为 {one.due_on}{late}"
    )
