"""Room keyset: the cursor of pages that continue after a row, and search words as LIKE patterns."""

from __future__ import annotations

from datetime import UTC, datetime

from models.refusal import Refusal

_FORMAT = "%Y%m%dT%H%M%S.%f"


def cursor_after(moment: datetime, row_id: int) -> str:
    """The cursor that continues after the row of that instant and id; safe in a URL."""
    return f"{moment.astimezone(UTC):{_FORMAT}}-{row_id}"


def read_cursor(text: str) -> tuple[datetime, int]:
    """Instant and id behind a cursor. Raises Refusal for a broken one."""
    stamp, _, number = text.partition("-")
    try:
        # Beyond 18 digits no database has a number; asking would be a fault.
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise ValueError(number)
        return datetime.strptime(stamp, _FORMAT).replace(tzinfo=UTC), int(number)
    except ValueError as error:
        raise Refusal("翻页位置无效，请从第一页重新查询。", "after") from error


def containing(text: str) -> str:
    """The LIKE pattern (escape character backslash) of rows that contain `text` literally."""
    literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"


def row_cursor(text: str) -> int:
    """The id behind a cursor that is an id alone. Raises Refusal for a broken one."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refusal("翻页位置无效，请从第一页重新查询。", "after")
    return int(text)
