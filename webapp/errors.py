"""Room errors: every refusal and every fault as a Chinese page, or as problem+json behind /api."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, jsonify, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from models.database import DatabaseFault, StaleWrite, is_full
from models.refusal import Refusal
from processes.engine.faults import EngineFault
from webapp.access import is_public

log = logging.getLogger(__name__)
STALE = "该事项已由他人办理，请刷新。"
TEXTS = {
    400: "请求不完整，请返回重试。",
    401: "请先登录。",
    403: "您没有访问此页面或办理此事项的权限。",
    404: "未找到该内容，或您无权查看。",
    405: "不支持这种操作方式。",
    409: STALE,
    413: "提交的内容过大，单个文件不得超过 10 MB。",
    415: "不支持这种内容类型。",
    429: "操作过于频繁，请稍后再试。",
    507: "服务器磁盘空间不足，本次内容没有保存，未作任何改动。请通知系统管理员清理空间；"
    "按浏览器的“后退”可回到已填写的内容，稍后重新提交。",
    503: "数据库暂时无法使用，不能确认本次操作是否已保存。请稍后先查看办理结果，再决定是否重新提交；"
    "按浏览器的“后退”可回到已填写的内容。",
    500: "系统出现故障，未作任何改动。请稍后重试，或联系系统管理员。",
}


def init(app: Flask) -> None:
    """Register the handlers; anything not foreseen is logged and answered as 500 in Chinese."""
    app.register_error_handler(Refusal, lambda e: answer(e.status, e.message, e.errors))
    app.register_error_handler(CSRFError, _stale_page)
    app.register_error_handler(StaleWrite, lambda _e: answer(409, STALE))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DatabaseFault, _no_database)
    app.register_error_handler(EngineFault, _fault)
    app.register_error_handler(Exception, _fault)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is not None:
        return Response(status=status, headers=error.get_response().headers)
    return answer(status, TEXTS.get(status, HTTPStatus(status).phrase))


def _stale_page(_error: CSRFError) -> Response:
    """A form whose session has ended, or that was left open too long."""
    if current_user.is_authenticated or is_public(request.endpoint):
        return answer(400, "页面已失效，请刷新后重新提交。")
    return answer(401, "登录已过期，本次操作没有提交。请重新登录，已暂存的内容不会丢失。")


def _fault(error: Exception) -> Response:
    log.error("unhandled fault at %s", request.path, exc_info=error)
    return answer(500, TEXTS[500])


def _no_database(fault: DatabaseFault) -> Response:
    """Nothing here may ask the database: who is signed in, and so the menu, is not known."""
    log.error("the database cannot work at %s", request.path, exc_info=fault)
    status = 507 if is_full(fault) else 503
    if wants_json():
        return answer(status, TEXTS[status])
    page = "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><title>暂时无法办理</title><h1>{}</h1><p>{}</p></html>"
    return Response(page.format("暂时无法办理", TEXTS[status]), status=status, mimetype="text/html")


def answer(
    status: int,
    message: str,
    errors: Mapping[str, list[str]] | None = None,
) -> Response:
    """The error as the caller can read it; `errors` are the sentences at each field."""
    if wants_json():
        problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
        body = {
            **problem,
            "detail": message,
            "message": message,
            "errors": errors or {},
        }
        response = jsonify(body)
        response.headers["Content-Type"] = "application/problem+json"
        if status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
    else:
        response = Response(
            render_template("error.html", status=status, message=message), mimetype="text/html"
        )
    response.status_code = status
    return response


def wants_json() -> bool:
    """The REST door, or a script of a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.startswith("/api/") or (best == "application/json")
