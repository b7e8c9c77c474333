"""Room access log: who looked at what, for auditors, for heads of offices, and beside a case."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from models.access_list import Asked, Looks, looks
from models.access_log import LookKind
from models.case import case_numbered
from models.database import reading
from models.people import Permission, all_departments
from webapp.access import actor, requires
from webapp.audit_export import LOOKS, look_rows
from webapp.audit_query import Query
from webapp.log_export import FORMATS, sent_table
from webapp.views.audit import note_export

blueprint = Blueprint("access", __name__)
FIELDS = ("person", "office", "case", "kind", "from_on", "to_on", "after")


@blueprint.get("/access")
@requires(Permission.ACCESS_READ)
def show() -> tuple[str, int]:
    """查阅记录, newest first."""
    query = Query(request.args)
    asked = asked_of(query)
    with reading() as session:
        page = render_template(
            "access/show.html",
            found=Looks() if query.errors else looks(session, actor(), asked),
            wanted={name: query.text(name) or None for name in FIELDS},
            errors=query.errors,
            kinds=LookKind.choices(),
            offices=[(office.id, office.name) for office in all_departments(session)],
            is_all=actor().may(Permission.AUDIT_READ),
            case=None,
        )
    return page, 422 if query.errors else 200


@blueprint.get("/cases/<number>/looks")
@requires(Permission.ACCESS_READ)
def of_case(number: str) -> str:
    """Who looked at one case: all looks for auditors, those of his people for a head."""
    after = Query(request.args).text("after")
    with reading() as session:
        case = case_numbered(session, number, actor())
        found = looks(session, actor(), Asked(case=case.number, after=after))
        return render_template(
            "access/show.html",
            found=found,
            wanted={"number": case.number, "after": after or None},
            is_all=actor().may(Permission.AUDIT_READ),
            case=case,
        )


@blueprint.post("/access/export")
@requires(Permission.ACCESS_READ)
def export() -> Response:
    """The looks that the page is narrowed to, as a file; the audit log says who took it."""
    query = Query(request.form)
    asked, kind = asked_of(query), query.choice("format", FORMATS)
    query.check()
    answer = sent_table(kind, "access", "查阅记录", LOOKS, look_rows(actor(), asked))
    note_export("access.exported", "导出查阅记录", query)
    return answer


def asked_of(query: Query) -> Asked:
    """What the looks are to be narrowed by; errors stay with the query."""
    begin, end = query.period()
    return Asked(
        person=query.text("person"),
        office=query.number("office"),
        case=query.text("case"),
        kind=query.choice("kind", dict(LookKind.choices())),
        from_on=begin,
        to_on=end,
        after=query.text("after"),
    )
