"""Room audit: what an event noted, old value and new, under the labels of the forms and in their words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from forms.application import APPLICATION_STEPS
from forms.base import BaseForm, RowsField
from forms.choice_fields import Offered
from forms.policy import PolicyForm
from forms.registry import TASK_FORMS
from models.audit import AuditEvent
from models.audit_log import ACTIONS
from models.database import DbSession
from models.letter import LetterKind
from models.material import material_label
from models.people import DepartmentKind, Role, User, all_departments
from models.reason import REASON_LABELS
from models.vocabulary import ApplicantType
from webapp.context import application_context
from webapp.pages import moment

# What the program notes beside the answers to forms.
_LABELS = {
    "type": "申请人类型", "received_on": "申请日期", "file": "文件名", "sha256": "校验值", "due_on": "截止日",
    "working_days": "工作日数", "clause": "依据", "reason": "原因", "number": "文号", "assignee": "办理人",
    "delivered_on": "送达日", "username": "用户名", "name": "姓名", "role": "角色", "department_id": "机构",
    "is_active": "启用", "code": "代码", "parent": "上级", "region_id": "地区", "from": "生效日期", "at": "时间",
    "effective_to": "截止日期", "published_on": "公布日期", "one_year": "1年期（%）", "five_year": "5年期以上（%）",
    "source": "来源", "key": "流程代码", "version": "版本", "seconds": "调整秒数", "template": "模板",
    "acceptance_complete": "材料齐全", "qualified": "资格审核通过", "due_diligence_passed": "尽职调查通过",
    "pre_loan_passed": "贷前调查通过", "bank_approved": "银行审批通过", "procedure_done": "手续已办妥",
    "extension_approved": "批准延期", "paid": "已放款", "phone": "联系电话", "active": "启用", "to": "截止日期",
    "email": "电子邮箱", "worker": "工作进程", "jobs": "任务", "outbox": "消息", "timer": "计时器",
    "attempts": "已试次数", "fault": "原因", "document": "材料编号", "late_reason": "超期原因",
    "department.name": "名称", "department.kind": "机构类别", "department.region": "地区", "letter.kind": "文书种类",
    "document.kind": "材料", "personal_data.kind": "材料", "policy.name": "名称", "policy.code": "代码",
    "amount": "金额（元）", "as_of": "数据日期", "balance": "余额（元）", "batch": "批次", "breaches": "失信情形",
    "by": "办理机构", "calendar_version": "日历版本", "cancelled_on": "取消日期", "candidate": "申报主体",
    "changed": "已变更", "closed_on": "结清日期", "counted_from": "起算日", "days": "日期", "days_past_due": "逾期日数",
    "department": "机构", "departments": "机构", "entered": "入账笔数", "errors": "错误", "ground": "情形",
    "held_on": "会议日期", "instalment": "期次", "interest": "利息（元）", "kind": "类别", "listed_on": "列入日期",
    "measure": "措施", "measures": "措施", "meeting": "会议", "missed_at": "超期时间", "moved": "调整的时限",
    "notice": "公告或通知", "numbers": "编号", "office": "机构", "office_opens": "办公开始时间", "on": "日期",
    "principal": "本金（元）", "provisional": "暂定", "queried_on": "查询日期", "reference": "流水号", "refused": "未采纳",
    "region": "地区", "result": "结果", "resumed_on": "恢复日期", "sent": "已报送", "settled_on": "还清日期",
    "status": "状态", "four_eyes": "双人审核", "draft": "草稿", "based_on": "依据版本",
    "staying": "未报送", "term_months": "期限（月）", "text": "内容", "unpaid": "未还（元）",
    "uscc": "统一社会信用代码", "value_on": "入账日", "why": "原因", "withdrawn_on": "撤回日期", "written": "写入行数",
    "asked": "查询条件", "is_full": "完整个人信息", "size": "字节", "format": "格式", "from_on": "起始日期",
    "to_on": "截止日期", "process": "流程", "scope": "范围", "names": "写明姓名", "person": "人员", "case": "案卷",
    "dossier.dossier": "卷宗编号", "action": "事项",
    "owner": "委派人", "on_behalf_of": "代办对象", "task": "事项编号", "element": "环节标识", "clock": "时限编号",
    "holders": "由原经办人续办", "paused_on": "暂停日期",
    "year": "年度", "field": "项目", "is_provisional": "暂定", "remind_on": "提醒日", "due_at": "到期时间",
}  # fmt: skip
# The summary of the event says these already, by name instead of by key.
_SAID = {
    *(("task.completed", name) for name in ("element", "task", "routing")),
    *((action, "message") for action in ("case.withdrawn", "loan.closed")),
    ("deadline.missed", "key"),
}

_TICKED = {"yes": "是", "no": "否"}


@dataclass(frozen=True)
class Change:
    """One thing that was noted; an empty value was not there before, or is gone."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class EventView:
    """One event as the auditor reads it."""

    event: AuditEvent
    title: str
    changes: list[Change]
    number: str = ""


@dataclass(frozen=True)
class _Question:
    label: str
    options: Mapping[str, str] = field(default_factory=dict)


class Reader:
    """Puts events into words; the words of one request are gathered once, when first needed."""

    def __init__(self, session: DbSession) -> None:
        self._session = session
        self._named: dict[str, Callable[[Any], str]] = {
            **dict.fromkeys(("assignee", "owner", "on_behalf_of"), self._person),
            "department_id": self._department,
            "at": lambda instant: moment(datetime.fromisoformat(instant)),
            "role": lambda role: _title(Role, role),
            "type": ApplicantType.title_of,
            "material": material_label,
            "reason_codes": lambda code: REASON_LABELS.get(code, str(code)),
            "letter.kind": lambda kind: _title(LetterKind, kind),
            "department.kind": lambda kind: _title(DepartmentKind, kind),
            "document.kind": material_label,
            "personal_data.kind": material_label,
        }

    def view(self, event: AuditEvent, number: str = "") -> EventView:
        """The event with its title and what changed."""
        return EventView(event, ACTIONS.get(event.action, event.action), list(self._changes(event)), number)

    def views(self, events: Iterable[AuditEvent]) -> list[EventView]:
        """Many events."""
        return [self.view(event) for event in events]

    def _changes(self, event: AuditEvent) -> Iterator[Change]:
        old, new = _flat(event.old), _flat(event.new)
        for name in dict.fromkeys([*old, *new]):
            if (event.action, name) not in _SAID:
                words = [self._words(event.action, name, values.get(name)) for values in (old, new)]
                if any(words):
                    yield Change(self._label(event.action, name), *words)

    def _label(self, action: str, name: str) -> str:
        if own := _LABELS.get(f"{action.partition('.')[0]}.{name}"):
            return own
        question = self._questions.get(name)
        if question is not None and action in ("case.edited", "task.completed"):
            return question.label
        return _LABELS.get(name) or (question.label if question else name)

    def _words(self, action: str, name: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, list):
            return "；".join(self._words(action, name, item) for item in value)
        if isinstance(value, dict):
            parts = (
                (self._label(action, key), self._words(action, key, item)) for key, item in value.items()
            )
            return "，".join(f"{label}：{words}" for label, words in parts if words)
        return self._option(action, name, value)

    def _option(self, action: str, name: str, value: Any) -> str:
        named = self._named.get(f"{action.partition('.')[0]}.{name}") or self._named.get(name)
        if named is not None:
            return named(value)
        question = self._questions.get(name)
        return question.options.get(str(value), str(value)) if question else str(value)

    @cached_property
    def _questions(self) -> dict[str, _Question]:
        """Question by field name, over every form; a row's questions stand beside those of its form."""
        context = application_context(self._session)
        steps = [step.form for steps in APPLICATION_STEPS.values() for step in steps]
        found: dict[str, _Question] = {}
        for form in [*steps, *TASK_FORMS.values(), PolicyForm]:
            for name, question in _asked(form(None, csrf=False).bind(context)):
                known = found.get(name, question)
                found[name] = _Question(known.label, {**question.options, **known.options})
        return found

    @cached_property
    def _departments(self) -> dict[int, str]:
        return {row.id: row.name for row in all_departments(self._session)}

    def _department(self, department_id: Any) -> str:
        return self._departments.get(department_id, str(department_id))

    def _person(self, user_id: Any) -> str:
        found = self._session.get(User, user_id)
        return found.display_name if found else str(user_id)


def _flat(noted: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a step beside what the program noted; where both say a thing, once."""
    answers = noted.get("answers")
    rest = {name: value for name, value in noted.items() if name != "answers"}
    return {**rest, **answers} if isinstance(answers, dict) else rest


def _title(kind: type[Role | LetterKind | DepartmentKind], value: Any) -> str:
    return next((str(member.label) for member in kind if member.value == value), str(value))


def _asked(form: BaseForm) -> Iterator[tuple[str, _Question]]:
    for question in form.questions():
        options = dict(question.options) if isinstance(question, Offered) else _TICKED
        yield question.name, _Question(question.label.text, {str(key): text for key, text in options.items()})
        if isinstance(question, RowsField):
            for name, inner in _asked(question.blank_row()):
                yield name.rpartition("-")[2], inner
