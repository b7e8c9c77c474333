"""Room security: CSRF, response headers, cookie flags and limits, the same for every page."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, abort, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response

from models.settings import Settings

MAX_UPLOAD = 12 * 1024 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
# The two editors (webapp/templates/draft/edit.html and decision/) draw with icons whose SVG carries style attributes:
# those, and no style sheets or scripts in the page, are let in there (decision 0029).
EDITOR_POLICY = f"{POLICY}; style-src-attr 'unsafe-inline'"
csrf = CSRFProtect()


def init(app: Flask, settings: Settings) -> None:
    """Set every limit and header once."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.hosts) or None,
        IDLE_MINUTES=settings.idle_minutes,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_COOKIE_NAME="__Host-duoshen" if settings.is_https else "duoshen",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
    )
    app.register_error_handler(SecurityError, _foreign_host)
    app.before_request(_refuse_nul)
    csrf.init_app(app)
    app.after_request(_headers)


def _refuse_nul() -> None:
    """No address of ours has a NUL, and PostgreSQL keeps none in a text: nothing can be found by it."""
    if "\0" in request.path:
        abort(404)


def _foreign_host(_error: SecurityError) -> Response:
    # No address can be built for a host that is not ours: a page without links.
    page = "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><title>请求无效</title><p>{}</p></html>"
    return Response(page.format("访问地址不正确，请使用本系统公布的网址。"), status=400, mimetype="text/html")


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "SAMEORIGIN"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
        headers.add("Vary", "Cookie")
    return response
