"""The declaration of 信保贷 from the draft to the notice of its result, rule by rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.case import CaseFile
from models.case_status import CaseStatus
from models.database import reading, transaction
from models.declaration import next_opening
from models.refusal import Refusal
from models.subject import SubjectKind
from processes import case as case_verbs
from processes import declaration
from tests.credit import MAY, code, declared, drafted, kind_of
from tests.world import World, on

FIRM, TRADER = code(1), code(1, SubjectKind.SOLE_TRADER)


def levels(world: World, case_id: int, day: date = MAY) -> dict[str, str]:
    """Code → level of the findings of a declaration, that day."""
    with on(day), reading() as session:
        found = declaration.findings(session, session.get_one(CaseFile, case_id))
    return {one.code: one.level for one in found}


@pytest.mark.parametrize(
    ("day", "hour", "opening"),
    [
        (date(2026, 4, 30), 23, "2026年5月1日"),
        (date(2026, 5, 1), 0, "received"),
        (date(2026, 5, 31), 23, "received"),  # a Sunday counts like any day
        (date(2026, 6, 1), 0, "2026年12月1日"),
        (date(2026, 11, 30), 23, "2026年12月1日"),
        (date(2026, 12, 1), 0, "received"),
        (date(2026, 12, 31), 23, "received"),
        (date(2027, 1, 1), 0, "2027年5月1日"),
    ],
)
def test_b11_the_day_of_receipt_in_shanghai_decides(world: World, day: date, hour: int, opening: str) -> None:
    with on(day, hour):
        case_id = drafted(world, FIRM, day=day)
    with on(day, hour):
        refusal = _refused(world, case_id)
    assert opening in (refusal.message if refusal else "received")
    assert (refusal is None) == (opening == "received")
    assert world.status(case_id) == (CaseStatus.DRAFT if refusal else CaseStatus.FORM_CHECKING)


def _refused(world: World, case_id: int, who: str = "jinrong1") -> Refusal | None:
    """Hand a draft in at the instant of the test; what it was refused for."""
    try:
        with transaction() as session:
            case_verbs.submit(session, case_id, world.user(session, who))
    except Refusal as refusal:
        return refusal
    return None


def test_the_next_opening_lies_behind_the_day() -> None:
    assert next_opening([5, 12], date(2026, 5, 1)) == date(2026, 12, 1)
    assert next_opening([12], date(2026, 12, 31)) == date(2027, 12, 1)
    with pytest.raises(ValueError, match="month"):
        next_opening([], MAY)


# Rule → what is declared otherwise, at which field it is refused, in which words.
REFUSED: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("B-02 cap of a firm", FIRM, {"amount": "5000000.01"}, "amount", "5,000,000.00"),
    ("B-02 cap of a trader", TRADER, {"amount": "500000.01"}, "amount", "500,000.00"),
    ("D-17 report of 31 days", FIRM, {"reported_on": "2026-04-10"}, "reported_on", "30日以内"),
    ("B-10 both papers", FIRM, {"papers": False}, "materials", "“信保贷”申报表”、“企业和法定代表人征信报告"),
    ("B-06 region", FIRM, {"region": "999"}, "region", "金融服务中心"),
]
SOUND: list[tuple[str, str, dict[str, Any]]] = [
    ("B-02 inclusive", FIRM, {"amount": "5000000.00"}),
    ("B-02 inclusive, a trader", TRADER, {"amount": "500000.00"}),
    ("B-02 no amount yet", FIRM, {"amount": ""}),
    ("D-17 report of 30 days", FIRM, {"reported_on": "2026-04-11"}),
    ("B-10 recommended", FIRM, {"channel": "recommended", "recommender": "示例镇", "recommendation": "同意推荐"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("uscc", "over", "field", "words"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_not_received(world: World, uscc: str, over: dict[str, Any], field: str, words: str) -> None:
    case_id = drafted(world, uscc, **over)
    with on(MAY):
        refusal = _refused(world, case_id)
    assert refusal is not None and (refusal.field, words in refusal.message) == (field, True), refusal
    assert world.status(case_id) == CaseStatus.DRAFT


@pytest.mark.parametrize(("uscc", "over"), [row[1:] for row in SOUND], ids=[row[0] for row in SOUND])
def test_what_is_received(world: World, uscc: str, over: dict[str, Any]) -> None:
    assert world.status(declared(world, uscc, **over)) == CaseStatus.FORM_CHECKING


# Rule of D-18, B-06…B-08, D-17 → what is declared otherwise, finding, level.
FINDINGS: list[tuple[str, dict[str, Any], str, str]] = [
    (FIRM, {}, "", ""),
    (code(1, area="150600"), {}, "C-01", "over"),
    (FIRM, {"registered_address": "东胜区一号"}, "C-02", "soon"),
    (FIRM, {"tax_authority": "东胜区税务局"}, "C-03", "soon"),
    (FIRM, {"operating_status": "suspended"}, "C-05", "over"),
    (FIRM, {"headcount": 300, "revenue": "200000000.00"}, "E-06", "over"),
    (FIRM, {"headcount": 300, "revenue": "199999999.99"}, "", ""),
    (FIRM, {"first_taxed_on": "2025-05-11"}, "", ""),
    (FIRM, {"first_taxed_on": "2025-05-12"}, "C-07", "over"),
    (FIRM, {"tax_grade": "A"}, "", ""),
    (FIRM, {"tax_grade": "M"}, "E-08", "over"),
    (FIRM, {"tax_grade": "C"}, "E-08", "over"),
    (FIRM, {"tax_grade": "D"}, "E-08", "over"),
    (FIRM, {"tax_grade": "none"}, "E-08", "over"),
    (TRADER, {"tax_grade": "B"}, "", ""),
    (TRADER, {"tax_grade": "M"}, "T-08", "over"),
    (TRADER, {"tax_grade": "none"}, "T-09", "over"),
]


@pytest.mark.parametrize(("uscc", "over", "finding", "level"), FINDINGS)
def test_the_table_of_admission(
    world: World, uscc: str, over: dict[str, Any], finding: str, level: str
) -> None:
    found = levels(world, declared(world, uscc, **over))
    assert {key: value for key, value in found.items() if value != "ok"} == (
        {finding: level} if finding else {}
    )
    others = "T" if kind_of(uscc) is SubjectKind.ENTERPRISE else "E"
    assert not any(key.startswith(others) for key in found)


def test_many_declarations_are_examined_like_one(world: World) -> None:
    ids = [declared(world, code(n), tax_grade=grade) for n, grade in enumerate("BCD", start=1)]
    ids.append(declared(world, TRADER, tax_grade="none"))
    with on(MAY), reading() as session:
        cases = [session.get_one(CaseFile, case_id) for case_id in ids]
        each = [declaration.findings(session, case) for case in cases]
        assert declaration.findings_of_all(session, cases) == each
