"""Room cli, group: a refusal is a Chinese sentence and exit code 1, never a traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
from flask.cli import AppGroup, with_appcontext

from models.refusal import Refusal


class Stop(click.ClickException):
    """Ends a command with a message and exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """The message alone, on the error stream."""
        click.echo(self.message, err=file is None, file=file)


class Group(AppGroup):
    """Commands of one noun; their refusals end them with a message."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        with refusals_shown():
            return super().invoke(ctx)


class Command(click.Command):
    """A command without a group, with the same manners."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        with refusals_shown():
            return super().invoke(ctx)


def command(name: str) -> Callable[[Callable[..., Any]], Command]:
    """Declare a command without a group, inside the application's context."""

    def make(function: Callable[..., Any]) -> Command:
        made: Command = click.command(name, cls=Command)(with_appcontext(function))
        return made

    return make


@contextmanager
def refusals_shown() -> Iterator[None]:
    """A Refusal inside becomes a Stop."""
    try:
        yield
    except Refusal as refusal:
        raise Stop(refusal.message) from refusal
