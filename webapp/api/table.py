"""Room table: every route of the REST door, declared once."""

from __future__ import annotations

from flask import Response, jsonify

from models.inbox import Scope
from models.inbox_sort import orders_of
from models.people import Permission
from models.working_days import Light
from webapp.access import SIGNED_IN
from webapp.api import calendar, case, credit, deadline, jobs, studio, task, work
from webapp.api.openapi import document
from webapp.api.route import Route
from webapp.inbox_query import CONDITIONS, LONGEST, SIZES

_TASK = "/tasks/<int(max=2147483647):task_id>"
_PAUSE = "/pauses/<int(max=2147483647):pause_id>"
_CASE = "/cases/<number>"
_NOTICE = "/calendar/notices/<int(max=2147483647):notice_id>"
_TEXT = {"type": "string", "maxLength": 60}
ORDERS = (*orders_of(Scope.MINE), *orders_of(Scope.DONE))


def openapi() -> Response:
    """This description."""
    return jsonify(document(ROUTES))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/openapi.json", openapi, None, "This description (public)", "OpenApi"),
    Route(
        "POST",
        "/cases",
        case.create_case,
        Permission.CASE_CREATE,
        "Create and submit a case, or keep a draft",
        "CaseBrief",
        status=201,
        body="NewCase",
    ),
    Route(
        "GET",
        _CASE,
        case.show_case,
        Permission.CASE_READ,
        "Status, facts, tasks, deadlines and timeline of a case",
        "Case",
        errors=(404,),
    ),
    Route(
        "PUT",
        f"{_CASE}/fields",
        case.save_fields,
        Permission.CASE_CREATE,
        "Replace the named fields of a draft, or of a case that waits for 补正",
        "CaseBrief",
        body="Fields",
        errors=(404, 409),
    ),
    Route(
        "POST",
        f"{_CASE}/submit",
        case.submit_case,
        Permission.CASE_CREATE,
        "Check and submit a draft",
        "CaseBrief",
        errors=(404, 409, 422),
    ),
    Route(
        "POST",
        f"{_CASE}/withdraw",
        case.withdraw_case,
        Permission.CASE_CREATE,
        "Withdraw a case before its payout",
        "CaseBrief",
        body="Withdrawal",
        errors=(404, 409),
    ),
    Route(
        "POST",
        f"{_CASE}/documents",
        case.add_document,
        Permission.CASE_CREATE,
        "Hand in a material (PDF, JPG, PNG, DOCX or XLSX, at most 10 MB)",
        "Document",
        status=201,
        body="NewDocument",
        media_type="multipart/form-data",
        errors=(404, 409),
    ),
    Route(
        "GET",
        f"{_CASE}/deadlines",
        deadline.list_deadlines,
        Permission.CASE_READ,
        "The clocks of a case and its pauses",
        "CaseDeadlines",
        errors=(404,),
    ),
    Route(
        "GET",
        f"{_CASE}/deadlines/<int(max=2147483647):deadline_id>",
        deadline.explain_deadline,
        Permission.CASE_READ,
        "Why a clock ends on its day: the count day by day",
        "DeadlineCount",
        errors=(404,),
    ),
    Route(
        "GET",
        "/tasks",
        task.list_tasks,
        Permission.TASK_WORK,
        "The tasks of one of the caller's lists, a page at a time",
        "TaskPage",
        query={
            "scope": {
                "type": "string",
                "enum": [scope.value for scope in task.SCOPES],
                "default": Scope.MINE,
            },
            "case": _TEXT,
            "light": {"type": "string", "enum": [light.value for light in Light]},
            **{name: {"type": "string", "maxLength": LONGEST} for name in CONDITIONS if name != "light"},
            "sort": {"type": "string", "enum": [order.text for order in ORDERS]},
            "size": {"type": "string", "enum": [str(size) for size in SIZES], "default": str(SIZES[0])},
            "after": {"type": "string", "maxLength": task.LONGEST_CURSOR},
        },
        errors=(422,),
    ),
    Route(
        "GET",
        _TASK,
        task.show_task,
        Permission.TASK_WORK,
        "A task and its form as JSON Schema",
        "TaskWithForm",
        errors=(404,),
    ),
    Route(
        "POST",
        f"{_TASK}/claim",
        task.claim_task,
        Permission.TASK_WORK,
        "Claim an unclaimed task of the caller's department",
        "Task",
        errors=(404, 409),
    ),
    Route(
        "POST",
        f"{_TASK}/release",
        task.release_task,
        Permission.TASK_WORK,
        "Give a claimed task back to the department",
        "Task",
        errors=(404, 409, 422),
    ),
    Route(
        "POST",
        f"{_TASK}/pause",
        deadline.pause_task,
        Permission.TASK_WORK,
        "Pause the clock of a task, or ask the head of the department for it",
        "Pause",
        status=201,
        body="PauseRequest",
        errors=(404, 409),
    ),
    Route(
        "POST",
        f"{_PAUSE}/resume",
        deadline.resume_pause,
        Permission.TASK_WORK,
        "Count on from the day on which the reason of a pause ended",
        "Pause",
        body="PauseResumption",
        errors=(404, 409),
    ),
    Route(
        "POST",
        f"{_PAUSE}/decide",
        deadline.decide_pause,
        Permission.EXTENSION_APPROVE,
        "Approve or refuse a request for a pause",
        "Pause",
        body="PauseDecision",
        errors=(404, 409),
    ),
    Route(
        "POST",
        f"{_TASK}/complete",
        task.complete_task,
        Permission.TASK_WORK,
        "Complete a task with the answers to its form",
        "CaseBrief",
        body="Completion",
        errors=(404, 409),
    ),
    Route(
        "GET",
        "/jobs",
        jobs.show_jobs,
        Permission.JOBS_MANAGE,
        "Worker processes, and what stands still in the background",
        "Background",
    ),
    Route(
        "POST",
        "/jobs/retry",
        jobs.retry_jobs,
        Permission.JOBS_MANAGE,
        "Let what stands still go on: one, or all of a kind",
        "Retried",
        body="Retry",
    ),
    Route(
        "GET",
        "/calendar/<int(max=9999):year>",
        calendar.show_calendar,
        SIGNED_IN,
        "Working days and special days of a year",
        "CalendarYear",
        query={"region": _TEXT},
        errors=(404,),
    ),
    Route(
        "GET",
        "/calendar/notices",
        calendar.list_notices,
        Permission.CALENDAR_MANAGE,
        "Holiday notices with their state",
        "CalendarNotices",
    ),
    Route(
        "POST",
        "/calendar/notices",
        calendar.propose_notice,
        Permission.CALENDAR_MANAGE,
        "Read a holiday notice; it waits for approval",
        "CalendarNoticeWhole",
        status=201,
        body="NewCalendarNotice",
    ),
    Route(
        "GET",
        _NOTICE,
        calendar.show_notice,
        Permission.CALENDAR_MANAGE,
        "A notice and what it would move",
        "CalendarNoticeWhole",
        errors=(404,),
    ),
    Route(
        "POST",
        f"{_NOTICE}/apply",
        calendar.apply_notice,
        Permission.CALENDAR_MANAGE,
        "Put a waiting notice into force",
        "CalendarNotice",
        body="CalendarApproval",
        needs_body=False,
        errors=(404, 409),
    ),
    *(
        Route(
            "POST",
            f"{_NOTICE}/{verb}",
            view,
            Permission.CALENDAR_MANAGE,
            summary,
            "CalendarNotice",
            errors=(404, 409, 422),
        )
        for verb, view, summary in (
            ("undo", calendar.undo_notice, "Take a notice out of force"),
            ("discard", calendar.discard_notice, "Drop a waiting notice"),
        )
    ),
    *credit.ROUTES,
    *studio.ROUTES,
    *work.ROUTES,
)
