"""Room upload: whether a file is what it says: by content and extension together, within bounds."""

from __future__ import annotations

import io
import warnings
from pathlib import PurePosixPath

from PIL import Image, UnidentifiedImageError

from models.refusal import Refusal

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_NAME = 200
_SIGNATURES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_EXTENSIONS = {
    "application/pdf": {".pdf"},
    "image/png": {".png"},
    "image/jpeg": {".jpg", ".jpeg"},
}


def inspect(file_name: str, content: bytes) -> tuple[str, str]:
    """(clean file name, media type). Raises Refusal at field `file` unless it is a sound pdf, jpg or png."""
    name = clean_name(file_name)
    if not content:
        raise Refusal("文件为空，请重新选择。", "file")
    if len(content) > MAX_BYTES:
        raise Refusal("单个文件不得超过 10 MB。", "file")
    media_type = next((kind for mark, kind in _SIGNATURES.items() if content.startswith(mark)), "")
    if PurePosixPath(name).suffix.lower() not in _EXTENSIONS.get(media_type, set()):
        raise Refusal("只接受 PDF、JPG、PNG 文件，且文件内容应与扩展名一致。", "file")
    if media_type == "application/pdf":
        _check_pdf(content)
    else:
        _check_image(content)
    return name, media_type


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
