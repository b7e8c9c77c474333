"""Room conversion, converter: the program outside that makes a PDF of an Office file, in a child that can be killed.

The port is the command line of LibreOffice: `PROGRAM … --convert-to pdf --outdir FOLDER FILE`. Each file gets a
process group, a folder, a HOME and a profile of its own, which are gone afterwards; the profile switches off macros,
links and the net, the kernel counts time, memory and the length of what is written, and where it can, takes the
network away. Only the background calls this: a page never waits for it.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from processes import converter_child
from processes.converter_child import LONGEST

log = logging.getLogger(__name__)
NAMES = ("soffice", "libreoffice")
# Seconds a file may take; what else it may use is in the child.
WALL_SECONDS = 90
# Folders that a killed worker has left are older than this.
LEFT_BEHIND = 3600
_given: list[str | None] = [None]
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}</oor:items>
"""
_ITEM = '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
_SETTINGS = (
    ("Setup/L10N", "ooSetupSystemLocale", "zh-CN"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


class Unconverted(Exception):  # noqa: N818  what a try has come to
    """No PDF came out; `reason` is for people. Trying again is of no use when it is final."""

    def __init__(self, reason: str, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


class Absent(Unconverted):
    """There is no converter on this machine."""


def bind(program: str | None) -> None:
    """None: LibreOffice where it is on PATH; empty: none; else this program."""
    _given[:] = [program]


def is_off() -> bool:
    """Whether the operator wants no conversion at all."""
    return _given[0] == ""


def program() -> str:
    """The program as a path; empty when there is none here."""
    names = NAMES if _given[0] is None else (_given[0],)
    return next(filter(None, (shutil.which(name) for name in names if name)), "")


def version() -> str:
    """How the program calls itself, on one line. Raises Absent, Unconverted."""
    with tempfile.TemporaryDirectory(dir=_base(), ignore_cleanup_errors=True) as place:
        told = _run([_found(), *_options(Path(place)), "--version"], Path(place))
    return " ".join(told.split())[:100] or Path(program()).name


def convert(content: bytes, suffix: str) -> bytes:
    """The PDF of an Office file (`suffix` with its dot), not yet inspected. Raises Absent, Unconverted."""
    found = _found()
    _clear_left_behind()
    with tempfile.TemporaryDirectory(dir=_base(), ignore_cleanup_errors=True) as name:
        place = Path(name)
        source, target = place / f"material{suffix}", place / "out"
        target.mkdir()
        source.write_bytes(content)
        _run([found, *_options(place), "--convert-to", "pdf", "--outdir", str(target), str(source)], place)
        return _written(target / "material.pdf")


def _found() -> str:
    if not (found := program()):
        raise Absent("本系统未安装 Office 文件转换程序。")
    return found


def _written(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
    except OSError as error:
        raise Unconverted("转换程序没有生成 PDF，文件可能已损坏或过于复杂") from error
    if len(content) >= LONGEST:
        raise Unconverted("转换得到的 PDF 过大", is_final=True)
    return content


def _options(place: Path) -> list[str]:
    """Those of a LibreOffice that nobody sees; its profile is written first."""
    profile = place / "profile"
    (profile / "user").mkdir(parents=True)
    items = "".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), "utf-8")
    flags = ("headless", "invisible", "norestore", "nolockcheck", "nodefault", "nofirststartwizard", "nologo")
    return [f"-env:UserInstallation={profile.as_uri()}", *(f"--{flag}" for flag in flags)]


def _run(command: list[str], place: Path) -> str:
    """What the program prints. Raises Unconverted when it took too long or failed."""
    (place / "tmp").mkdir()
    said = place / "said"
    with said.open("wb") as out:
        child = subprocess.Popen(  # noqa: S603  the operator's program, no shell
            [sys.executable, "-I", "-S", converter_child.__file__, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=place,
            env=_environment(place),
            start_new_session=True,
        )
        try:
            code = child.wait(WALL_SECONDS)
        except subprocess.TimeoutExpired as error:
            # The queue takes one at a time: what took that long once does not hold up the others again.
            raise Unconverted(f"转换超过 {WALL_SECONDS} 秒，已停止", is_final=True) from error
        finally:
            _end(child)
    told = said.read_bytes()[:4000].decode("utf-8", "replace")
    if code != 0:
        log.warning("office converter ended with %s: %s", code, told[-500:])
        raise Unconverted("转换程序异常结束，文件可能已损坏或过于复杂")
    return told


def _end(child: subprocess.Popen[bytes]) -> None:
    """Whatever of the group is left: the program starts others."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _environment(place: Path) -> dict[str, str]:
    closed = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy"), "http://127.0.0.1:9")
    path = os.environ.get("PATH", "")
    return {"PATH": path, "HOME": str(place), "TMPDIR": str(place / "tmp"), "LC_ALL": "C.UTF-8", **closed}


def _base() -> Path:
    """A folder of ours alone: what lies in it is unencrypted while a file is converted."""
    base = Path(tempfile.gettempdir()) / f"duoshen-office-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    if base.is_symlink() or base.stat().st_uid != os.getuid() or base.stat().st_mode & 0o077:
        raise Unconverted("转换所用的临时文件夹不安全，请联系系统管理员")
    return base


def _clear_left_behind() -> None:
    """What a worker that was killed could not throw away."""
    for one in _base().iterdir():
        if one.is_dir() and time.time() - one.stat().st_mtime > LEFT_BEHIND:
            shutil.rmtree(one, ignore_errors=True)
