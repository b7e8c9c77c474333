"""Official letters: every field of F5 in official wording, for those who may see the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import escape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.database import reading, transaction
from models.letter import Letter
from processes import withdrawal
from tests.world import World, answers, on
from webapp import letter_sheet, typeset

SignIn = Callable[[str], FlaskClient]
HOSTILE = "<script>alert(1)</script>"


def letter_id(case_id: int, kind: str) -> int:
    with reading() as session:
        rows = select(Letter.id).where(Letter.case_id == case_id, Letter.kind == kind)
        return session.scalars(rows).one()


def read(client: FlaskClient, case_id: int, kind: str) -> str:
    """The words of a letter, its markup with them."""
    answer = client.get(f"/letters/{letter_id(case_id, kind)}")
    assert answer.status_code == 200, answer.text
    assert "data-print" in answer.text
    return answer.text


def holds(page: str, *words: str) -> None:
    for word in words:
        assert word in page, word


def test_acceptance_extension_and_payout(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted(
        actor="shenqing", amount="200000.00", total_amount="200000.00", waiver_claimed=False
    )
    for element in ("acceptance", "qualification_review", "due_diligence", "pre_loan_investigation"):
        world.complete(case_id, element, answers(element))
    secured = answers("bank_acceptance", approved_amount=Decimal("200000.00"), guarantee_type="mortgage")
    world.complete(case_id, "bank_acceptance", secured)
    extend = {
        "outcome": "extend",
        "procedure": "mortgage",
        "extension_days": 3,
        "extension_reason": "登记排期",
    }
    world.complete(case_id, "counter_guarantee", extend)
    for element in ("extension_approval", "counter_guarantee", "disbursement"):
        world.complete(case_id, element, answers(element))
    client = sign_in("shenqing")
    office = "伊金霍洛旗人力资源和社会保障局"
    holds(
        read(client, case_id, "acceptance"),
        "受理通知书", "创贷受〔2026〕00001号", "赵一：", "CD202600001", "受理日为2026年3月2日", "7个工作日",
        "2026年3月11日", f"{office}（盖章）", "办理人：钱二",
    )  # fmt: skip
    holds(
        read(client, case_id, "extension"),
        "延期告知书", "抵押登记手续", "原定于2026年3月9日", "延长3个工作日", "2026年3月12日", "登记排期", "批准人：冯九",
        "伊金霍洛农村商业银行（盖章）",
    )  # fmt: skip
    holds(
        read(client, case_id, "disbursement"),
        "放款通知书", "200,000.00元（大写：人民币贰拾万元整）", "24个月", "4.5", "HT-1",
    )  # fmt: skip


def test_the_one_time_notice_lists_everything_and_has_a_receipt(world: World, sign_in: SignIn) -> None:
    items = [
        {"material": "business_licence", "problem": HOSTILE, "requirement": "原件一份"},
        {"material": "credit_report", "problem": "查询日期超过30日", "requirement": "重新查询，一份"},
    ]
    case_id = world.submitted(actor="shenqing")
    asked = answers(
        "acceptance",
        result="incomplete",
        items=items,
        delivery_method="direct",
        delivered_on=date(2026, 3, 3),
    )
    with on(date(2026, 3, 3)):
        world.complete(case_id, "acceptance", asked)
    client = sign_in("shenqing")
    page = read(client, case_id, "supplement")
    holds(
        page,
        "一次性告知书（补正材料通知书）", "创贷补〔2026〕00001号", "于2026年3月2日提交", "营业执照", "本人征信报告",
        "查询日期超过30日", "20个工作日", "2026年3月31日", "视为撤回申请", "一式两份", "送达回执", "直接送达", "申请人签收",
        "2026年3月3日", "办公电话",
    )  # fmt: skip
    assert HOSTILE not in page
    assert "暂定" not in page
    with on(date(2026, 3, 4)), transaction() as session:
        withdrawal.withdraw(session, case_id, world.user(session, "shenqing"), "不再需要")
    holds(read(client, case_id, "withdrawal"), "终止办理通知书", "2026年3月4日撤回", "不再需要", "不良记录")


def test_a_refusal_gives_reasons_clause_and_remedy(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted("small_enterprise")
    world.complete(case_id, "acceptance", answers("acceptance"))
    failed = answers("qualification_review", decision="fail", reason_codes=["H01"], reason_text="不符")
    world.complete(case_id, "qualification_review", failed)
    (notice,) = world.open_tasks(case_id)
    world.complete(case_id, notice, answers("refusal_notice"))
    holds(
        read(sign_in("renshe2"), case_id, "refusal"),
        "不符合条件通知书", "你单位", "受理日：2026年3月2日", "于2026年3月2日作出", "（H01）", "不属于重点就业群体。",
        "财金〔2023〕75号", "可向本部门申诉。", "可以重新申请", "送达回执",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("can_reapply", "said", "unsaid"),
    [(False, "四、申诉", "补充完善后"), (None, "三、申诉", "重新申请")],
)
def test_a_refusal_says_nothing_of_a_new_application_that_nobody_decided(
    world: World, sign_in: SignIn, can_reapply: bool | None, said: str, unsaid: str
) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    failed = answers("qualification_review", decision="fail", reason_codes=["H01"], reason_text="不符")
    world.complete(case_id, "qualification_review", failed)
    (notice,) = world.open_tasks(case_id)
    world.complete(case_id, notice, answers("refusal_notice", can_reapply=can_reapply))
    page = read(sign_in("renshe2"), case_id, "refusal")
    assert said in page
    assert unsaid not in page


def test_a_date_in_a_year_without_a_calendar_is_marked_provisional(world: World, sign_in: SignIn) -> None:
    with on(date(2026, 12, 29)):
        case_id = world.submitted(actor="shenqing")
        world.complete(case_id, "acceptance", answers("acceptance"))
    assert "暂定" in read(sign_in("shenqing"), case_id, "acceptance")


def test_strangers_find_no_letter(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    url = f"/letters/{letter_id(case_id, 'acceptance')}"
    statuses = {
        name: sign_in(name).get(url).status_code for name in ("renshe2", "shenqing", "dlt_renshe1", "guanli")
    }
    assert statuses == {"renshe2": 200, "shenqing": 404, "dlt_renshe1": 404, "guanli": 403}


def test_a_letter_is_a_file_for_the_archive(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    found = letter_id(case_id, "acceptance")
    answer = sign_in("renshe1").get(f"/letters/{found}.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data[:5] == b"%PDF-"
    assert len(answer.data) > 20_000
    assert sign_in("yinhang1").get(f"/letters/{found}.pdf").status_code == 404


def test_markup_in_words_stays_words_in_the_file() -> None:
    """Neither HTML nor Typst: `#`, `$`, `*` and tags are what was typed."""
    typed = "#panic(1) $x$ *粗* <b>&amp;</b> \\ @a"
    html = (
        f"<p>事实：{escape(typed)}</p><table><tr><th scope='row'>甲</th><td>{escape(typed)}</td></tr></table>"
    )
    blocks = list(letter_sheet._blocks(html))
    assert blocks[0]["text"] == f"事实：{typed}"
    assert blocks[1]["widths"] == [0, 1]
    assert [cell["text"] for cell in blocks[1]["cells"]] == ["甲", typed]
    letter = dict.fromkeys(("title", "office", "number", "addressee", "signed", "date"), typed)
    made = typeset.pdf("letter", {**letter, "body": blocks, "contact": [typed], "receipt": []})
    assert made[:5] == b"%PDF-"
