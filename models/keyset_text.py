"""Room keyset: cursors whose key is a text or an amount instead of an instant."""

from __future__ import annotations

from models.refusal import Refusal

# What stands for “no amount”; it sorts before every amount.
NOTHING = -1
_BROKEN = "翻页位置无效，请从第一页重新查询。"


def text_cursor(text: str, row_id: int) -> str:
    """The cursor that continues after the row of that text and id; safe in a URL."""
    return f"{text.encode('utf-8').hex()}-{row_id}"


def read_text_cursor(cursor: str) -> tuple[str, int]:
    """Text and id behind a cursor. Raises Refusal for a broken one."""
    key, number = _parts(cursor)
    try:
        text = bytes.fromhex(key).decode("utf-8")
    except ValueError as error:
        raise Refusal(_BROKEN, "after") from error
    if "\0" in text or len(text) > 200:
        raise Refusal(_BROKEN, "after")
    return text, number


def amount_cursor(fen: int, row_id: int) -> str:
    """The cursor that continues after the row of that amount (in 分; NOTHING: none) and id."""
    return f"{'n' if fen == NOTHING else fen}-{row_id}"


def read_amount_cursor(cursor: str) -> tuple[int, int]:
    """Amount in 分 and id behind a cursor. Raises Refusal for a broken one."""
    key, number = _parts(cursor)
    if key == "n":
        return NOTHING, number
    if not _is_number(key):
        raise Refusal(_BROKEN, "after")
    return int(key), number


def _parts(cursor: str) -> tuple[str, int]:
    key, _, number = cursor.partition("-")
    if not _is_number(number):
        raise Refusal(_BROKEN, "after")
    return key, int(number)


def _is_number(text: str) -> bool:
    # Beyond 18 digits no database has a number; asking would be a fault.
    return text.isascii() and text.isdigit() and len(text) < 19
