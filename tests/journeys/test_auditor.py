"""The auditor's journey: looks for an act, sees who looked at the case, takes the whole of it, exports the events."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from models.case import CaseFile
from models.database import reading
from processes.dossier_check import check
from tests.journeys.conftest import Town
from tests.journeys.person import Person
from tests.world import answers

# What a page looks like does not depend on the database.
pytestmark = [pytest.mark.browser, pytest.mark.once]


def _fine(person: Person) -> list[str]:
    """What a careful reader would mind on the page."""
    is_wide = person.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    return [*person.axe(), *person.faults, *(["wider than the window"] if is_wide else [])]


def _saved(person: Person, name: str, folder: Path) -> Path:
    with person.page.expect_download() as coming:
        person.page.get_by_role("button", name=name).or_(person.page.get_by_role("link", name=name)).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def test_an_act_is_found_its_case_taken_whole_and_checked(town: Town, tmp_path: Path) -> None:
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    auditor = town.person("shenji")
    auditor.goes_to("/audit")
    auditor.fills(
        {
            "office": "人力资源和社会保障局",
            "from_on": "2026-03-02",
            "text": "齐全",
            "action": "task.completed",
        }
    )
    auditor.submits("查询")
    assert auditor.sees("受理审查")
    assert _fine(auditor) == []
    assert _saved(auditor, "导出CSV", tmp_path).read_text(encoding="utf-8").count("受理审查") >= 1
    auditor.page.locator("td a").first.click()
    auditor.page.get_by_role("tab", name="办理过程").click()
    auditor.page.get_by_role("link", name="制作卷宗").first.click()
    assert _fine(auditor) == []
    auditor.fills({"reason": "专项审计"})
    auditor.submits("制作卷宗")
    assert auditor.sees("已制成")
    assert _fine(auditor) == []
    file = _saved(auditor, "下载卷宗（ZIP）", tmp_path)
    with reading() as session:
        told, faults = check(session, file)
    assert (faults, told["reason"]) == ([], "专项审计")
    with zipfile.ZipFile(file) as archive:
        assert "案卷.pdf" in archive.namelist()
    auditor.goes_to(f"/cases/{told['case']}/looks")
    assert auditor.sees("下载卷宗")
    assert auditor.sees("尤十九")
    assert _fine(auditor) == []
    auditor.goes_to("/audit/event-log")
    assert _fine(auditor) == []
    auditor.page.get_by_label("格式").select_option("csv")
    assert told["case"] in _saved(auditor, "导出", tmp_path).read_text(encoding="utf-8")


def test_a_head_reads_the_looks_of_his_people_on_a_telephone(town: Town) -> None:
    case_id = town.verbs.submitted()
    with reading() as session:
        number = session.get_one(CaseFile, case_id).number
    for person in (town.person("renshe1"), town.person("shenji")):
        person.goes_to(f"/cases/{number}")
    head = town.person("renshe0", narrow=True)
    head.goes_to("/access")
    assert head.sees("钱二")
    assert head.page.get_by_text("尤十九").count() == 0
    assert _fine(head) == []
    head.goes_to("/access?from_on=2026-02-30")
    assert head.sees("请按“2026-03-02”的格式填写日期。")
    assert _fine(head) == []
