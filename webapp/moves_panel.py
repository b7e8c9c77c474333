"""Room sending_back, on the page of a case: whether the reader may send back or recall, and what went back before."""

from __future__ import annotations

from functools import cached_property

from models.case_record import CaseRecord
from models.database import DbSession
from models.loan import Loan
from models.people import User
from models.sending_back import SendingBack, sendings_back_of
from models.workflow import DONE, UserTask
from processes.recall import may_recall
from processes.sending_back import may_send_back


class MovesPanel:
    """What of one case has gone back, before one reader; nothing is asked of the database where nothing has."""

    def __init__(self, session: DbSession, record: CaseRecord, reader: User, task: UserTask | None) -> None:
        self.session, self.record, self.reader, self.task = session, record, reader, task

    @property
    def may_send_back(self) -> bool:
        """Whether 退回 is offered: the step is the reader's, and something was done before it."""
        task = self.task
        is_mine = task is not None and task.assignee_id == self.reader.id and not task.is_delegated
        return (
            is_mine
            and task is not None
            and not task.is_sealed
            and may_send_back(task, self.reader)
            and any(row.status == DONE and row.superseded_at is None for row in self.record.tasks)
        )

    @cached_property
    def recallable(self) -> UserTask | None:
        """The finished step that the reader may take back now."""
        if self.record.case.state.is_final:
            return None
        mine = [row for row in self.record.tasks if may_recall(row, self.reader, self.record.tasks)]
        return mine[-1] if mine else None

    @cached_property
    def history(self) -> list[SendingBack]:
        """What was sent back and recalled, oldest first."""
        has_any = any(row.superseded_at is not None for row in self.record.tasks)
        return sendings_back_of(self.session, self.record.case) if has_any else []

    @cached_property
    def superseded(self) -> set[int]:
        """The ids of the finished steps that no longer count."""
        return {row.id for row in self.record.tasks if row.superseded_at is not None}

    @cached_property
    def fell(self) -> dict[int, str]:
        """How each finished step that no longer counts has fallen: 已撤回, or 已退回重办."""
        recalled = {row.from_task_id for row in self.history if row.is_recall}
        return {one: "已撤回" if one in recalled else "已退回重办" for one in self.superseded}

    @property
    def loan(self) -> Loan | None:
        """The loan, unless its terms are to be decided again."""
        decided = [
            row for row in self.record.tasks if row.form_key == "bank_acceptance" and row.status == DONE
        ]
        loan, counts = self.record.loan, not decided or any(not row.superseded_at for row in decided)
        return loan if counts or (loan is not None and loan.disbursed_on is not None) else None

    @property
    def returned(self) -> SendingBack | None:
        """Why the step of the page is done again; None when it is not, or was taken back by its own person."""
        task = self.task
        found = [row for row in self.history if task is not None and row.to_task_id == task.id]
        return found[-1] if found and not found[-1].is_recall else None
