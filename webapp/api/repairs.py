"""Room repairs behind the REST door: what stands still, tokens moved and facts corrected by two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, jsonify

from models.database import DbSession, reading, transaction
from models.fact_correction import FactCorrection
from models.people import Permission
from models.refusal import Refusal
from models.repair_list import Waiting
from models.token_move import TokenMove
from processes import broken, fact_correction, token_repair
from processes.repairable import case_named, sees_person
from webapp import repair_page
from webapp.access import actor
from webapp.api.body import FieldFaults, read_body, read_optional_body
from webapp.api.moves_shapes import REPAIR_SHAPES as SHAPES
from webapp.api.present import instant
from webapp.api.route import Route

__all__ = ["ROUTES", "SHAPES"]

Json = dict[str, Any]
Row = TypeVar("Row")
_CASE = "/repairs/cases/<number>"
_MOVE = "/repairs/moves/<int(max=2147483647):move_id>"
_CORRECTION = "/repairs/corrections/<int(max=2147483647):correction_id>"


def list_repairs() -> Response:
    """What stands still, and what waits for a second person."""
    with reading() as session:
        page = repair_page.overview(session, actor())
        return jsonify(
            broken=[_broken(one) for one in page.broken], waiting=[_waiting(one) for one in page.waiting]
        )


def retry_timer(timer_id: int) -> Response:
    """重试."""
    with transaction() as session:
        broken.retry(session, timer_id, actor())
    return jsonify(id=timer_id)


def show_repair(number: str) -> Response:
    """Where a case stands, the places of its drawing, the facts that may be corrected, and what was proposed."""
    with reading() as session:
        page = repair_page.case_page(session, number, actor(), repair_page.Typed())
        facts = fact_correction.correctable(session, page.case.id, actor()) if sees_person(actor()) else []
        return jsonify(
            number=page.case.number,
            status=page.case.status,
            process=page.process,
            version=page.version,
            places=[{"key": one.key, "title": one.title, "kind": one.kind, "is_here": one.is_here} for one in page.choices],
            facts=[{"name": one.name, "title": one.title, "value": one.value} for one in facts],
            moves=[_move(row, page.case.number) for row in page.moves],
            corrections=[_correction(row, page.case.number) for row in page.corrections],
        )  # fmt: skip


def propose_move(number: str) -> tuple[Response, int]:
    """提出流程位置调整; with `try` nothing is written and the answer says what would change."""
    body = read_body({"places": list, "reason": str, "try": bool}, optional=("reason", "try"))
    places = [one for one in body["places"] if isinstance(one, str)]
    if len(places) != len(body["places"]):
        raise FieldFaults({"places": ["位置应当是文本。"]})
    if body.get("try"):
        with reading() as session:
            case = case_named(session, number, actor())
            effect = repair_page.tried(session, case.id, places, actor())
            return jsonify(before=effect.before, after=effect.after), 200
    with transaction() as session:
        case = case_named(session, number, actor())
        row = token_repair.propose(session, case.id, places, str(body.get("reason", "")), actor())
        return jsonify(_move(row, number)), 201


def decide_move(move_id: int) -> Response:
    """同意并执行, or 不同意, by a second person; 收回 by the first."""

    def agree(session: DbSession, words: str) -> TokenMove:
        return token_repair.agree(session, move_id, actor(), words)

    def refuse(session: DbSession, words: str) -> TokenMove:
        return token_repair.refuse(session, move_id, words, actor())

    with transaction() as session:
        row = _decide(session, agree, refuse, lambda: token_repair.withdraw(session, move_id, actor()))
        return jsonify(_move(row, row.case.number))


def propose_correction(number: str) -> tuple[Response, int]:
    """提出事实更正; with `try` nothing is written and the answer says which clocks would move."""
    body = read_body({"fact": str, "new_value": str, "reason": str, "try": bool}, optional=("reason", "try"))
    fact, value = str(body["fact"]), str(body["new_value"])
    if body.get("try"):
        with reading() as session:
            case = case_named(session, number, actor())
            return jsonify(effects=fact_correction.preview(session, case.id, fact, value, actor())), 200
    with transaction() as session:
        case = case_named(session, number, actor())
        row = fact_correction.propose(session, case.id, fact, value, str(body.get("reason", "")), actor())
        return jsonify(_correction(row, number)), 201


def decide_correction(correction_id: int) -> Response:
    """同意并更正, or 不同意, by a second person; 收回 by the first."""

    def agree(session: DbSession, words: str) -> FactCorrection:
        return fact_correction.agree(session, correction_id, actor(), words)

    def refuse(session: DbSession, words: str) -> FactCorrection:
        return fact_correction.refuse(session, correction_id, words, actor())

    with transaction() as session:
        row = _decide(
            session, agree, refuse, lambda: fact_correction.withdraw(session, correction_id, actor())
        )
        return jsonify(_correction(row, row.case.number))


def _decide(
    session: DbSession,
    agree: Callable[[DbSession, str], Row],
    refuse: Callable[[DbSession, str], Row],
    withdraw: Callable[[], Row],
) -> Row:
    body = read_optional_body({"decision": str, "decision_text": str})
    words = str(body.get("decision_text", ""))
    if body.get("decision") == "withdraw":
        return withdraw()
    verbs = {"agree": agree, "refuse": refuse}
    if body.get("decision") not in verbs:
        raise Refusal("取值应为 agree、refuse 或 withdraw。", "decision")
    return verbs[str(body["decision"])](session, words)


def _broken(one: broken.Broken) -> Json:
    return {
        **{name: getattr(one, name) for name in ("number", "what", "why", "timer_id")},
        "kind": one.kind.value,
        "since": instant(one.since) if one.since else None,
    }


def _waiting(one: Waiting) -> Json:
    told = {name: getattr(one, name) for name in ("kind", "id", "number", "author", "reason")}
    return {**told, "created_at": instant(one.created_at)}


def _move(row: TokenMove, number: str) -> Json:
    return {
        "id": row.id,
        "number": number,
        "status": row.status,
        "places": list(row.to_places),
        "reason": row.reason,
        "before": repair_page.side_for(row.before, actor()),
        "after": repair_page.side_for(row.after, actor()),
        "created_at": instant(row.created_at),
        "decision_text": row.decision_text,
    }


def _correction(row: FactCorrection, number: str) -> Json:
    told = {name: getattr(row, name) for name in ("id", "status", "fact", "old", "new", "reason")}
    return {
        **told,
        "number": number,
        "effects": row.effects.split("\n"),
        "created_at": instant(row.created_at),
        "decision_text": row.decision_text,
    }


_REPAIR = Permission.CASE_REPAIR
ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/repairs",
        list_repairs,
        _REPAIR,
        "Cases that stand still, and proposals that wait for a second person",
        "Repairs",
    ),
    Route(
        "POST",
        "/repairs/timers/<int(max=2147483647):timer_id>/retry",
        retry_timer,
        _REPAIR,
        "Let a timer that stands still try again",
        "RetriedTimer",
        errors=(404, 409),
    ),
    Route(
        "GET",
        _CASE,
        show_repair,
        _REPAIR,
        "Where a case stands, and what may be corrected; no personal data",
        "RepairCase",
        errors=(404,),
    ),
    Route(
        "POST",
        f"{_CASE}/moves",
        propose_move,
        _REPAIR,
        "Propose where the token shall stand, or try it",
        "MoveOrTrial",
        status=201,
        body="NewMove",
        errors=(404, 409),
    ),
    Route(
        "POST",
        _MOVE,
        decide_move,
        _REPAIR,
        "A second person agrees, and it is carried out, or refuses; the first withdraws it",
        "TokenMove",
        body="RepairDecision",
        errors=(403, 404, 409),
    ),
    Route(
        "POST",
        f"{_CASE}/corrections",
        propose_correction,
        _REPAIR,
        "Propose the correction of a fact, or try it",
        "CorrectionOrTrial",
        status=201,
        body="NewCorrection",
        errors=(404, 409),
    ),
    Route(
        "POST",
        _CORRECTION,
        decide_correction,
        _REPAIR,
        "A second person agrees, and clocks are counted again, or refuses; the first withdraws it",
        "FactCorrection",
        body="RepairDecision",
        errors=(403, 404, 409),
    ),
)
