"""Room credit behind the REST door: the register, firms with their credit information, exits and the blacklist."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from forms.base import FormContext, to_json
from forms.blacklisting import ProposalForm, ReceiptForm
from forms.credit import CreditInfoForm, QueryForm
from forms.credit_exit import ExitReportForm
from models.blacklist import blacklist
from models.calendar import today
from models.case import CaseFile, case_numbered
from models.credit import ListingStatus
from models.credit_exit import exits_for
from models.credit_policy import credit_rules_on
from models.database import reading, transaction
from models.firm import FirmPage, firm_of_code
from models.people import Permission
from models.register import Wanted, counters, register_page
from models.subject import SubjectKind
from processes import blacklist_receipt, blacklisting, credit_exit, credit_info, info_sheet
from webapp.access import actor
from webapp.api import present
from webapp.api import register_json as show
from webapp.api.answers import cleaned
from webapp.api.body import read_body
from webapp.api.register_shapes import SHAPES
from webapp.api.route import Route

__all__ = ["ROUTES", "SHAPES"]
Json = dict[str, Any]
_FIRM = "/firms/<uscc>"
_IMPORT = "/credit-info/imports/<int(max=2147483647):import_id>"


def list_register() -> Response:
    """The register with its counters, newest first, a page at a time."""
    asked = {name: request.args.get(name, "").replace("\0", "")[:100] for name in Wanted.__annotations__}
    with reading() as session:
        rules = credit_rules_on(session, today())
        page = register_page(session, actor(), Wanted(**asked), rules.evidence_days)
        targets = counters(session, actor(), rules)
    return jsonify(
        counters=[{"kind": c.kind, "listed": c.live, "cancelled": c.cancelled, "target": c.target} for c in targets],
        listings=[show.line(line) for line in page.items],
        after=page.after or None,
    )  # fmt: skip


def show_firm(uscc: str) -> Response:
    """Everything about one firm that the caller may see."""
    with reading() as session:
        subject = firm_of_code(session, actor(), uscc)
        firm = FirmPage(session, subject, actor(), credit_rules_on(session, today()).evidence_days)
        return jsonify(show.firm(firm))


def show_credit_info(uscc: str) -> Response:
    """The eight fields with their history, newest first; empty for an office that may not see them."""
    with reading() as session:
        subject = firm_of_code(session, actor(), uscc)
        firm = FirmPage(session, subject, actor(), credit_rules_on(session, today()).evidence_days)
        return jsonify(
            uscc=subject.uscc, values=[show.info(row) for _field, rows in firm.info for row in rows]
        )


def record_credit_info(uscc: str) -> tuple[Response, int]:
    """One value of one field; it stands beside the earlier ones."""
    options = [(one.value, one.label) for one in credit_info.fields_of(actor())]
    said = cleaned(CreditInfoForm, read_body({"answers": dict})["answers"], _context(options))
    with transaction() as session:
        subject = firm_of_code(session, actor(), uscc)
        given = (said[name] for name in ("field", "content", "as_of", "source"))
        row = credit_info.record(session, subject, *given, actor=actor())
        session.flush()
        return jsonify(show.info(row)), 201


def record_query(uscc: str) -> tuple[Response, int]:
    """One query of one source, valid for 30 calendar days."""
    options = [(one.value, one.label) for one in credit_info.sources_of(actor())]
    said = cleaned(QueryForm, read_body({"answers": dict})["answers"], _context(options))
    with transaction() as session:
        subject = firm_of_code(session, actor(), uscc)
        row = credit_info.note_query(session, subject, **said, actor=actor())
        days = credit_rules_on(session, today()).evidence_days
        return jsonify(show.query(row, days)), 201


def propose_import() -> tuple[Response, int]:
    """A sheet of the eight fields: checked row by row, kept, nothing written yet."""
    file = request.files.get("file")
    content = file.read() if file else b""
    name = (file.filename if file else "") or ""
    sheet = info_sheet.opened(name, content, actor())
    with transaction() as session:
        return jsonify(show.sheet(info_sheet.propose(session, sheet, actor()))), 201


def apply_import(import_id: int) -> Response:
    """Write the good rows of a sheet, once."""
    with transaction() as session:
        return jsonify(show.sheet(info_sheet.apply(session, import_id, actor())))


def list_exits() -> Response:
    """The exits whose cases the caller may see, newest first."""
    with reading() as session:
        found = exits_for(session, actor())
    return jsonify(
        exits=[
            {**present.brief(case), "uscc": firm.uscc, "name": firm.name, "ground": file.ground,
             "ground_label": file.ground_label, "reported_on": to_json(file.reported_on),
             "cancelled_on": to_json(file.cancelled_on)}
            for file, case, firm in found
        ]
    )  # fmt: skip


def report_exit() -> tuple[Response, int]:
    """A bank, a guarantor or the center reports that a condition of admission is no longer met."""
    return _opened(ExitReportForm, lambda session, subject_id, said: credit_exit.report(
        session, subject_id, said["ground"], said["facts"], actor()))  # fmt: skip


def list_blacklist() -> Response:
    """Who is on the blacklist."""
    with reading() as session:
        return jsonify(blacklist=[show.black(line) for line in blacklist(session, actor())])


def propose_blacklisting() -> tuple[Response, int]:
    """The center proposes a firm: one of three grounds, facts, evidence."""
    return _opened(ProposalForm, lambda session, subject_id, said: blacklisting.propose(
        session, subject_id, blacklisting.Proposal(**said), actor()))  # fmt: skip


def receive_blacklisting(number: str) -> Response:
    """The caller's department takes note of a blacklisting."""
    said = cleaned(ReceiptForm, read_body({"answers": dict})["answers"])
    with transaction() as session:
        case = case_numbered(session, number, actor())
        row = blacklist_receipt.take_note(session, case.id, said["measures"], actor())
        return jsonify(number=number, received_at=present.instant(row.received_at), measures=row.measures)


def _opened(form: Any, act: Any) -> tuple[Response, int]:
    body = read_body({"uscc": str, "answers": dict})
    said = cleaned(form, body["answers"])
    with transaction() as session:
        case: CaseFile = act(session, firm_of_code(session, actor(), body["uscc"]).id, said)
        return jsonify(present.brief(case)), 201


def _context(options: list[tuple[str, str]]) -> FormContext:
    return FormContext(today=today(), groups=options)


_PAGE: dict[str, Json] = {
    "text": {"type": "string", "maxLength": 100},
    "kind": {"type": "string", "enum": [kind.value for kind in SubjectKind]},
    "status": {"type": "string", "enum": [*(one.value for one in ListingStatus), "blacklist"]},
    "after": {"type": "string"},
}
_READ, _WORK = Permission.CREDIT_READ, Permission.CREDIT_WORK
ROUTES = (
    Route(
        "GET",
        "/register",
        list_register,
        _READ,
        "The register of 信用企业（户）",
        "RegisterPage",
        query=_PAGE,
        errors=(422,),
    ),
    Route("GET", _FIRM, show_firm, _READ, "One firm, as far as the caller may see it", "Firm", errors=(404,)),
    Route(
        "GET",
        f"{_FIRM}/credit-info",
        show_credit_info,
        _READ,
        "The eight fields with their history",
        "CreditInfoList",
        errors=(404,),
    ),
    Route(
        "POST",
        f"{_FIRM}/credit-info",
        record_credit_info,
        _WORK,
        "Record one value of one field",
        "CreditInfo",
        status=201,
        body="CreditInfoBody",
        errors=(404,),
    ),
    Route(
        "POST",
        f"{_FIRM}/queries",
        record_query,
        _WORK,
        "Record one dated query of a source",
        "Query",
        status=201,
        body="QueryBody",
        errors=(404,),
    ),
    Route(
        "POST",
        "/credit-info/imports",
        propose_import,
        _WORK,
        "Check an Excel sheet of the eight fields",
        "InfoImport",
        status=201,
        body="InfoSheet",
        media_type="multipart/form-data",
    ),
    Route(
        "POST",
        f"{_IMPORT}/apply",
        apply_import,
        _WORK,
        "Write the good rows of a sheet, once",
        "InfoImport",
        errors=(404, 409),
    ),
    Route("GET", "/exits", list_exits, _READ, "Exits that the caller may see", "ExitList"),
    Route(
        "POST",
        "/exits",
        report_exit,
        _WORK,
        "Report that a condition of admission is no longer met",
        "CaseBrief",
        status=201,
        body="ExitReport",
        errors=(404, 409),
    ),
    Route("GET", "/blacklist", list_blacklist, _READ, "Who is on the blacklist", "Blacklist"),
    Route(
        "POST",
        "/blacklist",
        propose_blacklisting,
        _WORK,
        "Propose a firm for the blacklist",
        "CaseBrief",
        status=201,
        body="BlacklistProposal",
        errors=(404, 409),
    ),
    Route(
        "POST",
        "/blacklist/<number>/receipt",
        receive_blacklisting,
        _WORK,
        "Take note of a blacklisting",
        "BlacklistReceipt",
        body="ReceiptBody",
        errors=(404, 409),
    ),
)
