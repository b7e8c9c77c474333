"""Room dossier, parts: the case part by part as blocks, by the same functions and with the same masks as its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from models.access_list import Line as LookLine
from models.document import Document
from models.letter import Issued
from models.material import material_label
from models.money import format_amount
from models.workflow import UserTask
from webapp.answer_view import Answer
from webapp.audit_export import changed, look_row
from webapp.audit_view import EventView
from webapp.case_page import CasePage
from webapp.letter_sheet import body_blocks, sheet_of
from webapp.opinion_view import OpinionView
from webapp.pages import moment
from webapp.typeset import Block, facts, note, para, sub, table

_STATES = {"open": "在办", "done": "办结", "cancelled": "终止"}


def part(title: str, blocks: Iterable[Block]) -> Mapping[str, Any]:
    """One part of the dossier; one without anything says so."""
    return {"title": title, "blocks": list(blocks) or [para("无。")]}


def basics(page: CasePage) -> Iterator[Block]:
    """What the case is."""
    case = page.case
    yield facts(case_facts(page))
    if case.kind.label:
        yield note("姓名、金额等以案卷现状为准；历次变更见审计日志。")


def case_facts(page: CasePage) -> list[tuple[str, object]]:
    """Label and value; what is empty is left out where it is shown."""
    case = page.case
    return [
        ("案卷号", case.number),
        ("事项", page.type_label),
        ("申请人", case.applicant_name),
        ("地区", case.region.name if case.region else ""),
        ("状态", case.state.label),
        ("申请金额（元）", format_amount(case.amount) if case.amount else ""),
        ("期限（月）", case.term_months),
        ("建立时间", moment(case.opened_at)),
        ("提交时间", moment(case.submitted_at)),
        ("收件日", case.received_on),
        ("受理日", case.accepted_on),
        ("银行受理日", case.bank_accepted_on),
        ("办结时间", moment(case.closed_at)),
        ("流程", page.drawing.name if page.drawing else ""),
    ]


def application(page: CasePage) -> Iterator[Block]:
    """What was filled in, step by step."""
    for found in page.parts:
        yield sub(found.title)
        yield from answer_blocks(found.answers)


def answer_blocks(answers: Sequence[Answer]) -> Iterator[Block]:
    """Questions with their answers; the rows of a sub-table below them."""
    if answers:
        yield facts((answer.label, answer.text) for answer in answers)
    for answer in answers:
        for number, row in enumerate(answer.rows, 1):
            yield note(f"{answer.label}（{number}）")
            yield facts((one.label, one.text) for one in row)


def materials(documents: Sequence[Document], names: Mapping[int, str]) -> Iterator[Block]:
    """Every material with its hash, by which it can be checked."""
    if not documents:
        return
    rows = [
        (
            number, material_label(row.kind), row.file_name, f"{row.size:,}",
            names.get(row.uploaded_by_id or 0, "社会公众"), moment(row.uploaded_at), row.sha256,
        )
        for number, row in enumerate(documents, 1)
    ]  # fmt: skip
    head = ("序号", "材料", "文件名", "字节", "提交人", "提交时间", "SHA-256")
    yield table(head, rows, (1, 3, 4, 2, 3, 3, 6), small=True)
    yield from _converted(documents)


def _converted(documents: Sequence[Document]) -> Iterator[Block]:
    """The PDFs beside Word and Excel files, which are no evidence."""
    made = [(number, row.file_name, row.conversion) for number, row in enumerate(documents, 1)]
    rows = [
        (number, name, moment(pdf.finished_at), pdf.converter, pdf.sha256)
        for number, name, pdf in made
        if pdf and pdf.is_done
    ]
    if rows:
        yield note("以下材料另附系统转换的PDF，供阅读使用，以原件为准。")
        yield table(
            ("序号", "原件", "转换时间", "转换程序", "PDF的SHA-256"), rows, (1, 4, 3, 4, 6), small=True
        )


def opinions(page: CasePage) -> Iterator[Block]:
    """What the offices have found, and the terms of the bank."""
    for found in page.opinions:
        gone = f"（{found.fell}，不再作为依据）" if found.fell else ""
        yield sub(f"{found.step}：{found.result}{gone}")
        yield from _opinion(found)
    for title, answers in (("贷款条件", page.loan), ("延期申请", page.extension)):
        if answers:
            yield sub(title)
            yield from answer_blocks(answers)


def _opinion(found: OpinionView) -> Iterator[Block]:
    pairs: list[tuple[str, object]] = [("办理人", found.who), ("日期", found.on)]
    pairs += [("原因", "；".join(found.reasons)), ("意见", "；".join(found.texts))]
    yield facts(pairs)
    yield from answer_blocks(found.answers)


def letters(issued: Sequence[Issued]) -> Iterator[Block]:
    """Every letter with its words."""
    if issued:
        rows = [
            (
                one.letter.number,
                one.letter.title,
                one.letter.addressee,
                one.letter.issued_on,
                one.letter.delivered_on,
            )
            for one in issued
        ]
        yield table(("文号", "文书", "收件人", "制发日期", "送达日期"), rows, (4, 4, 3, 2, 2))
    for one in issued:
        yield sub(f"{one.letter.title}　{one.letter.number}")
        yield para(f"{one.letter.addressee}：")
        yield from body_blocks(sheet_of(one))
        office = one.department.name if one.department else ""
        yield para(f"{office}　{one.letter.issued_on}　办理人：{one.issuer.name if one.issuer else '系统'}")


def steps(tasks: Sequence[UserTask], names: Mapping[int, str]) -> Iterator[Block]:
    """Who had which step, from when to when."""
    if tasks:
        head = ("环节", "机构", "办理人", "到达", "签收", "结束", "截止日", "状态")
        yield table(head, [step_row(task, names) for task in tasks], (3, 3, 2, 3, 3, 3, 2, 2), small=True)


def step_row(task: UserTask, names: Mapping[int, str]) -> tuple[object, ...]:
    """One step."""
    clock = task.deadline
    late = f"，超期 {clock.late_by} 日" if clock is not None and clock.late_by else ""
    return (
        task.name, task.department.name, names.get(task.done_by_id or task.assignee_id or 0, "—").rpartition(" ")[2],
        moment(task.created_at), moment(task.claimed_at), moment(task.done_at), clock.due_on if clock else "",
        f"{_STATES.get(task.status, task.status)}{'，已退回重办' if task.superseded_at else ''}{late}",
    )  # fmt: skip


def way(page: CasePage) -> Iterator[Block]:
    """办理过程 in the words of the page."""
    rows = [(moment(one.at) or "办理中", one.who, one.what) for one in page.milestones]
    if rows:
        yield table(("时间", "人员", "事项"), rows, (2, 3, 6))


def events(views: Sequence[EventView]) -> Iterator[Block]:
    """The whole log with what changed, and the digests by which it holds together."""
    rows = [
        (
            view.event.seq, moment(view.event.at), view.event.actor_name, view.title,
            "。".join(filter(None, (view.event.summary, changed(view)))), view.event.digest[:16],
        )
        for view in views
    ]  # fmt: skip
    if rows:
        yield table(("序号", "时间", "人员", "事项", "内容", "校验值"), rows, (1, 3, 3, 2, 7, 3), small=True)


LOOK_HEAD = ("时间", "机构", "人员", "查阅内容", "对象", "途径")


def look_rows(lines: Sequence[LookLine]) -> Iterator[tuple[object, ...]]:
    """The looks without the number of the case, which is this one."""
    for line in lines:
        row = look_row(line)
        yield (*row[:3], *row[4:])


def looks(lines: Sequence[LookLine]) -> Iterator[Block]:
    """Who looked at the case."""
    if lines:
        yield table(LOOK_HEAD, look_rows(lines), (3, 4, 2, 3, 4, 1), small=True)
