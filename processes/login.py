"""Room login: checks passwords, slows down guessing, and keeps sessions and tokens as rows."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models import audit
from models.calendar import real_now
from models.login import ApiToken, LoginAttempt, LoginSession
from models.people import User, user_named
from models.refusal import Refusal

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Verified for unknown names too, so that the time of the answer does not tell whether a name exists.
_DUMMY = _HASHER.hash(secrets.token_hex(8))
MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
MAX_FROM_ADDRESS = 50


class TooManyAttempts(Refusal):
    """Wait before the next attempt (429)."""

    status = 429


def hash_password(password: str) -> str:
    """Argon2id hash. Raises Refusal for a password that is too short, too long or too common."""
    if not 10 <= len(password) <= 128:
        raise Refusal("密码长度应为 10 至 128 位。", "password")
    if len(set(password)) < 4:
        raise Refusal("密码过于简单，请更换。", "password")
    return _HASHER.hash(password)


def check_password(session: Session, username: str, password: str, address: str) -> User | None:
    """The user, or None; failures are counted per account and per address. Raises TooManyAttempts."""
    _require_patience(session, address)
    user = user_named(session, username)
    if not _is_right(session, user, password):
        _note_failure(session, user, username, f"登录失败（{address}）", address)
        return None
    audit.record(session, "login.succeeded", f"登录（{address}）", actor=user)
    return user


def confirm_password(session: Session, user_id: int, password: str, address: str) -> bool:
    """Whether somebody signed in knows the password; a wrong one counts like a failed login.

    Raises TooManyAttempts. Commit before refusing, or the failure is not counted.
    """
    _require_patience(session, address)
    user = session.get_one(User, user_id)
    is_right = _is_right(session, user, password)
    if not is_right:
        _note_failure(session, user, user.username, f"当前密码核对失败（{address}）", address)
    return is_right


def _require_patience(session: Session, address: str) -> None:
    if failures_from(session, address) >= MAX_FROM_ADDRESS:
        raise TooManyAttempts("登录尝试过于频繁，请15分钟后再试。")


def _is_right(session: Session, user: User | None, password: str) -> bool:
    """Whether an active user's password is right, which forgets the failures before. Raises TooManyAttempts."""
    if user is not None:
        # Guesses at one account stand in line: none is made on an old count of failures.
        session.refresh(user, with_for_update={"of": User})
    if user is not None and user.locked_until is not None and user.locked_until > real_now():
        raise TooManyAttempts("密码错误次数过多，该账号已锁定15分钟。")
    is_right = _matches(user.password_hash if user else _DUMMY, password)
    if user is None or not is_right or not user.is_active:
        return False
    user.failed_logins, user.locked_until = 0, None
    return True


def is_password_of(user: User, password: str) -> bool:
    """Whether it is the person's current password."""
    return _matches(user.password_hash, password)


def open_session(session: Session, user: User, address: str) -> str:
    """A new login; returns the key for the cookie. Only its hash is stored."""
    key = secrets.token_urlsafe(32)
    at = real_now()
    session.add(
        LoginSession(key_hash=_digest(key), user_id=user.id, address=address, created_at=at, last_seen_at=at)
    )
    return key


def session_of(session: Session, key: str, idle: timedelta) -> LoginSession | None:
    """The live login of a cookie key: not revoked, not idle too long, of an active user."""
    found = session.scalars(select(LoginSession).where(LoginSession.key_hash == _digest(key))).first()
    if found is None or found.revoked_at is not None or not found.user.is_active:
        return None
    return found if found.last_seen_at + idle > real_now() else None


def touch(session: Session, login_id: int) -> None:
    """The login was used now."""
    session.execute(update(LoginSession).where(LoginSession.id == login_id).values(last_seen_at=real_now()))


def close_session(session: Session, key: str) -> None:
    """Logout: the key is worthless from now on, wherever it was copied."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.key_hash == _digest(key), LoginSession.revoked_at.is_(None))
        .values(revoked_at=real_now())
    )


def close_all_sessions(session: Session, user_id: int) -> None:
    """After a change of password or role: every login and token of the user ends."""
    at = real_now()
    for table in (LoginSession, ApiToken):
        session.execute(
            update(table).where(table.user_id == user_id, table.revoked_at.is_(None)).values(revoked_at=at)
        )


def create_token(session: Session, user: User, days: int = 365) -> str:
    """A bearer token for the REST door, shown once."""
    key = secrets.token_urlsafe(32)
    at = real_now()
    session.add(
        ApiToken(key_hash=_digest(key), user_id=user.id, created_at=at, expires_at=at + timedelta(days=days))
    )
    audit.record(session, "token.created", f"为 {user.username} 创建接口令牌", actor=user)
    return key


def user_of_token(session: Session, key: str) -> User | None:
    """The active user of a token that is neither revoked nor expired."""
    found = session.scalars(select(ApiToken).where(ApiToken.key_hash == _digest(key))).first()
    if found is None or found.revoked_at is not None or not found.user.is_active:
        return None
    if found.expires_at is not None and found.expires_at <= real_now():
        return None
    return found.user


def failures_from(session: Session, address: str) -> int:
    """Failed logins from an address within the window."""
    return (
        session.scalar(
            select(func.count())
            .select_from(LoginAttempt)
            .where(LoginAttempt.address == address, LoginAttempt.at > real_now() - LOCK)
        )
        or 0
    )


def _note_failure(session: Session, user: User | None, username: str, summary: str, address: str) -> None:
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < real_now() - LOCK))
    session.add(LoginAttempt(address=address, at=real_now()))
    if user is not None:
        user.failed_logins += 1
        if user.failed_logins >= MAX_FAILURES:
            user.failed_logins, user.locked_until = 0, real_now() + LOCK
    audit.record(session, "login.failed", summary, actor=None, new={"username": username[:40]})


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password[:200])
    except (VerificationError, InvalidHashError):
        return False


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
