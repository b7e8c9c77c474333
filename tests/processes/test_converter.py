"""The converter of Office files: what a program may do to us, and the real one where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.upload import SCANS, inspect
from processes import converter, converter_child
from processes.converter import Absent, Unconverted
from tests.office import GOOD, docx, stand_in, xlsx


@pytest.fixture(autouse=True)
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where files lie while they are converted; nothing may be left of them."""
    place = tmp_path / "base"
    place.mkdir(mode=0o700)
    monkeypatch.setattr(converter, "_base", lambda: place)
    monkeypatch.setattr(converter, "WALL_SECONDS", 1.0)
    yield place
    converter.bind(None)
    assert [one.name for one in place.iterdir()] == []


def running(folder: Path) -> list[str]:
    """Programs that still work below a folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            where = place.readlink()
        except OSError:
            continue
        if where.is_relative_to(folder):
            found.append(place.parent.name)
    return found


def test_a_good_one_gets_a_folder_of_its_own_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOSHEN_DATA_KEY", "secret")
    looks = (
        'test -z "$DUOSHEN_DATA_KEY" || exit 4\n'
        'case "$HOME" in */base/*) ;; *) exit 5;; esac\n'
        'grep -q "DisableMacrosExecution.*true" "$HOME/profile/user/registrymodifications.xcu" || exit 6\n'
        f'test "$(ulimit -v)" = {converter_child.MEMORY // 1024} || exit 7\n'
        'test "${one%.docx}" != "$one" || exit 8\n'
    )
    stand_in(tmp_path, looks + GOOD)
    made = converter.convert(docx(), ".docx")
    assert made.startswith(b"%PDF-1.4") and made.endswith(b"%%EOF\n")
    assert converter.version() == "Stand-in 1.0"


@pytest.mark.parametrize(
    ("act", "message", "is_final"),
    [
        ("slow", "转换超过", True),
        ("failing", "异常结束", False),
        ("silent", "没有生成 PDF", False),
        ("huge", "异常结束|过大", None),
        ("hungry", "异常结束", False),
    ],
)
def test_a_bad_one_is_stopped_and_told(
    tmp_path: Path, base: Path, act: str, message: str, is_final: bool | None
) -> None:
    stand_in(tmp_path, act)
    started = time.monotonic()
    with pytest.raises(Unconverted, match=message) as found:
        converter.convert(docx(), ".docx")
    assert is_final is None or found.value.is_final is is_final
    assert time.monotonic() - started < 10
    assert running(base) == []


def test_without_a_program_nothing_is_tried_and_what_was_left_behind_goes(tmp_path: Path, base: Path) -> None:
    converter.bind("")
    assert converter.is_off() and converter.program() == ""
    converter.bind("no-such-program-here")
    assert not converter.is_off()
    for ask in (converter.version, lambda: converter.convert(docx(), ".docx")):
        with pytest.raises(Absent, match="未安装"):
            ask()
    left = base / "left"
    (left / "profile").mkdir(parents=True)
    os.utime(left, (1, 1))
    stand_in(tmp_path, "good")
    converter.convert(docx(), ".docx")
    assert not left.exists()


@pytest.mark.skipif(not any(map(shutil.which, converter.NAMES)), reason="LibreOffice is not installed")
@pytest.mark.parametrize(
    ("content", "suffix"), [(docx("张三（龘）贷款申请"), ".docx"), (xlsx("张三（龘）台账"), ".xlsx")]
)
def test_the_real_one_keeps_the_chinese_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, suffix: str
) -> None:
    monkeypatch.setattr(converter, "WALL_SECONDS", 90)
    converter.bind(None)
    made = tmp_path / "made.pdf"
    made.write_bytes(converter.convert(content, suffix))
    assert inspect("made.pdf", made.read_bytes(), SCANS)[1] == "application/pdf"
    assert "LibreOffice" in converter.version()
    if reader := shutil.which("pdftotext"):
        text = subprocess.run([reader, str(made), "-"], capture_output=True, check=True).stdout.decode()
        assert "张三（龘）" in text
