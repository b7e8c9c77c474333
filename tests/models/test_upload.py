"""Uploaded files: what is said by name and content together, and within bounds."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from models.refusal import Refusal
from models.upload import MAX_BYTES, MAX_NAME, clean_name, inspect

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(target, kind)
    return target.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A tiny PNG that says it is huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("身份证.pdf", PDF, "application/pdf"),
        ("身份证.PNG", picture("PNG"), "image/png"),
        ("身份证.jpg", picture("JPEG"), "image/jpeg"),
        ("身份证.JPEG", picture("JPEG"), "image/jpeg"),
    ],
)
def test_sound_files_are_taken(name: str, content: bytes, media_type: str) -> None:
    assert inspect(name, content) == (name, media_type)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"", "为空"),
        ("a.pdf", PDF + bytes(MAX_BYTES), "10 MB"),
        ("a.exe", PDF, "只接受"),
        ("a", PDF, "只接受"),
        (".pdf", PDF, "只接受"),
        ("a.pdf.exe", PDF, "只接受"),
        ("a.pdf", b"MZ" + PDF, "只接受"),
        ("a.pdf", picture("PNG"), "只接受"),
        ("a.png", picture("JPEG"), "只接受"),
        ("a.gif", b"GIF89a", "只接受"),
        ("a.svg", b"<svg/>", "只接受"),
        ("a.pdf", b"%PDF-1.4 cut off", "不完整"),
        ("a.pdf", b"%PDF-1.4 /JavaScript %%EOF", "脚本"),
        ("a.pdf", b"%PDF-1.4 /Launch %%EOF", "脚本"),
        ("a.pdf", b"%PDF-1.4 /EmbeddedFile %%EOF", "嵌入"),
        ("a.png", picture("PNG")[:30], "损坏"),
        ("a.jpg", b"\xff\xd8\xff" + bytes(200), "损坏"),
        ("a.png", b"\x89PNG\r\n\x1a\n<script>", "损坏"),
        ("", PDF, "文件名"),
        ("...", PDF, "文件名"),
        ("\x00\x01", PDF, "文件名"),
        ("dir/", PDF, "文件名"),
    ],
    ids=lambda value: value[:20].decode("latin-1") if isinstance(value, bytes) else value,
)
def test_anything_else_is_refused_at_the_file(name: str, content: bytes, message: str) -> None:
    with pytest.raises(Refusal, match=message) as refusal:
        inspect(name, content)
    assert refusal.value.field == "file"


def test_a_decompression_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Refusal):
        inspect("a.png", bomb())
    with pytest.raises(Refusal, match="尺寸过大"):
        inspect("a.png", bomb(8_000, 6_000))


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\用户\\身份证.pdf", "身份证.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("付款\u202efdp.exe", "付款fdp.exe"),
        ("  身份证 .pdf. ", "身份证 .pdf"),
        ("长" * 500 + ".pdf", "长" * (MAX_NAME - 4) + ".pdf"),
        ("<img src=x>.pdf", "<img src=x>.pdf"),
    ],
)
def test_a_name_is_data_and_never_a_path(name: str, clean: str) -> None:
    assert clean_name(name) == clean
