"""Room screening, steps: what completing a step of the two drawings means, and what their acts do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.calendar import now, today
from models.case import CaseFile, locked
from models.meeting import Meeting
from models.notice import NoticeKind
from models.people import Department, User
from models.refusal import Refusal
from models.screening import (
    DECIDED,
    AnswerBatch,
    Candidate,
    GroupDecision,
    Outcome,
    Result,
    ScreeningOpinion,
    ScreeningRound,
    Source,
    candidate_of_case,
    candidates_of_cases,
    round_of_case,
)
from processes import group_review, supervision
from processes.acts import act
from processes.declaration import REASONS
from processes.message import post
from processes.notice import Entry, open_notice
from processes.screening_answers import apply
from processes.screening_check import Answer, oldest_query
from processes.steps import SEALED, Completion, Routing, step

SEALED.add("screening_opinion")
GROUP = "县域金融工程领导小组"
_STRANGE = "该案卷不在任何一轮甄别中。"


@step("screening_opinion")
def give_opinion(done: Completion) -> Routing:
    """One answer by the page of its task: written and handed in at once; 无法核实 cannot be (D-25)."""
    candidate = _candidate(done.session, done.case)
    if done.answers.get("result") not in DECIDED:
        raise Refusal("只有通过、不通过可以提交；“无法核实”请在甄别台账中填写。", "result")
    given = Answer(
        candidate.id,
        done.text("result"),
        done.text("reason"),
        done.text("basis"),
        done.answers.get("queried_on"),
    )
    locked(done.session, done.session.get_one(ScreeningRound, candidate.round_id).case_id)
    batch = AnswerBatch(
        round_id=candidate.round_id, department_id=done.task.department_id, source=Source.GRID
    )
    apply(done.session, batch, [given], done.actor)
    query = select(ScreeningOpinion).where(
        ScreeningOpinion.candidate_id == candidate.id,
        ScreeningOpinion.department_id == done.task.department_id,
    )
    opinion = done.session.scalars(query.execution_options(populate_existing=True)).one()
    # An answer that stood there already may rest on a query that has grown old (D-17).
    if opinion.queried_on is None or opinion.queried_on < oldest_query(done.session):
        raise Refusal("查询结果已过有效期，请重新查询并填写查询日期。", "queried_on")
    opinion.handed_in_at, opinion.handed_in_by_id, opinion.completed_at = now(), done.actor.id, now()
    done.session.flush()  # the gateway asks for it in this very knock
    return {}


@step("group_decision")
def decide_one(done: Completion) -> Routing:
    """The group's decision on one candidate by the page of its task (B-13)."""
    # Behind a bulk decision, which locks candidates without their cases, this waits and sees it.
    candidate = candidates_of_cases(done.session, [done.case.id]).get(done.case.id)
    if candidate is None:
        raise Refusal(_STRANGE)
    meeting = group_review.require_meeting(
        done.session, done.case.region_id or 0, int(done.answers.get("meeting_id") or 0)
    )
    decision, reason = done.text("decision"), " ".join(done.text("reason").split())
    why, at = group_review.problem(candidate, decision, reason)
    if why:
        raise Refusal(why, at)
    candidate.decision, candidate.decision_reason = decision, reason
    candidate.meeting_id, candidate.decided_on, candidate.decided_by_id = meeting.id, today(), done.actor.id
    candidate.completed_at = now()
    done.session.flush()
    return {}


@step("collect_opinions")
def close_collection(done: Completion) -> Routing:
    """Every department has handed in everything: the round goes to the leading group."""
    round_ = _round(done.session, done.case)
    _require_ready(round_)
    if owing := supervision.missing(done.session, round_.id):
        names = done.session.scalars(select(Department.name).where(Department.id.in_(owing)))
        raise Refusal(f"尚有 {sum(owing.values())} 条意见未提交（{'、'.join(names)}），未提交不视为通过。")
    return {}


def _require_ready(round_: ScreeningRound) -> None:
    if not round_.is_ready:
        raise Refusal("候选名单仍在生成，请稍后再试。")


@step("supervision")
def order_supervision(done: Completion) -> Routing:
    """督办 of every department that still misses answers; none is left to supervise when all have answered."""
    round_ = _round(done.session, done.case)
    owing = supervision.missing(done.session, round_.id)
    if owing:
        demanded = done.text("text"), done.answers.get("due_on") or today()
        supervision.issue(done.session, round_, done.case, owing, demanded, done.actor)
    return {}


@step("round_closing")
def close_round(done: Completion) -> Routing:
    """Nothing is undecided: what was passed goes to 公示."""
    round_ = _round(done.session, done.case)
    _require_ready(round_)
    undecided = exists().where(Candidate.round_id == round_.id, Candidate.outcome == "")
    if done.session.scalar(select(undecided)):
        raise Refusal("尚有候选企业（户）未审核完毕，不能结束本轮甄别。")
    round_.closed_on = today()
    done.session.flush()
    return {}


@act("remind_departments")
def remind_first(session: Session, case: CaseFile) -> None:
    """The 10 working days have passed (D-25)."""
    supervision.remind_all(session, _round(session, case), case)


@act("remind_departments_again")
def remind_again(session: Session, case: CaseFile) -> None:
    """Each working day after it."""
    supervision.remind_all(session, _round(session, case), case)


@act("candidate_left")
def leave(session: Session, case: CaseFile) -> None:
    """The declaration was withdrawn: its candidate counts no longer (D-41)."""
    _candidate(session, case).outcome = Outcome.LEFT


@act("screening_failure")
def report_failure(session: Session, case: CaseFile) -> None:
    """One 不通過 is enough: the declaration goes to its result notice (D-25)."""
    _report(session, case, Outcome.FAILED, "screening_failed")


@act("group_asked")
def ask_group(session: Session, case: CaseFile) -> None:
    """Every department has passed the candidate: it is on the agenda of the leading group."""
    _candidate(session, case).at_group_on = today()


@act("group_approval")
def report_approval(session: Session, case: CaseFile) -> None:
    """审核通过: the declaration waits for its public notice."""
    _report(session, case, Outcome.APPROVED, "screening_passed")


@act("group_refusal")
def report_refusal(session: Session, case: CaseFile) -> None:
    """审核不通过: the declaration goes to its result notice with the group's reason."""
    _report(session, case, Outcome.REFUSED, "screening_failed")


@act("open_round_notice")
def open_round_notice(session: Session, case: CaseFile) -> None:
    """What the leading group has passed is to be published (B-14); nothing passed, nothing to publish."""
    round_ = _round(session, case)
    query = (
        select(Candidate)
        .join(CaseFile, CaseFile.id == Candidate.application_case_id)
        # One that was withdrawn after the decision is not published.
        .where(Candidate.round_id == round_.id, Candidate.outcome == Outcome.APPROVED)
        .where(CaseFile.closed_at.is_(None))
    )
    passed = session.scalars(query.order_by(Candidate.seq)).all()
    if passed:
        entries = [Entry(one.subject_id, one.application_case_id) for one in passed]
        title = f"{round_.label}拟确定信用企业（户）公示"
        actor = session.get(User, round_.opened_by_id) if round_.opened_by_id else None
        open_notice(session, NoticeKind.LISTING, round_.region_id, title, entries, parent=case, actor=actor)


def _report(session: Session, case: CaseFile, outcome: Outcome, name: str) -> None:
    candidate = _candidate(session, case)
    candidate.outcome = outcome
    # Many candidates follow in one transaction, and are written together at its end.
    with session.no_autoflush:
        post(session, [candidate.application_case_id], name)


def _candidate(session: Session, case: CaseFile) -> Candidate:
    found = candidate_of_case(session, case)
    if found is None:
        raise Refusal(_STRANGE)
    return found


def _round(session: Session, case: CaseFile) -> ScreeningRound:
    found = round_of_case(session, case)
    if found is None:
        raise Refusal("该案卷不是一轮甄别。")
    return found


@dataclass(frozen=True)
class Reason:
    """Why a declaration did not pass: who said it, and what (N9)."""

    department: str
    reason: str


def reasons_for(session: Session, application_case: CaseFile) -> list[Reason]:
    """Every 不通过 of a department, or the refusal of the leading group; empty for a declaration that passed."""
    query = select(Candidate).where(Candidate.application_case_id == application_case.id)
    candidate = session.scalars(query).first()
    if candidate is None:
        return []
    if candidate.decision == GroupDecision.REFUSE:
        meeting = session.get(Meeting, candidate.meeting_id)
        held = f"（{meeting.number}，{meeting.held_on.isoformat()}）" if meeting else ""
        return [Reason(GROUP, f"{candidate.decision_reason}{held}")]
    failed = (
        select(Department.name, ScreeningOpinion.reason)
        .join(Department, Department.id == ScreeningOpinion.department_id)
        .where(
            ScreeningOpinion.candidate_id == candidate.id,
            ScreeningOpinion.result == Result.FAIL,
            ScreeningOpinion.handed_in_at.is_not(None),
        )
    )
    return [Reason(row.name, row.reason) for row in session.execute(failed.order_by(ScreeningOpinion.id))]


def _sentences(session: Session, application_case: CaseFile) -> list[str]:
    return [f"{found.department}：{found.reason}" for found in reasons_for(session, application_case)]


REASONS.append(_sentences)
