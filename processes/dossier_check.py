"""Room dossier, check: whether an archive is what this system once made, and still agrees with its log."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from models.audit_row import row_faults
from models.crypto import canonical_json, seal
from models.refusal import Refusal

FORMAT, MANIFEST, LOG = "duoshen-dossier/1", "manifest.json", "日志/审计日志.jsonl"
_MOST = 64 * 1024 * 1024
_BLOCK = 256 * 1024
_NONE = "不是本系统制作的卷宗文件。"


def check(session: Session, path: Path) -> tuple[Mapping[str, Any], list[str]]:
    """The manifest, and one message for everything that does not hold. Raises Refusal when it is no dossier."""
    try:
        with zipfile.ZipFile(path) as archive:
            told = _manifest(archive)
            faults = [*_seal(told), *_files(archive, told), *_log(archive, told)]
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Refusal("文件不能读取，或者不是完整的ZIP文件。") from error
    return told, [*faults, *_head(session, told)]


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        told = orjson.loads(_small(archive, MANIFEST))
    except (KeyError, orjson.JSONDecodeError) as error:
        raise Refusal(_NONE) from error
    shape = {"format": str, "case": str, "files": list, "missing": list, "audit": dict, "seal": str}
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise Refusal(_NONE)
    if any(not isinstance(told.get(name), kind) for name, kind in shape.items()):
        raise Refusal(_NONE)
    return told


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _MOST:
        raise Refusal(_NONE)
    return archive.read(name)


def _seal(told: Mapping[str, Any]) -> Iterator[str]:
    rest = {name: value for name, value in told.items() if name != "seal"}
    if seal(canonical_json(rest)) != told["seal"]:
        yield "manifest.json 的签章不符：清单被改动，或者不是本系统制作"


def _files(archive: zipfile.ZipFile, told: Mapping[str, Any]) -> Iterator[str]:
    """Every file that is named is there with its hash, and no other."""
    named = {str(row.get("path")): row for row in told["files"] if isinstance(row, dict)}
    held = [info for info in archive.infolist() if info.filename != MANIFEST]
    for path in sorted(set(named) - {info.filename for info in held}):
        yield f"缺少文件：{path}"
    for info in held:
        row = named.get(info.filename)
        if row is None:
            yield f"多出文件：{info.filename}"
        elif info.file_size != row.get("size") or _hash(archive, info) != row.get("sha256"):
            yield f"文件被改动：{info.filename}"
    if len({info.filename for info in held}) != len(held):
        yield "有重名的文件"


def _hash(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    """Of no more than the archive says the file is long."""
    found = hashlib.sha256()
    with archive.open(info) as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _log(archive: zipfile.ZipFile, told: Mapping[str, Any]) -> Iterator[str]:
    """The log inside holds together, and ends where the manifest says."""
    if LOG not in archive.namelist():
        return
    try:
        rows = [orjson.loads(line) for line in _small(archive, LOG).splitlines()]
        yield from row_faults(rows)
        last = (rows[-1]["seq"], rows[-1]["digest"])
    except (KeyError, TypeError, ValueError, IndexError):
        yield "卷宗内的审计日志不能读取"
        return
    if last != (told["audit"].get("seq"), told["audit"].get("digest")):
        yield "卷宗内的审计日志与清单记载的末条不符"


def _head(session: Session, told: Mapping[str, Any]) -> Iterator[str]:
    """What was the end of the log then still stands in the log of this system."""
    seq, chain = told["audit"].get("seq"), told["audit"].get("chain")
    is_number = all(isinstance(one, int) and 0 < one < 2**31 for one in (seq, chain))
    found = None
    if is_number:
        query = select(AuditEvent.digest).where(AuditEvent.chain == chain, AuditEvent.seq == seq)
        found = session.scalar(query)
    if found is None:
        yield "本系统的审计日志中没有卷宗记载的末条"
    elif found != told["audit"].get("digest"):
        yield "本系统的审计日志与卷宗记载的末条不一致：日志在制作卷宗以后被改动"
