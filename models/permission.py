"""Room people, permission: what may be done, and which role may do it."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """What may be done, as scope:action."""

    CASE_CREATE = "case:create"
    CASE_READ = "case:read"
    CASE_OVERSEE = "case:oversee"
    CASE_SUPERVISE = "case:supervise"
    CASE_REPAIR = "case:repair"
    CASE_TALK = "case:talk"
    SUBSTITUTE_SET = "substitute:set"
    BOARD_READ = "board:read"
    SUPERVISION_READ = "supervision:read"
    TASK_WORK = "task:work"
    TASK_ASSIGN = "task:assign"
    EXTENSION_APPROVE = "extension:approve"
    AUDIT_READ = "audit:read"
    ACCESS_READ = "access:read"
    DOSSIER_MAKE = "dossier:make"
    PEOPLE_MANAGE = "people:manage"
    POLICY_MANAGE = "policy:manage"
    PROCESS_MANAGE = "process:manage"
    CLOCK_SET = "clock:set"
    CALENDAR_MANAGE = "calendar:manage"
    JOBS_MANAGE = "jobs:manage"
    CREDIT_READ = "credit:read"
    CREDIT_WORK = "credit:work"


class Role(StrEnum):
    """One role a person: administrator, auditor and the offices exclude one another."""

    label: str
    permissions: frozenset[Permission]

    def __new__(cls, value: str, label: str = "", permissions: tuple[Permission, ...] = ()) -> Role:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.permissions = frozenset(permissions)
        return member

    APPLICANT = "applicant", "申请人", (Permission.CASE_CREATE, Permission.CASE_READ, Permission.TASK_WORK)
    CLERK = (
        "clerk",
        "经办人",
        (
            Permission.CASE_CREATE,
            Permission.CASE_READ,
            Permission.TASK_WORK,
            Permission.CASE_TALK,
            Permission.SUBSTITUTE_SET,
            Permission.SUPERVISION_READ,
            Permission.CREDIT_READ,
            Permission.CREDIT_WORK,
        ),
    )
    SUPERVISOR = (
        "supervisor",
        "部门负责人",
        (
            Permission.CASE_CREATE,
            Permission.CASE_READ,
            Permission.TASK_WORK,
            Permission.TASK_ASSIGN,
            Permission.CASE_SUPERVISE,
            Permission.CASE_TALK,
            Permission.SUBSTITUTE_SET,
            Permission.ACCESS_READ,
            Permission.BOARD_READ,
            Permission.SUPERVISION_READ,
            Permission.EXTENSION_APPROVE,
            Permission.CREDIT_READ,
            Permission.CREDIT_WORK,
        ),
    )
    MANAGER = (
        "manager",
        "主管领导",
        (
            Permission.CASE_READ,
            Permission.CASE_OVERSEE,
            Permission.CASE_SUPERVISE,
            Permission.CASE_REPAIR,
            Permission.CASE_TALK,
            Permission.DOSSIER_MAKE,
            Permission.BOARD_READ,
            Permission.SUPERVISION_READ,
            Permission.CREDIT_READ,
        ),
    )
    PROCESS_OWNER = (
        "process_owner",
        "流程负责人",
        (Permission.PROCESS_MANAGE, Permission.POLICY_MANAGE, Permission.CASE_REPAIR),
    )
    AUDITOR = (
        "auditor",
        "审计员",
        (
            Permission.CASE_READ,
            Permission.CASE_OVERSEE,
            Permission.BOARD_READ,
            Permission.SUPERVISION_READ,
            Permission.AUDIT_READ,
            Permission.ACCESS_READ,
            Permission.DOSSIER_MAKE,
            Permission.CREDIT_READ,
        ),
    )
    ADMINISTRATOR = (
        "administrator",
        "系统管理员",
        (
            Permission.PEOPLE_MANAGE,
            Permission.POLICY_MANAGE,
            Permission.CLOCK_SET,
            Permission.CALENDAR_MANAGE,
            Permission.JOBS_MANAGE,
        ),
    )
