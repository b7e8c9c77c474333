"""Room deadline: why a clock ends on its day, for everybody who may see its case."""

from __future__ import annotations

from flask import Blueprint, render_template

from models.case import case_numbered
from models.database import reading
from models.explanation import explanation_of
from models.pause import CHANGES
from models.people import Permission
from webapp.access import actor, requires
from webapp.count_view import WORDS, CountView, start_fact_of
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("deadline", __name__)


@blueprint.get(f"/cases/<number>/deadlines/<int(max={BIGGEST_ID}):deadline_id>")
@requires(Permission.CASE_READ)
def show(number: str, deadline_id: int) -> str:
    """为什么是这一天: the count day by day, with clause, pauses, extension and the notices it rests on."""
    with reading() as session:
        case = case_numbered(session, number, actor())
        explanation = explanation_of(session, case, deadline_id)
        view = CountView(explanation, start_fact_of(session, case, explanation.clock), actor())
        return render_template(
            "deadline/show.html", case=case, view=view, why=explanation, legend=WORDS, changes=CHANGES
        )
