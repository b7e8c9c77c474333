"""Room arrears: a loan is past due, is paid, or comes to day 60 (B-18…B-20, D-29, D-31, D-32)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import audit
from models.arrears import ArrearsCause, ArrearsFile, file_of, loan_behind, loan_of_case, running_file
from models.calendar import now, today
from models.case import CaseDepartment, CaseFile
from models.compensation import compensation_of
from models.credit_exit import ExitGround
from models.credit_ledger import Arrears
from models.credit_loan import CreditLoan, entries_of
from models.letter import LetterKind
from models.money import format_amount
from models.people import DepartmentKind
from models.refusal import Conflict, Refusal
from models.scheme import Scheme
from models.subject import Subject
from models.vocabulary_credit_loan import EntryKind
from processes import arrears_letter, credit, credit_ledger
from processes.acts import act
from processes.case_opening import begin, open_case
from processes.facts import CaseFacts
from processes.message import post
from processes.notification import tell_departments
from processes.office import needed_office
from processes.steps import Completion, Routing, step

_PAYING = (EntryKind.REPAYMENT, EntryKind.PREPAYMENT)


def begin_if_overdue(session: Session, loan_case: CaseFile) -> ArrearsFile | None:
    """Open the file of a loan on its first day past due; call it at that day's 0:00, in the loan's knock.

    Nothing happens when nothing is past due today, or when a file of the loan runs already.
    """
    loan = loan_of_case(session, loan_case)
    found = credit_ledger.arrears_on(session, loan, today())
    if found.first_due_on is None or running_file(session, loan_case) is not None:
        return None
    subject = session.get_one(Subject, loan.subject_id)
    case = open_case(
        session,
        Scheme.ARREARS,
        subject.region_id,
        subject.name,
        subject=subject,
        parent=loan_case,
        bank_id=loan.bank_id,
        guarantor_id=loan.guarantor_id,
    )
    file = ArrearsFile(
        case_id=case.id,
        loan_case_id=loan_case.id,
        due_on=found.first_due_on,
        counted_from=found.first_due_on,
        demand_day=CaseFacts(session, case).credit.demand_day,
        first_principal=found.overdue_principal,
        first_interest=found.overdue_interest,
        opened_at=now(),
    )
    session.add(file)
    offices = _offices(session, case)
    session.add_all(CaseDepartment(case_id=case.id, department_id=one) for one in sorted(offices))
    session.flush()
    _open(session, case, loan_case, found)
    tell_departments(session, offices, f"{case.number}：{_first_day(subject, loan, found)}", case)
    return file


def _offices(session: Session, case: CaseFile) -> set[int]:
    """Bank, guarantor and center take part from day 1, whoever has a step."""
    center = needed_office(session, case.region_id or 0, DepartmentKind.FINANCE_CENTER)
    return {office for office in (case.bank_id, case.guarantor_id, center) if office is not None}


def _open(session: Session, case: CaseFile, loan_case: CaseFile, found: Arrears) -> None:
    begin(
        session,
        case,
        f"逾期第1日，立案处置（贷款 {loan_case.number}，应还日 {found.first_due_on}）",
        loan=loan_case.number,
        due_on=found.first_due_on,
        overdue_principal=str(found.overdue_principal),
        overdue_interest=str(found.overdue_interest),
    )


def _first_day(subject: Subject, loan: CreditLoan, found: Arrears) -> str:
    total = format_amount(found.overdue_principal + found.overdue_interest)
    contract = f"（借款合同 {loan.contract_number}）"
    return f"{subject.name}{contract}应于 {found.first_due_on} 归还的本息未还清，逾期第1日，逾期 {total} 元。"


@act("leave_for_arrears")
def leave_register(session: Session, case: CaseFile) -> None:
    """Day 1: the qualification is cancelled, everybody warned, new business blocked, the public told (D-29)."""
    file, loan = file_of(session, case), loan_behind(session, case)
    subject = session.get_one(Subject, loan.subject_id)
    owed = format_amount(file.first_principal + file.first_interest)
    facts = f"借款合同 {loan.contract_number} 应于 {file.due_on} 归还的本息未按期还清，逾期 {owed} 元"
    credit.leave(session, subject, ExitGround.ARREARS, facts, today(), case, actor=None)


def settle_if_paid(session: Session, loan_case: CaseFile) -> None:
    """After each repayment: a file of which nothing is past due any more ends; a part moves its day 60.

    The message goes out in the transaction of the repayment and is heard in due order against day 60.
    """
    file = running_file(session, loan_case)
    if file is None or compensation_of(session, file) is not None:
        return
    loan = loan_of_case(session, loan_case)
    found = credit_ledger.arrears_on(session, loan, today())
    if found.first_due_on is None:
        _settle(session, file, loan)
    elif found.first_due_on > file.counted_from:
        _count_anew(session, file, found)


def _settle(session: Session, file: ArrearsFile, loan: CreditLoan) -> None:
    """Up to 24:00 of day 59, and later up to the 代偿: the file ends, the qualification stays cancelled (D-29)."""
    case = session.get_one(CaseFile, file.case_id)
    paid = [entry.value_on for entry in entries_of(session, loan) if entry.kind in _PAYING]
    file.settled_on, file.ended_on = max(paid, default=today()), today()
    if file.reported_on is None:
        file.reported_on = today()
        arrears_letter.report_paid_first(session, case, file, loan)
    days = file.days_past_due(today())
    audit.record(
        session,
        "arrears.paid",
        f"逾期款项已全部还清（还款日 {file.settled_on}，逾期 {days} 日）；信用企业（户）资格不恢复",
        actor=None,
        case=case,
        new={"settled_on": file.settled_on, "days_past_due": days},
    )
    post(session, [case.id], "arrears_paid")
    text = f"{case.number} {case.applicant_name}：逾期款项已全部还清，逾期处置终止，资格不恢复。"
    tell_departments(session, _offices(session, case), text + _doubt(file), case)


def _doubt(file: ArrearsFile) -> str:
    """The bank was late, not the borrower: nothing is undone by itself, the center has to know it."""
    if not file.was_paid_in_time:
        return ""
    return f"注意：还款日 {file.settled_on} 不晚于应还日 {file.due_on}，系银行登记迟延，请金融服务中心核实。"


def _count_anew(session: Session, file: ArrearsFile, found: Arrears) -> None:
    """Only a part was paid, but the oldest instalment wholly: days past due count from the next one (D-32)."""
    case = session.get_one(CaseFile, file.case_id)
    if found.first_due_on is None or today() >= file.demand_on:
        return
    old, file.counted_from = file.counted_from, found.first_due_on
    audit.record(
        session,
        "arrears.counted_anew",
        f"最早一期已还清，逾期日数改自 {file.counted_from} 起算；其余逾期款项未还，处置继续",
        actor=None,
        case=case,
        old={"counted_from": old},
        new={"counted_from": file.counted_from},
    )
    post(session, [case.id], "arrears_moved")


@step("arrears_collection")
def report_first_day(done: Completion) -> Routing:
    """逾期首日: cause and plan of the bank, reported to the center and the guarantor (N12, B-19, D-31)."""
    file = file_of(done.session, done.case)
    file.cause, file.reported_on = done.text("cause"), today()
    measures, expected_on = done.answers.get("measures") or [], done.answers.get("expected_on")
    told = {
        "cause": ArrearsCause.title_of(file.cause),
        "analysis": done.text("analysis"),
        "plan": done.text("plan"),
        "measures": arrears_letter.measure_titles(measures),
        "expected_on": expected_on,
    }
    arrears_letter.report(done, LetterKind.ARREARS_REPORT, told)
    details = {name: done.answers.get(name) for name in ("cause", "analysis", "measures", "plan")}
    done.give_opinion("reported", **details, expected_on=expected_on)
    return {}


@step("arrears_demand")
def demand(done: Completion) -> Routing:
    """逾期满60日: the demand notice (F4) and two reports (N15, B-20); once, and not before day 60."""
    file = file_of(done.session, done.case)
    if today() < file.demand_on:
        raise Refusal(f"贷款逾期未满{file.demand_day}日（{file.demand_on} 满），不能办理。")
    if file.demanded_on is not None:
        raise Conflict("催收通知书已经发放。")
    file.demanded_on = today()
    terms = {name: done.answers.get(name) for name in ("payment_days", "account_bank", "account_number")}
    letter = arrears_letter.demand(done, terms)
    file.demand_number = letter.number
    arrears_letter.report(
        done, LetterKind.SIXTY_REPORT, {"situation": done.text("opinion"), "demand_number": letter.number}
    )
    done.give_opinion("demanded", payment_days=done.answers.get("payment_days"))
    return {}


@step("further_collection")
def collect_further(done: Completion) -> Routing:
    """After a refusal the bank collects again; then it may apply again (D-37)."""
    done.give_opinion("collected", measures=done.answers.get("measures"))
    return {}
