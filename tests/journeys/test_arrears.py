"""Arrears by bank, center and guarantor: day 1 on a holiday, paid on day 59; another loan to day 60 and 代偿."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.case_status import CaseStatus
from models.compensation import DueProof
from tests.arrears import arrears_case, file_of, good, lent, number_of, wake
from tests.credit_loans import active, draw, pay_overdue
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.office import FORM_SCOPE, opens_task
from tests.journeys.person import Person
from tests.journeys.test_clock import faults
from tests.register import OTHER_CODE, SOMEBODY, listed
from tests.world import on
from webapp.demo.files import sample_pdf

pytestmark = pytest.mark.browser
DAY_ONE, DAY_59, DAY_60 = date(2026, 5, 1), date(2026, 6, 28), date(2026, 6, 29)
OTHER = "另一家商贸公司"


def _comes(town: Town, day: date, hour: int = 9) -> None:
    """The training clock moves there, and the worker does what has become due."""
    town.it_is(day, hour)
    wake(town.verbs)


def _lend_to_another(town: Town) -> int:
    with on(date(2026, 3, 30)):
        listed(town.verbs, OTHER_CODE, OTHER, SOMEBODY)
        contract = {"account_name": OTHER, "contract_number": "XBHT-2"}
        case_id = active(town.verbs, contract, uscc=OTHER_CODE, name=OTHER)
        draw(town.verbs, case_id, account={"account_name": OTHER}, receipt_number="JJ-9")
        return case_id


def _does(person: Person, town: Town, loan: int, element: str, **over: Any) -> None:
    """Open the step, fill it in as a person types it, and submit it."""
    opens_task(person, town, arrears_case(loan), element)
    given = {name: value for name, value in good(element, loan, **over).items() if value not in (None, "")}
    given.pop("late_reason", None)
    if given.get("decision") == "approve":
        given.pop("reason_text", None)
    typed = {name: str(v) if not isinstance(v, bool | list) else v for name, v in given.items()}
    person.fills(typed, FORM_SCOPE)
    person.submits("提交并转下一步")
    assert element not in town.verbs.open_tasks(arrears_case(loan)), person.page.locator(
        "#err-sum"
    ).all_inner_texts()


def test_paid_on_day_59_and_compensated_after_day_60(town: Town) -> None:
    paid, unpaid = lent(town.verbs, date(2026, 3, 30)), _lend_to_another(town)
    _comes(town, DAY_ONE)
    bank, center, guarantor = (town.person(who) for who in ("yinhang1", "jinrong1", "danbao1"))
    bank.goes_to("/arrears")
    assert bank.page.locator("main tbody tr").count() == 2 and faults(bank, WIDE, NARROW) == []
    for loan in (paid, unpaid):
        _does(bank, town, loan, "day_one_collection")
    center.goes_to(f"/cases/{number_of(arrears_case(paid))}")
    assert center.sees("逾期 1 日") and faults(center, WIDE, NARROW) == []
    _comes(town, DAY_59, 23)
    with on(DAY_59, 23):
        pay_overdue(town.verbs, paid)
    _comes(town, DAY_60)
    assert town.verbs.status(arrears_case(paid)) == CaseStatus.ARREARS_PAID
    _compensate(town, unpaid, bank, center, guarantor)
    center.goes_to("/arrears?scope=all")
    assert center.sees("已还清") and center.sees("未追回") and center.faults == []


def _compensate(town: Town, loan: int, bank: Person, center: Person, guarantor: Person) -> None:
    """Notice, application, refusal, collection, again, consent, exactly the sum, confirmation, recovery."""
    _does(bank, town, loan, "demand_notice")
    _hands_in(bank, loan)
    _does(bank, town, loan, "compensation_application")
    _does(center, town, loan, "compensation_consent", decision="refuse", reason_text="清收不足", opinion="",
          is_risk_shared=None)  # fmt: skip
    _does(bank, town, loan, "further_collection")
    _does(bank, town, loan, "compensation_application")
    opens_task(center, town, arrears_case(loan), "compensation_consent")
    assert center.sees("仍未还款。") and faults(center, NARROW) == []
    _does(center, town, loan, "compensation_consent")
    opens_task(guarantor, town, arrears_case(loan), "compensation_payment")
    assert float(guarantor.page.locator("[name='amount']").input_value()) > 600_000, (
        "the sum of today is filled in"
    )
    guarantor.fills({"amount": "600000", "voucher": "PZ-1"}, FORM_SCOPE)
    guarantor.submits("提交并转下一步")
    assert guarantor.sees("代偿应一次付清全部未清偿本息") and faults(guarantor, WIDE, NARROW) == []
    _does(guarantor, town, loan, "compensation_payment")
    _does(bank, town, loan, "compensation_confirmation")
    received = {"step": "received", "way": "borrower", "amount": "1000.00", "recovered_on": "2026-06-29"}
    _does_recovery(guarantor, town, loan, received)
    assert guarantor.sees("借款人归还") and faults(guarantor, NARROW) == []
    wake(town.verbs)
    assert town.verbs.status(loan) == CaseStatus.LOAN_COMPENSATED
    file = file_of(loan)
    assert file is not None and file.is_risk_shared and file.refusals == 1


def _hands_in(bank: Person, loan: int) -> None:
    """The four files that lie with an application for 代偿."""
    at = f"/cases/{number_of(arrears_case(loan))}"
    for proof in DueProof:
        bank.goes_to(at)
        bank.page.get_by_label("材料种类").select_option(label=proof.label)
        file = {"name": f"{proof.label}.pdf", "mimeType": "application/pdf", "buffer": sample_pdf()}
        bank.page.locator("#proof-file").set_input_files(file)  # type: ignore[arg-type]  # a FilePayload
        bank.submits("上传材料")
        assert bank.sees(f"已上传“{proof.label}”1 个文件")
    assert bank.page.get_by_text("尚未上传").count() == 0 and faults(bank, WIDE, NARROW) == []


def _does_recovery(guarantor: Person, town: Town, loan: int, given: dict[str, str]) -> None:
    opens_task(guarantor, town, arrears_case(loan), "recovery")
    guarantor.fills(given, FORM_SCOPE)
    guarantor.submits("提交并转下一步")
    guarantor.goes_to(f"/cases/{number_of(arrears_case(loan))}")
