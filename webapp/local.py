"""Room pages: paths to go back to after a form, as the browser sends them; never to another site."""

from __future__ import annotations

import re

# Own paths only: no scheme, no second slash, no backslash.
_LOCAL = re.compile(r"/(?![/\\])[\w\-/.?=&%]*")


def local_path(text: str, otherwise: str) -> str:
    """`text` if it is a path of ours."""
    return text if _LOCAL.fullmatch(text) else otherwise
