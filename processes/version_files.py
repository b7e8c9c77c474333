"""Room version_files: a version as files, so that drawings can live in git: written, zipped, and read back within bounds."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.draft import ProcessDraft
from models.people import User
from models.refusal import NotFound, Refusal
from models.workflow import ProcessDefinition
from processes.draft import create_draft
from processes.engine.tables import as_typed
from processes.engine.xml import XmlRefused
from processes.publication import digest_of, encoded, standing_version, versions_of

MANIFEST, TESTS = "manifest.json", "tests.json"
MAX_ZIP, MAX_FILE, MAX_FILES = 4_000_000, 1_000_000, 24
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,58}\.(?:bpmn|dmn|json)", re.ASCII)
# The same version makes the same bytes on whatever day.
_DAY = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Files:
    """What was read back: one drawing, its tables and their examples, and what stood beside them."""

    bpmn: str
    decisions: Mapping[str, str]
    tests: Mapping[str, Any]
    manifest: Mapping[str, Any]

    @property
    def is_unchanged(self) -> bool:
        """Whether the files are what the manifest says; True when it says nothing."""
        given = self.manifest.get("sha256")
        return given is None or given == self.digest

    @property
    def digest(self) -> str | None:
        """As a version of these files would have it; None for files that cannot become one as they are."""
        try:
            return digest_of(self.bpmn.encode(), encoded(self.decisions))
        except XmlRefused:
            return None


def version_numbered(session: Session, key: str, version: int | None = None) -> ProcessDefinition:
    """A version of a process, without a number the newest that was not taken back. Raises NotFound."""
    known = versions_of(session, key)
    found = (
        standing_version(known) if version is None else next((r for r in known if r.version == version), None)
    )
    if found is None:
        raise NotFound("未找到该流程版本。")
    return found


def files_of(session: Session, row: ProcessDefinition) -> dict[str, bytes]:
    """File name → content: the drawing, its decision tables, their examples and a manifest."""
    ids = [one for one in (row.author_id, row.approved_by_id) if one is not None]
    names = {
        number: name for number, name in session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    }
    manifest = {
        "key": row.key,
        "name": row.name,
        "version": row.version,
        "sha256": row.digest,
        "author": names.get(row.author_id or 0, ""),
        "approved_by": names.get(row.approved_by_id or 0, ""),
        "reason": row.reason,
        "is_shipped": row.is_shipped,
        "published_at": row.published_at.isoformat(),
        "effective_at": row.effective_at.isoformat(),
    }
    return {
        f"{row.key}.bpmn": row.bpmn.encode(),
        **{name: str(text).encode() for name, text in sorted(as_typed(row.decisions).items())},
        TESTS: _json(row.tests),
        MANIFEST: _json(manifest),
    }


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in one archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def unzipped(content: bytes) -> Files:
    """What an archive holds; nothing of it is written to the disk. Raises Refusal."""
    if len(content) > MAX_ZIP:
        raise Refusal("压缩包超过 4 MB，不能导入。", "file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return read_files({entry.filename: _read(archive, entry) for entry in _entries(archive)})
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Refusal("文件不是有效的压缩包（.zip），或者已加密、已损坏。", "file") from error


def read_files(files: Mapping[str, bytes]) -> Files:
    """The parts by their names. Raises Refusal."""
    texts = {name: _text(name, content) for name, content in files.items()}
    drawings = [name for name in texts if name.endswith(".bpmn")]
    if len(drawings) != 1:
        raise Refusal("应有且只有一个流程图文件（.bpmn）。", "file")
    return Files(
        bpmn=texts[drawings[0]],
        decisions={name: text for name, text in texts.items() if name.endswith(".dmn")},
        tests=_object(TESTS, texts.get(TESTS, "{}")),
        manifest=_object(MANIFEST, texts.get(MANIFEST, "{}")),
    )


def bring(session: Session, files: Files, actor: User) -> ProcessDraft:
    """A draft of the files; where a version says the same, the draft is based on it."""
    same = select(ProcessDefinition.id).where(ProcessDefinition.digest == files.digest)
    based_on = session.scalar(same.order_by(ProcessDefinition.version.desc()).limit(1))
    return create_draft(
        session, actor, based_on=based_on, bpmn=files.bpmn, decisions=files.decisions, tests=files.tests
    )


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES:
        raise Refusal(f"压缩包内的文件不得超过 {MAX_FILES} 个。", "file")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or not all(_NAME.fullmatch(name) for name in names):
        raise Refusal(
            "压缩包内只能有流程图（.bpmn）、决策表（.dmn）和本系统的 .json 文件，不含文件夹，文件名由字母、数字和下划线组成。",
            "file",
        )
    return entries


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """No more than a file may have is ever unpacked, whatever the archive says of its size."""
    with archive.open(entry) as opened:
        content = opened.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise Refusal(f"文件 {entry.filename} 超过 1 MB，不能导入。", "file")
    return content


def _text(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig" if name.endswith(".json") else "utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(f"文件 {name} 不是 UTF-8 编码。", "file") from error
    if "\0" in text:
        raise Refusal(f"文件 {name} 含有不能保存的字符。", "file")
    return text


def read_object(name: str, content: bytes) -> dict[str, Any]:
    """A file of examples. Raises Refusal."""
    return _object(name, _text(name, content))


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"文件 {name} 不是有效的 JSON。", "file") from error
    if not isinstance(found, dict) or "\\u0000" in text:
        raise Refusal(f"文件 {name} 的内容不符合要求。", "file")
    return found


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
