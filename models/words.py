"""Room words: whether a text that must be stated says anything."""

from __future__ import annotations

import unicodedata

# Characters that show nothing by themselves: format, control, blanks, marks that only stand on another character.
_UNSEEN = ("Cf", "Cc", "Zs", "Zl", "Zp", "Mn", "Me")
# Letters and signs of Unicode that are drawn as a blank.
_HOLLOW = "\u115f\u1160\u2800\u3164\uffa0"


def said(text: str) -> str:
    """The text without blanks around it; empty when nobody could see any of it (U+200B and its like)."""
    is_seen = any(char not in _HOLLOW and unicodedata.category(char) not in _UNSEEN for char in text)
    return text.strip() if is_seen else ""
