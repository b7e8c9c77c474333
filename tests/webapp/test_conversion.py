"""Word and Excel materials: downloaded as they came, shown as PDF where one was made, told plainly where not."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from models.access_log import AccessRecord
from models.audit import AuditEvent
from models.calendar import real_now
from models.conversion import Conversion, ConversionState
from models.database import reading, transaction
from models.ooxml import DOCX
from models.people import User
from processes import background, conversion, converter, document
from processes.conversion_queue import CONVERT
from tests.office import docx, stand_in, xlsx
from tests.webapp.api import Caller, expect
from tests.webapp.test_application import draft
from tests.webapp.test_document import ids, upload
from tests.webapp.test_dossier import faults, made, opened
from tests.world import World
from webapp.handlers_conversion import convert

SignIn = Callable[[str], FlaskClient]
WORD = docx()


def row() -> Conversion:
    with reading() as session:
        return session.scalars(select(Conversion)).one()


def job(attempt: int) -> str:
    """The state of the job of that try."""
    key = f"{row().document_id}-{attempt}"
    return background.status(CONVERT, [key]).get(key, "")


def actions() -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.action.like("document.%")).order_by(AuditEvent.id)
    with reading() as session:
        return list(session.scalars(query))


def handed_in(client: FlaskClient, content: bytes = WORD, name: str = "租赁合同.docx") -> tuple[str, str]:
    """The number of a draft with one Office file in it, and the address of that file."""
    number = draft(client)
    answer = upload(client, number, (content, name))
    assert answer.status_code == 302, answer.text
    return number, f"/documents/{ids()[-1]}"


def looked(username: str) -> int:
    """How many looks the access log has of somebody."""
    with reading() as session:
        who = select(User.id).where(User.username == username)
        return len(session.scalars(select(AccessRecord).where(AccessRecord.user_id.in_(who))).all())


def test_a_word_file_is_shown_as_pdf_and_stays_what_it_was(sign_in: SignIn, tmp_path: Path) -> None:
    stand_in(tmp_path, "good")
    client = sign_in("renshe1")
    number, place = handed_in(client)
    assert job(0) in ("ENQUEUED", "DELAYED")
    waiting = client.get(f"{place}/preview").text
    assert "正在转换为 PDF" in waiting and 'hx-trigger="every 2s"' in waiting
    assert client.get(f"{place}/pdf").status_code == 409
    head = sign_in("renshe0")
    waited = head.get(f"{place}/preview/progress", buffered=True)
    assert (waited.status_code, "HX-Refresh" in waited.headers, waited.data) == (204, False, b"")
    for _twice in range(2):
        convert(row().document_id, 0)
    assert head.get(f"{place}/preview/progress", buffered=True).headers["HX-Refresh"] == "true"
    assert not looked("renshe0"), "a page that waits by itself is nobody's look"
    head.get(f"{place}/preview", buffered=True)
    assert looked("renshe0")
    page = client.get(f"{place}/preview").text
    assert f'<iframe src="{place}/pdf"' in page and "以原件为准" in page and "hx-trigger" not in page
    pdf = client.get(f"{place}/pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in pdf.headers["Content-Security-Policy"]
    original = client.get(place)
    assert (original.mimetype, original.data) == (DOCX, WORD)
    assert original.headers["Content-Disposition"].startswith("attachment")
    beside = client.get(f"/cases/{number}?doc={row().document_id}").text
    assert f'<iframe src="{place}/preview"' in beside and f'data-preview="{place}/preview"' in beside
    assert f'href="{place}/preview"' in client.get(f"/cases/{number}/application/materials").text
    assert actions() == ["document.added", "document.converted", "document.viewed"]
    # Encrypted like the original, which nothing has touched.
    stored = [file.read_bytes() for file in (tmp_path / "uploads").iterdir()]
    assert len(stored) == 2 and not any(b"%PDF" in one or b"PK" in one[:40] for one in stored)


def test_who_may_not_read_the_original_reads_no_pdf_and_looks_are_noted(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    stand_in(tmp_path, "good")
    _number, place = handed_in(sign_in("renshe1"))
    convert(row().document_id, 0)
    for who, status in (("renshe2", 200), ("dlt_renshe1", 404), ("shenqing", 404), ("guanli", 403)):
        client = sign_in(who)
        for address in (f"{place}/preview", f"{place}/pdf"):
            # What is closed has been noted.
            assert client.get(address, buffered=True).status_code == status, who
        assert client.post(f"{place}/pdf").status_code == (302 if status == 200 else status), who
    with reading() as session:
        clerk = world.user(session, "renshe2").id
        query = select(AccessRecord.kind).where(AccessRecord.user_id == clerk).order_by(AccessRecord.id)
        # Waiting for a PDF is a look at the case; only the PDF is one at the material.
        assert list(session.scalars(query)) == ["case", "document"]
    assert actions().count("document.viewed") == 1
    picture = sign_in("renshe1")
    upload(picture, draft(picture), (b"%PDF-1.4 %%EOF", "好.pdf"))
    other = f"/documents/{ids()[-1]}"
    assert picture.get(f"{other}/preview").location == other
    assert picture.get(f"{other}/pdf").status_code == 409
    picture.get(other, buffered=True)
    with reading() as session:
        seen = select(AccessRecord.thing_id).where(AccessRecord.kind == "document")
        assert set(session.scalars(seen)) == set(ids())
    assert picture.post(f"{other}/pdf").status_code == 422
    assert picture.get("/documents/99999999/preview").status_code == 404


def test_a_fault_is_told_tried_again_and_then_given_up(sign_in: SignIn, tmp_path: Path) -> None:
    stand_in(tmp_path, "failing")
    client = sign_in("renshe1")
    _number, place = handed_in(client, xlsx(), "工资表.xlsx")
    for attempt in range(3):
        convert(row().document_id, attempt)
        page = client.get(f"{place}/preview").text
        assert "转换程序异常结束" in page and ("系统稍后自动重试" in page) == (attempt < 2)
        assert job(attempt + 1) == ("DELAYED" if attempt < 2 else "")
    assert "未能转换为 PDF" in page and "下载查看" in page and "另存为 PDF 后上传" in page
    assert "重新转换" not in page and client.post(f"{place}/pdf").status_code == 409
    assert actions() == ["document.added", "document.not_converted"]
    with transaction() as session:
        session.execute(update(Conversion).values(finished_at=real_now() - conversion.AGAIN))
    stand_in(tmp_path, "good")
    assert "重新转换" in client.get(f"{place}/preview").text
    for _twice in range(2):
        assert client.post(f"{place}/pdf").location == f"{place}/preview"
    assert row().attempts == 3 and job(3) == "ENQUEUED"
    convert(row().document_id, 3)
    assert client.get(f"{place}/pdf").status_code == 200
    assert actions()[2:4] == ["document.conversion_asked", "document.converted"]


@pytest.mark.parametrize(
    ("act", "told"), [("rubbish", "只接受"), ("empty", "文件为空"), ("scripted", "含有脚本")]
)
def test_what_is_no_sound_pdf_is_not_kept(sign_in: SignIn, tmp_path: Path, act: str, told: str) -> None:
    stand_in(tmp_path, act)
    client = sign_in("renshe1")
    _number, place = handed_in(client)
    convert(row().document_id, 0)
    page = client.get(f"{place}/preview").text
    assert "转换得到的 PDF 不能使用" in page and told in page
    assert row().state == ConversionState.FAILED and len(list((tmp_path / "uploads").iterdir())) == 1


def test_what_was_handed_in_without_a_converter_is_converted_when_it_is_wished(
    sign_in: SignIn, tmp_path: Path
) -> None:
    converter.bind("")
    client = sign_in("renshe1")
    _number, place = handed_in(client)
    page = client.get(f"{place}/preview").text
    assert "没有启用 Office 文件转换" in page and "转换为 PDF</button>" not in page
    assert client.post(f"{place}/pdf").status_code == 422
    converter.bind("no-such-program")
    assert "转换为 PDF</button>" in client.get(f"{place}/preview").text
    client.post(f"{place}/pdf")
    convert(row().document_id, 0)
    page = client.get(f"{place}/preview").text
    assert "服务器上没有安装" in page and "重新转换" in page
    stand_in(tmp_path, "good")
    client.post(f"{place}/pdf")
    convert(row().document_id, 0)
    assert row().is_busy  # the job of the earlier wish does nothing
    convert(row().document_id, row().attempts)
    assert client.get(f"{place}/pdf").status_code == 200


def test_a_lost_job_may_be_asked_for_again_and_a_killed_worker_leaves_nothing(
    sign_in: SignIn, tmp_path: Path
) -> None:
    stand_in(tmp_path, "good")
    client = sign_in("renshe1")
    _number, place = handed_in(client)
    with transaction() as session:
        dead = conversion.begin(session, row().document_id, 0)
    assert dead is not None
    convert(row().document_id, 0)
    key = row().storage_key
    assert row().is_done and key != dead.storage_key
    with transaction() as session:
        conversion.finish(session, dead, b"%PDF-1.4 other %%EOF", "x")
        conversion.fail(session, dead, converter.Unconverted("x"))
    assert row().is_done and row().storage_key == key
    with transaction() as session:
        late = real_now() - conversion.STUCK - timedelta(seconds=1)
        session.execute(update(Conversion).values(state=ConversionState.RUNNING.value, asked_at=late))
    assert "重新转换" in client.get(f"{place}/preview").text
    client.post(f"{place}/pdf")
    assert row().attempts == 3
    # A material that was taken out meanwhile is not converted any more.
    client.post(f"{place}/remove")
    convert(row().document_id, 3)
    assert row().state == ConversionState.WAITING and client.get(f"{place}/preview").status_code == 404
    # The original is lost.
    _number, place = handed_in(client)
    with transaction() as session:
        found = session.scalars(select(Conversion).order_by(Conversion.id.desc())).first()
        assert found is not None
        work = conversion.begin(session, found.document_id, 0)
    assert work is not None
    (document.folder() / work.source_key).unlink()
    convert(work.document_id, 0)
    assert "缺失或已损坏" in client.get(f"{place}/preview").text


def test_the_dossier_tells_the_original_from_the_pdf(
    app: Flask, sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    stand_in(tmp_path, "good")
    case_id = world.submitted()
    with transaction() as session:
        case = session.get_one(document.CaseFile, case_id)
        document.keep(session, case, "premises_proof", "合同.docx", WORD, world.user(session, "renshe1"))
        number = case.number
    convert(row().document_id, 0)
    content = made(sign_in("shenji"), number)
    with opened(content) as archive:
        told = {one["path"]: one for one in json.loads(archive.read("manifest.json"))["files"]}
        paths = [name for name in archive.namelist() if name.startswith("材料/")]
        assert paths == ["材料/01_经营场所证明_合同.docx", "材料/01_经营场所证明_合同.docx.转换.pdf"]
        assert archive.read(paths[0]) == WORD and archive.read(paths[1])[:5] == b"%PDF-"
    assert told[paths[0]]["role"] == "original"
    assert (told[paths[1]]["role"], told[paths[1]]["original"]) == ("converted", paths[0])
    assert told[paths[1]]["sha256"] == row().sha256
    assert faults(tmp_path, content) == []


def test_programs_and_the_command_line(app: Flask, caller: Callable[[str], Caller], tmp_path: Path) -> None:
    converter.bind("")
    run = app.test_cli_runner().invoke
    assert run(args=["documents", "converter"]).exit_code == 1
    program = caller("renshe1")
    number = _drafted(program)
    data = {"kind": "id_card", "file": (io.BytesIO(WORD), "证.docx")}
    sent = expect(program.call("POST", f"/cases/{number}/documents", data=data), 201)
    assert (sent["pdf"], sent["media_type"]) == (None, DOCX)
    place = f"/documents/{sent['id']}"
    expect(program.call("POST", f"{place}/pdf"), 422)
    stand_in(tmp_path, "good")
    assert "Stand-in 1.0" in run(args=["documents", "converter"]).output
    asked = run(args=["documents", "convert", number, "--by", "renshe1"]).output
    assert re.fullmatch(rf"{sent['id']}\t证.docx\t等待转换\n", asked)
    assert expect(program.call("POST", f"{place}/pdf"), 200)["pdf"] == "waiting"
    expect(program.call("GET", f"{place}/pdf"), 409)
    convert(sent["id"], 0)
    assert program.get(f"/cases/{number}")["documents"][0]["pdf"] == "done"
    assert program.call("GET", f"{place}/pdf").data[:5] == b"%PDF-"
    file = program.call("GET", f"{place}/file")
    assert file.data == WORD and file.headers["Content-Disposition"].startswith("attachment")
    expect(caller("dlt_renshe1").call("GET", f"{place}/file"), 404)
    assert run(args=["documents", "convert", number, "--by", "dlt_renshe1"]).exit_code == 1


def _drafted(program: Caller) -> str:
    body = {"scheme": "startup_loan", "applicant_type": "person", "fields": {}, "draft": True}
    return str(program.post("/cases", body, 201)["number"])
