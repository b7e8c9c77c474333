"""Room screening, sheet: a department's candidates as a workbook, out and in: columns, row errors, preview, once."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any
from weakref import finalize

import orjson
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.calendar import now
from models.case import locked
from models.people import User
from models.refusal import Conflict, NotFound, Refusal
from models.screening import (
    AnswerBatch,
    BatchState,
    Candidate,
    ProposedPart,
    Result,
    ScreeningOpinion,
    Source,
)
from models.subject import SubjectKind
from processes import document
from processes.screening_answers import MAX_KEPT, close, department_of, open_for_answers, write_part
from processes.screening_check import PART, Outcome, RowResult, require_asked
from processes.screening_rows import answer_of, checked, is_filled, line_of
from processes.screening_workbook import Head, SheetRow, read_head, rows_below, write
from processes.sheet import text_of

# Rows of each kind that a page shows.
SHOWN = 200


@dataclass
class Proposal:
    """A sheet that was read: how much it would change, the first rows of each kind, and whether it was applied before."""

    batch_id: int
    file_name: str
    found: Outcome
    blank: int
    changed: int = 0
    same: int = 0
    refused: int = 0
    is_applied: bool = False


@dataclass(frozen=True)
class Applied:
    """What a sheet has changed, and how many of its rows could not be taken."""

    batch_id: int
    changed: int = 0
    refused: int = 0
    is_repeated: bool = False


class Spool:
    """Rows in a file of their own: however long the sheet is, one part of it is in memory."""

    def __init__(self, rows: Iterable[tuple[int, dict[str, Any]]]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  closed, and thereby gone, with the last reference to the rows
        finalize(self, self._file.close)
        for number, cells in rows:
            self._file.write(
                orjson.dumps((number, {name: text_of(cell) for name, cell in cells.items()})) + b"\n"
            )

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        self._file.seek(0)
        return ((number, cells) for number, cells in map(orjson.loads, self._file))


@dataclass(frozen=True)
class Sheet:
    """A workbook that was read: its titles, which columns are taken for what, and the rows below them."""

    head: Head
    columns: dict[str, int]
    rows: Iterable[tuple[int, dict[str, Any]]]


def read_sheet(content: bytes, columns: Mapping[str, int] | None = None) -> Sheet:
    """Unpack a workbook: seconds that doors spend before they open a transaction. Raises Refusal.

    `columns`: field → place of its column, from 0; what the titles say when it is left out. Where they do
    not say enough, no row is read.
    """
    head = read_head(content)
    chosen = dict(head.guess if columns is None else columns)
    is_clear = "result" in chosen and bool({"number", "uscc"} & chosen.keys())
    return Sheet(head, chosen, Spool(rows_below(content, head, chosen)) if is_clear else ())


def write_sheet(session: Session, round_id: int, department_id: int, out: IO[bytes]) -> None:
    """The department's candidates with its answers, in the order of the round; raises NotFound."""
    require_asked(session, round_id, department_id)
    query = (
        select(
            Candidate.seq, Candidate.number, Candidate.name, Candidate.uscc, Candidate.kind, Candidate.findings,
            Candidate.outcome, ScreeningOpinion.result, ScreeningOpinion.basis, ScreeningOpinion.reason,
            ScreeningOpinion.queried_on, ScreeningOpinion.handed_in_at,
        )
        .join(ScreeningOpinion, ScreeningOpinion.candidate_id == Candidate.id)
        .where(ScreeningOpinion.round_id == round_id, ScreeningOpinion.department_id == department_id)
        .order_by(Candidate.id)
    )  # fmt: skip
    write((_sheet_row(row) for row in session.execute(query.execution_options(yield_per=100))), out)


def _sheet_row(row: Any) -> SheetRow:
    hints = "；".join(
        f"{found['name']}：{found['text']}" for found in row.findings if found["result"] != "pass"
    )
    keys = (row.seq, row.number, row.name, row.uscc, SubjectKind.title_of(row.kind), hints)
    label = Result.title_of(row.result) if row.result else ""
    typed = (label, row.basis, row.reason, row.queried_on)
    return SheetRow(keys, typed, row.handed_in_at is None and not row.outcome)


def receive(session: Session, round_id: int, file_name: str, content: bytes, actor: User) -> int:
    """Take a sheet in that could be read: the id of its batch. The same content again is the same batch."""
    department_id = department_of(actor)
    round_ = open_for_answers(session, round_id)
    require_asked(session, round_id, department_id)
    digest = hashlib.sha256(content).hexdigest()
    locked(session, round_.case_id)
    query = select(AnswerBatch.id).where(
        AnswerBatch.round_id == round_id,
        AnswerBatch.department_id == department_id,
        AnswerBatch.key == digest,
    )
    known_id = session.scalars(query).first()
    if known_id is not None:
        return known_id
    batch = AnswerBatch(
        round_id=round_id,
        department_id=department_id,
        source=Source.EXCEL,
        state=BatchState.PROPOSED,
        key=digest,
        file_name=text_of(file_name)[:200] or "未命名.xlsx",
        storage_key=secrets.token_hex(24),
        proposal=[],
        made_by_id=actor.id,
        made_at=now(),
    )
    document.put_away(batch.storage_key, content)
    session.add(batch)
    session.flush()
    return batch.id


def propose(session: Session, batch_id: int, sheet: Sheet, actor: User) -> Proposal:
    """Check every row of a received sheet against what stands; nothing is changed but the proposal itself.

    Raises Refusal at `columns` when the result, or every key, is missing.
    """
    batch = _batch(session, batch_id, actor)
    if batch.state != BatchState.PROPOSED:
        return proposal_of(session, batch_id, actor)
    if "result" not in sheet.columns or not {"number", "uscc"} & sheet.columns.keys():
        raise Refusal("请指明“甄别结果”所在的列，以及“编号”或“统一社会信用代码”所在的列。", "columns")
    session.execute(delete(ProposedPart).where(ProposedPart.batch_id == batch.id))
    counts, seen, rows = Counter[str](), set[int](), iter(sheet.rows)
    while part := list(islice(rows, PART)):
        _keep(session, batch, part, seen, counts)
    batch.changed, batch.refused, batch.same = (counts[state] for state in ("changed", "refused", "same"))
    batch.proposal = [{"state": "blank", "count": counts["blank"]}]
    session.flush()
    return proposal_of(session, batch_id, actor)


def _keep(
    session: Session,
    batch: AnswerBatch,
    part: Sequence[tuple[int, dict[str, Any]]],
    seen: set[int],
    counts: Counter[str],
) -> None:
    """Check a part of the rows and keep those that change something or cannot; the others are only counted."""
    filled = [(number, cells) for number, cells in part if is_filled(cells)]
    rows = list(checked(session, batch, filled, seen))
    counts.update(row["state"] for row in rows)
    counts["blank"] += len(part) - len(filled)
    kept = sorted((row for row in rows if row["state"] != "same"), key=lambda row: row["line"])
    if kept:
        session.execute(insert(ProposedPart), [{"batch_id": batch.id, "rows": kept}])


def content_of(session: Session, batch_id: int, actor: User) -> bytes:
    """A received sheet as it came."""
    return document.fetched(_batch(session, batch_id, actor).storage_key)


def proposal_of(session: Session, batch_id: int, actor: User) -> Proposal:
    """A sheet as it was checked last, with the first SHOWN rows of each kind."""
    batch = _batch(session, batch_id, actor)
    found = Outcome(batch_id=batch.id, is_repeated=batch.state == BatchState.APPLIED)
    for row in _told(session, batch):
        told: list[RowResult] = getattr(found, row["state"])
        if len(told) < SHOWN:
            told.append(line_of(row))
        elif len(found.changed) == len(found.refused) == SHOWN:
            break
    blank = next((row["count"] for row in batch.proposal if row.get("state") == "blank"), 0)
    counted = {name: getattr(batch, name) for name in ("changed", "same", "refused")}
    return Proposal(batch.id, batch.file_name, found, blank, is_applied=found.is_repeated, **counted)


def _told(session: Session, batch: AnswerBatch) -> Iterable[dict[str, Any]]:
    """Of an applied sheet only what could not be taken is left."""
    is_applied = batch.state == BatchState.APPLIED
    return [row for row in batch.proposal if "state" in row] if is_applied else proposed_rows(session, batch)


def every_row(session: Session, batch_id: int, actor: User) -> Iterator[RowResult]:
    """All rows of a checked sheet that change something or cannot, in its order."""
    return (line_of(row) for row in proposed_rows(session, _batch(session, batch_id, actor)))


def proposed_rows(session: Session, batch: AnswerBatch) -> Iterator[dict[str, Any]]:
    """The kept rows, part by part."""
    query = select(ProposedPart.rows).where(ProposedPart.batch_id == batch.id).order_by(ProposedPart.id)
    for rows in session.scalars(query.execution_options(yield_per=1)):
        yield from rows


def apply_proposal(session: Session, batch_id: int, actor: User) -> Applied:
    """Write the good rows of a checked sheet, once; a second click changes nothing."""
    batch = _batch(session, batch_id, actor)
    locked(session, open_for_answers(session, batch.round_id).case_id)
    session.refresh(batch)
    if batch.state == BatchState.APPLIED:
        return Applied(batch.id, is_repeated=True)
    if batch.state != BatchState.PROPOSED or not batch.proposal:
        raise Conflict("该表尚未检查或已撤销，请重新上传。")
    ids = list(session.scalars(select(ProposedPart.id).where(ProposedPart.batch_id == batch.id)))
    refused, begin = batch.refused, [row for row in _first_refused(session, batch)]
    batch.changed, batch.same, batch.refused, batch.proposal = 0, 0, 0, []
    for one in sorted(ids):
        _apply_part(session, batch, one, actor)
    batch.refused += refused
    batch.proposal = [*begin, *batch.proposal][:MAX_KEPT]
    close(session, batch, actor)
    if not batch.changed:
        # Overtaken altogether: the same sheet may be checked anew.
        batch.key = None
    return Applied(batch.id, batch.changed, batch.refused)


def _first_refused(session: Session, batch: AnswerBatch) -> list[dict[str, Any]]:
    """What the page of the batch lists of the rows that could not be taken when the sheet was checked."""
    return list(islice((row for row in proposed_rows(session, batch) if row["state"] == "refused"), MAX_KEPT))


def _apply_part(session: Session, batch: AnswerBatch, part_id: int, actor: User) -> None:
    part = session.scalars(select(ProposedPart.rows).where(ProposedPart.id == part_id)).one()
    rows = [row for row in part if row["state"] == "changed"]
    lines = {row["candidate_id"]: row["line"] for row in rows}
    late = write_part(session, batch, [answer_of(row) for row in rows], actor)
    told = [{**asdict(row), "line": lines.get(row.candidate_id, 0), "state": "refused"} for row in late]
    batch.proposal = [*batch.proposal, *told][:MAX_KEPT]
    session.execute(delete(ProposedPart).where(ProposedPart.id == part_id))


def _batch(session: Session, batch_id: int, actor: User) -> AnswerBatch:
    batch = session.get(AnswerBatch, batch_id)
    is_ours = batch is not None and batch.department_id == department_of(actor)
    if batch is None or not is_ours or batch.source != Source.EXCEL:
        raise NotFound("未找到该表，或您无权查看。")
    return batch
