"""Publishing on the server: in somebody's name, for a reason, with the examples, and told to everybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from models.audit import AuditEvent
from models.database import reading, transaction
from models.workflow import ProcessDefinition
from processes import process_setting
from processes.engine import lint
from tests.processes.proposing import told, version_of
from tests.world import World

Run = Callable[..., Result]
BY = ("--by", "liucheng", "--reason", "按通知调整环节名称")


@pytest.fixture
def run(world: World, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command; the real check, without the second that a process of its own takes."""
    monkeypatch.setattr(lint, "check_in_child", lint.check)

    def invoke(*words: str, expect: int = 0) -> Result:
        answer = app.test_cli_runner().invoke(args=["process", *words])
        assert answer.exit_code == expect and "Traceback" not in answer.output, answer.output
        return answer

    return invoke


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """An exported folder with another name of a step."""
    made = tmp_path / "git"
    run("export", "combined_review", str(made))
    drawing = made / "combined_review.bpmn"
    drawing.write_text(drawing.read_text("utf-8").replace('name="受理审查"', 'name="受理和审查"'), "utf-8")
    return made


def files(folder: Path, without: str = "") -> list[str]:
    return [str(path) for path in sorted(folder.iterdir()) if path.name != without]


def spoilt(folder: Path) -> Path:
    """The examples, of which one expects what does not come."""
    file = folder / "tests.json"
    tests: dict[str, Any] = json.loads(file.read_text("utf-8"))
    tests["counter_guarantee"][0]["expected"]["procedure_needed"] = True
    file.write_text(json.dumps(tests), "utf-8")
    return file


def test_an_exported_folder_is_checked_with_its_examples(run: Run, folder: Path) -> None:
    assert "检查通过" in run("check", *files(folder)).output
    spoilt(folder)
    assert "[example-fails]" in run("check", *files(folder), expect=1).output
    assert "example-fails" in run("check", "--json", *files(folder), expect=1).output
    run("deploy", *files(folder), *BY, expect=1)
    (folder / "tests.json").write_text("[]", "utf-8")
    assert "tests.json" in run("check", *files(folder), expect=1).output
    (folder / "other.json").write_text("{}", "utf-8")
    assert ".bpmn" in run("check", *files(folder, without="tests.json"), expect=1).output


def test_a_version_published_on_the_server_keeps_the_examples_and_says_whose_it_is(
    world: World, run: Run, folder: Path
) -> None:
    assert "第 2 版" in run("deploy", *files(folder, without="tests.json"), *BY).output
    made, first = version_of(2), version_of(1)
    assert made.tests == first.tests and first.tests
    assert (made.reason, made.based_on_id, made.approved_by_id) == (BY[3], first.id, None)
    with reading() as session:
        assert made.author_id == made.published_by_id == world.user(session, "liucheng").id
        line = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert line is not None and line.action == "process.published" and line.actor_name
    assert "在服务器上以命令发布" in line.summary and "未经另一人审核" in line.summary
    assert BY[3] in told(world, "liucheng2")[-1] and told(world, "liucheng") == []
    # The same again is no new version, and nobody is told twice.
    assert "没有新版本" in run("deploy", *files(folder), *BY).output
    assert len(told(world, "liucheng2")) == 1


def test_where_nobody_else_must_agree_the_log_does_not_complain(world: World, run: Run, folder: Path) -> None:
    with transaction() as session:
        for name in ("liucheng", "liucheng2"):
            owner = world.user(session, name)
            process_setting.set_four_eyes(session, "combined_review", False, "双岗不足，临时调整", owner)
    run("deploy", *files(folder), *BY)
    with reading() as session:
        line = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert line is not None and "在服务器上" in line.summary and "未经" not in line.summary


@pytest.mark.parametrize(
    "said", [("renshe1", "按通知调整名称"), ("nobody", "按通知调整名称"), ("liucheng", "改")]
)
def test_who_may_not_or_gives_no_reason_publishes_nothing(
    run: Run, folder: Path, said: tuple[str, str]
) -> None:
    run("deploy", *files(folder), "--by", said[0], "--reason", said[1], expect=1)
    with reading() as session:
        assert session.scalars(select(ProcessDefinition.version)).all() == [1] * _known(session)


def test_a_name_and_a_reason_are_asked_for(run: Run, folder: Path) -> None:
    run("deploy", *files(folder), expect=2)
    run("deploy", *files(folder), *BY[:2], expect=2)


def _known(session: Any) -> int:
    return len(set(session.scalars(select(ProcessDefinition.key)).all()))
