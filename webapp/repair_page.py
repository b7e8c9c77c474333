"""Room token_repair, its pages: where a case stands, what may be done to it, and what a proposal would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from forms.base import BaseForm, FormContext
from forms.choice_fields import Offered
from forms.moves import CorrectionForm, MoveForm
from models.calendar import today
from models.case import CaseFile
from models.database import DbSession
from models.fact_correction import FactCorrection, corrections_of
from models.people import User
from models.refusal import Refusal
from models.repair_list import Waiting, waiting_for
from models.token_move import TokenMove, moves_of
from processes import broken, fact_correction, token_repair
from processes.correctable import Fact, facts_of
from processes.engine.marking import markings
from processes.move_effect import Choice, Effect, choices, place_names
from processes.repairable import (
    case_named,
    is_correctable,
    is_repairable,
    require_correctable,
    sees_person,
)
from processes.workflow import standing, token_read

KINDS = {"step": "环节", "event": "等待的事件", "branch": "已办结、等待汇合的分支"}


@dataclass(frozen=True)
class Overview:
    """What a repairer sees first."""

    broken: list[broken.Broken]
    waiting: list[Waiting]


def overview(session: DbSession, actor: User) -> Overview:
    """What stands still, and what waits for a second person."""
    waiting = waiting_for(session, is_repairable(actor), is_correctable(actor))
    return Overview(broken.broken(session, actor), waiting)


@dataclass(frozen=True)
class CaseFacts:
    """What the forms of one case may choose from."""

    case_id: int
    choices: Sequence[Choice]
    facts: Sequence[Fact]

    def places_of(self, form: BaseForm) -> list[str]:
        """The chosen places; the position stands for a place, whose own name may hold any sign."""
        chosen = form["places"].raws
        known = {str(number): one.key for number, one in enumerate(self.choices)}
        return [known[number] for number in chosen if number in known]


@dataclass(frozen=True)
class Typed:
    """What came back from one of the forms."""

    move: MoveForm | None = None
    correction: CorrectionForm | None = None
    wanted: list[str] | None = None
    is_tried: bool = False


@dataclass(frozen=True)
class CasePage:
    """One case before one repairer."""

    case: CaseFile
    applicant: str
    process: str
    version: int
    now: str
    steps: list[dict[str, Any]]
    move: MoveForm
    correction: CorrectionForm
    kinds: Mapping[str, str]
    choices: Sequence[Choice]
    effect: Effect | None
    lines: list[str]
    moves: list[TokenMove]
    corrections: list[FactCorrection]
    definition_id: int
    states: dict[str, Any]

    @property
    def is_open(self) -> bool:
        """Whether anything can be repaired at all."""
        return not self.case.state.is_final


def without_days(steps: Sequence[dict[str, Any]], actor: User) -> list[dict[str, Any]]:
    """Steps with their last days, or without them before whom the case is not to be seen."""
    return [one if sees_person(actor) else {**one, "due": ""} for one in steps]


def side_for(side: Mapping[str, Any], actor: User) -> dict[str, Any]:
    """One side of a move, as this person may read it."""
    return {**side, "steps": without_days(side["steps"], actor)}


def tried(session: DbSession, case_id: int, wanted: Sequence[str], actor: User) -> Effect:
    """What a move would change, as this person may read it. Raises Refusal."""
    found = token_repair.preview(session, case_id, wanted, actor)
    return replace(found, before=side_for(found.before, actor), after=side_for(found.after, actor))


def case_facts(session: DbSession, number: str, actor: User) -> CaseFacts:
    """Raises NotFound, Forbidden."""
    case = case_named(session, number, actor)
    if case.state.is_final:
        return CaseFacts(case.id, (), ())
    token = token_read(session, case)
    possible = markings(token.definition.spec_json) or frozenset()
    facts = facts_of(session, case) if sees_person(actor) else ()
    return CaseFacts(case.id, choices(token, standing(session, token), possible), facts)


def move_form(facts: CaseFacts, data: MultiDict[str, str] | None) -> MoveForm:
    """With the places of the drawing to choose from; those where the token stands are ticked at first."""
    here = [str(number) for number, one in enumerate(facts.choices) if one.is_here]
    form = MoveForm(data, data=None if data else {"places": here})
    form.bind(FormContext(today=today()))
    _offer(form, "places", [(str(number), one.title) for number, one in enumerate(facts.choices)])
    return form


def correction_form(facts: CaseFacts, data: MultiDict[str, str] | None) -> CorrectionForm:
    """With the facts of the case to choose from."""
    form = CorrectionForm(data)
    form.bind(FormContext(today=today()))
    _offer(form, "fact", [(one.name, f"{one.title}：现为 {one.value}") for one in facts.facts])
    return form


def _offer(form: BaseForm, name: str, options: list[tuple[str, str]]) -> None:
    field = form[name]
    assert isinstance(field, Offered)
    field.offer(options)


def case_page(session: DbSession, number: str, actor: User, typed: Typed) -> CasePage:
    """Everything that the page of one case shows."""
    case, facts = case_named(session, number, actor), case_facts(session, number, actor)
    token = token_read(session, case)
    instance = standing(session, token)
    move, correction = typed.move or move_form(facts, None), typed.correction or correction_form(facts, None)
    here = [one.key for one in facts.choices if one.is_here]
    return CasePage(
        case=case,
        applicant=case.applicant_name if sees_person(actor) else "",
        process=token.definition.drawing.name,
        version=token_repair.version_of(session, token),
        now=place_names(token.definition, here) if here else "—",
        steps=without_days(token_repair.steps_of(session, token, instance), actor),
        move=move,
        correction=correction,
        kinds=KINDS,
        choices=facts.choices,
        effect=_effect(session, facts, actor, move, typed.wanted),
        lines=_lines(session, facts, actor, correction) if typed.is_tried else [],
        moves=moves_of(session, case),
        corrections=corrections_of(session, case) if sees_person(actor) else [],
        definition_id=token.stored.definition_id,
        states={
            one.key: {"level": "active", "label": "现在"}
            for one in facts.choices
            if one.is_here and one.kind == "step"
        },
    )


def _effect(
    session: DbSession, facts: CaseFacts, actor: User, form: MoveForm, wanted: list[str] | None
) -> Effect | None:
    if wanted is None:
        return None
    try:
        return tried(session, facts.case_id, wanted, actor)
    except Refusal as refusal:
        form.fault("places", refusal.message)
        return None


def _lines(session: DbSession, facts: CaseFacts, actor: User, form: CorrectionForm) -> list[str]:
    name, value = str(form["fact"].raw), str(form["new_value"].raw)
    try:
        return fact_correction.preview(session, facts.case_id, name, value, actor)
    except Refusal as refusal:
        form.fault(refusal.field if refusal.field in ("fact", "new_value") else "new_value", refusal.message)
        return []


@dataclass(frozen=True)
class MovePage:
    """One proposal about a token; `effect` as of now while it waits."""

    row: TokenMove
    effect: Effect | None
    fault: str
    is_second: bool
    # Before and after: as of now while it waits, else as it was proposed.
    sides: tuple[Mapping[str, Any], Mapping[str, Any]]


def move_page(session: DbSession, move_id: int, actor: User) -> MovePage:
    """Raises NotFound, Forbidden."""
    row = token_repair.move_for(session, move_id, actor)
    effect, fault = None, ""
    if row.is_waiting:
        try:
            effect = tried(session, row.case_id, row.to_places, actor)
        except Refusal as refusal:
            fault = refusal.message
    before, after = (effect.before, effect.after) if effect else (row.before, row.after)
    sides = side_for(before, actor), side_for(after, actor)
    return MovePage(row, effect, fault, row.is_waiting and row.author_id != actor.id, sides)


@dataclass(frozen=True)
class CorrectionPage:
    """One proposal about a fact, with the clocks that would move as of now."""

    row: FactCorrection
    title: str
    lines: list[str]
    is_second: bool


def correction_page(session: DbSession, correction_id: int, actor: User) -> CorrectionPage:
    """Raises NotFound, Forbidden."""
    row = fact_correction.correction_for(session, correction_id, actor)
    case = require_correctable(session, row.case_id, actor)
    title = next((one.title for one in facts_of(session, case) if one.name == row.fact), row.fact)
    lines = row.effects.split("\n") if row.effects else []
    if row.is_waiting:
        try:
            lines = fact_correction.preview(session, row.case_id, row.fact, row.new, actor)
        except Refusal as refusal:
            lines = [refusal.message]
    return CorrectionPage(row, title, lines, row.is_waiting and row.author_id != actor.id)
