"""Room token_repair: the token of a case moved by hand: proposed with its effect, agreed to by a second person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from models import audit
from models.calendar import now
from models.case import require_open
from models.people import User
from models.refusal import Refusal
from models.token_move import TokenMove, Verdict
from models.workflow import OPEN, ProcessDefinition, UserTask
from processes.clock_again import ended_clocks
from processes.engine.faults import EngineFault
from processes.engine.instance import Instance
from processes.engine.migration import places
from processes.engine.relocation import relocate
from processes.four_eyes import FourEyes
from processes.move_effect import Effect, Table, effect_of, place_names
from processes.repairable import require_repairable, tell_people, tell_seconds
from processes.task_check import reason_of
from processes.task_hands import ask_again, given_out
from processes.undoing import done_in_force, drop_waiting, supersede
from processes.workflow import Token, move, token_read

_EYES = FourEyes(TokenMove, "流程位置调整", "token.move", "move")


def preview(session: Session, case_id: int, wanted: Collection[str], actor: User) -> Effect:
    """What moving the token there would change; nothing is written. Raises Refusal where it cannot stand so."""
    case = require_repairable(session, case_id, actor)
    require_open(case)
    return _effect(session, token_read(session, case), wanted)


def propose(session: Session, case_id: int, wanted: Collection[str], reason: str, actor: User) -> TokenMove:
    """提出移动: where the token shall stand, why, and what that changes. Raises Refusal, Conflict, NotFound."""
    require_repairable(session, case_id, actor)
    token = _EYES.token_for(session, case_id)
    reason = reason_of(reason)
    effect = _effect(session, token, wanted)
    row = TokenMove(
        case_id=case_id,
        from_places=sorted(effect.here),
        to_places=sorted(effect.target),
        before=effect.before,
        after=effect.after,
        token_revision=token.stored.revision,
        reason=reason,
        author_id=actor.id,
        created_at=now(),
        status=Verdict.PROPOSED.value,
    )
    session.add(row)
    session.flush()
    about = f"提出将流程位置调整为{place_names(token.definition, effect.target)}"
    new = {"move": row.id, "places": row.to_places, "reason": reason}
    audit.record(session, "token.move_proposed", f"{about}：{reason}", actor=actor, case=token.case, new=new)
    tell_seconds(session, token.case, actor, f"{token.case.number}：流程位置调整待复核。")
    return row


def agree(session: Session, move_id: int, actor: User, words: str = "") -> TokenMove:
    """同意并执行, by a second person. What has changed meanwhile is not done: the row says so. Raises Conflict."""
    row, token = _EYES.agreed(session, move_id, actor, words)
    if not _is_as_proposed(session, token, row):
        return _EYES.outdated(session, row, token, actor)
    lost = {one.id: one.assignee_id for one in token.rows.tasks.values()}
    superseded = _carry_out(session, token, frozenset(row.to_places))
    row.status = Verdict.APPLIED.value
    drop_waiting(session, token.case)
    names = place_names(token.definition, frozenset(row.to_places))
    audit.record(
        session,
        "token.moved",
        f"经{row.author.name}提出、{actor.name}复核，流程位置调整为{names}：{row.reason}",
        actor=actor,
        case=token.case,
        old={"places": row.from_places},
        new={
            "move": row.id,
            "places": row.to_places,
            "reason": row.reason,
            "superseded": superseded,
            "holders": given_out(token.rows.tasks.values(), lost),
        },
    )
    _ask_again(session, token, superseded, lost, actor)
    _tell(session, token, row, lost, names)
    return row


def refuse(session: Session, move_id: int, words: str, actor: User) -> TokenMove:
    """不同意, with the reason. Raises Refusal, Conflict, Forbidden."""
    return _EYES.refuse(session, move_id, words, actor)


def withdraw(session: Session, move_id: int, actor: User) -> TokenMove:
    """收回 by whoever proposed it. Raises Conflict, Forbidden."""
    return _EYES.withdraw(session, move_id, actor)


def version_of(session: Session, token: Token) -> int:
    """The number of the version on which the case runs."""
    return session.get_one(ProcessDefinition, token.stored.definition_id).version


def steps_of(session: Session, token: Token, instance: Instance) -> list[dict[str, Any]]:
    """Where the token stands: open steps with office and last day, finished branches."""
    return Table(session, token).steps(instance, places(instance))


def move_for(session: Session, move_id: int, actor: User) -> TokenMove:
    """A proposal with its people, for whoever may repair the case. Raises NotFound."""
    return _EYES.row_for(session, move_id, actor)


def _effect(session: Session, token: Token, wanted: Collection[str]) -> Effect:
    try:
        return effect_of(session, token, frozenset(wanted))
    except EngineFault as fault:
        raise Refusal(f"{fault.sentence}不能调整到该位置。", "places") from fault


def _is_as_proposed(session: Session, token: Token, row: TokenMove) -> bool:
    """Whether it would still lead from the same places to the same steps; days are shown anew to who decides."""
    try:
        effect = _effect(session, token, row.to_places)
    except Refusal:
        return False
    return sorted(effect.here) == row.from_places and _steps(effect.after) == _steps(row.after)


def _steps(side: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["name"], one["office"]) for one in side["steps"]]


def _carry_out(session: Session, token: Token, target: frozenset[str]) -> list[int]:
    superseded: list[int] = []

    def act(instance: Instance) -> None:
        effect = effect_of(session, token, target, instance)
        superseded.extend(row.id for row in effect.rows)
        supersede(session, token.case, effect.rows)
        token.stored.moves += 1
        token.rows.ended = ended_clocks(session, token.case)
        done = {one.element_id: one.done_by_id for one in done_in_force(session, token.case.id) + effect.rows}
        token.rows.holders.update({step: who for step, who in done.items() if who is not None})
        if target != places(instance):
            relocate(instance, target, effect.undone)
        instance.fire_due()

    move(session, token, act)
    session.flush()
    return superseded


def _ask_again(
    session: Session, token: Token, superseded: Sequence[int], known: Collection[int], actor: User
) -> None:
    """提交后会签 of the steps that are open again."""
    opened = {one.element_id: one for one in token.rows.tasks.values() if one.id not in known}
    for before in (session.get_one(UserTask, one) for one in superseded):
        if before.element_id in opened:
            ask_again(session, token.case, before, opened[before.element_id], actor)


def _tell(session: Session, token: Token, row: TokenMove, had: dict[int, int | None], names: str) -> None:
    about = f"{token.case.number} {token.case.applicant_name}：流程位置经复核调整为{names}，"
    tasks = token.rows.tasks.values()
    ended = [one for one in tasks if one.id in had and one.status != OPEN]
    opened = [one for one in tasks if one.id not in had and one.status == OPEN]
    for one in ended:
        tell_people(session, token.case, [had[one.id]], f"{about}“{one.name}”终止，您不再办理。")
    for one in opened:
        tell_people(session, token.case, [one.assignee_id], f"{about}请办理“{one.name}”。")
    tell_people(
        session, token.case, [row.author_id], f"{token.case.number}：您提出的流程位置调整已复核执行。"
    )
