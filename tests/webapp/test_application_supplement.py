"""The application while 补正 is open: only sound answers are kept, and what was checked at submission still holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from tests.webapp.test_application import page_data, stored
from tests.webapp.test_document import picture, upload
from tests.world import World, answers

SignIn = Callable[[str], FlaskClient]
NUMBER = "CD202600001"
URL = f"/cases/{NUMBER}/application"


@pytest.fixture
def asked(world: World) -> World:
    """A case of the applicant for which the window has asked for a better licence."""
    case_id = world.submitted(actor="shenqing", **ANSWERS)
    items = [{"material": "business_licence", "problem": "复印件不清晰", "requirement": "原件一份"}]
    incomplete = answers(
        "acceptance",
        result="incomplete",
        items=items,
        delivery_method="direct",
        delivered_on=date(2026, 3, 2),
    )
    world.complete(case_id, "acceptance", incomplete)
    return world


ANSWERS = {"signed_on": "2026-03-02"}


def loan(world: World, **over: object) -> dict[str, str]:
    """The loan step as the page sends it."""
    names = (
        "amount", "commercial_amount", "total_amount", "term_months", "purpose", "purpose_text", "bank", "region",
        "township", "guarantee_type", "loan_ordinal", "outstanding_debt",
    )  # fmt: skip
    fields = world.person(**ANSWERS)
    return page_data({name: fields[name] for name in names} | over)


def test_a_sound_correction_is_kept_as_answers(asked: World, sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    data = loan(asked, amount="90,000", total_amount="90000")
    assert client.post(f"{URL}/loan", data=data).location.endswith("/guarantee")
    case = stored(NUMBER)
    assert case.application["amount"] == "90000.00"
    assert str(case.amount) == "90000.00"
    assert case.application["waiver_claimed"] is True
    assert case.status == "supplementing"


def test_a_faulty_correction_is_shown_again_and_not_kept(asked: World, sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    for go in ("next", "stay", "back"):
        answer = client.post(f"{URL}/loan", data=loan(asked, purpose_text="", township="新镇") | {"go": go})
        assert answer.status_code == 422
        assert "尚未保存" in answer.text
        assert 'value="新镇"' in answer.text
    assert stored(NUMBER).application["township"] == "示例镇"
    assert client.post(f"{URL}/loan/autosave", data=loan(asked)).status_code == 422


@pytest.mark.parametrize(
    ("over", "field", "words"),
    [
        ({"amount": "300001", "total_amount": "300001"}, "amount", "现行政策上限"),
        ({"term_months": 37}, "term_months", "现行政策上限"),
        ({"region": "3"}, "region", "不能变更贷款申请区"),
        ({"bank": "1"}, "bank", "选项无效"),
        ({"bank": "999999999"}, "bank", "选项无效"),
    ],
)
def test_what_was_checked_at_submission_still_holds(
    asked: World, sign_in: SignIn, over: dict[str, object], field: str, words: str
) -> None:
    before = stored(NUMBER)
    answer = sign_in("shenqing").post(f"{URL}/loan", data=loan(asked, **over))
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert words in answer.text
    assert stored(NUMBER).revision == before.revision


def test_the_materials_page_repeats_what_was_asked(asked: World, sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    page = client.get(f"{URL}/materials").text
    assert "告知书要求补正的材料" in page
    assert "复印件不清晰" in page
    assert upload(client, NUMBER, (picture(), "执照.png"), kind="business_licence").status_code == 302
    page = client.get(f"{URL}/review").text
    assert "返回待办，提交补正" in page
    assert client.post(f"{URL}/review", data={"incomplete": "yes"}).status_code == 409


def test_the_window_may_correct_and_others_may_not(asked: World, sign_in: SignIn) -> None:
    statuses = {
        name: sign_in(name).get(f"{URL}/loan").status_code
        for name in ("renshe1", "renshe2", "danbao1", "dlt_renshe1", "shenji", "lingdao")
    }
    assert statuses == {
        "renshe1": 200, "renshe2": 200, "danbao1": 404, "dlt_renshe1": 404, "shenji": 403, "lingdao": 403,
    }  # fmt: skip


def test_after_acceptance_nothing_can_be_changed(asked: World, sign_in: SignIn) -> None:
    asked.complete(1, "supplement", answers("supplement"), "shenqing")
    asked.complete(1, "acceptance", answers("acceptance"))
    client = sign_in("shenqing")
    assert client.get(f"{URL}/loan").status_code == 409
    assert client.post(f"{URL}/loan", data=loan(asked)).status_code == 409
    assert client.post(f"{URL}/loan/autosave", data=loan(asked)).status_code == 409
