"""Room cli, process: versions as files and in words, so that drawings can live in git."""

from __future__ import annotations

from pathlib import Path

import click

from models.database import DbSession, reading, transaction
from models.people import User, user_named
from models.refusal import NotFound, Refusal
from processes import version_files
from processes.engine.comparison import Change, changes
from processes.engine.xml import XmlRefused
from processes.version_files import Files
from webapp.cli.process import group

__all__ = ["group"]


@group.command("export")
@click.argument("key")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--version", type=click.IntRange(min=1), help="版本号；不填的，导出最新版本。")
def export(key: str, folder: Path, version: int | None) -> None:
    """把流程 KEY 的一个版本写成文件，放入 FOLDER，便于纳入版本管理。"""
    with reading() as session:
        row = version_files.version_numbered(session, key, version)
        files = version_files.files_of(session, row)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    click.echo(f"已导出“{row.name}”第 {row.version} 版：{len(files)} 个文件。")


@group.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("user")
def bring(source: Path, user: str) -> None:
    """把导出的文件夹或压缩包 SOURCE 导入为流程负责人 USER 的草稿。"""
    files = _files(source)
    with transaction() as session:
        draft = version_files.bring(session, files, _owner(session, user))
    click.echo(f"已导入为草稿“{draft.name}”（编号 {draft.id}）。")


@group.command("compare")
@click.argument("old")
@click.argument("new")
def compare(old: str, new: str) -> None:
    """逐条列出 OLD 与 NEW 的差别；各为“流程:版本号”，或导出的文件夹、压缩包。"""
    with reading() as session:
        before, after = _side(session, old), _side(session, new)
    try:
        found = changes(before.bpmn, after.bpmn, before.decisions, after.decisions)
    except XmlRefused as refused:
        raise Refusal(str(refused)) from refused
    for change in found:
        click.echo(_line(change))
    if not found:
        click.echo("没有差别。")


def _line(change: Change) -> str:
    return f"{change.title}：{change.words}"


def _side(session: DbSession, named: str) -> Files:
    """A version as KEY:NUMBER, or files. Raises Refusal."""
    key, colon, number = named.rpartition(":")
    if colon and number.isascii() and number.isdigit() and len(number) < 9:
        row = version_files.version_numbered(session, key, int(number))
        return Files(row.bpmn, row.decisions, row.tests, {})
    path = Path(named)
    if not path.exists():
        raise NotFound(f"没有“{named}”这个版本或文件。")
    return _files(path)


def _files(source: Path) -> Files:
    """What a folder or an archive holds. Raises Refusal."""
    if source.is_dir():
        known = (".bpmn", ".dmn", ".json")
        found = sorted(path for path in source.iterdir() if path.is_file() and path.suffix in known)
        return version_files.read_files({path.name: path.read_bytes() for path in found})
    return version_files.unzipped(source.read_bytes())


def _owner(session: DbSession, username: str) -> User:
    user = user_named(session, username)
    if user is None:
        raise NotFound(f"没有用户“{username}”。")
    return user
