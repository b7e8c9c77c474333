"""Room channel: the ways by which a message leaves the house; docs/deploy.md says how to add one."""

from __future__ import annotations

import http.client
import json
import smtplib
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from models.people import User
from models.settings import Outside
from models.worker import EMAIL, WEBHOOK

TIMEOUT = 20.0
_MAIL_PORT = {"smtp": 587, "smtps": 465}


class Undelivered(Exception):  # noqa: N818  a said word, as Refusal is
    """A message was not accepted; `is_final` when trying again is of no use."""

    def __init__(self, reason: str, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


@dataclass(frozen=True)
class Message:
    """What a channel is given. `key` is the same every time the same message is tried."""

    key: str
    to: str
    name: str
    subject: str
    text: str
    created_at: datetime


@dataclass(frozen=True)
class Channel:
    """One way out: its title, where a person is reached on it (empty: not at all), and how it is sent."""

    title: str
    address: Callable[[User], str]
    # Raises Undelivered. Must end within TIMEOUT or so, and may be asked twice for the same key.
    send: Callable[[Message], None]


_open: dict[str, Channel] = {}


def bind(outside: Outside) -> None:
    """Open the ways that the operator has configured. Raises ValueError for an address that is none."""
    _open.clear()
    if outside.smtp_url:
        server = _checked(outside.smtp_url, ("smtp", "smtps"), "DUOSHEN_SMTP_URL")
        if "@" not in outside.mail_from:
            raise ValueError("DUOSHEN_MAIL_FROM must be an e-mail address")
        sender = outside.mail_from
        _open[EMAIL] = Channel("电子邮件", lambda user: user.email, lambda m: _mail(server, sender, m))
    if outside.webhook_url:
        url = _checked(outside.webhook_url, ("https", "http"), "DUOSHEN_WEBHOOK_URL")
        token = outside.webhook_token
        _open[WEBHOOK] = Channel("消息网关", lambda user: user.phone, lambda m: _post(url, token, m))


def add(name: str, channel: Channel) -> None:
    """Open a further way, under a name of at most 20 letters: an SMS gateway, a 政务 platform."""
    _open[name] = channel


def ways() -> dict[str, Channel]:
    """The open ways, by name."""
    return dict(_open)


def _checked(url: str, schemes: tuple[str, ...], setting: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"{setting} must begin with {' or '.join(f'{each}://' for each in schemes)}")
    return url


def _mail(url: str, sender: str, message: Message) -> None:
    """By SMTP. The Message-ID is made of the key: a mail sent twice can be told as one."""
    try:
        with _mail_server(url) as server:
            server.send_message(_letter(sender, message))
    except smtplib.SMTPRecipientsRefused as error:
        code, told = next(iter(error.recipients.values()))
        raise Undelivered(f"收件地址被拒收：{code} {_words(told)}", is_final=code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"邮件服务器答复：{error.smtp_code} {_words(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Undelivered(f"邮件服务器连接失败：{error}") from error


def _letter(sender: str, message: Message) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, message.to
    letter["Subject"] = " ".join(message.subject.split())
    letter["Date"] = format_datetime(message.created_at)
    letter["Message-ID"] = f"<{message.key}@{sender.rsplit('@', 1)[1].rstrip('>')}>"
    # Not a bulk mail, but no robot should answer it.
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text)
    return letter


def _mail_server(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or _MAIL_PORT[parts.scheme]
    is_private = parts.scheme == "smtps"
    with ExitStack() as stack:
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
            if is_private
            else smtplib.SMTP(host, port, timeout=TIMEOUT)
        )
        stack.callback(server.close)
        server.ehlo()
        if not is_private and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            is_private = True
        if parts.username:
            _log_in(server, is_private, unquote(parts.username), unquote(parts.password or ""))
        stack.pop_all()
    return server


def _log_in(server: smtplib.SMTP, is_private: bool, name: str, password: str) -> None:
    """Never with a password that the line between can read."""
    if not is_private:
        raise smtplib.SMTPException("服务器不支持加密（STARTTLS），未发送密码")
    server.login(name, password)


class _Stay(HTTPRedirectHandler):
    """Following would drop the message, and show the token and the telephone number to another host."""

    def redirect_request(self, *_args: object) -> None:
        """Nowhere: the answer counts as a refusal."""


_opener = build_opener(_Stay)


def _post(url: str, token: str, message: Message) -> None:
    """As JSON to a gateway, which answers 2xx when it has taken the message over."""
    content = {**asdict(message), "created_at": message.created_at.isoformat()}
    headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = Request(url, json.dumps(content).encode(), headers, method="POST")  # noqa: S310  `bind` lets http(s) only
    try:
        with _opener.open(request, timeout=TIMEOUT) as answer:
            answer.read(1)
    except HTTPError as error:
        error.close()
        raise Undelivered(f"消息网关答复：{error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered(f"消息网关连接失败：{error}") from error


def _words(told: bytes | str) -> str:
    return told.decode(errors="replace") if isinstance(told, bytes) else told
