"""Room screening, sheet: the department's candidates as a workbook, out and in: columns, row errors, preview, once."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from models.database import DbSession, reading, transaction
from models.people import Permission
from models.refusal import Conflict, Forbidden, NotFound, Refusal
from models.screening import ScreeningRound
from processes import screening_sheet as verbs
from processes.screening_workbook import TITLES, Head, read_head
from webapp import screening_page as page
from webapp.access import actor, requires
from webapp.admin import BIGGEST_ID

blueprint = Blueprint("screening_sheet", __name__, url_prefix=f"{page.NUMBER}/sheet")
_BATCH = f"/<int(max={BIGGEST_ID}):batch_id>"
NEEDED = ("result",)
Page = str | Redirect | tuple[str, int]


@blueprint.get("/download.xlsx")
@requires(Permission.CREDIT_READ)
def download(number: str) -> Response:
    """The sheet: keys locked, drop-downs, the department's own answers."""
    content = BytesIO()
    with reading() as session:
        round_ = page.round_for(session, number)
        verbs.write_sheet(session, round_.id, page.screening_office(actor()), content)
    return page.workbook(content.getvalue(), f"{number}.xlsx")


@blueprint.get("")
@requires(Permission.CREDIT_WORK)
def upload(number: str) -> str:
    """Where a filled sheet is handed over."""
    with reading() as session:
        return _upload_page(session, number)


@blueprint.post("")
@requires(Permission.CREDIT_WORK)
def receive(number: str) -> Page:
    """Take the sheet in and check it; nothing is changed yet. Titles that are not ours are asked for."""
    with reading() as session:
        round_id = page.round_for(session, number).id
        page.screening_office(actor())
    try:
        batch_id, is_clear = _taken(round_id)
    except (Conflict, Forbidden, NotFound):
        raise
    except Refusal as refusal:
        with reading() as session:
            return _upload_page(session, number, refusal.message), refusal.status
    step = "show" if is_clear else "ask_columns"
    return redirect(url_for(f"screening_sheet.{step}", number=number, batch_id=batch_id))


def _taken(round_id: int) -> tuple[int, bool]:
    """The batch of the sheet that was sent, and whether its titles are ours."""
    name, content = _file()
    # Unpacked before anybody has to wait for this transaction.
    sheet = verbs.read_sheet(content)
    with transaction() as session:
        batch_id = verbs.receive(session, round_id, name, content, actor())
        if sheet.head.is_clear:
            verbs.propose(session, batch_id, sheet, actor())
    return batch_id, bool(sheet.head.is_clear)


@blueprint.get(f"{_BATCH}/columns")
@requires(Permission.CREDIT_WORK)
def ask_columns(number: str, batch_id: int) -> str:
    """Which column is which."""
    with reading() as session:
        round_ = page.round_for(session, number)
        head = read_head(verbs.content_of(session, batch_id, actor()))
        return _columns_page(round_, batch_id, head, head.guess)


@blueprint.post(f"{_BATCH}/columns")
@requires(Permission.CREDIT_WORK)
def map_columns(number: str, batch_id: int) -> Page:
    """Check every row by the columns that were named."""
    given = {name: request.form.get(f"column-{name}", "") for name in TITLES}
    columns = {name: page.whole(text) for name, text in given.items() if text}
    with reading() as session:
        round_ = page.round_for(session, number)
        content = verbs.content_of(session, batch_id, actor())
    try:
        sheet = verbs.read_sheet(content, columns)
        with transaction() as session:
            verbs.propose(session, batch_id, sheet, actor())
    except (Conflict, Forbidden, NotFound):
        raise
    except Refusal as refusal:
        return _columns_page(round_, batch_id, read_head(content), columns, refusal.message), refusal.status
    return redirect(url_for("screening_sheet.show", number=number, batch_id=batch_id))


@blueprint.get(_BATCH)
@requires(Permission.CREDIT_WORK)
def show(number: str, batch_id: int) -> str:
    """What the sheet would change, and which rows cannot be taken and why."""
    with reading() as session:
        round_ = page.round_for(session, number)
        proposal = verbs.proposal_of(session, batch_id, actor())
        return render_template("screening_sheet/proposal.html", round=round_, proposal=proposal)


@blueprint.post(f"{_BATCH}/apply")
@requires(Permission.CREDIT_WORK)
def apply(number: str, batch_id: int) -> Redirect:
    """Write the good rows; a second click changes nothing."""
    with transaction() as session:
        page.round_for(session, number)
        outcome = verbs.apply_proposal(session, batch_id, actor())
    if outcome.is_repeated:
        flash("该表此前已经导入，没有重复改变。")
    return redirect(url_for("screening_batch.show", number=number, batch_id=batch_id))


def _file() -> tuple[str, bytes]:
    """Name and content of what was sent; empty when nothing was."""
    sent = request.files.get("file")
    return (sent.filename or "", sent.read()) if sent else ("", b"")


def _upload_page(session: DbSession, number: str, fault: str = "") -> str:
    round_ = page.round_for(session, number)
    page.screening_office(actor())
    return render_template("screening_sheet/upload.html", round=round_, fault=fault)


def _columns_page(
    round_: ScreeningRound, batch_id: int, head: Head, chosen: Mapping[str, int], fault: str = ""
) -> str:
    return render_template(
        "screening_sheet/columns.html",
        round=round_,
        batch_id=batch_id,
        head=head,
        targets={name: words[0] for name, words in TITLES.items()},
        needed=NEEDED,
        chosen=chosen,
        fault=fault,
    )
