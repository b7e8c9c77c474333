"""Who has what by the log alone: every line that changes a holder names the task and who has it since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from models.case import CaseFile
from models.comment import CaseComment
from models.copying import CaseCopy
from models.urging import TaskUrging
from models.workflow import DONE, OPEN, UserTask

# Who works on it, who answers for it, in whose place it is done.
Hands = tuple[int | None, int | None, int | None]
NOBODY: Hands = (None, None, None)


@dataclass
class _Log:
    """What the lines of a case say, read in order."""

    held: dict[int, Hands] = field(default_factory=dict)
    aside: dict[int, str] = field(default_factory=dict)
    sealed: set[int] = field(default_factory=set)
    done: dict[int, int | None] = field(default_factory=dict)

    def read(self, line: AuditEvent) -> None:
        """One line more."""
        for said in _said(line.new):
            self.held[said["task"]] = (said["assignee"], said.get("owner"), said.get("on_behalf_of"))
            if line.action != "task.submitted":
                self.aside.pop(said["task"], None)
        task = line.new.get("task", 0)
        if line.action == "task.set_aside":
            self.aside[task] = line.new["until"]
        elif line.action == "task.taken_up":
            del self.aside[task]
        elif line.action == "task.submitted":
            self.sealed.add(task)
        elif line.action == "task.submission_returned":
            self.sealed.remove(task)
        elif line.action == "task.completed":
            self.done[task] = line.actor_id


def _said(new: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    given: Sequence[Mapping[str, Any]] = new.get("holders", ())
    return [new] if "task" in new and "assignee" in new else given


def check_holders(case: CaseFile, tasks: Iterable[UserTask], lines: Iterable[AuditEvent]) -> None:
    """Each open task is with whom the log says, set aside and sealed as it says; each done one was done by its actor."""
    log = _Log()
    for line in lines:
        log.read(line)
    for task in tasks:
        if task.status == DONE:
            assert log.done[task.id] == task.done_by_id, task.name
        if task.status != OPEN:
            continue
        # An applicant's step is his own from its beginning.
        born = (case.applicant_user_id, None, None) if task.is_applicants else NOBODY
        now = (task.assignee_id, task.owner_id, task.on_behalf_of_id)
        assert now == log.held.get(task.id, born), task.name
        until = task.set_aside_until.isoformat() if task.set_aside_until else None
        assert until == log.aside.get(task.id), task.name
        assert task.is_sealed == (task.id in log.sealed), task.name


def check_talk(session: Session, case: CaseFile, lines: Sequence[AuditEvent]) -> None:
    """留言, 抄送, 已阅 and 催办: as many as the log says, with the same people."""
    said = {row.id: row for row in session.scalars(_of(CaseComment, case))}
    assert said.keys() == {line.new["comment"] for line in _with(lines, "comment.made")}
    withdrawn = {line.new["comment"] for line in _with(lines, "comment.withdrawn")}
    assert {key for key, row in said.items() if row.is_withdrawn} == withdrawn
    copies = session.scalars(_of(CaseCopy, case)).all()
    told = [person for line in _with(lines, "case.copied") for person in line.new["people"]]
    assert sorted(row.user_id for row in copies) == sorted(told)
    read = {line.new["copy"] for line in _with(lines, "copy.read")}
    assert {row.id for row in copies if row.read_at is not None} == read
    urged = session.scalars(select(TaskUrging).join(UserTask).where(UserTask.case_id == case.id)).all()
    assert len(urged) == len(_with(lines, "task.urged"))


def _of(table: Any, case: CaseFile) -> Any:
    return select(table).where(table.case_id == case.id)


def _with(lines: Iterable[AuditEvent], action: str) -> list[AuditEvent]:
    return [line for line in lines if line.action == action]
