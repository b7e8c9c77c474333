"""The search by pairs of characters: what a reading from end to end finds is found, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import case_bigram, case_search
from models.calendar import now
from models.case import CaseDepartment, CaseFile
from models.case_bigram import CaseBigram, literally, matching, pairs_of
from models.case_search import Wanted, search
from models.database import reading, transaction
from models.people import User
from tests.world import World

NAMES = (
    "张伟明", "张明", "伟明", "欧阳文华", "内蒙古（鄂尔多斯）文华科技有限责任公司", "鄂尔多斯市ABC商贸有限公司",
    "O'Brien 100%", "𠮷野家", "文 华", "", "华文", "爨",
)  # fmt: skip
ASKED = (
    "张", "张伟", "伟明", "明", "文华", "欧阳", "古（鄂", "（", "公司", "有限责任公司", "abc", "ABC", "aBc商", "100%",
    "%", "_", "\\", "'", '"', "𠮷野", "野家", "文 华", "华文", "爨", "无此人", "TY2030", "ty20300000", "0007", "7",
    "TY20300007", "30000", "OR", "NEAR(a b)", "*", "-", "x" * 300, " 张伟 ", "\0张",
)  # fmt: skip


@pytest.fixture
def named(world: World) -> Iterator[World]:
    """A case a name, opened one a minute; renshe's department takes part in all but the last."""
    with transaction() as session:
        office = world.user(session, "renshe1").department_id
        cases = [
            CaseFile(number=f"TY2030{n:04d}", scheme="general", applicant_type="", applicant_name=name,
                     opened_at=now() + timedelta(minutes=n), submitted_at=now(), application={})
            for n, name in enumerate(NAMES)
        ]  # fmt: skip
        session.add_all(cases)
        session.flush()
        session.add_all(CaseDepartment(case_id=case.id, department_id=office) for case in cases[:-1])
    yield world


def listed(session: Session, user: User, words: str) -> list[int]:
    """Every page of the search, two lines each."""
    seen, after = [], None
    while after != "":
        page = search(session, user, Wanted(words, after=after or ""), limit=2)
        seen += [line.case_id for line in page.items]
        after = page.after
    return seen


@pytest.mark.parametrize("common", [20_000, 1])
def test_the_index_finds_what_reading_finds(
    named: World, monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    for module in (case_bigram, case_search):
        monkeypatch.setattr(module, "COMMON", common)
    query = select(CaseFile.id).order_by(CaseFile.id)
    with reading() as session:
        auditor, clerk = (named.user(session, who) for who in ("shenji", "renshe1"))
        hidden = session.scalars(query).all()[-1]
        for words in ASKED:
            plain = list(session.scalars(query.where(literally(case_bigram.tidied(words)))))
            assert list(session.scalars(query.where(matching(words)))) == plain, words
            assert listed(session, auditor, words) == plain[::-1], words
            assert listed(session, clerk, words) == [one for one in plain[::-1] if one != hidden], words
        assert list(session.scalars(query.where(matching("  ")))) == list(session.scalars(query))


def test_a_name_is_findable_in_the_transaction_that_gives_it(named: World) -> None:
    def found(words: str) -> list[str]:
        with reading() as session:
            return list(session.scalars(select(CaseFile.applicant_name).where(matching(words))))

    with transaction() as session:
        case = session.scalars(select(CaseFile).where(CaseFile.applicant_name == "张伟明")).one()
        case.applicant_name = "赵钱孙"
        session.flush()
        assert session.scalars(select(CaseFile.id).where(matching("钱孙"))).all() == [case.id]
        session.rollback()
    assert found("钱孙") == [] and found("张伟") == ["张伟明"]
    with transaction() as session:
        case = session.scalars(select(CaseFile).where(CaseFile.applicant_name == "张伟明")).one()
        case.applicant_name = "赵钱孙"
        kept = case.id
    assert found("钱孙") == ["赵钱孙"] and found("张伟") == []
    with transaction() as session:
        session.execute(delete(CaseBigram).where(CaseBigram.case_id == kept))
    assert found("钱孙") == []


def test_every_case_of_the_house_is_findable(world: World) -> None:
    """Whatever verb has opened it."""
    world.submitted()
    world.submitted("small_enterprise")
    with reading() as session:
        rows = session.execute(
            select(CaseFile.number, CaseFile.applicant_name, CaseBigram).outerjoin(
                CaseBigram, CaseBigram.case_id == CaseFile.id
            )
        ).all()
        assert len(rows) >= 2
        for number, name, row in rows:
            assert row is not None and row.pairs == pairs_of(name) and row.ending == number[::-1]
