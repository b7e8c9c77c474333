"""Room letter: official letters for reading and printing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import Blueprint, Response, render_template
from flask.blueprints import BlueprintSetupState

from models.database import reading
from models.letter import issued_letter
from models.money import format_amount, in_words
from models.people import Permission
from models.vocabulary_loan import Procedure
from webapp import letter_sheet
from webapp.access import actor, requires
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("letter", __name__)


@blueprint.record
def _bind(state: BlueprintSetupState) -> None:
    letter_sheet.bind(state.app.jinja_env)


@blueprint.get(f"/letters/<int(max={BIGGEST_ID}):letter_id>")
@requires(Permission.CASE_READ)
def show(letter_id: int) -> str:
    """A letter as it was issued, ready for paper."""
    with reading() as session:
        issued = issued_letter(session, letter_id, actor())
        return render_template("letter/show.html", **letter_sheet.sheet_of(issued))


@blueprint.get(f"/letters/<int(max={BIGGEST_ID}):letter_id>.pdf")
@requires(Permission.CASE_READ)
def as_pdf(letter_id: int) -> Response:
    """The same letter as a file for the archive (PDF/A)."""
    with reading() as session:
        issued = issued_letter(session, letter_id, actor())
    response = Response(letter_sheet.letter_pdf(issued), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="letter-{letter_id}.pdf"'
    return response


@blueprint.app_template_filter("chinese_day")
def chinese_day(value: date | str | None) -> str:
    """2026年3月2日, as an official letter writes a day."""
    if not value:
        return "　年　月　日"
    day = value if isinstance(value, date) else date.fromisoformat(value)
    return f"{day.year}年{day.month}月{day.day}日"


@blueprint.app_template_filter("in_words")
def money_in_words(value: str | Decimal) -> str:
    """80,000.00元（大写：人民币捌万元整）."""
    amount = Decimal(str(value))
    return f"{format_amount(amount)}元（大写：{in_words(amount)}）"


@blueprint.app_template_filter("procedure")
def procedure_title(value: str) -> str:
    """The Chinese title of a procedure for which the bank's term may be extended."""
    return Procedure.title_of(value)
