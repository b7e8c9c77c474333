"""A mail server of the tests' own: takes every mail over a real connection and keeps it."""

from __future__ import annotations

import email
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import cast


class Sink(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as smtplib asks for; `refusal` answers a recipient, `on_mail` runs before 250."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[EmailMessage] = []
        self.refusal = ""
        self.on_mail: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        """As DUOSHEN_SMTP_URL names it."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        self._say("220 sink")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "QUIT":
                self._say("221 bye")
                return
            if word == "DATA":
                self._take()
            elif word == "RCPT" and self._sink.refusal:
                self._say(self._sink.refusal)
            else:
                self._say("250 ok")

    @property
    def _sink(self) -> Sink:
        return cast(Sink, self.server)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self._sink.on_mail()
        if not self._is_gone():
            mail = email.message_from_bytes(b"".join(lines), policy=default)
            self._sink.mails.append(cast(EmailMessage, mail))
            self._say("250 taken")

    def _is_gone(self) -> bool:
        """Whether the client has died: a mail that nobody waits for is not taken."""
        try:
            return not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except ConnectionError:
            return True


@contextmanager
def mail_sink() -> Iterator[Sink]:
    """A sink on a free port."""
    with Sink() as sink:
        thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield sink
        sink.shutdown()
        thread.join()
