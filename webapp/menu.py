"""Room menu: the side menu in groups: what each person finds in it, and where he is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

from models.people import LEADING, SCREENING, DepartmentKind, Permission, User


@dataclass(frozen=True)
class Entry:
    """One line of the side menu."""

    label: str
    endpoint: str
    # None: everybody who has signed in.
    permission: Permission | None
    values: tuple[tuple[str, str], ...] = ()
    is_for_offices: bool = False
    # Shown to the offices of these kinds only (None: applicants); empty: to all, and to those who oversee.
    kinds: tuple[DepartmentKind | None, ...] = ()
    # Which number of `models.inbox.Waiting` stands beside it; empty: none.
    count: str = ""
    # The key that leads there (static/keys.js); empty: none.
    key: str = ""

    def is_for(self, user: User) -> bool:
        """Whether the line stands in this person's menu."""
        if self.permission is not None and not user.may(self.permission):
            return False
        kind = user.department.kind if user.department else None
        oversees = user.may(Permission.CASE_OVERSEE)
        return not (self.is_for_offices and kind is None) and (
            not self.kinds or kind in self.kinds or oversees
        )

    @property
    def is_here(self) -> bool:
        """Whether it leads to the page that is shown."""
        return request.endpoint == self.endpoint and all(
            request.args.get(key, "mine") == value for key, value in self.values
        )


CENTER, BANK, GUARANTOR = DepartmentKind.FINANCE_CENTER, DepartmentKind.BANK, DepartmentKind.GUARANTOR
MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "办理",
        (
            Entry("我的一天", "today.show", Permission.TASK_WORK, key="today"),
            Entry(
                "我的待办", "task.inbox", Permission.TASK_WORK, (("scope", "mine"),), count="mine", key="mine"
            ),
            Entry(
                "部门待签收",
                "task.inbox",
                Permission.TASK_WORK,
                (("scope", "department"),),
                True,
                count="department",
            ),
            Entry("部门在办", "task.inbox", Permission.TASK_ASSIGN, (("scope", "team"),), True),
            Entry("我的已办", "task.inbox", Permission.TASK_WORK, (("scope", "done"),)),
            Entry("新建申请", "application.choose", Permission.CASE_CREATE),
            Entry("业务发起", "general.index", Permission.CASE_CREATE),
            Entry("案卷查询", "case.search", Permission.CASE_READ),
            Entry("抄送我的", "copying.show", Permission.CASE_TALK),
            Entry("代办设置", "absence.show", Permission.SUBSTITUTE_SET),
        ),
    ),
    (
        "信保贷",
        (
            Entry("信保贷申报", "declaration.show", Permission.CASE_READ),
            Entry("信用甄别", "screening.list_rounds", Permission.CREDIT_READ, kinds=(*LEADING, *SCREENING)),
            Entry("公示与异议", "notice.index", Permission.CREDIT_READ, kinds=(CENTER,)),
            Entry("信用名录", "register.show", Permission.CREDIT_READ),
            Entry("主体查询", "register.firms", Permission.CREDIT_READ),
            Entry(
                "信保贷贷款",
                "credit_loan.index",
                Permission.CASE_READ,
                kinds=(None, BANK, GUARANTOR, CENTER),
            ),
            Entry("逾期处置", "arrears.show", Permission.CREDIT_READ, kinds=(CENTER, BANK, GUARANTOR)),
            Entry("信贷黑名单", "blacklist.show", Permission.CREDIT_READ),
            Entry("会议台账", "meeting.show", Permission.CREDIT_READ, kinds=LEADING),
        ),
    ),
    (
        "督查",
        (
            Entry("督查看板", "board.show", Permission.BOARD_READ),
            Entry("督办", "supervision_order.index", Permission.SUPERVISION_READ, count="orders"),
            Entry("统计分析", "statistics.show", Permission.BOARD_READ),
            Entry("案卷修复", "token_repair.index", Permission.CASE_REPAIR),
        ),
    ),
    (
        "流程",
        (
            Entry("流程与版本", "process.show", Permission.PROCESS_MANAGE),
            Entry("我的草稿", "draft.index", Permission.PROCESS_MANAGE),
            Entry("送审与发布", "proposal.index", Permission.PROCESS_MANAGE),
            Entry("案卷迁移", "migration.index", Permission.PROCESS_MANAGE),
            Entry("流程演练", "rehearsal.index", Permission.PROCESS_MANAGE),
            Entry("历史回放", "replay.index", Permission.PROCESS_MANAGE),
        ),
    ),
    (
        "管理",
        (
            Entry("工作日日历", "calendar.show", None),
            Entry("审计日志", "audit.show", Permission.AUDIT_READ),
            Entry("查阅记录", "access.show", Permission.ACCESS_READ),
            Entry("机构与用户", "people.show", Permission.PEOPLE_MANAGE),
            Entry("离职移交", "handover.show", Permission.TASK_ASSIGN),
            Entry("离职移交", "handover.show_all", Permission.PEOPLE_MANAGE),
            Entry("政策参数", "policy.show", Permission.POLICY_MANAGE),
            Entry("大厅公示屏", "hall.index", Permission.PEOPLE_MANAGE),
            Entry("后台任务", "jobs.show", Permission.JOBS_MANAGE),
        ),
    ),
)


def menu_of(user: User) -> list[tuple[str, list[Entry]]]:
    """The groups of a person's menu with their lines; a group without any is left out."""
    shown = [(title, _for(user, entries)) for title, entries in MENU]
    return [(title, entries) for title, entries in shown if entries]


def _for(user: User, entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.is_for(user)]
