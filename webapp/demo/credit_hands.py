"""Room demo, credit hands: one step by one person, and the lookups of the story of 信保贷."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.calendar import today
from models.case import CaseFile
from models.compensation import DueProof
from models.database import DbSession, reading, transaction
from models.notice import PublicNotice
from models.people import User, user_named
from models.workflow import UserTask, open_tasks_of
from processes import worklist
from processes.compensation_proof import hand_in
from webapp import jobs
from webapp.demo.files import sample_pdf


def notice_of(session: DbSession, case_id: int) -> int:
    """The id of the notice of a case."""
    return int(session.query(PublicNotice.id).filter_by(case_id=case_id).scalar())


def notify_one(case_id: int) -> None:
    """A firm that has not passed is told so; nothing for any other."""
    with reading() as session:
        case = session.get_one(CaseFile, case_id)
        task = (
            session.query(UserTask).where(open_tasks_of(case), UserTask.form_key == "result_notice").first()
        )
    if task is not None:
        do(case_id, task.element_id, "jinrong1", {
            "reason_text": "经甄别，不符合准入条件。", "clause": "伊政办发〔2019〕53号第二条",
            "remedy": "可向旗金融服务中心咨询，电话0477-0000000。", "delivery_method": "electronic",
            "delivered_on": today(),
        })  # fmt: skip


def do(case_id: int, element: str, who: str, given: Mapping[str, Any]) -> None:
    """Complete a step."""
    with transaction() as session:
        open_tasks = session.query(UserTask).where(open_tasks_of(session.get_one(CaseFile, case_id))).all()
        task = next(task for task in open_tasks if task.element_id == element)
        late = {"late_reason": "部门核实用时较长。"} if worklist.is_late(session, task) else {}
        worklist.complete(session, task.id, user(session, who), {**given, **late})


def hand_in_proofs(case_id: int, who: str) -> None:
    """The files that lie with an application for 代偿."""
    with transaction() as session:
        for proof in DueProof:
            name = f"{proof.label}（样例）.pdf"
            hand_in(session, case_id, proof.material, name, sample_pdf(), user(session, who))


def settle() -> None:
    """Timers and messages that are due now."""
    jobs.run_due()


def user(session: DbSession, username: str) -> User:
    """The person of that login name."""
    found = user_named(session, username)
    if found is None:
        raise LookupError(username)
    return found
