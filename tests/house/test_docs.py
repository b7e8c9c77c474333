"""Tests of the documents: every command and every setting is documented, and the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask

from webapp import cli

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HEADING = re.compile(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"DUOSHEN_[A-Z_]+")


def programmed() -> dict[str, click.Command]:
    """“group command” → command, of everything that `register` puts on an app."""
    app = Flask("docs")
    before = set(app.cli.commands)
    cli.register(app)
    return dict(_walk(app.cli, before))


def _walk(group: click.Group, without: set[str], prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _walk(command, without, f"{prefix}{name} ")
        elif name not in without:
            yield f"{prefix}{name}", command


def documented() -> dict[str, tuple[str, str]]:
    """“group command” → (usage line, text) of docs/commands.md."""
    sections = HEADING.findall((DOCS / "commands.md").read_text(encoding="utf-8"))
    found = {}
    for usage, text in sections:
        name = " ".join(word for word in usage.split() if word.islower())
        found[name] = (usage, text)
    return found


def test_every_command_is_documented_and_the_reverse() -> None:
    assert sorted(programmed()) == sorted(documented())


def test_every_option_and_argument_is_documented_and_the_reverse() -> None:
    told = documented()
    for name, command in programmed().items():
        usage, text = told[name]
        options = {flag for parameter in command.params for flag in parameter.opts if flag.startswith("--")}
        assert set(re.findall(r"`(--[a-z-]+)", text)) == options, name
        arguments = [p.name or "" for p in command.params if isinstance(p, click.Argument)]
        shown = re.findall(r"[A-Z]+", usage)
        assert len(shown) == len(arguments), name


def test_every_command_explains_itself_in_chinese() -> None:
    for name, command in programmed().items():
        assert re.search(r"[\u4e00-\u9fff]", command.help or ""), name


def test_every_setting_is_documented_and_the_reverse() -> None:
    read = set(SETTING.findall((ROOT / "models" / "settings.py").read_text(encoding="utf-8")))
    read.discard("DUOSHEN_")
    told = set(SETTING.findall((DOCS / "deploy.md").read_text(encoding="utf-8")))
    assert told == read


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"
