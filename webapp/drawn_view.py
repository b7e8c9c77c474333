"""Room drawn_answer: what people answered to drawn fields, step by step, as one reader may see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from models.case import CaseFile
from models.database import DbSession
from models.drawn_answer import DrawnAnswer, answers_in
from models.drawn_field import FieldKind
from models.identity import mask_account
from models.people import Role, User
from processes.personal_data import may_read_in_full
from processes.steps import SEALED
from webapp.answer_view import MASKS, Answer, Part
from webapp.pages import moment

# A number in a line of text that is as long as those of accounts and cards.
_LONG_NUMBER = re.compile(r"[0-9]{8,}")


def visible_answers(session: DbSession, case: CaseFile, reader: User) -> Iterator[list[DrawnAnswer]]:
    """The answers of each completed step, oldest first; an applicant sees his own, what is sealed nobody sees."""
    for _task, rows in groupby(answers_in(session, case), lambda row: row.task_id):
        shown = [row for row in rows if row.text and row.task.form_key not in SEALED]
        if reader.role == Role.APPLICANT:
            shown = [row for row in shown if row.actor_id == reader.id]
        if shown:
            yield shown


def drawn_parts(session: DbSession, case: CaseFile, reader: User, is_full: bool) -> list[Part]:
    """As the page of the case shows them; `is_full` shows personal numbers unmasked."""
    return [
        Part(_title(rows[0]), [Answer(row.label, text_of(row, is_full)) for row in rows])
        for rows in visible_answers(session, case, reader)
    ]


def sight(session: DbSession, case: CaseFile, reader: User) -> Callable[[DrawnAnswer], bool]:
    """Whether the page would show him an answer unmasked; asked of the tables only where something would be masked."""
    is_full: list[bool] = []

    def may_see(row: DrawnAnswer) -> bool:
        if row.actor_id == reader.id:
            return True
        if reader.role == Role.APPLICANT or row.task.form_key in SEALED:
            return False
        if text_of(row, is_full=False) == row.text:
            return True
        if not is_full:
            is_full.append(may_read_in_full(session, case, reader))
        return is_full[0]

    return may_see


def text_of(row: DrawnAnswer, is_full: bool) -> str:
    """The answer, its personal numbers masked unless they may be read."""
    if is_full:
        return row.text
    if row.kind in (FieldKind.TEXT, FieldKind.PARAGRAPH):
        return _LONG_NUMBER.sub(lambda found: mask_account(found[0]), row.text)
    mask = MASKS.get(row.kind)
    return mask(row.text) if mask else row.text


def _title(row: DrawnAnswer) -> str:
    again = "，已退回重办，不再作为依据" if row.task.superseded_at else ""
    return f"{row.task.name}（{row.actor.display_name}，{moment(row.recorded_at)}{again}）"
