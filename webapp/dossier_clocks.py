"""Room dossier, clocks: every clock of the case with its facts, pauses, changes and its count day by day."""

from __future__ import annotations

from collections.abc import Iterator

from models.database import DbSession
from models.explanation import Explanation, explanation_of
from models.pause import CHANGES
from webapp.case_page import CasePage
from webapp.count_view import CountView, start_fact_of
from webapp.pages import moment
from webapp.typeset import Block, facts, note, para, sub, table


def counts(session: DbSession, page: CasePage) -> list[CountView]:
    """The explanation of every clock, in the order of the page."""
    return [
        CountView(
            explanation_of(session, page.case, clock.deadline.id),
            start_fact_of(session, page.case, clock.deadline),
            page.reader,
        )
        for clock in page.clocks
    ]


def clock_blocks(views: list[CountView]) -> Iterator[Block]:
    """What stands in the dossier about the clocks."""
    if not views:
        yield para("本案卷没有时限。")
    for view in views:
        yield from _clock(view)


def day_rows(views: list[CountView]) -> Iterator[tuple[object, ...]]:
    """Every counted day of every clock, for the table beside the dossier."""
    for view in views:
        for line in view.lines:
            yield (
                view.clock.name, view.clock.clause, line.date, line.weekday, line.number or "", line.word,
                line.reason,
            )  # fmt: skip


DAY_HEAD = ("时限", "依据条款", "日期", "星期", "第几日", "是否计入", "说明")


def _clock(view: CountView) -> Iterator[Block]:
    clock, why = view.clock, view.explanation
    unit = "自然日" if clock.unit == "calendar" else "工作日"
    yield sub(clock.name)
    yield facts(
        [
            ("依据条款", clock.clause),
            ("起算", f"{clock.start_on}，{view.start_fact}；当日不计入，次日起算"),
            ("期限", f"{clock.length} 个{unit}"),
            ("批准延长", f"{clock.extension_days} 个工作日" if clock.extension_days else ""),
            (
                "截止",
                "暂停中" if clock.is_paused else f"{clock.due_on}{'（暂定）' if clock.provisional else ''}",
            ),
            ("办结", clock.done_on),
            ("终止", clock.cancelled_on),
            ("结果", clock.words),
            ("超期原因", clock.late_reason),
            ("工作日日历", _calendar(why)),
        ]
    )
    yield from _pauses(view)
    yield from _changes(view)
    days = [(line.date, line.weekday, line.number or "", line.word, line.reason) for line in view.lines]
    yield table(("日期", "星期", "第几日", "是否计入", "说明"), days, (2, 2, 1, 2, 5), small=True)


def _calendar(why: Explanation) -> str:
    titles = "；".join(f"{notice.title}（{notice.source}）" for notice in why.notices)
    return f"第 {why.clock.calendar_version} 版{'；' if titles else ''}{titles}"


def _pauses(view: CountView) -> Iterator[Block]:
    for pause in view.explanation.pauses:
        until = pause.resumed_on or "尚未恢复"
        yield note(
            f"暂停计时：{pause.title}，{pause.paused_on} 至 {until}。事由：{pause.reason}。依据：{pause.basis}。"
            f"申请：{view.name_of(pause.requested_by_id)}"
            + (f"；批准：{view.name_of(pause.decided_by_id)}" if pause.decided_by_id else "")
        )


def _changes(view: CountView) -> Iterator[Block]:
    for change in view.explanation.changes:
        cause = view.explanation.causes.get(change.notice_id or 0, "")
        yield note(
            f"变更：{moment(change.at)} {CHANGES[change.why]}{f'（{cause}）' if cause else ''}："
            f"{change.old_due_on} → {change.new_due_on or '暂停'}，{view.name_of(change.actor_id)}，"
            f"日历第 {change.calendar_version} 版"
        )
