"""Room audit, the reader's side: the log a page at a time, narrowed by action, person and case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from models.audit import AuditEvent
from models.calendar import end_of, today
from models.case import CaseFile
from models.keyset import containing, row_cursor
from models.refusal import Refusal

ACTIONS = {
    "case.created": "新建申请",
    "case.edited": "修改申请",
    "case.submitted": "提交申请",
    "case.withdrawn": "撤回申请",
    "task.claimed": "签收",
    "task.released": "退回待签收",
    "task.assigned": "分办",
    "task.completed": "办理",
    "letter.issued": "出具文书",
    "document.added": "上传材料",
    "document.viewed": "查阅材料",
    "document.removed": "移除材料",
    "document.conversion_asked": "申请转换材料",
    "document.converted": "材料转换为PDF",
    "document.not_converted": "材料未能转换",
    "supplement.repeated": "再次补正",
    "deadline.missed": "超期",
    "deadline.miss_lifted": "撤销超期记录",
    "deadline.extended": "延期",
    "timer.stalled": "计时器停滞",
    "timer.retried": "重试计时器",
    "deadline.pause_requested": "申请暂停计时",
    "deadline.pause_refused": "不同意暂停计时",
    "deadline.pause_lapsed": "暂停计时申请失效",
    "deadline.paused": "暂停计时",
    "deadline.resumed": "恢复计时",
    "personal_data.viewed": "查看个人信息",
    "login.succeeded": "登录",
    "login.failed": "登录失败",
    "token.created": "创建令牌",
    "user.added": "新增用户",
    "user.changed": "修改用户",
    "user.password_reset": "重置密码",
    "user.password_changed": "修改密码",
    "department.added": "新增机构",
    "department.changed": "修改机构",
    "region.added": "新增地区",
    "policy.added": "新增政策参数",
    "policy.ended": "政策参数截止",
    "lpr.added": "登记LPR",
    "process.published": "发布流程",
    "process.offered": "收到随软件提供的流程",
    "process.taken_back": "撤回流程版本",
    "process.setting_asked": "申请关闭双人审核",
    "process.setting_changed": "设置流程审核方式",
    "draft.created": "新建流程草稿",
    "draft.discarded": "删除流程草稿",
    "rehearsal.begun": "开始流程演练",
    "rehearsal.ended": "删除流程演练",
    "migration.planned": "制定案卷迁移",
    "migration.rechecked": "重新试算案卷迁移",
    "migration.begun": "执行案卷迁移",
    "migration.resumed": "继续案卷迁移的后台工作",
    "migration.dropped": "作废案卷迁移",
    "case.migrated": "案卷迁移到新版本",
    "proposal.submitted": "送审流程",
    "proposal.returned": "退回送审流程",
    "proposal.withdrawn": "撤回送审流程",
    "replay.begun": "历史回放",
    "replay.discarded": "删除历史回放",
    "clock.set": "调整培训时钟",
    "worker.failed_over": "任务转移",
    "outbox.retried": "重新发送消息",
    "job.retried": "重试后台任务",
    "calendar.proposed": "导入放假通知",
    "calendar.applied": "启用放假通知",
    "calendar.undone": "撤销放假通知",
    "calendar.discarded": "放弃放假通知",
    "calendar.office_hour_set": "设置办公时间",
    "case.opened": "登记办理事项",
    "screening.extended": "补充列入申报",
    "screening.answered": "填写甄别意见",
    "screening.answers_undone": "撤销甄别意见",
    "screening.evidence_added": "上传佐证材料",
    "screening.evidence_removed": "移除佐证材料",
    "screening.handed_in": "报送甄别意见",
    "screening.received": "收到甄别意见",
    "screening.reminded": "催办甄别意见",
    "screening.decided": "领导小组审议",
    "supervision.issued": "发出督办",
    "supervision.answered": "答复督办",
    "supervision.closed": "办结督办",
    "supervision.reminded": "提醒督办",
    "board.exported": "导出督查清单或统计明细",
    "hall.opened": "开通大厅公示屏",
    "hall.revoked": "停用大厅公示屏",
    "meeting.recorded": "登记会议",
    "meeting.corrected": "更正会议登记",
    "notice.announced": "发布公告",
    "notice.confirmed": "确定公示结果",
    "notice.entry_removed": "移出公示名单",
    "listing.created": "列入信用企业（户）名册",
    "listing.cancelled": "取消信用企业（户）资格",
    "info.recorded": "登记信用信息",
    "info.imported": "导入信用信息",
    "evidence.recorded": "登记查询结果",
    "exit.secured": "登记保全措施",
    "blacklist.added": "列入信贷“黑名单”",
    "blacklist.objected": "登记黑名单异议",
    "receipt.noted": "签收黑名单通报",
    "receipt.urged": "催收通报回执",
    "investigation.reminded": "提醒出具调查意见",
    "ledger.entered": "记入贷款台账",
    "repayments.imported": "导入还款",
    "use.checked": "检查贷款用途",
    "loan.closed": "结清贷款",
    "loan.compensated": "贷款代偿",
    "instalment.missed": "到期未还",
    "instalment.doubted": "还款日期存疑",
    "instalment.moved": "调整还款日",
    "arrears.paid": "逾期还清",
    "arrears.counted_anew": "逾期日数重新起算",
    "case.copied": "抄送",
    "copy.read": "已阅",
    "comment.made": "内部备注",
    "comment.withdrawn": "撤回备注",
    "task.urged": "催办",
    "task.reassigned": "转办",
    "task.delegated": "委派",
    "task.handed_back": "交回委派",
    "task.taken_back": "收回委派",
    "task.set_aside": "挂起",
    "task.taken_up": "恢复办理",
    "task.returned": "退回",
    "task.recalled": "撤回办理",
    "task.submitted": "提交会签",
    "task.submission_returned": "会签退回",
    "review.asked": "加签",
    "review.asked_again": "重新会签",
    "review.answered": "答复会签",
    "review.removed": "减签",
    "review.handed_over": "移交会签",
    "people.tasks_handed_over": "移交待办",
    "substitute.set": "设置代办",
    "substitute.ended": "结束代办",
    "filter.kept": "保存筛选",
    "filter.shared": "共享筛选",
    "filter.unshared": "取消共享筛选",
    "filter.removed": "删除筛选",
    "bulk.started": "批量办理",
    "bulk.undone": "撤销批量办理",
    "fact.correction_proposed": "申请更正事实",
    "fact.correction_refused": "不同意更正事实",
    "fact.correction_withdrawn": "收回事实更正",
    "fact.correction_outdated": "事实更正未执行",
    "fact.corrected": "更正事实",
    "token.move_proposed": "申请调整流程位置",
    "token.move_refused": "不同意调整流程位置",
    "token.move_withdrawn": "收回流程位置调整",
    "token.move_outdated": "流程位置调整未执行",
    "token.moved": "调整流程位置",
    "dossier.asked": "制作卷宗",
    "dossier.finished": "制成卷宗",
    "dossier.failed": "卷宗未能制成",
    "log.exported": "导出审计日志",
    "statistics.exported": "导出统计分析",
    "statistics.classes_exported": "导出分类统计",
    "statistics.digest_sent": "发送每周办理情况",
    "statistics.month_closed": "统计月结",
    "statistics.taken_over": "接续统计记录",
    "event_log.exported": "导出流程事件日志",
    "access.exported": "导出查阅记录",
}

# Who came in: most of the lines of a quiet day, and seldom what is looked for.
LOGINS = ("login.succeeded", "login.failed")
# Words are compared with every event of the period, one by one.
_YEAR = timedelta(days=366)
TOO_LONG = "按文字查找的期间不得超过一年，请缩短期间，或者填写案卷号。"


@dataclass(frozen=True)
class Line:
    """One event with the number of its case."""

    event: AuditEvent
    number: str


@dataclass(frozen=True)
class Log:
    """One page, and the cursor that continues after it."""

    lines: list[Line] = field(default_factory=list)
    after: str = ""


@dataclass(frozen=True)
class Asked:
    """What the log is narrowed by; empty means everything."""

    action: str = ""
    person: str = ""
    case: str = ""
    after: str = ""
    office: str = ""
    text: str = ""
    from_on: date | None = None
    to_on: date | None = None
    has_logins: bool = True


def bounded(asked: Asked) -> Asked:
    """Words are looked for in one case, or within a year: in the last one unless a period says which.

    Raises Refusal at `from_on` for a longer one.
    """
    if not asked.text.strip() or asked.case.strip():
        return asked
    begin = asked.from_on or (asked.to_on or today()) - _YEAR
    end = asked.to_on or (asked.from_on and begin + _YEAR)
    if end and end - begin > _YEAR:
        raise Refusal(TOO_LONG, "from_on")
    return replace(asked, from_on=begin, to_on=end)


def log_page(session: Session, asked: Asked, limit: int = 50) -> Log:
    """Events, newest first. Raises Refusal for a broken cursor, and as `bounded`."""
    asked = bounded(asked)
    query = select(AuditEvent, CaseFile.number).outerjoin(CaseFile, CaseFile.id == AuditEvent.case_id)
    if asked.case.strip():
        query = query.where(CaseFile.number == asked.case.strip())
    if asked.after:
        query = query.where(AuditEvent.id < row_cursor(asked.after))
    query = query.where(*_criteria(asked))
    rows = session.execute(query.order_by(AuditEvent.id.desc()).limit(limit + 1)).all()
    lines = [Line(event, number or "") for event, number in rows[:limit]]
    return Log(lines, str(lines[-1].event.id) if len(rows) > limit else "")


def _criteria(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.action:
        yield AuditEvent.action == asked.action
    if not asked.has_logins:
        yield AuditEvent.action.not_in(LOGINS)
    # The office stands before the name, as both were called when it happened.
    for words in (asked.person.strip(), asked.office.strip()):
        if words:
            yield AuditEvent.actor_name.like(containing(words), escape="\\")
    if asked.from_on:
        yield AuditEvent.at >= end_of(asked.from_on - timedelta(days=1))
    if asked.to_on:
        yield AuditEvent.at < end_of(asked.to_on)
    if asked.text.strip():
        noted = (AuditEvent.summary, cast(AuditEvent.new, Text), cast(AuditEvent.old, Text))
        titled = [action for action, title in ACTIONS.items() if asked.text.strip() in title]
        found = [column.like(containing(asked.text.strip()), escape="\\") for column in noted]
        yield or_(*found, AuditEvent.action.in_(titled))
