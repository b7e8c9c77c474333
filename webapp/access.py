"""Room access: who is signed in, and the guard that keeps every route closed until it is opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Literal, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from models.calendar import real_now
from models.database import reading, transaction
from models.login import LoginSession
from models.people import Permission, User
from models.refusal import Forbidden
from processes import login

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC: Final = "public"
SIGNED_IN: Final = "signed-in"
_TOUCH_AFTER = timedelta(seconds=60)
manager = LoginManager()


class SignedIn:
    """A live login: what flask-login keeps in the cookie is its random key, not the user's number."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, key: str, user: User, login_id: int) -> None:
        self.key, self.user, self.login_id = key, user, login_id

    def get_id(self) -> str:
        return self.key


def public(view: View) -> View:
    """Open to everybody."""
    view.permission = PUBLIC  # type: ignore[attr-defined]  # the guard reads it
    return view


def signed_in(view: View) -> View:
    """Open to everybody who has signed in; rows are still filtered by `visible_to`."""
    view.permission = SIGNED_IN  # type: ignore[attr-defined]  # the guard reads it
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Open to users whose role grants `permission`."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]  # the guard reads it
        return view

    return mark


def quiet(view: View) -> View:
    """What a page asks by itself is no sign that anybody is there: it does not keep a login alive."""
    view.is_quiet = True  # type: ignore[attr-defined]  # `_load` reads it
    return view


def actor() -> User:
    """The person behind the request. Raises Forbidden when there is none."""
    if _is_api():
        return cast(User, g.token_user)
    if not current_user.is_authenticated:
        raise Forbidden("请先登录。")
    return cast(User, current_user.user)


def sign_in(user: User, address: str) -> None:
    """Start a session of its own: nothing of an earlier one survives."""
    with transaction() as db:
        key = login.open_session(db, user, address)
    session.clear()
    login_user(SignedIn(key, user, 0))
    session.permanent = True


def sign_out() -> None:
    """End the session on the server too: a copied cookie is worthless."""
    if current_user.is_authenticated:
        with transaction() as db:
            login.close_session(db, current_user.key)
    logout_user()
    session.clear()


def init(app: Flask) -> None:
    """Attach flask-login and the guard."""
    manager.init_app(app)
    manager.user_loader(_load)
    app.before_request(_guard)


def is_public(endpoint: str | None) -> bool:
    """Whether the route asks for no login."""
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "permission", None) == PUBLIC


def check_routes(app: Flask) -> None:
    """Raises RuntimeError when a route declares no permission: closed by default, at start already."""
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(_view(app, rule.endpoint), "permission")
    ]
    if undeclared:
        raise RuntimeError(f"routes without a declared permission: {sorted(undeclared)}")


def _view(app: Flask, endpoint: str) -> Any:
    return public(app.view_functions[endpoint]) if endpoint == "static" else app.view_functions[endpoint]


def _load(key: str) -> SignedIn | None:
    idle = timedelta(minutes=current_app.config["IDLE_MINUTES"])
    with reading() as db:
        found = login.session_of(db, key, idle)
        if found is None:
            return None
    if not getattr(current_app.view_functions.get(request.endpoint or ""), "is_quiet", False):
        _touch(found)
    return SignedIn(key, found.user, found.id)


def _touch(found: LoginSession) -> None:
    if real_now() - found.last_seen_at > _TOUCH_AFTER:
        with transaction() as db:
            login.touch(db, found.id)


def _guard() -> Response | None:
    if request.endpoint is None:
        return None
    needed = cast(Any, current_app.view_functions[request.endpoint]).permission
    if needed == PUBLIC:
        return None
    if _is_api():
        _guard_api(needed)
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("login.show", next=_next()))
    if actor().must_change_password and request.endpoint not in ("login.change_password", "login.leave"):
        return redirect(url_for("login.change_password"))
    if needed != SIGNED_IN and not actor().may(needed):
        abort(403)
    return None


def _is_api() -> bool:
    return request.blueprint == "api"


def _guard_api(needed: Permission | Literal["signed-in"]) -> None:
    """The REST door knows bearer tokens only; a cookie is not even looked at."""
    given = request.authorization
    key = given.token if given is not None and given.type == "bearer" else None
    with reading() as db:
        g.token_user = login.user_of_token(db, key) if key else None
    if g.token_user is None:
        abort(401)
    if needed != SIGNED_IN and not g.token_user.may(needed):
        abort(403)


def _next() -> str:
    """Where to go after login: only a GET's own path, never an address from outside."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
