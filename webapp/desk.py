"""Room case, the desk: who else has it open, the material beside the form, the neighbours in the list of my tasks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from flask import url_for

from models.case import CaseFile
from models.case_record import CaseRecord
from models.database import DbSession
from models.document import Document
from models.inbox_lines import Item
from models.people import User
from models.presence import Present, present
from models.workflow import UserTask

# What a browser shows inside of a page; of the rest of models/upload.py, Word and Excel, it shows the PDF.
SHOWN = ("application/pdf", "image/png", "image/jpeg")


class Desk:
    """What stands around one case before one reader."""

    def __init__(
        self, session: DbSession, case: CaseFile, reader: User, record: CaseRecord, document_id: int | None
    ) -> None:
        self.session, self.case, self.reader, self.record = session, case, reader, record
        self.document_id = document_id

    @cached_property
    def others(self) -> list[Present]:
        """Who else of the offices has the case open now."""
        return present(self.session, self.case.id, self.reader)

    @property
    def shown(self) -> Document | None:
        """The material that the address asks to be shown beside the form."""
        return next((row for row in self.previewed if row.id == self.document_id), None)

    @property
    def previewed(self) -> list[Document]:
        """The materials that can be shown in the page; of a Word or Excel file its PDF, or what to do without."""
        return [row for row in self.record.documents if row.media_type in SHOWN or row.is_office]

    def address(self, document: Document) -> str:
        """What the frame beside the form shows of a material."""
        endpoint = "conversion.show" if document.is_office else "document.show"
        return url_for(endpoint, document_id=document.id)

    def around(self, strip: Sequence[Item], task: UserTask | None) -> tuple[Item | None, Item | None]:
        """The task before and the one after it in the list of my tasks."""
        at = next((n for n, item in enumerate(strip) if task is not None and item.task_id == task.id), None)
        if at is None:
            return None, None
        return (strip[at - 1] if at else None), (strip[at + 1] if at + 1 < len(strip) else None)
