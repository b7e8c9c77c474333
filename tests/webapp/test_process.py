"""Versions on pages, behind REST and on the command line: listed, compared, exported, imported, taken back."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.database import reading, transaction
from models.draft import ProcessDraft
from processes import shipped
from processes.shipped import publish_shipped
from processes.version_files import files_of, version_numbered, zipped
from processes.workflow import DEFINITIONS, SHIPPED
from tests.processes.proposing import decided, drafted, newest, put_forward, states, version_of
from tests.webapp.api import Caller
from tests.webapp.knock import counted
from tests.world import World

SignIn = Callable[[str], FlaskClient]
As = Callable[[str], Caller]


def published(world: World, days: int = 5, **over: object) -> int:
    """A version of combined_review with another limit; its id."""
    made = drafted(world, new=f"working_days({days}, accepted_on)")
    return decided(world, put_forward(world, made, **over)).definition_id or 0


def test_the_list_is_one_page_with_as_many_questions_for_many_versions(world: World, sign_in: SignIn) -> None:
    client = sign_in("liucheng")

    def asked() -> int:
        with counted() as statements:
            assert client.get("/admin/processes").status_code == 200
        return len(statements)

    asked()
    few = asked()
    for days in (5, 6, 4):
        published(world, days)
    assert asked() == few


def test_two_versions_are_compared_in_words_without_any_script(world: World, sign_in: SignIn) -> None:
    client = sign_in("liucheng")
    old, new = version_of().id, published(world)
    page = client.get(f"/admin/processes/compare?from={old}&to={new}").text
    assert "时限 7 → 5 个工作日" in page and "第 1 版" in page and "第 2 版" in page
    assert "完全相同" in client.get(f"/admin/processes/compare?from={old}&to={old}").text
    assert client.get(f"/admin/processes/source/{new}").mimetype == "application/xml"


COMPARED = [
    ("?from=1", 302), ("", 302), ("?from=x&to=1", 404), ("?from=0&to=1", 404), ("?from=99999999999&to=1", 404),
    ("?from=draft:1&to=1", 404), ("?from=proposal:1&to=1", 404), ("?from=1&to=2", 422), ("?from=%00&to=1", 404),
    ("?from=draft:-1&to=1", 404), ("?from=１&to=1", 404),
]  # fmt: skip


@pytest.mark.parametrize(("query", "status"), COMPARED)
def test_odd_comparisons_are_refused(world: World, sign_in: SignIn, query: str, status: int) -> None:
    assert sign_in("liucheng").get(f"/admin/processes/compare{query}").status_code == status


def test_somebody_elses_draft_is_compared_by_nobody(world: World, sign_in: SignIn) -> None:
    made = drafted(world)
    address = f"/admin/processes/compare?from={version_of().id}&to=draft:{made}"
    assert sign_in("liucheng").get(address).status_code == 200
    other = sign_in("liucheng2")
    assert other.get(address).status_code == 404
    assert other.get(f"/admin/processes/source/draft:{made}").status_code == 404


def test_a_version_goes_out_and_comes_in_by_pages(world: World, sign_in: SignIn) -> None:
    client = sign_in("liucheng")
    number = published(world)
    content = client.get(f"/admin/processes/{number}/export").data
    answer = client.post("/admin/processes/import", data={"file": (io.BytesIO(content), "a.zip")})
    assert answer.status_code == 302 and re.search(r"/admin/drafts/\d+$", answer.location)
    with reading() as session:
        made = session.get_one(ProcessDraft, int(answer.location.rsplit("/", 1)[1]))
        assert made.bpmn == version_of(2).bpmn and made.based_on_id == number


@pytest.mark.parametrize(
    "content", [b"", b"x", b"PK\x05\x06" + b"\0" * 18], ids=["none", "no zip", "empty zip"]
)
def test_a_bad_archive_is_refused_on_the_page(world: World, sign_in: SignIn, content: bytes) -> None:
    client = sign_in("liucheng")
    data = {"file": (io.BytesIO(content), "a.zip")} if content else {}
    answer = client.post("/admin/processes/import", data=data)
    assert answer.status_code == 422 and "没有导入" in answer.text


@pytest.mark.parametrize(
    "bad", [{"t.dmn": b"no xml"}, {"tests.json": b'{"a": "\\ud800"}'}, {"tests.json": b'{"a": NaN}'}]
)
def test_what_no_draft_can_keep_is_refused_at_every_door(
    world: World, app: Flask, sign_in: SignIn, caller: As, tmp_path: Path, bad: dict[str, bytes]
) -> None:
    files = {"a.bpmn": (DEFINITIONS / "arrears.bpmn").read_bytes(), **bad}
    content = zipped(files)
    data = {"file": (io.BytesIO(content), "a.zip")}
    answer = sign_in("liucheng").post("/admin/processes/import", data=data)
    assert answer.status_code == 422 and "没有导入" in answer.text
    texts = {name: text.decode() for name, text in files.items()}
    caller("liucheng").post("/processes/import", {"files": texts}, 422)
    (tmp_path / "a.zip").write_bytes(content)
    ran = app.test_cli_runner().invoke(args=["process", "import", str(tmp_path / "a.zip"), "liucheng"])
    assert ran.exit_code == 1 and "Traceback" not in ran.output and ran.output.strip().endswith("。")


def test_a_version_is_taken_back_by_page(world: World, sign_in: SignIn) -> None:
    client = sign_in("liucheng2")
    number = published(world, effective_on=date(2026, 3, 9))
    path = f"/admin/processes/{number}/take-back"
    assert "撤回" in client.get(path).text
    assert client.post(path, data={"reason": "错"}).status_code == 422
    assert client.post(path, data={"reason": "日期定错，另行发布"}).status_code == 302
    assert client.post(path, data={"reason": "日期定错，另行发布"}).status_code == 409
    assert states()[0] == (2, "taken_back")
    assert "已撤回" in client.get(f"/admin/processes/{number}").text


def test_four_eyes_are_switched_by_page(world: World, sign_in: SignIn) -> None:
    client, path = sign_in("liucheng"), "/admin/processes/settings/combined_review"
    off = {"reason": "双岗不足，临时调整", "four_eyes": "no"}
    assert client.post(path, data={**off, "reason": ""}).status_code == 422
    assert client.post(path, data=off).status_code == 302
    assert client.post(path, data=off).status_code == 409
    assert "须由另一名流程负责人同意" in client.get(path).text
    assert client.post(path, data={**off, "four_eyes": "yes"}).status_code == 302
    assert client.post(path, data=off).status_code == 302
    other = sign_in("liucheng2")
    assert f'href="{path}"' in other.get("/notifications").text and "同意关闭双人审核" in other.get(path).text
    assert other.post(path, data=off).status_code == 302
    assert client.post(path, data=off).status_code == 409
    assert "不经另一人审核" in client.get(path).text
    assert client.get("/admin/processes/settings/nothing").status_code == 404


def test_what_the_software_offers_shows_both_sides(
    world: World, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(world)
    for key, tables in SHIPPED.items():
        for name in (f"{key}.bpmn", *tables):
            (tmp_path / name).write_bytes((DEFINITIONS / name).read_bytes())
    file = tmp_path / "combined_review.bpmn"
    text = file.read_text(encoding="utf-8").replace(
        "working_days(7, accepted_on)", "working_days(6, accepted_on)"
    )
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(shipped, "DEFINITIONS", tmp_path)
    with transaction() as session:
        (row,) = publish_shipped(session)
    client = sign_in("liucheng")
    page = client.get(f"/admin/processes/{row.id}").text
    for words in ("未启用", "双方都改", "时限 7 → 6 个工作日", "时限 7 → 5 个工作日", "采用：以此新建草稿"):
        assert words in page, words
    assert client.post(f"/admin/processes/{row.id}/draft").status_code == 302
    with reading() as session:
        assert (
            session.scalars(select(ProcessDraft).order_by(ProcessDraft.id.desc())).first().based_on_id
            == row.id
        )


def test_versions_behind_rest(world: World, caller: As) -> None:
    owner = caller("liucheng")
    number = published(world, effective_on=date(2026, 3, 9))
    listed = owner.get("/processes")["versions"]
    assert len(listed) == len(SHIPPED) + 1
    whole = owner.get(f"/processes/{number}")
    assert (whole["state"], whole["based_on"], whole["author"]) == ("coming", 1, "秦十八")
    made = owner.post("/processes/import", {"files": whole["files"]}, 201)
    assert made["is_unchanged"] and made["key"] == "combined_review"
    old = version_of().id
    (change,) = owner.get(f"/comparison/{old}/{number}")["changes"]
    assert (change["old"], change["new"], change["element"]) == (
        "7 个工作日",
        "5 个工作日",
        "qualification_review",
    )
    owner.get(f"/comparison/{old}/draft:4711", 404)
    path = f"/processes/{number}/take-back"
    owner.post(path, {"reason": "错"}, 422)
    assert owner.post(path, {"reason": "日期定错，另行发布"})["state"] == "taken_back"
    owner.post(path, {"reason": "日期定错，另行发布"}, 409)
    said = {"four_eyes": False, "reason": "双岗不足，临时调整"}
    asked = {"key": "combined_review", "four_eyes": True}
    assert owner.put("/processes/combined_review/review", said) == asked
    owner.put("/processes/combined_review/review", said, 409)
    other = caller("liucheng2")
    assert other.put("/processes/combined_review/review", said) == {**asked, "four_eyes": False}
    owner.put("/processes/combined_review/review", said, 409)
    owner.put("/processes/nothing/review", said, 404)
    assert newest() == old


NO_FILES: list[dict[str, object]] = [
    {}, {"a.bpmn": 1}, {"a.bpmn": "<a>"}, {"a.bpmn": "<a/>", "b.bpmn": "<a/>"}, {"a.bpmn": "\0"},
    {"a.bpmn": "<a/>", "tests.json": "[]"},
]  # fmt: skip


@pytest.mark.parametrize("files", NO_FILES)
def test_bad_files_behind_rest_are_refused(world: World, caller: As, files: dict[str, object]) -> None:
    caller("liucheng").post("/processes/import", {"files": files}, 422)


def test_drawings_live_in_a_folder(world: World, app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    folder = tmp_path / "git"
    assert run(args=["process", "export", "combined_review", str(folder)]).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "combined_review.bpmn", "counter_guarantee.dmn", "eligibility.dmn", "manifest.json", "tests.json",
    ]  # fmt: skip
    drawing = folder / "combined_review.bpmn"
    assert drawing.read_bytes() == (DEFINITIONS / drawing.name).read_bytes()
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"] == 1
    same = run(args=["process", "compare", "combined_review:1", str(folder)])
    assert (same.exit_code, same.output) == (0, "没有差别。\n")
    drawing.write_bytes(
        drawing.read_bytes().replace(b"working_days(7, accepted_on)", b"working_days(5, accepted_on)")
    )
    changed = run(args=["process", "compare", "combined_review:1", str(folder)])
    assert changed.output == "环节“资格审核”：时限 7 → 5 个工作日\n"
    brought = run(args=["process", "import", str(folder), "liucheng"])
    assert brought.exit_code == 0 and "草稿" in brought.output
    with reading() as session:
        archive = tmp_path / "a.zip"
        archive.write_bytes(zipped(files_of(session, version_numbered(session, "arrears"))))
    assert run(args=["process", "compare", "arrears:1", str(archive)]).output == "没有差别。\n"


@pytest.mark.parametrize(
    "words",
    [
        ["export", "nothing", "x"], ["export", "arrears", "x", "--version", "9"], ["compare", "arrears:9", "arrears:1"],
        ["compare", "nowhere", "arrears:1"], ["import", "x.zip", "nobody"], ["import", ".", "liucheng"],
    ],
)  # fmt: skip
def test_odd_commands_end_with_words(
    world: World, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.zip").write_bytes(zipped({"a.bpmn": (DEFINITIONS / "arrears.bpmn").read_bytes()}))
    answer = app.test_cli_runner().invoke(args=["process", *words])
    assert answer.exit_code != 0 and "Traceback" not in answer.output and answer.output.strip()
