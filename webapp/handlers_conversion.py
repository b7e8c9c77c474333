"""Room jobs, handlers of conversions: the PDF of a Word or Excel material, one try a job."""

from __future__ import annotations

from models.database import transaction
from processes import conversion
from processes.background import job
from processes.conversion_queue import CONVERT
from processes.converter import Unconverted


@job(CONVERT)
def convert(document_id: int, attempt: int) -> None:
    """One try; killed anywhere it is begun again, and nothing waits for the program inside of a transaction."""
    with transaction() as session:
        work = conversion.begin(session, document_id, attempt)
    if work is None:
        return
    try:
        content, made_by = conversion.make(work)
    except Unconverted as fault:
        with transaction() as session:
            conversion.fail(session, work, fault)
        return
    with transaction() as session:
        conversion.finish(session, work, content, made_by)
