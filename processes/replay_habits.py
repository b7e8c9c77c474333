"""Room replay, habits: what is assumed of a step that no record tells of: how long it takes, what it answers.

Both come from the finished cases of the same process themselves, are kept with the run and stand on its report.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median_high
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from models.calendar import calendar, local_date
from models.drawn_field import DRAWN_FORM, DrawnField, FieldKind
from models.people import LANES, Department
from models.workflow import DONE, UserTask
from models.working_days import elapsed
from processes.engine.drawing import Step

# Steps of the newest cases of the period that are looked at.
SAMPLE = 200


@dataclass(frozen=True)
class Habits:
    """Median working days by form and by kind of department; by form the answer given most often."""

    days: Mapping[str, int] = field(default_factory=dict)
    routing: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def days_of(self, step: Step) -> int:
        """Working days that the step is assumed to take."""
        kind = str(LANES.get(step.lane, ""))
        known = (self.days[key] for key in (f"form:{step.form_key}", kind, "") if key in self.days)
        return next(known, 0)

    def routing_of(self, step: Step) -> Mapping[str, Any]:
        """What the gateways read after it: the answer given most often to its form."""
        return self.routing.get(step.form_key, {})

    def answers_of(self, step: Step) -> dict[str, Any]:
        """What its drawn fields are assumed to hold: yes, or the first choice; nothing else is made up."""
        return {one.name: _assumed(one) for one in step.fields}

    def plain(self) -> dict[str, Any]:
        """As kept with the run."""
        return {"days": dict(self.days), "routing": {key: dict(row) for key, row in self.routing.items()}}


def _assumed(drawn: DrawnField) -> Any:
    if drawn.kind is FieldKind.YES_NO:
        return True
    if drawn.kind is FieldKind.CHOICE and drawn.choices:
        return drawn.choices[0][0]
    return None


def habits_of(session: Session, case_ids: Iterable[int]) -> Habits:
    """What can be read out of some finished cases."""
    ids = list(case_ids)
    query = (
        select(UserTask.form_key, Department.kind, UserTask.created_at, UserTask.done_at)
        .join(Department, Department.id == UserTask.department_id)
        .where(UserTask.case_id.in_(ids), UserTask.status == DONE, UserTask.superseded_at.is_(None))
    )
    days: dict[str, list[int]] = defaultdict(list)
    for form_key, kind, opened_at, done_at in session.execute(query):
        if done_at is None:
            continue
        taken = elapsed(local_date(opened_at), local_date(done_at), calendar())
        own = () if form_key == DRAWN_FORM else (f"form:{form_key}",)
        for key in (*own, str(kind), ""):
            days[key].append(taken)
    return Habits({key: median_high(found) for key, found in sorted(days.items())}, _routings(session, ids))


def _routings(session: Session, case_ids: list[int]) -> dict[str, dict[str, Any]]:
    query = select(AuditEvent.new).where(
        AuditEvent.chain.in_(case_ids), AuditEvent.action == "task.completed"
    )
    # What was sent back says nothing of what such a step answers in the end.
    counted = select(UserTask.id, UserTask.form_key).where(UserTask.superseded_at.is_(None))
    rows = session.execute(counted.where(UserTask.case_id.in_(case_ids)))
    forms = {row.id: row.form_key for row in rows}
    said: dict[str, Counter[tuple[tuple[str, Any], ...]]] = defaultdict(Counter)
    for new in session.scalars(query):
        if new.get("task") in forms and isinstance(new.get("routing"), dict):
            said[forms[new["task"]]][tuple(sorted(new["routing"].items()))] += 1
    return {form: dict(found.most_common(1)[0][0]) for form, found in sorted(said.items())}
