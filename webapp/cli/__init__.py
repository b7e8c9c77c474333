"""Room cli: the command line of the server; docs/commands.md lists every command."""

from __future__ import annotations

from flask import Flask
from flask.cli import AppGroup

from webapp.cli import (
    absence,
    audit,
    board,
    bulk,
    calendar,
    clock,
    credit,
    db,
    demo,
    documents,
    jobs,
    lists,
    loans,
    office,
    process_subset,
    repairs,
    screening,
    statistics,
    talk,
    tasks,
    tasks_desk,
    tasks_office,
    user,
    worker,
)

GROUPS: tuple[AppGroup, ...] = (
    db.group,
    demo.group,
    office.regions,
    office.departments,
    user.group,
    user.tokens,
    process_subset.group,
    calendar.group,
    loans.group,
    screening.group,
    tasks_desk.commands,
    tasks_office.commands,
    tasks.cases,
    bulk.group,
    lists.filters,
    talk.group,
    absence.group,
    board.group,
    board.supervisions,
    board.halls,
    statistics.group,
    repairs.group,
    jobs.group,
    worker.group,
    clock.group,
    audit.group,
    credit.group,
    documents.group,
)


def register(app: Flask) -> None:
    """Put every command on `flask --app webapp`."""
    for group in GROUPS:
        app.cli.add_command(group)
    app.cli.add_command(jobs.serve)
    app.cli.add_command(worker.work)
