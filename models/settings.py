"""Room settings: what the operator decides outside the program; read once from the environment."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Outside:
    """By which ways messages leave the house; an empty address closes that way."""

    smtp_url: str = ""
    mail_from: str = ""
    webhook_url: str = ""
    webhook_token: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations."""

    database_url: str
    secret_key: str
    data_key: bytes
    upload_folder: Path
    is_training: bool
    is_https: bool
    idle_minutes: int
    # Names under which the site is asked for; empty: any.
    hosts: tuple[str, ...] = ()
    outside: Outside = Outside()
    # Program that makes PDFs of Office files; None: whatever LibreOffice is on PATH; empty: none.
    office_converter: str | None = None
    # Working days between two urgings (催办) of one step.
    urging_days: int = 1


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the DUOSHEN_… variables; docs/deploy.md lists them with their defaults."""
    instance = Path(environ.get("DUOSHEN_INSTANCE", str(ROOT / "instance")))
    keys = _keys(environ, instance / "keys.json")
    return Settings(
        database_url=environ.get("DUOSHEN_DATABASE_URL", f"sqlite:///{instance / 'duoshen.sqlite'}"),
        secret_key=keys["secret_key"],
        data_key=bytes.fromhex(keys["data_key"]),
        upload_folder=Path(environ.get("DUOSHEN_UPLOADS", str(instance / "uploads"))),
        is_training=environ.get("DUOSHEN_TRAINING", "") == "1",
        is_https=environ.get("DUOSHEN_HTTPS", "") == "1",
        idle_minutes=int(environ.get("DUOSHEN_IDLE_MINUTES", "30")),
        urging_days=int(environ.get("DUOSHEN_URGING_DAYS", "1")),
        office_converter=environ.get("DUOSHEN_OFFICE_CONVERTER"),
        hosts=tuple(environ.get("DUOSHEN_HOSTS", "").replace(",", " ").split()),
        outside=Outside(
            smtp_url=environ.get("DUOSHEN_SMTP_URL", ""),
            mail_from=environ.get("DUOSHEN_MAIL_FROM", ""),
            webhook_url=environ.get("DUOSHEN_WEBHOOK_URL", ""),
            webhook_token=environ.get("DUOSHEN_WEBHOOK_TOKEN", ""),
        ),
    )


def _keys(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """Keys come from the environment, else from a private file that is made once; never a default."""
    given = {
        "secret_key": environ.get("DUOSHEN_SECRET_KEY", ""),
        "data_key": environ.get("DUOSHEN_DATA_KEY", ""),
    }
    if all(given.values()):
        return given
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {"secret_key": secrets.token_hex(32), "data_key": secrets.token_hex(32)}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(made, file)
    stored: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return {name: given[name] or stored[name] for name in given}
