"""A list before the public: published, objected to without a login, verified both ways, confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.case_status import CaseStatus
from models.credit import CreditListing
from models.database import reading
from models.objection import Objection
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.office import FORM_SCOPE, opens_task
from tests.journeys.person import Person
from tests.journeys.test_clock import faults
from tests.notice_board import DECIDED, PDF, VERIFIED, Board

pytestmark = pytest.mark.browser
FILE: Any = {"name": "借条.pdf", "mimeType": "application/pdf", "buffer": PDF}


def _publishes(town: Town, case_id: int) -> Person:
    clerk = town.person("jinrong1")
    opens_task(clerk, town, case_id, "draft_notice")
    assert clerk.page.locator("[name=basis]").input_value().count("伊政办发〔2019〕53号")
    clerk.fills({"phone": "0477-8000000", "address": "示例路1号"}, FORM_SCOPE)
    answer = clerk.submits("提交并转下一步")
    assert answer is not None and answer.status == 422
    assert clerk.page.locator("#err-sum").inner_text().count("公示渠道")
    clerk.fills({"places": ["release", "board"]}, FORM_SCOPE)
    clerk.submits("提交并转下一步")
    return clerk


def _objects(stranger: Person, firm: str, name: str) -> str:
    """From the list to the receipt; the number of the objection."""
    stranger.goes_to("/public/notices")
    stranger.page.locator("main table a").first.click()
    stranger.page.locator("main td a", has_text=firm).click()
    assert stranger.sees("请以真实身份填写")
    stranger.page.get_by_role("radio", name="单位").check()
    stranger.page.get_by_role("radio", name="个人").check()
    stranger.fills(
        {"name": name, "phone": "13900000009", "category": "unpaid_loan", "facts": "有到期贷款未还。"}
    )
    stranger.page.get_by_label("证据材料").set_input_files(FILE)
    answer = stranger.submits("提交异议")
    assert answer is not None and answer.status == 422
    assert stranger.page.locator("#err-sum").inner_text().count("承诺")
    stranger.page.get_by_label("证据材料").set_input_files(FILE)
    stranger.fills({"truthful": True})
    stranger.submits("提交异议")
    return stranger.page.locator("main b.fs-4").inner_text()


def _decide(town: Town, case_id: int, clerk: Person, second: Person, **over: Any) -> None:
    opens_task(clerk, town, case_id, "verify_objection")
    assert clerk.sees("有到期贷款未还。")
    wanted = {**VERIFIED, **over}
    clerk.fills(
        {name: wanted[name] for name in ("method", "departments", "findings", "decision")}, FORM_SCOPE
    )
    if over:
        clerk.fills({"breaches": over["breaches"]}, FORM_SCOPE)
    clerk.submits("提交并转下一步")
    opens_task(second, town, case_id, "decide_objection")
    second.fills({name: DECIDED[name] for name in ("conclusion", "delivery_method")}, FORM_SCOPE)
    second.submits("提交并转下一步")


def _reads(stranger: Person, notice_id: int) -> None:
    """The public pages, with the count of the period."""
    stranger.goes_to(f"/public/notices/{notice_id}/objection")
    assert faults(stranger, NARROW) == []
    stranger.goes_to(f"/public/notices/{notice_id}")
    stranger.page.locator("summary", has_text="公示期为什么到2026年10月9日").click()
    assert stranger.page.locator(".count-month td.due b").inner_text() == "10止"
    assert faults(stranger, WIDE, NARROW) == []
    for address in ("/public/notices", "/public/guide"):
        stranger.goes_to(address)
        assert faults(stranger, WIDE, NARROW) == []


def test_a_list_is_published_objected_to_and_confirmed(town: Town) -> None:
    board, shown = Board(town.verbs), (WIDE, NARROW)
    town.it_is(date(2026, 9, 18))
    notice = board.opened(3)
    first, second, third = board.entries(notice)
    clerk = _publishes(town, notice.case_id)
    stranger = town.stranger()
    number = _objects(stranger, first.name, "郑某举")
    assert faults(stranger, WIDE) == []
    _objects(stranger, second.name, "钱某报")
    _reads(stranger, notice.id)
    with reading() as session:
        cases = list(session.scalars(select(Objection.case_id).order_by(Objection.id)))
    town.it_is(date(2026, 9, 22))
    judge = town.person("jinrong2")
    _decide(town, cases[0], clerk, judge)
    _decide(town, cases[1], clerk, judge, decision="upheld", breaches=["unpaid_loan"])
    judge.page.get_by_role("link", name="公示与异议").first.click()
    judge.page.locator("main table a").first.click()
    assert judge.sees("异议属实，移出公示名单") and judge.sees(number)
    assert faults(judge, *shown) == []
    town.it_is(date(2026, 10, 10), 0)
    town.verbs.fire_due()
    opens_task(judge, town, notice.case_id, "confirm_notice")
    assert judge.sees("2026-10-10 起可确认")
    judge.fills({"confirmed": True}, FORM_SCOPE)
    judge.submits("提交并转下一步")
    assert town.verbs.status(notice.case_id) == CaseStatus.NOTICE_DONE
    stranger.goes_to(f"/public/notices/{notice.id}")
    assert stranger.sees("2 户确定为信用企业（户）")
    assert not stranger.page.get_by_text("郑某举").count() and not stranger.page.get_by_text(number).count()
    with reading() as session:
        assert set(session.scalars(select(CreditListing.subject_id))) == {first.subject_id, third.subject_id}
    assert clerk.faults == judge.faults == stranger.faults == []
