"""Room migration: what the pages of a plan show: summary, cases, the drawing with how many stand where, progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import request, url_for
from openpyxl import Workbook

from forms.base import BaseForm
from forms.migration import MigrationForm, OverdueForm, migration_form
from models.database import DbSession
from models.migration import PlanStatus, Verdict
from models.migration_board import (
    Counts,
    LineRow,
    PlanRow,
    all_lines,
    counts,
    lines,
    plan_row,
    standing,
    versions_of,
)
from models.migration_choice import Chosen, open_steps, regions_left, versions_left
from models.people import User
from models.process_version import is_four_eyes
from models.workflow import ProcessDefinition
from processes.engine.comparison import Change, changes
from processes.workflow import definition_of
from webapp.pages import moment
from webapp.screening_export import plain

VERDICTS = (
    Verdict.POSSIBLE,
    Verdict.REFUSED,
    Verdict.APPLIED,
    Verdict.CHANGED,
    Verdict.FAILED,
    Verdict.WAITING,
)
# Versions whose changes are told on a plan's page.
TOLD = 3
_HEAD = (
    "案卷编号",
    "原版本",
    "结论",
    "原因",
    "在办环节",
    "办理部门",
    "原期限",
    "新期限",
    "迁移后即超期",
    "计时变化",
    "说明",
)
_WIDTHS = (20, 8, 14, 44, 24, 24, 14, 14, 14, 40, 50)


@dataclass(frozen=True)
class Progress:
    """How far the background is."""

    plan: PlanRow
    counts: Counts

    @property
    def done(self) -> int:
        """Cases that are through."""
        if self.plan.status == PlanStatus.CHECKING:
            return self.counts.total - self.counts.of(Verdict.WAITING)
        return self.counts.of(Verdict.APPLIED, Verdict.CHANGED, Verdict.FAILED)

    @property
    def total(self) -> int:
        """Cases that are to come through."""
        if self.plan.status == PlanStatus.CHECKING:
            return self.counts.total
        return self.done + self.counts.of(Verdict.POSSIBLE)

    @property
    def url(self) -> str:
        """Where the page asks how far it is."""
        return url_for("migration.progress", plan_id=self.plan.id)


def verdict_asked() -> str:
    """The verdict by which the list is narrowed; another word means all."""
    asked = request.args.get("verdict", "")
    return asked if asked in set(Verdict) else ""


def after_asked(name: str = "after") -> int:
    """The row after which a page begins; what is no number means the first page."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def plan_facts(session: DbSession, plan_id: int, user: User) -> dict[str, Any]:
    """Everything that the page of a plan shows, in a fixed number of questions."""
    plan, verdict = plan_row(session, plan_id), verdict_asked()
    counted = counts(session, plan_id)
    needs_other = is_four_eyes(session, plan.key) and plan.author_id == user.id
    steps = definition_of(session, plan.to_id).drawing.steps
    at = standing(session, plan_id)
    return {
        "plan": plan,
        "counts": counted,
        "progress": Progress(plan, counted),
        "verdict": verdict,
        "verdicts": VERDICTS,
        "page": lines(session, plan_id, verdict, after_asked()),
        "needs_other": needs_other,
        "states": {step: {"level": "active", "label": f"{count} 件"} for step, count in at.items()},
        "standing": [(step.name, at[one]) for one, step in steps.items() if one in at],
        "steps": {one: step.name for one, step in steps.items()},
        "told": list(_told(session, plan)),
        "form": OverdueForm(None),
    }


def _told(session: DbSession, plan: PlanRow) -> Iterable[tuple[int, list[Change]]]:
    target = session.get_one(ProcessDefinition, plan.to_id)
    for from_id in versions_of(session, plan.id)[:TOLD]:
        row = session.get_one(ProcessDefinition, from_id)
        yield row.version, changes(row.bpmn, target.bpmn, row.decisions, target.decisions)


def new_form(session: DbSession, target: ProcessDefinition, data: Any) -> MigrationForm:
    """The form of a new plan with what there is to choose from."""
    drawing = definition_of(session, target.id).drawing
    steps = open_steps(session, target.key, target.id)
    left = versions_left(session, target.key, target.id)
    words = {
        **_kept_apart(session, [id_ for id_, _version, _count in left]),
        **{one.element_id: f"{one.name}（{one.cases} 件）" for one in steps},
    }
    lost = [(one, said) for one, said in words.items() if one not in drawing.steps]
    lanes = _lanes(session, [id_ for id_, _version, _count in left])
    targets = _told_apart([(step.element_id, step.name, step.lane) for step in drawing.steps.values()])
    form = migration_form(lost, targets)(data)
    _offer(form, "from_version", [
        (str(id_), f"第 {version} 版（{count} 件）") for id_, version, count in left
    ])  # fmt: skip
    named = dict(_told_apart([(one.element_id, one.name, lanes.get(one.element_id, "")) for one in steps]))
    _offer(form, "step", [(one.element_id, f"{named[one.element_id]}（{one.cases} 件）") for one in steps])
    _offer(form, "region", [(str(one.id), one.name) for one in regions_left(session, target.key, target.id)])
    return form


def _lanes(session: DbSession, definition_ids: Iterable[int]) -> dict[str, str]:
    """Step → the office that does it, in these versions."""
    drawings = [definition_of(session, one).drawing for one in definition_ids]
    return {key: step.lane for drawing in drawings for key, step in drawing.steps.items()}


def _told_apart(steps: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Id and name, with the office where another step has the same name."""
    names = [name for _id, name, _lane in steps]
    return [
        (id_, f"{name}（{lane}）" if lane and names.count(name) > 1 else name) for id_, name, lane in steps
    ]


def _kept_apart(session: DbSession, definition_ids: Iterable[int]) -> dict[str, str]:
    """Steps that others must not share a person with: asked for also where they are done (岗位分离)."""
    drawings = [definition_of(session, one).drawing.steps for one in definition_ids]
    return {
        other: f"{steps[other].name}（岗位分离）"
        for steps in drawings
        for step in steps.values()
        for other in step.not_same_as
        if other in steps
    }


def _offer(form: BaseForm, name: str, options: Sequence[tuple[str, str]]) -> None:
    form[name].offer(options)


def chosen_by(form: MigrationForm) -> Chosen:
    """What the form has chosen."""
    said: dict[str, Any] = form.answers()
    return Chosen(
        from_id=int(said["from_version"] or 0),
        step=str(said["step"] or ""),
        region_id=int(said["region"] or 0),
        numbers=form.chosen_numbers,
    )


def workbook(session: DbSession, plan_id: int) -> bytes:
    """Every case of a plan, a line each open task; constant memory."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("案卷迁移")
    for column, width in zip("ABCDEFGHIJK", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    sheet.append(_HEAD)
    for line in all_lines(session, plan_id):
        for row in _rows(line):
            sheet.append([plain(cell) if isinstance(cell, str) else cell for cell in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _rows(line: LineRow) -> Iterable[list[Any]]:
    first = [line.number, line.version, line.label, line.why]
    timers = "；".join(f"{name}：{_moment(a)} → {_moment(b)}" for name, a, b in line.timers)
    notes = "".join(line.after.get("notes", ()))
    for before, after in line.tasks or [({}, {})]:
        task = after or before
        over = "是" if after.get("overdue") else ""
        dates = [before.get("due") or "", after.get("due") or "", over]
        yield [*first, task.get("name", ""), task.get("office", ""), *dates, timers, notes]


def _moment(at: Any) -> str:
    return str(moment(at)) if at else "无"
