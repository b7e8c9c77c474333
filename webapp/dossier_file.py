"""Room dossier, its file: the archive with the book, the materials, the letters, the logs and the manifest of hashes.

It is written piece by piece, encrypted, and never lies in memory as a whole.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from typst import TypstError

from models.audit_row import as_row
from models.case import case_numbered
from models.crypto import canonical_json, seal
from models.database import reading, transaction
from models.document import Document
from models.dossier import Dossier, DossierStatus
from models.material import material_label
from models.people import User
from models.refusal import NotFound, Refusal
from processes import document as documents
from processes import dossier as verbs
from processes.dossier_check import FORMAT, LOG, MANIFEST
from processes.sealed_file import SealedWriter
from webapp import typeset
from webapp.dossier_case import Gathered, gather
from webapp.letter_sheet import letter_pdf
from webapp.log_export import csv_lines

BOOK = "案卷.pdf"
# What no file system takes, and what would leave the folder.
_BAD = re.compile(r"[^\w.()（）〔〕【】+-]+")


@dataclass(frozen=True)
class Entry:
    """One file of the archive; what is compressed already is not compressed again."""

    path: str
    content: Callable[[], bytes]
    is_packed: bool = False
    # What the manifest says of it besides: which file is a material as handed in, which one a PDF made of it.
    told: Mapping[str, str] = field(default_factory=dict)


def ask(number: str, reason: str, is_full: bool, actor: User) -> int:
    """The id of the dossier that was asked for; a small one is made when this returns."""
    with transaction() as session:
        made = verbs.ask(session, number, reason, is_full, actor)
        is_small, is_new = verbs.is_small(session, made), made.status == DossierStatus.QUEUED
        if is_new and not is_small:
            verbs.put_in(session, made)
    if is_new and is_small:
        make(made.id)
    return made.id


def make(dossier_id: int) -> None:
    """Make the archive, by steps of their own: begin, read, write, finish. Done twice it does no harm."""
    with transaction() as session:
        taken = verbs.begin(session, dossier_id)
    if taken is None:
        return
    try:
        size, digest = _made(taken)
    except (Refusal, OSError, TypstError) as fault:
        with transaction() as session:
            verbs.fail(session, taken.id, taken.storage_key, str(fault))
        return
    with transaction() as session:
        verbs.finish(session, taken.id, taken.storage_key, size, digest)


def _made(dossier: Dossier) -> tuple[int, str]:
    with reading() as session:
        reader = session.get_one(User, dossier.asked_by_id)
        gathered = gather(session, case_numbered(session, dossier.case.number, reader), dossier, reader)
    with verbs.target(dossier.storage_key) as sink:
        hashed = Hashed(sink)
        _write(hashed, dossier, reader, gathered)
    return hashed.size, hashed.digest


class Hashed(io.RawIOBase):
    """Passes what is written on to a sealed file, and counts and hashes it."""

    def __init__(self, sink: SealedWriter) -> None:
        super().__init__()
        self._sink, self._hash, self.size = sink, hashlib.sha256(), 0

    def writable(self) -> bool:
        """It is for writing only."""
        return True

    def write(self, data: Any, /) -> int:
        """Take bytes."""
        given = bytes(data)
        self._hash.update(given)
        self.size += len(given)
        return self._sink.write(given)

    @property
    def digest(self) -> str:
        """SHA-256 of all that was written."""
        return self._hash.hexdigest()


def _write(sink: Hashed, dossier: Dossier, reader: User, gathered: Gathered) -> None:
    entries = list(entries_of(gathered))
    files, missing = list[dict[str, Any]](), list[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, entry in enumerate(entries):
            try:
                content = entry.content()
            except NotFound:
                missing.append(entry.path)  # lost or damaged on the disk: the manifest says so
                continue
            how = zipfile.ZIP_STORED if entry.is_packed else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(entry.path, _moment(dossier)), content, how)
            digest = hashlib.sha256(content).hexdigest()
            files.append({"path": entry.path, "size": len(content), "sha256": digest, **entry.told})
            if done % 5 == 0:
                _note(dossier, done, len(entries))
        told = manifest(dossier, reader, gathered, files, missing)
        archive.writestr(zipfile.ZipInfo(MANIFEST, _moment(dossier)), told, zipfile.ZIP_DEFLATED)


def manifest(
    dossier: Dossier, reader: User, gathered: Gathered, files: list[dict[str, Any]], missing: list[str]
) -> bytes:
    """What is in the archive, from whom and why, with a seal that only this system can make."""
    told = {
        "format": FORMAT,
        "case": dossier.case.number,
        "made_at": dossier.asked_at.isoformat(),
        "made_by": reader.display_name,
        "reason": dossier.reason,
        "is_full": dossier.is_full,
        "facts": dict(gathered.facts),
        "audit": dict(gathered.head),
        "files": files,
        "missing": missing,
    }
    return orjson.dumps({**told, "seal": seal(canonical_json(told))}, option=orjson.OPT_INDENT_2)


def entries_of(gathered: Gathered) -> Iterator[Entry]:
    """The files of the archive, each made when its turn comes."""
    yield Entry(BOOK, lambda: typeset.pdf("dossier", gathered.book), is_packed=True)
    for number, row in enumerate(gathered.documents, 1):
        yield from _materials(_document_path(number, row), row)
    for number, issued in enumerate(gathered.letters, 1):
        name = _safe(f"{issued.letter.title}_{issued.letter.number}")
        yield Entry(f"文书/{number:02d}_{name}.pdf", lambda issued=issued: letter_pdf(issued), is_packed=True)  # type: ignore[misc]  # the loop's own letter
    for path, content in gathered.extras.items():
        yield Entry(path, lambda content=content: content, is_packed=True)  # type: ignore[misc]  # the loop's own file
    for path, (head, rows) in gathered.tables.items():
        text = "".join(csv_lines(head, rows))
        yield Entry(path, text.encode)
    if gathered.events:
        lines = b"".join(orjson.dumps(as_row(event)) + b"\n" for event in gathered.events)
        yield Entry(LOG, lambda: lines)
    if gathered.drawing:
        yield Entry("流程/流程图.bpmn", gathered.drawing.encode)


def _document_path(number: int, row: Document) -> str:
    return f"材料/{number:02d}_{_safe(material_label(row.kind))}_{_safe(row.file_name)}"


def _materials(path: str, row: Document) -> Iterator[Entry]:
    """The original, which is the evidence, and the PDF that the system made of it where there is one."""
    yield Entry(path, _reads(row.storage_key), True, {"role": "original"})
    if row.conversion is not None and row.conversion.is_done:
        told = {"role": "converted", "original": path, "converter": row.conversion.converter}
        yield Entry(f"{path}.转换.pdf", _reads(row.conversion.storage_key), True, told)


def _reads(storage_key: str) -> Callable[[], bytes]:
    return lambda: documents.fetched(storage_key)


def _safe(name: str) -> str:
    return _BAD.sub("_", name).strip("._")[-80:] or "_"


def _note(dossier: Dossier, done: int, total: int) -> None:
    with transaction() as session:
        verbs.note(session, dossier.id, dossier.storage_key, done, total)


def _moment(dossier: Dossier) -> tuple[int, int, int, int, int, int]:
    at = dossier.asked_at
    return at.year, at.month, at.day, at.hour, at.minute, at.second
