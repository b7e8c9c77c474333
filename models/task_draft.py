"""Room task, drafts: what a tab of a browser knows of a draft, so that an older tab never overwrites a newer one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import User
from models.refusal import Conflict
from models.workflow import TaskDraft


@dataclass(frozen=True)
class DraftMark:
    """Which draft a tab has seen (0: none), and which tab it is."""

    revision: int = 0
    tab: str = ""


class NewerDraft(Conflict):
    """Another tab has saved meanwhile; nothing was changed."""

    def __init__(self, revision: int, saved_at: datetime) -> None:
        super().__init__("您在另一窗口暂存了较新的内容，本窗口的内容没有覆盖它。请比较后选择保留哪一份。")
        self.revision, self.saved_at = revision, saved_at


def row_of(session: Session, task_id: int, actor: User) -> TaskDraft | None:
    """The person's own draft of a task."""
    query = select(TaskDraft).where(TaskDraft.task_id == task_id, TaskDraft.user_id == actor.id)
    return session.scalars(query).first()


def check_newest(draft: TaskDraft | None, mark: DraftMark | None) -> None:
    """Raises NewerDraft when a tab that has not seen the draft would overwrite it; without a mark nobody asks."""
    if draft is None or mark is None:
        return
    is_same_tab = bool(mark.tab) and draft.tab == mark.tab
    if draft.revision != mark.revision and not is_same_tab:
        raise NewerDraft(draft.revision, draft.saved_at)
