"""Materials: what may be handed in, who may read it, how it leaves the house."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.audit import AuditEvent
from models.database import reading
from models.document import Document
from tests.webapp.test_application import draft
from tests.world import World

SignIn = Callable[[str], FlaskClient]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HTML = b"<html><script>alert(1)</script></html>"


def picture(kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(target, kind)
    return target.getvalue()


def upload(
    client: FlaskClient, number: str, *files: tuple[bytes, str], kind: str = "id_card"
) -> TestResponse:
    data = {"kind": kind, "file": [(io.BytesIO(content), name) for content, name in files]}
    return client.post(f"/cases/{number}/documents", data=data, content_type="multipart/form-data")


def ids() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(Document.id).order_by(Document.id)))


def views_logged() -> int:
    with reading() as session:
        return len(session.scalars(select(AuditEvent.id).where(AuditEvent.action == "document.viewed")).all())


def test_several_files_at_once_are_listed_read_and_removed(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    assert "缺" in client.get(f"/cases/{number}/application/materials").text
    answer = upload(client, number, (picture(), "身份证 正面.png"), (PDF, "身份证 反面.pdf"))
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "身份证 正面.png" in page
    assert "已上传 2 个文件" in page
    first, second = ids()
    shown = client.get(f"/documents/{first}")
    assert shown.data == picture()
    assert shown.mimetype == "image/png"
    disposition = shown.headers["Content-Disposition"]
    assert disposition.startswith("inline")
    assert "filename*=UTF-8''%E8%BA%AB%E4%BB%BD%E8%AF%81" in disposition
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store"
    assert client.post(f"/documents/{second}/remove").status_code == 302
    assert client.get(f"/documents/{second}").status_code == 404
    assert client.post(f"/documents/{second}/remove").status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "空.pdf", "文件为空"),
        (HTML, "页面.pdf", "只接受"),
        (HTML, "页面.html", "只接受"),
        (b"<svg onload='alert(1)'/>", "图.svg", "只接受"),
        (picture(), "图.pdf", "只接受"),
        (PDF, "pdf", "只接受"),
        (picture()[:40], "半张.png", "已损坏"),
        (PDF.replace(b"<<>>", b"<</JavaScript(1)>>"), "脚本.pdf", "脚本"),
        (PDF, "../../etc/<img src=x onerror=alert(1)>.exe", "只接受"),
    ],
    ids=[
        "empty",
        "html as pdf",
        "html",
        "svg",
        "png as pdf",
        "no suffix",
        "half",
        "script",
        "path and markup",
    ],
)
def test_a_bad_file_is_refused_with_its_name(
    sign_in: SignIn, content: bytes, name: str, message: str
) -> None:
    client = sign_in("shenqing")
    answer = upload(client, draft(client), (picture(), "好.png"), (content, name))
    assert answer.status_code == 422
    assert message in answer.text
    assert "<img" not in answer.text
    assert ids() == []


@pytest.mark.parametrize("kind", ["", "bogus", "\x00", "legal_id_card", "x" * 500])
def test_a_kind_outside_the_published_list_is_refused(sign_in: SignIn, kind: str) -> None:
    client = sign_in("shenqing")
    answer = upload(client, draft(client), (picture(), "好.png"), kind=kind)
    assert answer.status_code == 422
    assert "请选择材料种类" in answer.text


def test_without_a_file_nothing_happens(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    number = draft(client)
    assert client.post(f"/cases/{number}/documents", data={"kind": "id_card"}).status_code == 422
    assert client.post(f"/cases/{number}/documents", json=[1]).status_code == 422


def test_an_upload_above_the_limit_is_413_in_chinese(sign_in: SignIn) -> None:
    client = sign_in("shenqing")
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'
    body = head + bytes(13 * 1024 * 1024) + b"\r\n--x--\r\n"
    url = f"/cases/{draft(client)}/documents"
    answer = client.post(url, data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "10 MB" in answer.text


def test_only_those_who_see_the_case_read_its_materials(sign_in: SignIn, world: World) -> None:
    owner = sign_in("renshe1")
    number = draft(owner)
    upload(owner, number, (picture(), "好.png"))
    url = f"/documents/{ids()[0]}"
    statuses = {
        name: sign_in(name).get(url).status_code for name in ("renshe2", "dlt_renshe1", "shenqing", "guanli")
    }
    assert statuses == {"renshe2": 200, "dlt_renshe1": 404, "shenqing": 404, "guanli": 403}
    assert sign_in("renshe2").post(f"{url}/remove").status_code == 403
    assert sign_in("dlt_renshe1").post(f"{url}/remove").status_code == 404


def test_reading_is_logged_once_a_day_for_each_person_and_document(sign_in: SignIn) -> None:
    owner, colleague = sign_in("renshe1"), sign_in("renshe2")
    number = draft(owner)
    upload(owner, number, (picture(), "一.png"), (picture(), "二.png"))
    first, second = ids()
    for client, document, total in (
        (owner, first, 1), (owner, first, 1), (owner, second, 2), (colleague, first, 3), (colleague, first, 3),
    ):  # fmt: skip
        client.get(f"/documents/{document}")
        assert views_logged() == total


@pytest.mark.parametrize("number", ["0", "99999999", "2147483648", "9" * 40, "-1", "1e3", "%00"])
def test_numbers_that_are_no_document_are_404(sign_in: SignIn, number: str) -> None:
    client = sign_in("renshe1")
    assert client.get(f"/documents/{number}").status_code == 404
    assert client.post(f"/documents/{number}/remove").status_code == 404
    assert client.get(f"/letters/{number}").status_code == 404


def test_a_submitted_application_takes_no_more_files(sign_in: SignIn, world: World) -> None:
    world.submitted(actor="shenqing")
    client = sign_in("shenqing")
    assert upload(client, "CD202600001", (picture(), "好.png")).status_code == 409


@pytest.mark.parametrize("content", [None, b"", b"\x01short", b"\x01" + bytes(100)])
def test_a_lost_or_damaged_file_is_told_and_logged(
    sign_in: SignIn, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    client = sign_in("shenqing")
    upload(client, draft(client), (picture(), "证.png"))
    (number,) = ids()
    (stored,) = (tmp_path / "uploads").iterdir()
    if content is None:
        stored.unlink()
    else:
        stored.write_bytes(content)
    answer = client.get(f"/documents/{number}")
    assert answer.status_code == 404
    assert "该文件缺失或已损坏，请联系系统管理员。" in answer.text
    assert stored.name in caplog.text
    assert views_logged() == 0
