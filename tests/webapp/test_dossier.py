"""The whole case as one archive: what is in it, who may have it, and that every change of it is found."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from models.calendar import fixed_at
from models.case import CaseFile, locked
from models.database import reading, transaction
from models.dossier import Dossier
from models.refusal import Refusal
from processes import comment, document, dossier
from processes.dossier_check import check
from tests.arrears import lent
from tests.conftest import MONDAY
from tests.webapp.api import Caller
from tests.webapp.test_document import PDF
from tests.world import World, answers
from webapp import dossier_file
from webapp.dossier_office import office_blocks

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def number(world: World, app: Flask) -> str:
    """A case with a material, opinions, letters and clocks."""
    case_id = world.submitted()
    for step in ("acceptance", "qualification_review", "due_diligence"):
        world.complete(case_id, step, answers(step, opinion="#panic(1) *同意* <b>"))
    with transaction() as session:
        case = locked(session, case_id)
        document.keep(session, case, "id_card", "../身份证 正.pdf", PDF, world.user(session, "renshe1"))
        return case.number


def made(client: FlaskClient, number: str, **given: str) -> bytes:
    answer = client.post(f"/cases/{number}/dossier", data={"reason": "行政复议", **given})
    assert answer.status_code == 302, answer.text
    return client.get(f"{answer.location}/file").data


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def changed(content: bytes, name: str, new: bytes | None) -> bytes:
    """The same archive with one file changed, or left out."""
    out = io.BytesIO()
    with opened(content) as old, zipfile.ZipFile(out, "w") as archive:
        for info in old.infolist():
            kept = new if info.filename == name else old.read(info)
            if kept is not None:
                archive.writestr(info.filename, kept)
    return out.getvalue()


def faults(tmp_path: Path, content: bytes) -> list[str]:
    (tmp_path / "d.zip").write_bytes(content)
    with reading() as session:
        return check(session, tmp_path / "d.zip")[1]


def test_the_archive_holds_the_case_and_every_change_is_found(
    number: str, sign_in: SignIn, tmp_path: Path
) -> None:
    content = made(sign_in("shenji"), number)
    with opened(content) as archive:
        names = archive.namelist()
        told = json.loads(archive.read("manifest.json"))
        assert archive.read("案卷.pdf")[:5] == b"%PDF-"
        paper = next(name for name in names if name.startswith("材料/"))
        assert archive.read(paper) == PDF
        assert archive.testzip() is None
        log = archive.read("日志/审计日志.jsonl").decode()
    assert paper == "材料/01_本人身份证（正反面）_身份证_正.pdf"
    assert any(name.startswith("文书/01_受理通知书") for name in names)
    assert {"时限/逐日计算.csv", "日志/查阅记录.csv", "流程/流程图.bpmn"} <= set(names)
    assert [row["path"] for row in told["files"]] == names[:-1]
    assert (told["case"], told["reason"], told["missing"]) == (number, "行政复议", [])
    assert "dossier.asked" in log
    assert faults(tmp_path, content) == []
    assert any("被改动：案卷.pdf" in said for said in faults(tmp_path, changed(content, "案卷.pdf", b"x")))
    assert faults(tmp_path, changed(content, paper, None)) == [f"缺少文件：{paper}"]
    told["reason"] = "其他"
    forged = changed(content, "manifest.json", json.dumps(told).encode())
    assert any("签章不符" in said for said in faults(tmp_path, forged))
    for junk in (
        b"",
        b"PK",
        changed(content, "manifest.json", b"[]"),
        changed(content, "manifest.json", b"{"),
    ):
        with pytest.raises(Refusal):
            faults(tmp_path, junk)


def test_who_may_have_it_why_and_once(number: str, sign_in: SignIn) -> None:
    auditor, manager = sign_in("shenji"), sign_in("lingdao")
    for stranger in ("renshe1", "shenqing", "guanli"):
        assert sign_in(stranger).get(f"/cases/{number}/dossier").status_code == 403
        assert sign_in(stranger).post(f"/cases/{number}/dossier", data={"reason": "x"}).status_code == 403
    refused = auditor.post(f"/cases/{number}/dossier", data={"reason": " ", "is_full": "yes"})
    assert refused.status_code == 422
    assert "请填写制作原因" in refused.text
    assert "checked" in refused.text
    first = auditor.post(f"/cases/{number}/dossier", data={"reason": "复议"}).location
    assert auditor.post(f"/cases/{number}/dossier", data={"reason": "复议"}).location == first
    assert auditor.post("/cases/CD202699999/dossier", data={"reason": "复议"}).status_code == 404
    assert manager.get(first).status_code == 404
    assert manager.get(f"{first}/file").status_code == 404
    page = auditor.get(first).text
    assert "已制成" in page
    assert "下载卷宗" in page
    log = auditor.get(f"/audit?case={number}").text
    assert log.count("制作卷宗：复议") == 1
    assert "制成卷宗" in log
    with opened(made(manager, number)) as archive:
        # The log and the looks are for auditors, here as on the pages.
        assert not [name for name in archive.namelist() if name.startswith("日志/")]


def test_a_lost_material_is_told_and_old_files_go(
    number: str, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading() as session:
        key = session.execute(sa.text("SELECT storage_key FROM document")).scalar_one()
    (document.folder() / key).unlink()
    client = sign_in("shenji")
    with opened(made(client, number)) as archive:
        told = json.loads(archive.read("manifest.json"))
    assert [name.partition("_")[0] for name in told["missing"]] == ["材料/01"]
    with fixed_at(MONDAY + timedelta(days=4)), transaction() as session:
        assert dossier.forget_old(session) == 1
        row = session.scalars(sa.select(Dossier)).one()
        assert not (document.folder() / row.storage_key).exists()
    assert client.get(f"/dossiers/{row.id}/file").status_code == 409
    assert "已到期清除" in client.get(f"/dossiers/{row.id}").text


def test_a_large_one_is_made_in_the_background(
    number: str, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dossier, "SMALL_BYTES", 10)
    put_in: list[int] = []
    monkeypatch.setattr(dossier, "put_in", lambda _session, row: put_in.append(row.id))
    client = sign_in("shenji")
    page = client.post(f"/cases/{number}/dossier", data={"reason": "归档"}).location
    assert "等待制作" in client.get(page).text
    assert client.get(f"{page}/file").status_code == 409
    assert client.post(f"/cases/{number}/dossier", data={"reason": "另一原因"}).status_code == 409
    assert "HX-Refresh" not in client.get(f"{page}/progress").headers
    for _twice in range(2):
        dossier_file.make(put_in[0])
    assert client.get(f"{page}/progress").headers["HX-Refresh"] == "true"
    assert client.get(f"{page}/file").data[:2] == b"PK"
    assert len(put_in) == 1


def test_programs_and_the_command_line(
    number: str, app: Flask, caller: Callable[[str], Caller], tmp_path: Path
) -> None:
    program = caller("shenji")
    made_one = program.post(f"/cases/{number}/dossiers", {"reason": "抽查"}, status=201)
    assert (made_one["status"], made_one["case"]) == ("done", number)
    file = program.call("GET", f"/dossiers/{made_one['id']}/file", buffered=True)
    assert (file.mimetype, len(file.data)) == ("application/zip", made_one["size"])
    assert program.get(f"/dossiers/{made_one['id']}") == made_one
    program.post(f"/cases/{number}/dossiers", {"reason": ""}, status=422)
    caller("renshe1").post(f"/cases/{number}/dossiers", {"reason": "x"}, status=403)
    looks = program.get(f"/cases/{number}/looks")["looks"]
    assert [(one["kind"], one["door"]) for one in looks] == [("dossier", "rest")]
    events = program.get("/audit/events", case=number, text="抽查")["events"]
    assert [one["action"] for one in events] == ["dossier.asked"]
    program.get("/audit/events", from_on="x", status=422)

    def run(*arguments: str, status: int = 0) -> str:
        done = app.test_cli_runner().invoke(args=["audit", *arguments])
        assert done.exit_code == status, done.output
        return str(done.output)

    path = tmp_path / "d.zip"
    asked = ["dossier", number, str(path), "--reason", "归档", "--by"]
    assert "权限" in run(*asked, "renshe1", status=1)
    assert number in run(*asked, "lingdao")
    assert f"卷宗完整：案卷 {number}" in run("check-dossier", str(path))
    path.write_bytes(path.read_bytes()[:-40])
    assert "ZIP" in run("check-dossier", str(path), status=1)
    assert "归档" in run("search", "--text", "归档", "--case", number, "--by", "shenji")
    assert "下载卷宗" in run("looks", "--kind", "dossier", "--by", "shenji")
    assert "格式填写日期" in run("looks", "--from", "x", "--by", "shenji", status=1)


def test_a_loan_brings_its_ledger_and_what_the_offices_said(
    world: World, app: Flask, sign_in: SignIn
) -> None:
    case_id = lent(world, date(2026, 3, 2))
    with transaction() as session:
        clerk = world.user(session, "jinrong1")
        case = session.get_one(CaseFile, case_id)
        comment.say(session, case, "请核对#合同*编号", (), clerk)
        told = [block for block in office_blocks(session, case, clerk) if block["kind"] == "table"]
        number = case.number
    assert [cell["text"] for cell in told[0]["cells"]][2] == "请核对#合同*编号"
    with opened(made(sign_in("shenji"), number)) as archive:
        assert archive.read("贷款/贷款台账.xlsx")[:2] == b"PK"
