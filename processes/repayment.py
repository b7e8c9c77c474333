"""Room repayment: a bank's Excel of repayments: read, checked row by row against the ledgers, shown, applied once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.calendar import now, today
from models.case import CaseFile, locked
from models.credit_ledger import Book, Paid, allocate
from models.credit_loan import CreditLoan, Draw, LedgerEntry
from models.crypto import canonical_json
from models.identity import plain_number
from models.money import format_amount
from models.people import DepartmentKind, Permission, User
from models.refusal import Forbidden, NotFound, Refusal
from models.repayment import RepaymentBatch
from models.upload import clean_name
from models.vocabulary_credit_loan import EntryKind
from processes.credit_draw import Repaid, entered_references, repay_loan
from processes.credit_ledger import books_by_loan
from processes.sheet import Row, amount_of, day_of, read_sheet, text_of

HEAD = ("贷款编号", "借据号", "入账日", "还款金额（元）", "还款类型", "银行流水号", "备注")
_KINDS = {kind.label: kind for kind in (EntryKind.REPAYMENT, EntryKind.PREPAYMENT)}
Line = dict[str, Any]


@dataclass
class _Ledger:
    """A loan as the rows of the file, one after the other, would leave it."""

    number: str
    books: list[Book]
    receipts: dict[str, int]
    last_on: date | None
    # Of all loans of the bank: one number is one payment.
    references: set[str]

    @property
    def balance(self) -> Decimal:
        return sum((book.balance for book in self.books), Decimal(0))

    def pay(self, repaid: Repaid) -> Line:
        """What the row does. Raises Refusal for what the ledger would refuse."""
        reference = plain_number(repaid.reference)
        if reference in self.references:
            raise Refusal("该银行流水号已登记")
        if repaid.value_on > today():
            raise Refusal("入账日晚于今日")
        if self.last_on is not None and repaid.value_on < self.last_on:
            raise Refusal(f"入账日早于台账最后一笔（{self.last_on.isoformat()}）")
        if repaid.amount <= 0:
            raise Refusal("还款金额应大于 0 元")
        chosen = self._chosen(plain_number(repaid.receipt_number))
        is_early = repaid.kind == EntryKind.PREPAYMENT
        shares = {s.draw: s for s in allocate(chosen, repaid.amount, repaid.value_on, is_early)}
        paid = {draw: Paid(repaid.value_on, s.principal, s.interest) for draw, s in shares.items()}
        self.books = [b.plus(paid[b.draw]) if b.draw in paid else b for b in self.books]
        self.last_on = repaid.value_on
        self.references.add(reference)
        sums = {name: sum((getattr(s, name) for s in shares.values()), Decimal(0))
                for name in ("principal", "interest")}  # fmt: skip
        return {**{name: str(value) for name, value in sums.items()}, "balance": str(self.balance)}

    def _chosen(self, receipt_number: str) -> list[Book]:
        if not receipt_number:
            return self.books
        if receipt_number not in self.receipts:
            raise Refusal(f"该笔贷款没有借据“{receipt_number}”")
        return [book for book in self.books if book.draw == self.receipts[receipt_number]]


def template_rows(session: Session, actor: User) -> Iterator[Sequence[Any]]:
    """The open draws of one's bank, each with a line to fill: loan, receipt, then what is to be typed."""
    actor.require(Permission.CREDIT_WORK)
    query = (
        select(CaseFile.number, Draw.receipt_number)
        .join(CreditLoan, CreditLoan.case_id == CaseFile.id)
        .join(Draw, Draw.loan_id == CreditLoan.id)
        .where(CreditLoan.bank_id == actor.department_id, CreditLoan.outstanding > Decimal(0))
        .order_by(CaseFile.number, Draw.number)
    )
    for number, receipt in session.execute(query):
        yield number, receipt, None, None, EntryKind.REPAYMENT.label, None, None


def read(content: bytes, actor: User) -> list[Row]:
    """The rows of a file, outside of any transaction: a big file makes nobody else wait. Raises Forbidden, Refusal."""
    _require_bank(actor)
    return read_sheet(content, HEAD)


def propose(session: Session, file_name: str, rows: Sequence[Row], actor: User) -> RepaymentBatch:
    """Keep a file with what each row would do; nothing is entered yet. The same rows again are the same batch."""
    _require_bank(actor)
    # Of what stands in it: a file that was only saved again is the same.
    said = [[number, *(text_of(cells[title]) for title in HEAD)] for number, cells in rows]
    digest = hashlib.sha256(canonical_json(said)).hexdigest()
    query = select(RepaymentBatch).where(
        RepaymentBatch.bank_id == actor.department_id, RepaymentBatch.digest == digest
    )
    known = session.scalars(query.with_for_update()).first()
    if known is not None and known.applied_at is not None:
        return known
    lines = _checked(session, rows, actor)
    if not lines:
        raise Refusal("文件中没有数据行。", "file")
    if known is not None:
        # Looked at again: what the rows would do may have changed since.
        known.lines = lines
        return known
    batch = RepaymentBatch(
        bank_id=actor.department_id,
        digest=digest,
        file_name=clean_name(file_name or "还款明细.xlsx"),
        lines=lines,
        uploaded_by_id=actor.id,
        uploaded_at=now(),
    )
    session.add(batch)
    session.flush()
    return batch


def batch_of(session: Session, batch_id: int, actor: User) -> RepaymentBatch:
    """A file of the person's own bank. Raises NotFound."""
    batch = session.get(RepaymentBatch, batch_id)
    if batch is None or actor.department_id is None or batch.bank_id != actor.department_id:
        raise NotFound("未找到该导入文件，或您无权查看。")
    return batch


def apply(session: Session, batch_id: int, actor: User) -> RepaymentBatch:
    """Enter the good rows, once: a second click changes nothing. What the ledger refuses meanwhile says why."""
    _require_bank(actor)
    batch_of(session, batch_id, actor)
    query = select(RepaymentBatch).where(RepaymentBatch.id == batch_id).with_for_update()
    batch = session.scalars(query.execution_options(populate_existing=True)).one()
    if batch.applied_at is not None:
        return batch
    _lock(session, [line["number"] for line in batch.lines if not line["error"]])
    batch.lines = [line if line["error"] else _enter(session, batch, line, actor) for line in batch.lines]
    batch.applied_at, batch.applied_by_id = now(), actor.id
    entered = [line for line in batch.lines if not line["error"]]
    total = sum((Decimal(line["amount"]) for line in entered), Decimal(0))
    summary = f"导入还款 {len(entered)} 笔，共 {format_amount(total)} 元（{batch.file_name}）"
    new = {"sha256": batch.digest, "entered": len(entered), "refused": len(batch.lines) - len(entered)}
    audit.record(session, "repayments.imported", summary, actor=actor, new=new)
    return batch


def _lock(session: Session, numbers: Sequence[str]) -> None:
    """All cases in one order, so that two files never wait for each other crosswise."""
    query = select(CaseFile.id).where(CaseFile.number.in_(set(numbers))).order_by(CaseFile.id)
    for case_id in session.scalars(query).all():
        locked(session, case_id)


def _enter(session: Session, batch: RepaymentBatch, line: Line, actor: User) -> Line:
    repaid = replace(_repaid(line), batch_id=batch.id)
    try:
        with session.begin_nested():
            entries = repay_loan(session, line["number"], repaid, actor)
    except Refusal as refusal:
        return {**line, "error": refusal.message.rstrip("。")}
    principal = sum((entry.principal for entry in entries), Decimal(0))
    interest = sum((entry.interest for entry in entries), Decimal(0))
    done = {"principal": principal, "interest": interest, "balance": entries[-1].balance}
    return {**line, **{key: str(value) for key, value in done.items()}}


def _repaid(line: Line) -> Repaid:
    on = date.fromisoformat(line["value_on"])
    given = (line["kind"], line["reference"], line["receipt_number"], line["note"])
    return Repaid(Decimal(line["amount"]), on, *given)


def _checked(session: Session, rows: Sequence[Row], actor: User) -> list[Line]:
    ledgers = _ledgers(session, [cells for _row, cells in rows], actor)
    return [_line(number, cells, ledgers) for number, cells in rows]


def _line(number: int, cells: Mapping[str, Any], ledgers: Mapping[str, _Ledger]) -> Line:
    """One row: what it says and would do, or why not."""
    titles = dict(zip(("number", "receipt_number", "value_on", "amount", "kind", "reference", "note"),
                      (text_of(cells[title])[:200] for title in HEAD), strict=True))  # fmt: skip
    line: Line = {"row": number, **titles, "error": "", "principal": "", "interest": "", "balance": ""}
    try:
        ledger = ledgers.get(titles["number"])
        if ledger is None:
            raise Refusal("没有该编号的在贷贷款，或不属于本行")
        line["value_on"] = day_of(cells["入账日"]).isoformat()
        line["amount"] = str(amount_of(cells["还款金额（元）"]))
        if titles["kind"] not in _KINDS:
            raise Refusal("还款类型应为“还款”或“提前还款”")
        line["kind"] = _KINDS[titles["kind"]].value
        if not len(plain_number(titles["reference"])) > 0:
            raise Refusal("银行流水号应为 1 至 60 个字")
        return {**line, **ledger.pay(_repaid(line))}
    except Refusal as refusal:
        return {**line, "error": refusal.message.rstrip("。")}


def _ledgers(session: Session, rows: Sequence[Mapping[str, Any]], actor: User) -> dict[str, _Ledger]:
    """The open loans of the bank that the file names, in a fixed number of queries."""
    numbers = {text_of(cells[HEAD[0]]) for cells in rows}
    named = (CreditLoan.bank_id == actor.department_id, CaseFile.number.in_(numbers))
    open_ones = (CreditLoan.signed_on.is_not(None), CreditLoan.closed_on.is_(None))
    query = select(CreditLoan.id, CaseFile.number).join(CaseFile, CaseFile.id == CreditLoan.case_id)
    query = query.where(*named, *open_ones, CreditLoan.compensated_on.is_(None))
    names = {loan_id: number for loan_id, number in session.execute(query)}
    books = books_by_loan(session, list(names))
    known = entered_references(session, actor.department_id, _references(rows))
    found = {
        loan_id: _Ledger(number, books.get(loan_id, []), {}, None, known) for loan_id, number in names.items()
    }
    for draw in session.scalars(select(Draw).where(Draw.loan_id.in_(names))):
        found[draw.loan_id].receipts[draw.receipt_number] = draw.id
    entries = select(LedgerEntry).where(LedgerEntry.loan_id.in_(names)).order_by(LedgerEntry.seq)
    for entry in session.scalars(entries):
        found[entry.loan_id].last_on = entry.value_on
    return {ledger.number: ledger for ledger in found.values()}


def _references(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """The readable bank references of a file; what cannot be read is refused in its row."""
    found = set()
    for cells in rows:
        with suppress(Refusal):
            found.add(plain_number(text_of(cells["银行流水号"])))
    return found


def _require_bank(actor: User) -> None:
    actor.require(Permission.CREDIT_WORK)
    if actor.department is None or actor.department.kind != DepartmentKind.BANK:
        raise Forbidden("还款由合作金融机构登记。")
