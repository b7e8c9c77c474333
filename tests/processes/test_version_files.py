"""A version as files: byte for byte out and in again; archives that are no archives are refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import select

from models.database import reading, transaction
from models.refusal import Refusal
from models.workflow import ProcessDefinition
from processes import version_files
from processes.engine.comparison import changes
from processes.publication import digest_of
from processes.version_files import files_of, read_files, unzipped, version_numbered, zipped
from processes.workflow import DEFINITIONS, SHIPPED
from tests.world import World

BPMN = (DEFINITIONS / "arrears.bpmn").read_bytes()


@pytest.mark.parametrize("key", SHIPPED)
def test_a_version_goes_out_and_comes_in_with_the_same_digest(world: World, key: str) -> None:
    with reading() as session:
        row = version_numbered(session, key)
        archive = zipped(files_of(session, row))
        assert archive == zipped(files_of(session, row))
    files = unzipped(archive)
    assert files.is_unchanged and files.bpmn == row.bpmn and dict(files.decisions) == row.decisions
    with transaction() as session:
        draft = version_files.bring(session, files, world.user(session, "liucheng"))
        assert (draft.key, draft.based_on_id) == (key, row.id)
        encoded = {name: text.encode() for name, text in draft.decisions.items()}
        assert digest_of(draft.bpmn.encode(), encoded) == row.digest
        assert changes(row.bpmn, draft.bpmn, row.decisions, draft.decisions) == []


def test_what_was_edited_outside_comes_in_and_says_so(world: World) -> None:
    with reading() as session:
        files = files_of(session, version_numbered(session, "combined_review"))
    edited = files["combined_review.bpmn"].replace(
        b"working_days(7, accepted_on)", b"working_days(5, accepted_on)"
    )
    found = unzipped(zipped({**files, "combined_review.bpmn": edited}))
    assert not found.is_unchanged
    with transaction() as session:
        draft = version_files.bring(session, found, world.user(session, "liucheng"))
        assert draft.based_on_id is None
        row = session.scalars(
            select(ProcessDefinition).where(ProcessDefinition.key == "combined_review")
        ).one()
        (change,) = changes(row.bpmn, draft.bpmn, row.decisions, draft.decisions)
    assert change.words == "时限 7 → 5 个工作日"


def archive_of(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def twice() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, pytest.warns(UserWarning):
        for _ in range(2):
            archive.writestr("a.bpmn", BPMN)
    return target.getvalue()


def encrypted() -> bytes:
    """The flag that says so is enough."""
    whole = bytearray(archive_of({"a.bpmn": BPMN}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + offset] |= 1
    return bytes(whole)


BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no archive": lambda: b"PK\x03\x04 and then nothing",
    "cut off": lambda: archive_of({"a.bpmn": BPMN})[:-40],
    "damaged": lambda: archive_of({"a.bpmn": BPMN}).replace(BPMN[:1], b"?")[:200] + b"x" * 50,
    "empty": lambda: archive_of({}),
    "path upwards": lambda: archive_of({"../a.bpmn": BPMN}),
    "absolute path": lambda: archive_of({"/etc/a.bpmn": BPMN}),
    "folder": lambda: archive_of({"x/a.bpmn": BPMN}),
    "backslash": lambda: archive_of({"..\\a.bpmn": BPMN}),
    "another kind": lambda: archive_of({"a.bpmn": BPMN, "run.py": b"import os"}),
    "Chinese name": lambda: archive_of({"流程.bpmn": BPMN}),
    "no drawing": lambda: archive_of({"a.dmn": BPMN}),
    "two drawings": lambda: archive_of({"a.bpmn": BPMN, "b.bpmn": BPMN}),
    "one name twice": twice,
    "bomb": lambda: archive_of({"a.bpmn": b" " * 30_000_000}),
    "many files": lambda: archive_of({"a.bpmn": BPMN} | {f"t{n}.dmn": b"<a/>" for n in range(30)}),
    "too large": lambda: b"x" * (version_files.MAX_ZIP + 1),
    "encrypted": encrypted,
    "not UTF-8": lambda: archive_of({"a.bpmn": "流程".encode("gb18030")}),
    "NUL": lambda: archive_of({"a.bpmn": b"<a>\0</a>"}),
    "tests are no JSON": lambda: archive_of({"a.bpmn": BPMN, "tests.json": b"{"}),
    "tests are a list": lambda: archive_of({"a.bpmn": BPMN, "tests.json": b"[]"}),
    "tests too deep": lambda: archive_of({"a.bpmn": BPMN, "tests.json": b"[" * 100_000}),
    "NUL in tests": lambda: archive_of({"a.bpmn": BPMN, "tests.json": b'{"a": "\\u0000"}'}),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_bad_archives_are_refused_in_words(make: Callable[[], bytes]) -> None:
    with pytest.raises(Refusal) as refused:
        unzipped(make())
    assert refused.value.field == "file" and refused.value.message.endswith("。")


def test_a_table_with_a_cell_that_means_nothing_comes_into_a_draft_based_on_nothing(world: World) -> None:
    """It is no version's, whatever the manifest says; its owner mends the cell in the editor."""
    table = (DEFINITIONS / "eligibility.dmn").read_bytes()
    broken = re.sub(rb"(<inputEntry[^>]*>\s*<text>)", rb"\1[1..", table, count=1)
    assert broken != table
    files = read_files({"a.bpmn": BPMN, "eligibility.dmn": broken, "manifest.json": b'{"sha256": "0"}'})
    assert files.digest is None and not files.is_unchanged
    with transaction() as session:
        assert version_files.bring(session, files, world.user(session, "liucheng")).based_on_id is None


def test_a_table_that_is_no_xml_makes_no_draft(world: World) -> None:
    files = read_files({"a.bpmn": BPMN, "t.dmn": b"nothing"})
    assert files.is_unchanged
    with pytest.raises(Refusal) as refused, transaction() as session:
        version_files.bring(session, files, world.user(session, "liucheng"))
    assert refused.value.field == "decisions"


def test_a_drawing_that_cannot_be_read_makes_no_draft(world: World) -> None:
    for text in (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<a><b></a>", b"no xml"):
        with pytest.raises(Refusal), transaction() as session:
            version_files.bring(session, read_files({"a.bpmn": text}), world.user(session, "liucheng"))
