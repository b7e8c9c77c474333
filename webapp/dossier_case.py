"""Room dossier, gathering: everything of one case before one reader, read in one picture of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.access_list import Line, looks_at
from models.audit import AuditEvent
from models.audit_anchor import latest
from models.case import CaseFile
from models.database import DbSession
from models.document import Document
from models.dossier import Dossier, names_of
from models.letter import Issued, issued_letter
from models.people import Permission, User
from models.refusal import NotFound
from models.scheme import Scheme
from models.workflow import ProcessDefinition
from webapp import dossier_parts as parts
from webapp.case_page import Asked, CasePage
from webapp.count_view import CountView
from webapp.credit_loan_page import LoanPage
from webapp.dossier_clocks import DAY_HEAD, clock_blocks, counts, day_rows
from webapp.dossier_office import office_blocks
from webapp.pages import moment
from webapp.typeset import note, para

Table = tuple[Sequence[str], list[Sequence[object]]]


@dataclass(frozen=True)
class Gathered:
    """What goes into a dossier; nothing of it needs the session any more."""

    book: Mapping[str, Any]
    facts: Mapping[str, Any]
    documents: list[Document]
    letters: list[Issued]
    events: list[AuditEvent]
    tables: Mapping[str, Table]
    head: Mapping[str, Any]
    drawing: str
    # Path → what a kind of case keeps besides: the ledger of a loan.
    extras: Mapping[str, bytes]


def gather(session: DbSession, case: CaseFile, dossier: Dossier, reader: User) -> Gathered:
    """Read the case as this reader may; the caller has checked that he may see it."""
    page = CasePage(session, case, reader, Asked(is_full=dossier.is_full))
    issued = [issued_letter(session, letter.id, reader) for letter in page.record.letters]
    clocks, looks = counts(session, page), _looks(session, page)
    head, track = audit_head(session, case), page.record.track
    sections = [
        *_sections(session, page, issued, clocks),
        *_logs(page, looks),
        _closing(head),
    ]
    tables: dict[str, Table] = {"时限/逐日计算.csv": (DAY_HEAD, list(day_rows(clocks)))}
    if may_read_log(reader):
        tables["日志/查阅记录.csv"] = (parts.LOOK_HEAD, list(parts.look_rows(looks)))
    return Gathered(
        book={**_cover(page, dossier), "sections": sections},
        facts={label: str(value) for label, value in parts.case_facts(page) if value not in (None, "")},
        documents=page.record.documents,
        letters=issued,
        events=page.record.events if may_read_log(reader) else [],
        tables=tables,
        head=head,
        drawing=session.get_one(ProcessDefinition, track.definition_id).bpmn if track else "",
        extras=_extras(session, page),
    )


def _extras(session: DbSession, page: CasePage) -> Mapping[str, bytes]:
    if page.case.kind is not Scheme.CREDIT_LOAN:
        return {}
    try:
        ledger = LoanPage(session, page.case.number, page.reader).workbook()
    except NotFound:
        return {}  # nothing has been signed yet
    return {"贷款/贷款台账.xlsx": ledger}


def may_read_log(reader: User) -> bool:
    """The log and the looks go only to who may read them on the pages too."""
    return reader.may(Permission.AUDIT_READ)


def audit_head(session: DbSession, case: CaseFile) -> dict[str, Any]:
    """How far the log of the case goes, and the newest seal over all logs."""
    anchor = latest(session)
    return {
        "chain": case.id,
        "seq": case.audit_seq,
        "digest": case.audit_head,
        "anchor": anchor.line if anchor else "",
    }


def _looks(session: DbSession, page: CasePage) -> list[Line]:
    return looks_at(session, page.case) if may_read_log(page.reader) else []


def _sections(
    session: DbSession, page: CasePage, issued: list[Issued], clocks: list[CountView]
) -> list[Mapping[str, Any]]:
    record = page.record
    people = {task.done_by_id for task in record.tasks} | {task.assignee_id for task in record.tasks}
    names = names_of(session, people | {row.uploaded_by_id for row in record.documents})
    return [
        parts.part("一、基本情况", parts.basics(page)),
        parts.part("二、填报内容", parts.application(page)),
        parts.part("三、材料目录", parts.materials(record.documents, names)),
        parts.part("四、审核意见", parts.opinions(page)),
        parts.part("五、办理环节", parts.steps(record.tasks, names)),
        parts.part("六、时限与逐日计算", clock_blocks(clocks)),
        parts.part("七、文书", parts.letters(issued)),
        parts.part("八、办理过程", parts.way(page)),
        parts.part("九、会签、备注、抄送、催办与督办", office_blocks(session, page.case, page.reader)),
    ]


def _logs(page: CasePage, looks: list[Line]) -> list[Mapping[str, Any]]:
    if not may_read_log(page.reader):
        return []
    return [
        parts.part("十、审计日志", parts.events(page.audit_lines)),
        parts.part("十一、查阅记录", parts.looks(looks)),
    ]


def _cover(page: CasePage, dossier: Dossier) -> dict[str, Any]:
    case, reader = page.case, page.reader
    return {
        "title": "卷宗",
        "number": case.number,
        "office": reader.department.name if reader.department else "",
        "made": f"{case.number} 卷宗，{moment(dossier.asked_at)} 制作",
        "cover": [
            ["事项", page.type_label],
            ["申请人", case.applicant_name],
            ["地区", case.region.name if case.region else ""],
            ["状态", case.state.label],
            ["制作人", reader.display_name],
            ["制作时间", moment(dossier.asked_at)],
            ["制作原因", dossier.reason],
            ["个人信息", "完整" if dossier.is_full else "号码已作遮挡（材料原件除外）"],
        ],
    }


def _closing(head: Mapping[str, Any]) -> Mapping[str, Any]:
    """How what stands here can be checked."""
    told = [
        para(f"本卷宗制作时，案卷的审计日志共 {head['seq']} 条，末条校验值为 {head['digest']}。"),
        para(
            "压缩包内的 manifest.json 列明每个文件的长度和SHA-256校验值，并加盖系统签章。"
            "核对办法：在本系统服务器上执行 flask --app webapp audit check-dossier 卷宗文件。"
        ),
    ]
    if head["anchor"]:
        told.append(note(f"最近的审计锚点（时间、末条记录、锚点值）：{head['anchor']}"))
    return parts.part("附：核对说明", told)
