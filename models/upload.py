"""Room upload: whether a file is what it says: by content and extension together, within bounds."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image, UnidentifiedImageError

from models.ooxml import DOCX, XLSX, media_type_of
from models.refusal import Refusal

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_NAME = 200
PDF = "application/pdf"
_PACKED = "packed"
_SIGNATURES = {
    b"%PDF-": PDF,
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"PK\x03\x04": _PACKED,
}
# Old binary files of Office and WPS, and locked ones of today, begin alike.
_BINARY_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_OFFICE = {
    ".doc", ".dot", ".dotx", ".docm", ".dotm", ".xls", ".xlt", ".xltx", ".xlsm", ".xltm", ".xlsb",
    ".wps", ".wpt", ".et", ".ett", ".rtf", ".odt", ".ods",
}  # fmt: skip


@dataclass(frozen=True)
class Accepted:
    """What may be handed in at a place: media type → extensions, and how the place says it."""

    extensions: Mapping[str, tuple[str, ...]]
    told: str

    @property
    def accept(self) -> str:
        """For the attribute `accept` of a file field."""
        return ",".join(suffix for suffixes in self.extensions.values() for suffix in suffixes)


_SCANNED = {PDF: (".pdf",), "image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}
SCANS = Accepted(_SCANNED, "PDF、JPG、PNG")
MATERIALS = Accepted({**_SCANNED, DOCX: (".docx",), XLSX: (".xlsx",)}, "PDF、JPG、PNG、DOCX、XLSX")


def inspect(file_name: str, content: bytes, accepted: Accepted = MATERIALS) -> tuple[str, str]:
    """(clean file name, media type). Raises Refusal at field `file` unless it is a sound file that is accepted."""
    name = clean_name(file_name)
    if not content:
        raise Refusal("文件为空，请重新选择。", "file")
    if len(content) > MAX_BYTES:
        raise Refusal("单个文件不得超过 10 MB。", "file")
    suffix = PurePosixPath(name).suffix.lower()
    media_type = next((kind for mark, kind in _SIGNATURES.items() if content.startswith(mark)), "")
    if DOCX in accepted.extensions:
        _check_other_office(suffix, content)
        media_type = media_type_of(content) if media_type == _PACKED else media_type
    if suffix not in accepted.extensions.get(media_type, ()):
        raise Refusal(f"只接受 {accepted.told} 文件，且文件内容应与扩展名一致。", "file")
    if media_type == PDF:
        _check_pdf(content)
    elif media_type.startswith("image/"):
        _check_image(content)
    return name, media_type


def _check_other_office(suffix: str, content: bytes) -> None:
    if content.startswith(_BINARY_OFFICE) and suffix in (".docx", ".xlsx"):
        raise Refusal(
            "文件已加密，或者是旧版 Office 文件。请去掉密码，另存为 .docx、.xlsx 或 PDF 后上传。", "file"
        )
    if suffix in _OTHER_OFFICE:
        raise Refusal(
            "旧版（.doc、.xls）、含宏（.docm、.xlsm）和其他格式的 Office、WPS 文件不能上传，"
            "请另存为 .docx、.xlsx 或 PDF 后上传。",
            "file",
        )


def clean_name(file_name: str) -> str:
    """The last part of the name without control characters; it is data, never a path."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in last if char.isprintable()).strip(" .")
    if not shown:
        raise Refusal("文件名无效。", "file")
    return shown[-MAX_NAME:]


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise Refusal("PDF 文件不完整，请重新生成后上传。", "file")
    if any(mark in content for mark in (b"/JavaScript", b"/Launch", b"/EmbeddedFile")):
        raise Refusal("PDF 文件含有脚本或嵌入文件，不能上传。", "file")


def _check_image(content: bytes) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _read_image(content)
    except Image.DecompressionBombError as error:
        raise Refusal("图片尺寸过大，请缩小后上传。", "file") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning) as error:
        raise Refusal("图片文件已损坏，请重新扫描或拍照。", "file") from error


def _read_image(content: bytes) -> None:
    with Image.open(io.BytesIO(content)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refusal("图片尺寸过大，请缩小后上传。", "file")
        image.verify()
