"""Room credit, warning: 预警提示 (N13): who is warned of a cancellation, by letter and by message, the same day."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.calendar import now, today
from models.case import CaseFile
from models.credit import CreditListing, ExitWarning
from models.credit_exit import ExitGround
from models.letter import LetterKind
from models.people import SCREENING, DepartmentKind
from models.subject import Subject
from processes.letter import issue
from processes.notification import tell_departments
from processes.office import join, offices

# B-18: the center, every bank, the guarantors, and the nine that screen (B-12).
WARNED = (DepartmentKind.FINANCE_CENTER, DepartmentKind.BANK, DepartmentKind.GUARANTOR, *SCREENING)
EVERYBODY = "各有关单位和金融机构"
_MEASURES = (
    "请自收到之日起停止受理该主体新的“信保贷”申请和提款；已有贷款的，可采取保全措施或补充抵质押担保条件。"
)


def warn(
    session: Session,
    subject: Subject,
    listing: CreditListing,
    ground: ExitGround,
    facts: str,
    case: CaseFile,
) -> None:
    """One letter with the list of recipients, a row and a message for each; they may see the case from now on."""
    told = offices(session, subject.region_id, WARNED)
    content = {
        "name": subject.name,
        "uscc": subject.uscc,
        "number": listing.number,
        "ground": ground.label,
        "facts": facts,
        "cancelled_on": today(),
        "measures": _MEASURES,
        "recipients": [office.name for office in told],
    }
    issue(session, case, LetterKind.EXIT_WARNING, content, actor=None, addressee=EVERYBODY)
    session.add_all(ExitWarning(case_id=case.id, department_id=office.id, sent_at=now()) for office in told)
    join(session, case, told)
    text = (
        f"{case.number}：预警提示，{subject.name}（{subject.uscc}）因{ground.label}，"
        f"自 {today().isoformat()} 起取消信用企业（户）资格，不得再办理新的“信保贷”业务。"
    )
    tell_departments(session, [office.id for office in told], text, case)
