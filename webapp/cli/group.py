"""Room cli, group: a refusal is a Chinese sentence and exit code 1, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, TypeVar

import click
from flask.cli import AppGroup, with_appcontext

from models.database import DbSession, transaction
from models.people import User, user_named
from models.refusal import NotFound, Refusal
from processes.installation import require_tables
from webapp.cli.looks import note

Result = TypeVar("Result")


class Stop(click.ClickException):
    """Ends a command with a message and exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """The message alone, on the error stream."""
        click.echo(self.message, err=file is None, file=file)


def acting(session: DbSession, username: str) -> User:
    """The person in whose name a command acts. Raises NotFound."""
    found = user_named(session, username)
    if found is None or not found.is_active:
        raise NotFound(f"没有在用的账号 {username}。")
    return found


def act_as(username: str, act: Callable[[DbSession, User], Result]) -> Result:
    """The result of an act in a person's name, in one transaction."""
    with transaction() as session:
        return act(session, acting(session, username))


class BareCommand(click.Command):
    """A command that works without tables; a refusal ends it with its message."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise Stop(refusal.message) from refusal


class Command(BareCommand):
    """A command on the tables; without them it says what to do first. What it shows of a case is noted."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        try:
            require_tables()
        except Refusal as refusal:
            raise Stop(refusal.message) from refusal
        answer = super().invoke(ctx)
        note(ctx)
        return answer


class Group(AppGroup):
    """Commands of one noun on the tables."""

    command_class = Command


class BareGroup(AppGroup):
    """Commands of one noun that bring their own tables, or need none."""

    command_class = BareCommand


def command(name: str) -> Callable[[Callable[..., Any]], Command]:
    """Declare a command without a group, inside the application's context."""

    def make(function: Callable[..., Any]) -> Command:
        made: Command = click.command(name, cls=Command)(with_appcontext(function))
        return made

    return make
