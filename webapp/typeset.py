"""Room typeset: letters and dossiers as PDF, by templates of our own; what people typed is data there, never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst

from models.calendar import now

Block = Mapping[str, Any]
_TEMPLATES = Path(__file__).parent / "typst"
_TYPEFACES = Path(__file__).parent / "static" / "vendor" / "fonts"
# Typst wants a fixed offset.
_BEIJING = timezone(timedelta(hours=8))
# A digest has no place to break a line: between its parts it gets a blank without width.
_LONG = re.compile("[0-9A-Za-z]{33,}")
# Nothing of these has a picture in any typeface.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The template with its data as PDF/A-2b, the same wherever it is made: no typeface of the system is used."""
    made = typst.compile(
        _TEMPLATES / f"{template}.typ",
        root=_TEMPLATES,
        font_paths=_typefaces(),
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(_clean(data)).decode()},
        pdf_standards="a-2b",
        timestamp=now().astimezone(_BEIJING).replace(microsecond=0),
    )
    assert isinstance(made, bytes)
    return made


@cache
def _typefaces() -> typst.Fonts:
    """Read once a process: 15 MB."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_TYPEFACES)])


def para(text: str) -> Block:
    """A paragraph."""
    return {"kind": "para", "text": text}


def note(text: str) -> Block:
    """A remark in small print."""
    return {"kind": "note", "text": text}


def sub(text: str) -> Block:
    """A heading inside of a part."""
    return {"kind": "sub", "text": text}


RULE: Block = {"kind": "rule"}


def cell(text: str, *, is_head: bool = False, span: int = 1) -> Block:
    """One cell of a table."""
    return {"text": text, "head": is_head, "span": span}


def grid(
    widths: Sequence[int], cells: Iterable[Block], head: Sequence[str] = (), small: bool = False
) -> Block:
    """A table of ready cells; a width of 0 is as wide as its words."""
    return {"kind": "table", "widths": list(widths), "head": list(head), "cells": list(cells), "small": small}


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int] = (), small: bool = False
) -> Block:
    """A table with a head; its columns share the width, or as `widths` says."""
    cells = [cell("" if value is None else str(value)) for row in rows for value in row]
    return grid(widths or [1] * len(head), cells, head, small)


def facts(pairs: Iterable[tuple[str, object]]) -> Block:
    """Labels and values side by side; what is not known is left out."""
    told = [(label, str(value)) for label, value in pairs if value not in (None, "")]
    cells = [one for label, value in told for one in (cell(label, is_head=True), cell(value))]
    return grid([1, 3], cells)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _LONG.sub(_broken, _UNSEEN.sub("", value))
    if isinstance(value, Mapping):
        return {key: _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value


def _broken(found: re.Match[str]) -> str:
    word = found[0]
    return "\u200b".join(word[at : at + 16] for at in range(0, len(word), 16))
