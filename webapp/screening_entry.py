"""Room screening, entry: what a page sends as answers: one row, or every row of a page that was touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from forms.base import BaseForm
from forms.screening import AnswerForm
from models.database import DbSession, transaction
from models.people import User
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.screening import ScreeningRound, Source
from processes.screening_answers import answer
from processes.screening_check import Answer
from webapp import screening_page as page

MOST_ROWS = 200
PARTS = ("result", "basis", "reason")


@dataclass(frozen=True)
class Typed:
    """What was typed in a row, and the version that the person saw."""

    result: str
    basis: str
    reason: str
    version: str


@dataclass(frozen=True)
class RowFault:
    """Why a row was not saved, at which field, and what was typed."""

    message: str
    field: str
    typed: Typed


def touched(sent: Mapping[str, str]) -> dict[int, Typed]:
    """Candidate → what was typed, for every row that differs from what the page had shown."""
    marks = [name for name in sent if name.startswith("was-")][:MOST_ROWS]
    found = {page.whole(name.removeprefix("was-")): sent[name] for name in marks}
    rows = {id_: _typed(sent, id_) for id_ in found if id_}
    return {id_: typed for id_, typed in rows.items() if page.digest(*_said(typed)) != found[id_]}


def _typed(sent: Mapping[str, str], candidate_id: int) -> Typed:
    result, basis, reason = (sent.get(f"{part}-{candidate_id}", "").strip() for part in PARTS)
    return Typed(result, basis, reason, sent.get(f"version-{candidate_id}", ""))


def _said(typed: Typed) -> tuple[str, str, str]:
    return typed.result, typed.basis, typed.reason


def save_rows(
    session: DbSession, round_: ScreeningRound, rows: Mapping[int, Typed], actor: User
) -> dict[int, RowFault]:
    """Save the good rows as one batch; candidate → fault of the others."""
    faults: dict[int, RowFault] = {}
    good: list[Answer] = []
    for candidate_id, typed in rows.items():
        form = page.bound(AnswerForm(MultiDict(vars(typed)), csrf=False))
        if form.validate():
            good.append(answer_of(candidate_id, form))
        else:
            name, messages = next(iter(form.faults().items()))
            faults[candidate_id] = RowFault(messages[0], name, typed)
    for candidate_id, message, field in _refused(session, round_, good, actor):
        faults[candidate_id] = RowFault(message, field, rows[candidate_id])
    return faults


def _refused(
    session: DbSession, round_: ScreeningRound, answers: list[Answer], actor: User
) -> Iterator[tuple[int, str, str]]:
    """Write them; (candidate, why, field) of those that a rule refuses."""
    if not answers:
        return
    try:
        outcome = answer(session, round_.id, answers, actor, Source.GRID)
    except (Forbidden, NotFound):
        raise
    except Refusal as refusal:
        # A single row is refused by raising.
        yield answers[0].candidate_id, refusal.message, refusal.field or ""
        return
    yield from ((line.candidate_id, line.why, line.field) for line in outcome.refused)


def answer_of(candidate_id: int, form: BaseForm) -> Answer:
    """The checked form as an answer."""
    given = form.answers()
    return Answer(
        candidate_id,
        str(given["result"]),
        str(given["reason"]),
        str(given["basis"]),
        form.value("queried_on"),
        form.value("version"),
    )


def save_one(form: BaseForm, round_: ScreeningRound, candidate_id: int, actor: User) -> Refusal | None:
    """Save one row; why not, with its sentence at the field of the form."""
    if not form.validate():
        name, messages = next(iter(form.faults().items()))
        return Refusal(messages[0], name)
    try:
        with transaction() as session:
            answer(session, round_.id, [answer_of(candidate_id, form)], actor, Source.GRID)
    except (Forbidden, NotFound):
        raise
    except Refusal as refusal:
        if refusal.field in form.answers() and not isinstance(refusal, Conflict):
            form.fault(str(refusal.field), refusal.message)
        return refusal
    return None
