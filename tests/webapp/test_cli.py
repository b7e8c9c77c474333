"""Tests of the command line: what every command does, and how it says no."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from models import database
from models.audit import AuditEvent
from models.calendar import Installation
from models.login import ApiToken
from models.people import user_named
from models.settings import Settings
from models.workflow import ProcessDefinition
from processes import shipped
from processes.login import check_password, user_of_token
from processes.workflow import DEFINITIONS, SHIPPED
from tests.world import World, answers, on
from webapp import create_app

Run = Callable[..., Result]


def make_app(url: str, folder: Path, is_training: bool = True) -> Flask:
    return create_app(
        Settings(
            database_url=url,
            secret_key="test",
            data_key=bytes(range(32)),
            upload_folder=folder / "uploads",
            is_training=is_training,
            is_https=False,
            idle_minutes=30,
        )
    )


@pytest.fixture
def run(url: str, tmp_path: Path) -> Iterator[Run]:
    """Runs a command against the database of a training server, which is empty without `ready` or `world`."""
    app = make_app(url, tmp_path)

    def run_command(*arguments: str, expect: int = 0) -> Result:
        result = app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == expect, result.output
        return result

    yield run_command
    database.bound().dispose()


@pytest.fixture
def ready(run: Run) -> Run:
    """The same on a database with tables and rules: after `db upgrade` (see `url`)."""
    return run


def test_upgrade_says_which_drawings_it_brought(
    ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, tables in SHIPPED.items():
        for name in (f"{key}.bpmn", *tables):
            text = (DEFINITIONS / name).read_text(encoding="utf-8")
            (tmp_path / name).write_text(text.replace('name="受理审查"', 'name="资料受理"'), encoding="utf-8")
    monkeypatch.setattr(shipped, "DEFINITIONS", tmp_path)
    assert "随软件更新流程“创业担保贷款多审合一”第 2 版，已启用。" in ready("db", "upgrade").output
    assert "随软件更新" not in ready("db", "upgrade").output


def test_upgrade_builds_and_seeds_once(run: Run) -> None:
    assert "新数据库" in run("db", "upgrade").output
    assert "新数据库" not in run("db", "upgrade").output
    with database.reading() as session:
        assert session.get_one(Installation, 1).is_training
        published = session.query(ProcessDefinition.key, ProcessDefinition.version)
        assert sorted(published) == [(key, 1) for key in sorted(SHIPPED)]


def test_without_tables_a_command_says_what_to_do_first(run: Run) -> None:
    assert "db upgrade" in run("audit", "verify", expect=1).output
    assert "db upgrade" in run("serve", expect=1).output


def test_a_production_server_makes_a_production_database(url: str, tmp_path: Path) -> None:
    app = make_app(url, tmp_path, is_training=False)
    app.test_cli_runner().invoke(args=["db", "upgrade"])
    for arguments in (["demo", "load"], ["demo", "reset"], ["clock", "set", "2027-01-01"], ["clock", "show"]):
        result = app.test_cli_runner().invoke(args=arguments)
        assert (result.exit_code, "培训环境" in result.output) == (1, True)
    app.config["TRAINING"] = True
    for arguments in (["demo", "load"], ["demo", "reset"], ["clock", "set", "2027-01-01"], ["clock", "show"]):
        result = app.test_cli_runner().invoke(args=arguments)
        assert (result.exit_code, "正式环境" in result.output) == (1, True)
    database.bound().dispose()


def test_a_new_user_signs_in_with_the_printed_password_and_must_change_it(world: World, run: Run) -> None:
    output = run("user", "add", "wangwu", "王五", "clerk", "--department", "伊金霍洛旗财政局").output
    password = output.strip().rsplit("：", 1)[1]
    with database.transaction() as session:
        user = check_password(session, "wangwu", password, "127.0.0.1")
        assert user is not None
        assert user.must_change_password


def test_a_given_password_is_used_and_not_printed(ready: Run) -> None:
    output = ready("user", "add", "zhouqi", "周七", "申请人", "--password", "given-pass-2026").output
    assert "given-pass-2026" not in output
    with database.transaction() as session:
        assert check_password(session, "zhouqi", "given-pass-2026", "127.0.0.1") is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("wangwu", "王五", "clerk"), "机构"),
        (("wangwu", "王五", "clerk", "--department", "没有的局"), "没有的局"),
        (("wangwu", "王五", "boss"), "没有角色"),
        (("WANG", "王五", "applicant"), "用户名"),
        (("wangwu", "王五", "applicant", "--password", "short"), "密码"),
    ],
)
def test_a_wrong_account_is_refused(ready: Run, arguments: tuple[str, ...], message: str) -> None:
    assert message in ready("user", "add", *arguments, expect=1).output
    with database.reading() as session:
        assert user_named(session, "wangwu") is None


def test_a_new_installation_reaches_its_first_administrator(ready: Run) -> None:
    ready("region", "add", "150600", "示例市")
    ready("region", "add", "150627", "示例旗", "--parent", "150600")
    ready("department", "add", "示例旗大数据中心", "operations", "150627")
    ready("user", "add", "guanli", "管理员", "administrator", "--department", "示例旗大数据中心")
    with database.reading() as session:
        user = user_named(session, "guanli")
        assert user is not None
        assert user.department is not None
        assert user.department.region.code == "150627"
        actions = {event.action for event in session.query(AuditEvent)}
        assert actions >= {"region.added", "department.added", "user.added"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("region", "add", "15", "示例市"), "6 至 12 位"),
        (("region", "add", "150627", "旗"), "地区名称"),
        (("region", "add", "150627", "示例旗", "--parent", "999999"), "999999"),
        (("department", "add", "示例局", "hrss", "999999"), "999999"),
        (("department", "add", "示例局", "bakery", "150600"), "机构类型"),
    ],
)
def test_a_wrong_place_is_refused(ready: Run, arguments: tuple[str, ...], message: str) -> None:
    ready("region", "add", "150600", "示例市")
    assert message in ready(*arguments, expect=1).output
    assert "已存在" in ready("region", "add", "150600", "示例市", expect=1).output


def test_a_taken_port_is_told(ready: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert "另选端口" in ready("serve", "--port", port, expect=1).output


def test_a_token_opens_the_rest_door_and_is_not_stored(world: World, run: Run) -> None:
    token = run("token", "create", "renshe1").output.strip()
    with database.reading() as session:
        user = user_of_token(session, token)
        assert user is not None
        assert user.username == "renshe1"
        assert token not in session.query(ApiToken).one().key_hash


def test_no_token_for_nobody(ready: Run) -> None:
    assert "nobody" in ready("token", "create", "nobody", expect=1).output


@pytest.mark.parametrize(
    ("start", "days", "shown"),
    [("2026-04-29", "7", "2026-05-12\n"), ("2026-12-29", "7", "2027-01-08（暂定）\n")],
)
def test_calendar_due(ready: Run, start: str, days: str, shown: str) -> None:
    assert ready("calendar", "due", start, days).output == shown


def test_calendar_due_refuses_what_is_no_date(ready: Run) -> None:
    ready("calendar", "due", "2026-02-30", "7", expect=2)
    ready("calendar", "due", "2026-02-03", "-1", expect=2)


def test_the_clock_is_moved_and_put_back(ready: Run) -> None:
    assert "实际时间" in ready("clock", "show").output
    assert ready("clock", "set", "2027-01-04T09:00").output.startswith("2027-01-04 09:00（培训时钟）")
    assert ready("clock", "show").output.startswith("2027-01-04 09:00")
    with database.reading() as session:
        assert session.query(AuditEvent).filter_by(action="clock.set").count() == 1
    assert "实际时间" in ready("clock", "reset").output
    assert "不是日期" in ready("clock", "set", "tomorrow", expect=1).output
    assert "没有等待发生的事项" in ready("clock", "next", expect=1).output


def test_jobs_run_fires_what_is_due_once(world: World, run: Run) -> None:
    case_id = world.submitted()
    assert "没有到期" in run("jobs", "run").output
    with on(date(2026, 3, 11)):
        assert "一次性告知时限" in run("jobs", "run").output
        assert "没有到期" in run("jobs", "run").output
    assert world.deadlines(case_id)["notification"].missed_at is not None


def test_jobs_run_notes_a_fault_and_goes_on(world: World, run: Run) -> None:
    from models.workflow import ProcessInstance, Timer

    broken, sound = world.submitted(), world.submitted()
    with database.transaction() as session:
        session.query(ProcessInstance).filter_by(case_id=broken).one().state = b"nonsense"
    with on(date(2026, 3, 11)):
        output = run("jobs", "run").output
    assert "未能触发" in output
    assert world.deadlines(sound)["notification"].missed_at is not None
    with database.reading() as session:
        assert session.query(Timer).filter_by(case_id=broken).one().attempts == 1


def test_the_log_is_whole_until_somebody_changes_it(world: World, run: Run) -> None:
    case_id = world.submitted()
    world.complete(case_id, "acceptance", answers("acceptance"))
    assert "完整" in run("audit", "verify").output
    with database.transaction() as session:
        # The database refuses to change a row of the log; a thief would move the head.
        from models.case import CaseFile

        session.get_one(CaseFile, case_id).audit_head = "0" * 64
    assert f"链 {case_id} " in run("audit", "verify", expect=1).output


def test_a_root_kept_outside_is_looked_for_among_the_anchors(world: World, run: Run) -> None:
    world.submitted()
    line = run("audit", "anchor").output.strip()
    root = line.split()[-1]
    assert "审计锚点" not in run("jobs", "run").output
    assert "完整" in run("audit", "verify", "--anchor", root).output
    assert "没有锚点" in run("audit", "verify", "--anchor", root, "--anchor", "0" * 64, expect=1).output


def test_jobs_run_seals_the_log_by_the_way(world: World, run: Run) -> None:
    world.submitted()
    root = run("jobs", "run").output.strip().split("审计锚点：")[1].split()[-1]
    assert "完整" in run("audit", "verify", "--anchor", root).output


BY = ("--by", "liucheng", "--reason", "按通知调整环节名称")


def drawing(folder: Path, old: str = "", new: str = "") -> list[str]:
    """A copy of a shipped drawing and of the tables it asks, with one change."""
    folder.mkdir(exist_ok=True)
    for name in ("combined_review.bpmn", *SHIPPED["combined_review"]):
        shutil.copy(DEFINITIONS / name, folder)
    bpmn = folder / "combined_review.bpmn"
    text = bpmn.read_text(encoding="utf-8")
    assert old in text
    bpmn.write_text(text.replace(old, new, 1), encoding="utf-8")
    return [str(path) for path in sorted(folder.iterdir())]


def test_the_shipped_drawing_is_sound_and_already_published(world: World, run: Run, tmp_path: Path) -> None:
    assert "检查通过" in run("process", "check", *drawing(tmp_path / "first")).output
    assert "第 1 版" in run("process", "deploy", *drawing(tmp_path / "again"), *BY).output


def test_a_changed_drawing_becomes_the_next_version(world: World, run: Run, tmp_path: Path) -> None:
    files = drawing(tmp_path / "changed", 'name="受理审查"', 'name="受理和审查"')
    assert "第 2 版" in run("process", "deploy", *files, *BY).output


def test_a_drawing_with_an_unknown_form_is_not_published(world: World, run: Run, tmp_path: Path) -> None:
    files = drawing(tmp_path / "changed", 'name="form" value="acceptance"', 'name="form" value="nowhere"')
    for command in (("check",), ("deploy", *BY)):
        output = run("process", *command, *files, expect=1).output
        assert "combined_review.bpmn: acceptance: " in output
    with database.reading() as session:
        assert session.query(ProcessDefinition).count() == len(SHIPPED)


def test_a_drawing_comes_alone_with_its_tables(ready: Run, tmp_path: Path) -> None:
    assert ".bpmn" in ready("process", "check", str(DEFINITIONS / "eligibility.dmn"), expect=1).output
    ready("process", "check", str(tmp_path / "missing.bpmn"), expect=2)
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<no", encoding="utf-8")
    assert "broken.bpmn" in ready("process", "check", str(broken), expect=1).output
