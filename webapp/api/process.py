"""Room process behind the REST door: versions listed, shown with their files, compared, taken back, brought in."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from models.database import DbSession, reading, transaction
from models.people import Permission
from models.process_version import Version, VersionState, versions
from models.refusal import NotFound
from processes import process_setting, version_files
from processes.draft import version_of
from processes.engine.comparison import KINDS, Change
from processes.version_side import compared, side
from webapp.access import actor
from webapp.api.body import FieldFaults, read_body
from webapp.api.present import instant
from webapp.api.route import Route

Json = dict[str, Any]
_MANAGE = Permission.PROCESS_MANAGE
_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_MOMENT_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_FILES: Json = {
    "type": "object",
    "additionalProperties": _TEXT,
    "description": "File name → text: one `.bpmn`, its `.dmn`, `tests.json`, `manifest.json`",
}


def list_versions() -> Response:
    """Every version of every process, the newest first."""
    with reading() as session:
        return jsonify(versions=[_line(row) for row in versions(session)])


def show_process_version(definition_id: int) -> Response:
    """One version with its files as they are exported."""
    with reading() as session:
        return jsonify(_whole(session, definition_id))


def compare_versions(of: str, to: str) -> Response:
    """What differs between two sides: ids of versions, `draft:` or `proposal:` with an id."""
    with reading() as session:
        old, new = side(session, of, actor()), side(session, to, actor())
    return jsonify(changes=[change_json(change) for change in compared(old, new)])


def import_version() -> Response:
    """A draft of one's own, of files as `GET /processes/{definition_id}` answers them."""
    given = read_body({"files": dict})["files"]
    if not all(isinstance(text, str) for text in given.values()):
        raise FieldFaults({"files": ["应当是文件名到文件内容的对应，内容为文本。"]})
    files = version_files.read_files({name: text.encode() for name, text in given.items()})
    with transaction() as session:
        draft = version_files.bring(session, files, actor())
    answer = jsonify(draft=draft.id, key=draft.key, name=draft.name, is_unchanged=files.is_unchanged)
    answer.status_code = 201
    return answer


def take_back_version(definition_id: int) -> Response:
    """撤回, before its first day."""
    reason = read_body({"reason": str})["reason"]
    with transaction() as session:
        process_setting.take_back(session, definition_id, reason, actor())
    with reading() as session:
        return jsonify(_line(_found(session, definition_id)))


def set_process_review(process_key: str) -> Response:
    """Whether a second person must agree before a version of this process is published."""
    said = read_body({"four_eyes": bool, "reason": str})
    with transaction() as session:
        holds = process_setting.set_four_eyes(
            session, process_key, said["four_eyes"], said["reason"], actor()
        )
    return jsonify(key=process_key, four_eyes=holds)


def change_json(change: Change) -> Json:
    """One difference, with its sentence."""
    return {
        "kind": change.kind,
        "element": change.element_id,
        "element_kind": change.element_kind,
        "name": change.element_name,
        "attribute": change.attribute,
        "old": change.old,
        "new": change.new,
        "words": change.words,
    }


def _found(session: DbSession, definition_id: int) -> Version:
    found = next((row for row in versions(session) if row.id == definition_id), None)
    if found is None:
        raise NotFound("未找到该流程版本。")
    return found


def _whole(session: DbSession, definition_id: int) -> Json:
    files = version_files.files_of(session, version_of(session, definition_id))
    return {
        **_line(_found(session, definition_id)),
        "files": {name: text.decode() for name, text in files.items()},
    }


def _line(row: Version) -> Json:
    return {
        "id": row.id,
        "key": row.key,
        "name": row.name,
        "version": row.version,
        "state": row.state.value,
        "sha256": row.digest,
        "reason": row.reason,
        "author": row.author,
        "approved_by": row.approved_by,
        "published_by": row.published_by,
        "published_at": instant(row.published_at),
        "effective_at": instant(row.effective_at),
        "withdrawn_at": instant(row.withdrawn_at),
        "based_on": row.based_on,
        "is_shipped": row.is_shipped,
        "running": row.running,
        "decisions": row.decisions,
    }


def closed(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    """A JSON Schema of an object that has these parts and no others."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_LINE: Json = {
    "id": _NUMBER,
    "version": _NUMBER,
    "running": _NUMBER,
    "state": {"type": "string", "enum": [state.value for state in VersionState]},
    **dict.fromkeys(
        ("key", "name", "sha256", "reason", "author", "approved_by", "published_by"), _TEXT
    ),
    "published_at": _MOMENT,
    "effective_at": _MOMENT,
    "withdrawn_at": _MOMENT_OR_NULL,
    "based_on": {"type": ["integer", "null"], "description": "Number of the version it was begun from"},
    "is_shipped": _FLAG,
    "decisions": {"type": "array", "items": _TEXT},
}  # fmt: skip
_CHANGE: Json = {
    "kind": {"type": "string", "enum": list(KINDS)},
    **dict.fromkeys(("element", "element_kind", "name", "attribute", "old", "new", "words"), _TEXT),
}
SHAPES: Json = {
    "ProcessVersion": closed(_LINE),
    "ProcessVersions": closed(
        {"versions": {"type": "array", "items": {"$ref": "#/components/schemas/ProcessVersion"}}}
    ),
    "ProcessVersionWhole": closed({**_LINE, "files": _FILES}),
    "ProcessChange": closed(_CHANGE),
    "ProcessComparison": closed(
        {"changes": {"type": "array", "items": {"$ref": "#/components/schemas/ProcessChange"}}}
    ),
    "ProcessFiles": closed({"files": _FILES}),
    "ImportedDraft": closed({"draft": _NUMBER, "key": _TEXT, "name": _TEXT, "is_unchanged": _FLAG}),
    "ProcessReason": closed({"reason": {**_TEXT, "minLength": 5, "maxLength": 500}}),
    "ProcessReview": closed({"key": _TEXT, "four_eyes": _FLAG}),
    "NewProcessReview": closed({"four_eyes": _FLAG, "reason": _TEXT}),
}
_VERSION = "/processes/<int(max=2147483647):definition_id>"
ROUTES = (
    Route("GET", "/processes", list_versions, _MANAGE, "Every version of every process", "ProcessVersions"),
    Route(
        "GET",
        _VERSION,
        show_process_version,
        _MANAGE,
        "A version with its files",
        "ProcessVersionWhole",
        errors=(404,),
    ),
    Route(
        "GET",
        "/comparison/<of>/<to>",
        compare_versions,
        _MANAGE,
        "What differs between two versions, in words",
        "ProcessComparison",
        errors=(404, 422),
    ),
    Route(
        "POST",
        "/processes/import",
        import_version,
        _MANAGE,
        "A draft of exported files",
        "ImportedDraft",
        status=201,
        body="ProcessFiles",
    ),
    Route(
        "POST",
        f"{_VERSION}/take-back",
        take_back_version,
        _MANAGE,
        "Take a version back before its first day",
        "ProcessVersion",
        body="ProcessReason",
        errors=(404, 409),
    ),
    Route(
        "PUT",
        "/processes/<process_key>/review",
        set_process_review,
        _MANAGE,
        "Switch four eyes for a process, with a reason: off when two owners have said so",
        "ProcessReview",
        body="NewProcessReview",
        errors=(404, 409),
    ),
)
