"""Room screening: opens a round for the declarations of a window and makes them candidates, chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, insert, select
from sqlalchemy.orm import Session, joinedload

from models import audit
from models.calendar import real_now, today
from models.case import CaseDepartment, CaseFile, locked
from models.case_status import CaseStatus
from models.credit_policy import credit_rules_on
from models.deadline import due_for
from models.people import LANES, DepartmentKind, Permission, User
from models.refusal import Conflict, Forbidden, Refusal
from models.scheme import Scheme
from models.screening import Candidate, ScreeningOpinion, ScreeningRound, window_label
from models.screening_opening import collects
from processes import background, message
from processes.case_opening import begin, begin_all, open_case, open_cases
from processes.deadline import region_of
from processes.declaration import findings_of_all
from processes.engine.drawing import Step
from processes.findings import Finding
from processes.notification import tell_departments
from processes.office import needed_office, office_in
from processes.workflow import definition_of, newest_definition

# Candidates a transaction: about a second, for on SQLite nobody else can write meanwhile.
CHUNK = 100
PREPARE = "screening_prepare"
FORM = "screening_opinion"


@dataclass(frozen=True)
class Opening:
    """What a round would take in, for the page that asks before it is opened."""

    window_month: str
    awaiting: int
    # Declarations that are not yet through their form check, and stay out for the time being.
    unchecked: int

    @property
    def label(self) -> str:
        """E.g. 2026年上半年."""
        return window_label(self.window_month)


@dataclass(frozen=True)
class Screener:
    """A department that screens, and its step in the drawing."""

    element_id: str
    department_id: int


def center_of(actor: User) -> int:
    """The region whose 金融服务中心 the actor works for. Raises Forbidden."""
    return region_of_office(actor, DepartmentKind.FINANCE_CENTER, "只有金融服务中心可以组织集中信用甄别。")


def region_of_office(actor: User, kind: DepartmentKind, message: str) -> int:
    """The region of an actor who works in such an office. Raises Forbidden with the message."""
    actor.require(Permission.CREDIT_WORK)
    if actor.department is None or actor.department.kind != kind:
        raise Forbidden(message)
    return actor.department.region_id


def window_before(on: date, months: Sequence[int]) -> str:
    """Year and month of the newest window that has begun by a day (B-11), e.g. 2026-05."""
    begun = [(on.year, month) for month in months if month <= on.month]
    year, month = max(begun or [(on.year - 1, month) for month in months])
    return f"{year}-{month:02d}"


def opening(session: Session, actor: User) -> Opening:
    """What would be taken in if the center opened a round now."""
    region_id = center_of(actor)
    rules = credit_rules_on(session, today())
    unchecked = select(func.count()).where(
        *_of(region_id, CaseStatus.FORM_CHECKING, CaseStatus.SUPPLEMENTING)
    )
    waiting = select(func.count()).where(*_awaiting(region_id))
    return Opening(
        window_before(today(), rules.window_months),
        session.scalar(waiting) or 0,
        session.scalar(unchecked) or 0,
    )


def open_round(session: Session, actor: User) -> ScreeningRound:
    """Open the round of the newest window (B-12): one a half-year; its candidates follow in the background.

    Raises Conflict when the half-year has its round, Refusal when no declaration waits or an office is missing.
    """
    found = opening(session, actor)
    region_id = center_of(actor)
    if not found.awaiting:
        raise Refusal("没有已通过形式审查、等待甄别的申报，不能开始甄别。")
    for step in _drawn_steps(session):
        needed_office(session, region_id, LANES[step.lane])
    title = f"{found.label}信用甄别"
    # Numbering first: of two who open at the same moment the second waits here, and sees the first one's.
    case = open_case(session, Scheme.SCREENING_ROUND, region_id, title, actor=actor)
    taken = exists().where(
        ScreeningRound.region_id == region_id, ScreeningRound.window_month == found.window_month
    )
    if session.scalar(select(taken)):
        raise Conflict(f"{title}已经开始，每半年集中甄别一次。")
    round_ = ScreeningRound(
        case_id=case.id,
        number=case.number,
        region_id=region_id,
        window_month=found.window_month,
        opened_on=today(),
        opened_by_id=actor.id,
        expected=found.awaiting,
    )
    session.add(round_)
    session.flush()
    begin(session, case, f"开始{title}，申报 {found.awaiting} 户", actor, window=found.window_month)
    _prepare_behind(session, round_)
    return round_


def _prepare_behind(session: Session, round_: ScreeningRound) -> None:
    """A job of its own each time: of two with one key the second would never run."""
    key = f"{round_.id}-{real_now().isoformat()}"
    background.enqueue(session, PREPARE, [round_.id, round_.prepared], key)


def take_in(session: Session, round_id: int, actor: User) -> ScreeningRound:
    """Take declarations into an open round that passed their form check only after it had begun.

    Raises Conflict once 收集部门甄别意见 is done: nobody would be asked any more.
    """
    round_ = round_in_hand(session, round_id, center_of(actor))
    if not collects(session, round_):
        raise Conflict("部门甄别意见已收齐，不能再补充列入本轮。")
    waiting = session.scalar(select(func.count()).where(*_awaiting(round_.region_id))) or 0
    if not waiting:
        raise Refusal("没有新的申报等待甄别。")
    case = locked(session, round_.case_id)
    round_.expected, round_.is_ready = round_.prepared + waiting, False
    audit.record(session, "screening.extended", f"补充列入申报 {waiting} 户", actor=actor, case=case)
    _prepare_behind(session, round_)
    return round_


def round_in_hand(session: Session, round_id: int, region_id: int) -> ScreeningRound:
    """An open round of the region, its case and its row locked until the commit. Raises Conflict once closed."""
    held = select(ScreeningRound.case_id).where(
        ScreeningRound.id == round_id, ScreeningRound.region_id == region_id
    )
    case_id = session.scalar(held)
    if case_id is None:
        raise Refusal("未找到该轮甄别。")
    locked(session, case_id)
    round_ = _locked_round(session, round_id)
    if round_.closed_on is not None:
        raise Conflict("本轮甄别已结束，不能再办理。")
    return round_


def _locked_round(session: Session, round_id: int) -> ScreeningRound:
    query = select(ScreeningRound).where(ScreeningRound.id == round_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def prepare(session: Session, round_id: int, limit: int = CHUNK, known: int = 0) -> int:
    """Make at most `limit` waiting declarations candidates, each with a case of its own; how many.

    `known`: candidates of whom departments were told before. A list that is ready stays as it is.
    Killed anywhere it has done nothing; run again it goes on with those that are not yet candidates.
    """
    round_ = _locked_round(session, round_id)
    if round_.closed_on is not None or round_.is_ready:
        return 0
    waiting = select(CaseFile).where(*_awaiting(round_.region_id)).order_by(CaseFile.id).limit(limit)
    # Locked, so that none is withdrawn while it becomes a candidate.
    waiting = waiting.options(joinedload(CaseFile.subject)).with_for_update(of=CaseFile, key_share=True)
    applications = list(session.scalars(waiting.execution_options(populate_existing=True)))
    if applications:
        _nominate(session, round_, applications)
    else:
        round_.is_ready, round_.expected = True, round_.prepared
        _call(session, round_, known)
    return len(applications)


def _call(session: Session, round_: ScreeningRound, known: int) -> None:
    """The list is complete: every department is asked with its term (D-25), of newcomers from their own day on."""
    added = round_.prepared - known
    if known and not added:
        return
    case, start = session.get_one(CaseFile, round_.case_id), today() if known else round_.opened_on
    due = due_for(start, credit_rules_on(session, start).opinion_days, region_code=region_of(case))
    count = f"补充列入 {added} 户，现" if known else ""
    until = f"{due.due_on.isoformat()} 前{'（暂定）' if due.provisional else ''}"
    text = (
        f"{round_.number} {round_.label}：候选名单{count}共 {round_.prepared} 户，请于 {until}提交甄别意见。"
    )
    offices = [screener.department_id for screener in screeners(session, round_.region_id)]
    tell_departments(session, offices, text, case, f"board:{case.number}")


def _nominate(session: Session, round_: ScreeningRound, applications: Sequence[CaseFile]) -> None:
    firms = [application.subject for application in applications if application.subject is not None]
    wanted = list(zip(firms, applications, strict=True))
    cases = open_cases(session, Scheme.SCREENING, round_.region_id, wanted)
    first = round_.prepared + 1
    found = findings_of_all(session, applications)
    rows = [
        Candidate(
            round_id=round_.id,
            seq=first + place,
            case_id=case.id,
            application_case_id=application.id,
            subject_id=firm.id,
            number=case.number,
            name=firm.name,
            uscc=firm.uscc,
            kind=firm.kind,
            findings=[_told(one) for one in found[place]],
        )
        for place, (case, (firm, application)) in enumerate(zip(cases, wanted, strict=True))
    ]
    session.add_all(rows)
    session.flush()
    _ask(session, round_, rows)
    _let_center_see(session, round_, cases)
    begin_all(session, cases, f"列入{round_.label}")
    message.post(session, [application.id for application in applications], "round_opened")
    round_.prepared += len(rows)


def _let_center_see(session: Session, round_: ScreeningRound, cases: Sequence[CaseFile]) -> None:
    """The lead office has no step of its own in a candidate's case, and follows it all the same."""
    center = needed_office(session, round_.region_id, DepartmentKind.FINANCE_CENTER)
    session.execute(insert(CaseDepartment), [{"case_id": one.id, "department_id": center} for one in cases])


_LEVELS = {"ok": "pass", "over": "fail", "soon": "unknown"}


def _told(found: Finding) -> dict[str, str]:
    """A finding as the board shows it beside the candidate; the answer stays the department's."""
    return {
        "code": found.code,
        "name": found.requirement,
        "result": _LEVELS[found.level],
        "text": found.word,
        "clause": found.clause,
    }


def _ask(session: Session, round_: ScreeningRound, candidates: Sequence[Candidate]) -> None:
    """An empty answer of every department that the drawing names."""
    asked = screeners(session, round_.region_id)
    empty = {"round_id": round_.id, "result": "", "reason": "", "basis": "", "version": 0}
    rows = [
        {"candidate_id": one.id, "department_id": who.department_id, "element_id": who.element_id, **empty}
        for one in candidates
        for who in asked
    ]
    session.execute(insert(ScreeningOpinion), rows)


def screeners(session: Session, region_id: int) -> list[Screener]:
    """The departments of a region that screen, in drawn order: read from the newest drawing's steps."""
    found = [
        (step.element_id, office_in(session, region_id, LANES[step.lane])) for step in _drawn_steps(session)
    ]
    return [Screener(element_id, office) for element_id, office in found if office is not None]


def _drawn_steps(session: Session) -> list[Step]:
    definition = definition_of(session, newest_definition(session, Scheme.SCREENING.process).id)
    return [step for step in definition.drawing.steps.values() if step.form_key == FORM]


def _awaiting(region_id: int) -> tuple[ColumnElement[bool], ...]:
    """Declarations of a region that passed their form check and are not yet candidates."""
    is_candidate = exists().where(Candidate.application_case_id == CaseFile.id)
    return (*_of(region_id, CaseStatus.AWAITING_ROUND), ~is_candidate)


def _of(region_id: int, *statuses: CaseStatus) -> tuple[ColumnElement[bool], ...]:
    return (
        CaseFile.scheme == Scheme.CREDIT_APPLICATION,
        CaseFile.region_id == region_id,
        CaseFile.status.in_(statuses),
    )
