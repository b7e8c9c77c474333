"""Room letter, its sheet: the words of a letter for the page, and the same words as blocks for the PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from jinja2 import Environment

from models.letter import Issued
from models.scheme import Scheme
from models.vocabulary import DeliveryMethod
from webapp import typeset
from webapp.typeset import Block

# What a letter calls that which was handed in.
APPLICATIONS = {Scheme.STARTUP_LOAN: "创业担保贷款申请", Scheme.CREDIT_APPLICATION: "“信保贷”申报"}
WITH_RECEIPT = ("supplement", "refusal", "pause", "demand", "screening_result")
_environment: list[Environment] = []


def bind(environment: Environment) -> None:
    """The templates of the application, also where no page is made (the background)."""
    _environment[:] = [environment]


def sheet_of(issued: Issued) -> dict[str, Any]:
    """What the template of a letter reads."""
    letter, case = issued.letter, issued.case
    return {
        "letter": letter,
        "content": letter.content,
        "case": case,
        "department": issued.department,
        "issuer": issued.issuer,
        "application": APPLICATIONS.get(case.kind, case.kind.label),
        "you": "你" if case.is_person else "你单位",
        "delivery": DeliveryMethod.title_of(letter.delivery_method) if letter.delivery_method else "",
        "with_receipt": letter.kind in WITH_RECEIPT,
    }


def letter_pdf(issued: Issued) -> bytes:
    """The letter as a file for paper and archive."""
    sheet = sheet_of(issued)
    letter, office = issued.letter, issued.department.name if issued.department else ""
    data = {
        "title": letter.title,
        "office": office,
        "number": letter.number,
        "addressee": f"{letter.addressee}：",
        "body": body_blocks(sheet),
        "signed": f"{office}（盖章）",
        "date": _rendered("{{ letter.issued_on|chinese_day }}", sheet),
        "contact": [block["text"] for block in _blocks(_part("_contact", sheet))],
        "receipt": [typeset.RULE, *_blocks(_part("_receipt", sheet))] if sheet["with_receipt"] else [],
    }
    return typeset.pdf("letter", data)


def body_blocks(sheet: dict[str, Any]) -> list[Block]:
    """What the letter says, paragraph by paragraph, table by table."""
    return list(_blocks(_part(f"_{sheet['letter'].kind}", sheet)))


def _part(name: str, sheet: dict[str, Any]) -> str:
    return _environment[0].get_template(f"letter/{name}.html").render(sheet)


def _rendered(source: str, sheet: dict[str, Any]) -> str:
    return _environment[0].from_string(source).render(sheet)


def _blocks(html: str) -> Iterator[Block]:
    """Our own markup, in which what people typed is escaped, as blocks."""
    for element in lxml.html.fragment_fromstring(html, create_parent="div").iter("p", "h2", "table"):
        if element.tag == "table":
            yield _table(element)
        elif element.tag == "h2":
            yield typeset.sub(_text(element))
        else:
            yield typeset.para(_text(element))


def _table(element: Any) -> Block:
    rows = [list(row.iterchildren("th", "td")) for row in element.iter("tr")]
    columns = max(sum(_span(one) for one in row) for row in rows)
    cells = [
        typeset.cell(_text(one), is_head=one.tag == "th", span=_span(one)) for row in rows for one in row
    ]
    is_form = all(row and row[0].get("scope") == "row" for row in rows)
    widths = [0 if is_form and place % 2 == 0 else 1 for place in range(columns)]
    return typeset.grid(widths, cells)


def _span(element: Any) -> int:
    return int(element.get("colspan", "1"))


def _text(element: Any) -> str:
    """The words; the blanks of the template's own lines are none."""
    return re.sub(r"[ \t\r\n]+", " ", element.text_content()).strip(" \r\n\t")
