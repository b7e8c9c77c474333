"""Room assets: style sheets and scripts at addresses that name their content, so that a browser asks for each once."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.security import safe_join

_FOR_EVER = "public, max-age=31536000, immutable"


def init(app: Flask) -> None:
    """Every address of a file in static/ gets its version; answers at that address may be kept for ever."""
    app.url_defaults(_add_version)
    app.after_request(_keep)


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values:
        values["v"] = _version(values["filename"])


def _version(filename: str) -> str | None:
    """Of the file as it is now, also while somebody edits it; None when there is none."""
    path = safe_join(current_app.static_folder or "", filename)
    if path is None or not Path(path).is_file():
        return None
    found = Path(path).stat()
    return _digest(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _digest(path: str, _changed: int, _size: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def _keep(response: Response) -> Response:
    """An old or a missing version is answered too, and asked for again: what it names is not what is sent."""
    asked = request.args.get("v")
    if request.endpoint == "static" and asked and asked == _version((request.view_args or {})["filename"]):
        response.headers["Cache-Control"] = _FOR_EVER
    return response
