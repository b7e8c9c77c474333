"""Room dossier, office: remarks, copies, urging, opinions asked for, orders of supervision and corrections of the case."""

from __future__ import annotations

from collections.abc import Iterator

from models.case import CaseFile
from models.comment import comments_of
from models.copying import copies_of
from models.database import DbSession
from models.fact_correction import corrections_of
from models.people import User
from models.supervision import Supervision, orders
from models.task_review import reviews_of
from models.token_move import moves_of
from models.urging import urgings_of
from webapp.pages import moment
from webapp.typeset import Block, sub, table

_MOST = 1000


def office_blocks(session: DbSession, case: CaseFile, reader: User) -> Iterator[Block]:
    """What the offices did around the steps; the steps themselves are told elsewhere."""
    for title, head, rows in (
        ("内部备注", ("时间", "人员", "内容"), _comments(session, case)),
        (
            "会签与委派",
            ("时间", "方式", "询问人", "被询问人", "问题", "结果", "意见"),
            _reviews(session, case),
        ),
        ("催办", ("时间", "人员", "内容"), _urgings(session, case)),
        ("抄送", ("时间", "抄送人", "抄送给", "说明", "已阅"), _copies(session, case)),
        ("督办", ("文号", "内容", "发出", "期限", "答复", "办结"), _orders(session, case, reader)),
        ("更正", ("时间", "事实", "更正", "原因", "提出人", "复核人", "结果"), _corrections(session, case)),
        ("流程位置调整", ("时间", "原因", "提出人", "复核人", "意见", "结果"), _moves(session, case)),
    ):
        told = list(rows)
        if told:
            yield sub(title)
            yield table(head, told, small=True)


def _comments(session: DbSession, case: CaseFile) -> Iterator[tuple[object, ...]]:
    for one in reversed(comments_of(session, case, limit=None)):
        yield moment(one.said_at), one.author.name, "（已撤回）" if one.is_withdrawn else one.text


def _reviews(session: DbSession, case: CaseFile) -> Iterator[tuple[object, ...]]:
    for one in reviews_of(session, case):
        yield (
            moment(one.asked_at), one.kind_label, one.asked_by.name, one.reviewer.name, one.question,
            one.state_label, one.opinion,
        )  # fmt: skip


def _urgings(session: DbSession, case: CaseFile) -> Iterator[tuple[object, ...]]:
    for one in urgings_of(session, case):
        yield moment(one.at), one.by.name, one.text


def _copies(session: DbSession, case: CaseFile) -> Iterator[tuple[object, ...]]:
    for one in copies_of(session, case):
        yield moment(one.sent_at), one.sent_by.name, one.user.name, one.note, moment(one.read_at)


def _orders(session: DbSession, case: CaseFile, reader: User) -> Iterator[tuple[object, ...]]:
    for line in reversed(orders(session, reader, Supervision.case_id == case.id, limit=_MOST).lines):
        one = line.row
        yield one.number, one.text, one.issued_on, one.due_on, one.answer, one.closing


def _moves(session: DbSession, case: CaseFile) -> Iterator[tuple[object, ...]]:
    for one in reversed(moves_of(session, case)):
        decided = one.decided_by.name if one.decided_by else ""
        yield moment(one.created_at), one.reason, one.author.name, decided, one.decision_text, one.title


def _corrections(session: DbSession, case: CaseFile) -> Iterator[tuple[object, ...]]:
    for one in reversed(corrections_of(session, case)):
        decided = one.decided_by.name if one.decided_by else ""
        yield (
            moment(one.created_at),
            one.fact,
            f"{one.old} → {one.new}",
            one.reason,
            one.author.name,
            decided,
            one.title,
        )
