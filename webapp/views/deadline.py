"""Room deadline: why a clock ends on its day, for everybody who may see its case."""

from __future__ import annotations

from flask import Blueprint, render_template

from models.case import CaseFile, case_numbered
from models.case_record import track_of
from models.database import DbSession, reading
from models.deadline import PAUSE_LIMIT, PROMISE, Deadline
from models.explanation import explanation_of
from models.pause import CHANGES
from models.people import Permission
from processes.workflow import definition_of
from webapp.access import actor, requires
from webapp.count_view import WORDS, CountView
from webapp.views.document import BIGGEST_ID

blueprint = Blueprint("deadline", __name__)


@blueprint.get(f"/cases/<number>/deadlines/<int(max={BIGGEST_ID}):deadline_id>")
@requires(Permission.CASE_READ)
def show(number: str, deadline_id: int) -> str:
    """为什么是这一天: the count day by day, with clause, pauses, extension and the notices it rests on."""
    with reading() as session:
        case = case_numbered(session, number, actor())
        explanation = explanation_of(session, case, deadline_id)
        view = CountView(explanation, _start_fact(session, case, explanation.clock), actor())
        return render_template(
            "deadline/show.html", case=case, view=view, why=explanation, legend=WORDS, changes=CHANGES
        )


def _start_fact(session: DbSession, case: CaseFile, clock: Deadline) -> str:
    """The fact of the case from which the clock counts, as it is drawn."""
    track = track_of(session, case)
    if track is None or clock.key == PAUSE_LIMIT:
        return ""
    drawing = definition_of(session, track.definition_id).drawing
    if clock.key == PROMISE:
        return drawing.promise_from
    drawn = next((timer for timer in drawing.timers.values() if timer.deadline == clock.key), None)
    return drawn.expression.rpartition(",")[2].strip(" )") if drawn and "," in drawn.expression else ""
