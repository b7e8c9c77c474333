"""Room case behind the REST door: apply, correct, submit, withdraw, hand in materials, look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request, url_for

from forms.application import application_answers, unknown_fields, validate_application
from forms.base import FormContext, formdata_from_json, to_json
from forms.withdrawal import WithdrawalForm
from models.case import CaseFile, case_numbered
from models.case_status import CaseStatus
from models.database import DbSession, reading, transaction
from models.material import material_choices
from models.refusal import NotFound, Refusal
from models.scheme import Scheme
from processes import case as verbs
from processes import compensation_proof, withdrawal
from processes import document as documents
from webapp.access import actor
from webapp.api import present
from webapp.api.answers import cleaned
from webapp.api.body import FieldFaults, read_body
from webapp.context import application_context, context_of

Fields = Mapping[str, Any]
_LONGEST_NUMBER = 24


def create_case() -> tuple[Response, int]:
    """A draft keeps what was sent; anything else is checked, created and submitted in one transaction."""
    body = read_body(
        {"scheme": str, "applicant_type": str, "fields": dict, "draft": bool}, optional=("draft",)
    )
    kind, is_draft = body["applicant_type"], body.get("draft", False)
    with transaction() as session:
        checked = _shaped if is_draft else _checked
        fields = checked(kind, body["fields"], application_context(session))
        case = verbs.create_draft(session, body["scheme"], kind, fields, actor())
        if not is_draft:
            verbs.submit(session, case.id, actor())
    location = url_for("api.show_case", number=case.number)
    response = jsonify(present.brief(case))
    response.headers["Location"] = location
    return response, 201


def show_case(number: str) -> Response:
    """Where a case stands and by when each office must act."""
    with reading() as session:
        return jsonify(present.case(session, case_of(session, number), actor()))


def save_fields(number: str) -> Response:
    """Replace the fields that are named; while 补正 is open the application must stay valid."""
    fields = read_body({"fields": dict})["fields"]
    with transaction() as session:
        case = verbs.editable(session, case_of(session, number).id, actor())
        context = context_of(session, case)
        kept = _shaped(case.form_kind, fields, context)
        if case.status != CaseStatus.DRAFT:
            kept = _checked(case.form_kind, {**case.application, **kept}, context)
        verbs.save_application(session, case.id, kept, actor())
    return jsonify(present.brief(case))


def submit_case(number: str) -> Response:
    """Check a draft as a whole and submit it."""
    with transaction() as session:
        case = verbs.editable(session, case_of(session, number).id, actor())
        if case.status == CaseStatus.DRAFT:
            fields = _checked(case.form_kind, case.application, context_of(session, case))
            verbs.save_application(session, case.id, fields, actor())
        verbs.submit(session, case.id, actor())
    return jsonify(present.brief(case))


def withdraw_case(number: str) -> Response:
    """撤回 with its reason."""
    body = read_body({"reason": str})
    with transaction() as session:
        reason = str(cleaned(WithdrawalForm, body)["reason"])
        case = withdrawal.withdraw(session, case_of(session, number).id, actor(), reason)
    return jsonify(present.brief(case))


def add_document(number: str) -> tuple[Response, int]:
    """A material as multipart/form-data: `kind` and `file`."""
    file, kind = request.files.get("file"), request.form.get("kind", "")
    if file is None:
        raise Refusal("请选择要上传的文件。", "file")
    with transaction() as session:
        case = case_of(session, number)
        is_proof = case.kind is Scheme.ARREARS
        if not is_proof and kind not in dict(material_choices(case.form_kind)):
            raise Refusal("请选择材料名称。", "kind")
        add = compensation_proof.hand_in if is_proof else documents.add
        row = add(session, case.id, kind, file.filename or "", file.read(), actor())
    return jsonify(present.document(row)), 201


def case_of(session: DbSession, number: str) -> CaseFile:
    """The case of that number, if the caller may see it. Raises NotFound."""
    if not number.isalnum() or len(number) > _LONGEST_NUMBER:
        raise NotFound("未找到该案卷，或您无权查看。")
    return case_numbered(session, number, actor())


def _shaped(kind: str, fields: Fields, _context: FormContext) -> Fields:
    """Only declared names, in a form's shape. Raises FieldFaults, Refusal."""
    if unknown := unknown_fields(kind, fields):
        raise FieldFaults({name[:64]: ["没有这一填报项。"] for name in unknown})
    formdata_from_json(fields)
    return fields


def _checked(kind: str, fields: Fields, context: FormContext) -> Fields:
    """The cleaned fields of a valid application, JSON-shaped. Raises FieldFaults."""
    _shaped(kind, fields, context)
    if faults := validate_application(kind, fields, context):
        raise FieldFaults(faults)
    cleaned: Any = to_json(application_answers(kind, fields, context))
    known: Fields = cleaned
    return known
