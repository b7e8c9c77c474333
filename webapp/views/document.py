"""Room document: the materials of a case."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from models.case import CaseFile, case_numbered
from models.database import DbSession, reading, transaction
from models.document import Document
from models.material import material_label
from models.people import Permission, User
from models.refusal import Refusal
from processes import document as documents
from webapp.access import actor, requires
from webapp.document_file import opened, sent
from webapp.views.application import materials_page
from webapp.wizard import Wizard

blueprint = Blueprint("document", __name__)
BIGGEST_ID = 2**31 - 1


@blueprint.post("/cases/<number>/documents")
@requires(Permission.CASE_CREATE)
def add(number: str) -> Response | tuple[str, int]:
    """Hand in one or several files of one kind: all of them or none."""
    kind = request.form.get("kind", "")
    files = chosen_files()
    try:
        with transaction() as session:
            add_all(session, case_numbered(session, number, actor()), kind, files)
    except Refusal as refusal:
        return _refused(number, refusal)
    flash(f"已上传“{material_label(kind)}”{len(files)} 个文件。")
    return _back(number, kind)


@blueprint.get(f"/documents/<int(max={BIGGEST_ID}):document_id>")
@requires(Permission.CASE_READ)
def show(document_id: int) -> Response:
    """Read a material in the browser, or download it; the log keeps who did, once a day."""
    return sent(*opened(document_id, documents.read))


@blueprint.post(f"/documents/<int(max={BIGGEST_ID}):document_id>/remove")
@requires(Permission.CASE_CREATE)
def remove(document_id: int) -> Response:
    """Take a material out of an application that may be changed now."""
    with transaction() as session:
        gone = documents.remove(session, document_id, actor())
        number = session.get_one(CaseFile, gone.case_id).number
    flash(f"已移除“{gone.file_name}”。")
    return _back(number, gone.kind)


def chosen_files() -> list[FileStorage]:
    """The files that the page sent."""
    return [file for file in request.files.getlist("file") if file.filename]


def add_all(
    session: DbSession,
    case: CaseFile,
    kind: str,
    files: list[FileStorage],
    add: Callable[[DbSession, int, str, str, bytes, User], Document] = documents.add,
) -> None:
    """Add every file by the verb `add`, or none. Raises Refusal with the name of the file at fault."""
    if not files:
        raise Refusal("请选择要上传的文件。", "file")
    for file in files:
        name = file.filename or ""
        try:
            add(session, case.id, kind, name, file.read(), actor())
        except Refusal as refusal:
            if refusal.field != "file":
                raise
            raise Refusal(f"{name[:80]}：{refusal.message}", "file") from refusal


def _refused(number: str, refusal: Refusal) -> tuple[str, int]:
    if refusal.status != 422:
        raise refusal
    with reading() as session:
        return materials_page(Wizard(session, number, actor()), refusal.message), 422


def _back(number: str, kind: str) -> Response:
    return redirect(url_for("application.materials", number=number, _anchor=kind))
