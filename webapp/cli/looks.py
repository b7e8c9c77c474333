"""Room cli, looks: a command that names a case, or a step of it, and was answered is a look, as a page is.

Closed by default, like webapp/looking.py: no command has to say so. A command without a person reads no case.
"""

from __future__ import annotations

import click

from models.access_log import Door, LookKind
from models.database import reading
from models.people import user_named
from processes.access_log import NAMES, Look
from webapp.looking import write

# Parameter of a command → what names a case in the log; the one that comes first here says it.
_NAMED = {"number": "number", "case": "number", **{name: name for name in sorted(NAMES)}}
# Commands whose answers are more than the case itself, or that note their look themselves.
_KINDS = {"audit looks": LookKind.LOG}
_OWN = ("audit dossier",)


def note(ctx: click.Context) -> None:
    """Note what the command that has just ended has shown to the person in whose name it ran."""
    given, by = ctx.params, ctx.params.get("by")
    named = next((name for name in _NAMED if given.get(name)), "")
    command = f"{ctx.parent.command.name} {ctx.command.name}" if ctx.parent else ""
    if not by or not named or command in _OWN:
        return
    with reading() as session:
        who = user_named(session, by)
    if who is not None:
        kind = _KINDS.get(command, LookKind.CASE)
        write(Look(kind, who.id, who.department_id, _NAMED[named], given[named], 0, Door.CLI))
