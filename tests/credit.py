"""Shortcuts of 信保贷 for tests: valid codes, a complete F3, and declarations as far as others need them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.case import CaseFile
from models.database import reading, transaction
from models.identity import (
    ORGANISATION_WEIGHTS,
    USCC_CHARACTERS,
    resident_check_character,
    uscc_check_character,
)
from models.people import Region
from models.subject import SubjectKind
from processes import case as case_verbs
from processes import declaration, document
from tests.examples import declaration_application
from tests.world import World, on
from webapp.demo.files import sample_pdf

MAY = date(2026, 5, 11)  # a Monday in the window
PREFIXES = {SubjectKind.ENTERPRISE: "91", SubjectKind.SOLE_TRADER: "92"}
PAPERS = {
    SubjectKind.ENTERPRISE: ("declaration_form", "enterprise_credit_report", "premises_proof"),
    SubjectKind.SOLE_TRADER: ("declaration_form", "credit_report", "premises_proof"),
}


def code(number: int, kind: SubjectKind = SubjectKind.ENTERPRISE, area: str = "150627") -> str:
    """The valid 统一社会信用代码 of an invented firm, another one for every number up to 999,999."""
    body = f"MA{number:06d}"
    values = (int(char, 36) for char in body)
    total = sum(value * weight for value, weight in zip(values, ORGANISATION_WEIGHTS, strict=True))
    check = "0123456789X0"[11 - total % 11]
    first = f"{PREFIXES[kind]}{area}{body}{check}"
    return first + uscc_check_character(first)


def resident(number: int, area: str = "150627") -> str:
    """The valid 公民身份号码 of an invented person, another one for every number up to 999,999."""
    born = date.fromordinal(date(1970, 1, 1).toordinal() + number // 1000)
    body = f"{area}{born:%Y%m%d}{number % 1000:03d}"
    return body + resident_check_character(body)


def kind_of(uscc: str) -> SubjectKind:
    """What a code says of its bearer."""
    return SubjectKind.SOLE_TRADER if uscc.startswith("92") else SubjectKind.ENTERPRISE


def answers_f3(uscc: str, day: date, region: str = "1", **over: Any) -> dict[str, Any]:
    """A complete and sound F3, JSON-shaped; the person behind a firm follows from its code."""
    number = sum(USCC_CHARACTERS.index(char) * 31**place for place, char in enumerate(uscc[12:17])) % 999_983
    own = {
        "enterprise_name": f"示例商贸{uscc[-8:]}",
        "uscc": uscc,
        "legal_id_number": resident(number),
        "reported_on": day.isoformat(),
        "signed_on": day.isoformat(),
    }
    return declaration_application(region, **{**own, **over})


def drafted(
    world: World, uscc: str = "", *, who: str = "jinrong1", day: date = MAY, papers: bool = True, **over: Any
) -> int:
    """The id of a draft with its papers."""
    uscc = uscc or code(1)
    with on(day), transaction() as session:
        region = session.scalars(select(Region.id).where(Region.code == "150627")).one()
        actor, kind = world.user(session, who), kind_of(uscc)
        fields = answers_f3(uscc, day, **{"region": str(region), **over})
        case = declaration.declare(session, kind, fields, actor)
        for paper in PAPERS[kind] if papers else ():
            hand_in(session, case.id, paper, actor)
        return case.id


def keep_files_somewhere() -> None:
    """Tests without the application keep their files in a folder of their own."""
    if not document._folder:
        document.bind_folder(Path(tempfile.mkdtemp()))


def hand_in(session: Any, case_id: int, kind: str, actor: Any) -> None:
    """Add one paper."""
    keep_files_somewhere()
    document.add(session, case_id, kind, f"{kind}.pdf", sample_pdf(), actor)


def declared(world: World, uscc: str = "", *, who: str = "jinrong1", day: date = MAY, **over: Any) -> int:
    """The id of a declaration handed in on a day of May, by the center for the firm or by `who`."""
    case_id = drafted(world, uscc, who=who, day=day, **over)
    submit(world, case_id, who, day)
    return case_id


def submit(world: World, case_id: int, who: str = "jinrong1", day: date = MAY) -> None:
    """Hand a draft in."""
    with on(day), transaction() as session:
        case_verbs.submit(session, case_id, world.user(session, who))


def checked(world: World, uscc: str = "", *, who: str = "jinrong1", day: date = MAY, **over: Any) -> int:
    """The id of a declaration that has passed its form check and waits for a round."""
    case_id = declared(world, uscc, who=who, day=day, **over)
    with on(day):
        world.complete(case_id, "form_check", COMPLETE, "jinrong2")
    return case_id


COMPLETE: Mapping[str, Any] = {"result": "in_order", "opinion": "申报材料齐全"}


def subject_of(case_id: int) -> int:
    """The id of the firm behind a declaration."""
    with reading() as session:
        found = session.get_one(CaseFile, case_id).subject_id
        assert found is not None
        return found
