"""What a round of screening costs: opening, the answers of nine departments by grid and by Excel, handing in, pages."""

from __future__ import annotations

import argparse
import os
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from time import perf_counter, process_time

import sqlalchemy as sa
from openpyxl import load_workbook

from benchmarks.ground import counted, county, servers
from models import database
from models.calendar import fixed_at
from models.case import CaseFile
from models.people import user_named
from models.screening import Candidate, ScreeningRound, Source
from models.screening_board import BoardFilter, board, board_counts
from models.screening_matrix import MatrixFilter, matrix
from models.screening_rounds import offices
from models.subject import Subject
from models.workflow import ProcessInstance
from processes import group_review, screening, screening_answers, screening_handin, screening_sheet
from processes.group_review import Decision
from processes.screening_check import Answer
from tests.credit import MAY, checked, code
from tests.screening import JUNE, NINE, met
from tests.world import World, at

SIZES = (1_000, 10_000)
BY_EXCEL = ("shuiwu1", "fayuan1")
PART = 1_000


@dataclass
class Times:
    """Seconds by what was done, by the clock and of the processor; rows by what they are counted in."""

    seconds: dict[str, float] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, rows: int, act: Callable[[], object], note: str = "") -> None:
        """Do it and add up."""
        begun, worked = perf_counter(), process_time()
        act()
        self.busy[name] = self.busy.get(name, 0.0) + process_time() - worked
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - begun
        self.rows[name] = self.rows.get(name, 0) + rows
        if note:
            self.notes[name] = note


def main() -> None:
    """Print a table a database, and how the cost of a row grows with their number."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="100 and 1,000 candidates")
    sizes = tuple(size // 10 for size in SIZES) if parser.parse_args().small else SIZES
    for server in servers():
        found: list[Times] = []
        for size in sizes:
            with fixed_at(at(JUNE)), county() as (_url, world):
                print(f"\n{server}, {size} candidates, load {os.getloadavg()[0]:.1f}", flush=True)
                found.append(measure(world, size))
        few, many = found
        print(f"{server}: processor milliseconds (Python) a row at {sizes[1]}, over those at {sizes[0]}")
        for name, rows in many.rows.items():
            each, before = many.busy[name] / rows, few.busy[name] / few.rows[name]
            print(f"  {name:34} {each * 1000:8.3f} ms   × {each / before:.2f}")
        clock, busy = sum(many.seconds.values()), sum(many.busy.values())
        print(f"  altogether {clock:.0f} s by the clock, {busy:.0f} s of the processor", flush=True)


def measure(world: World, size: int) -> Times:
    """One round from its declarations to the decision of the group."""
    times = Times()
    declare(world, size)
    round_id = _opened(world)
    times.run("opening, a candidate", size, lambda: _all_chunks(screening.prepare, round_id))
    times.run("news to a declaration", size, lambda: _news(world))
    with database.reading() as session:
        ids = list(session.scalars(sa.select(Candidate.id).order_by(Candidate.id)))
    for who in NINE.values():
        by_excel = who in BY_EXCEL
        (_by_excel if by_excel else _by_grid)(times, world, round_id, who, ids)
    _single(times, round_id, ids[: min(200, size)])
    pages(times, round_id)
    for who in NINE.values():
        times.run("handing in, an answer", size, lambda who=who: _hand_in(round_id, who))
        if who == "renhang1":
            name = "tokens of one department, a candidate"
            times.run(name, size, lambda: _all_chunks(screening_handin.complete_chunk, round_id))
    name = "tokens of eight departments, a cand."
    times.run(name, size, lambda: _all_chunks(screening_handin.complete_chunk, round_id))
    meeting_id = met(world)
    times.run("decision of the group, a candidate", size, lambda: _decide(round_id, meeting_id, ids))
    name = "tokens of the group, a candidate"
    times.run(name, size, lambda: _all_chunks(screening_handin.complete_chunk, round_id))
    _tell(times)
    return times


def _tell(times: Times) -> None:
    for name, seconds in times.seconds.items():
        note = times.notes.get(name, "")
        busy = times.busy[name]
        print(
            f"  {name:38} {times.rows[name]:7} rows {seconds:8.2f} s, busy {busy:8.2f} s  {note}", flush=True
        )


def declare(world: World, size: int) -> None:
    """One real declaration that waits for its round, and copies of it with firms of their own."""
    first = checked(world, code(1), day=MAY)
    with database.transaction() as session:
        case, firm = session.get_one(CaseFile, first), session.scalars(sa.select(Subject)).one()
        token = session.scalars(sa.select(ProcessInstance).where(ProcessInstance.case_id == first)).one()
        firms = [
            {**_row(firm, "id"), "uscc": code(n), "name": f"示例商贸{n:05d}"} for n in range(2, size + 1)
        ]
        for part in _parts(firms):
            session.execute(sa.insert(Subject), part)
        ids = session.scalars(sa.select(Subject.id).where(Subject.id != firm.id).order_by(Subject.id)).all()
        copy = {**_row(case, "id"), "audit_seq": 0, "audit_head": ""}
        cases = [{**copy, "subject_id": one, "number": f"XD2025{n:05d}"} for n, one in enumerate(ids)]
        for part in _parts(cases):
            session.execute(sa.insert(CaseFile), part)
        made = session.scalars(sa.select(CaseFile.id).where(CaseFile.number.like("XD2025%"))).all()
        tokens = [{**_row(token, "id"), "case_id": one} for one in made]
        for part in _parts(tokens):
            session.execute(sa.insert(ProcessInstance), part)


def _row(entity: object, *but: str) -> dict[str, object]:
    names = [column.key for column in sa.inspect(entity).mapper.column_attrs]
    return {name: getattr(entity, name) for name in names if name not in but}


def _parts(rows: Sequence[dict[str, object]]) -> Iterator[Sequence[dict[str, object]]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]


def _opened(world: World) -> int:
    with database.transaction() as session:
        return screening.open_round(session, world.user(session, "jinrong1")).id


def _all_chunks(act: Callable[..., int], round_id: int) -> None:
    """What the background does, and the longest of its transactions."""
    longest = 0.0
    while True:
        begun = perf_counter()
        with database.transaction() as session:
            done = act(session, round_id)
        longest = max(longest, perf_counter() - begun)
        if not done:
            print(f"    longest transaction {longest:.2f} s", flush=True)
            return


def _news(world: World) -> None:
    while world.fire_due():
        pass


def _by_grid(times: Times, world: World, round_id: int, who: str, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        times.run("answers by grid (500 at once)", len(part), lambda part=part: _answer(round_id, who, part))


def _answer(round_id: int, who: str, ids: Sequence[int]) -> None:
    with database.transaction() as session:
        actor = user_named(session, who)
        assert actor is not None
        rows = [Answer(one, "pass") for one in ids]
        done = screening_answers.answer(session, round_id, rows, actor, Source.BULK)
        assert len(done.changed) == len(ids)


def _single(times: Times, round_id: int, ids: Sequence[int]) -> None:
    def one(candidate_id: int) -> None:
        with database.transaction() as session:
            actor = user_named(session, "gongshang1")
            assert actor is not None
            rows = [Answer(candidate_id, "pass", "已复核")]
            screening_answers.answer(session, round_id, rows, actor, Source.GRID)

    for candidate_id in ids:
        times.run("answer by grid, one by one", 1, lambda candidate_id=candidate_id: one(candidate_id))


def _by_excel(times: Times, world: World, round_id: int, who: str, ids: Sequence[int]) -> None:
    size, out = len(ids), BytesIO()
    times.run("sheet written, a row", size, lambda: _write(round_id, who, out))
    filled = _filled(out.getvalue())
    batch: list[int] = []
    times.run("sheet checked, a row", size, lambda: batch.append(_propose(round_id, who, filled)))
    times.run("sheet applied, a row", size, lambda: _apply(batch[0], who))
    if who == BY_EXCEL[0]:
        written = _peak(lambda: _write(round_id, who, BytesIO()))
        touched = _touched(filled)
        read = _peak(lambda: batch.append(_propose(round_id, who, touched)))
        applied = _peak(lambda: _apply(batch[1], who))
        for name, peak in (("written", written), ("checked", read), ("applied", applied)):
            times.notes[f"sheet {name}, a row"] = f"peak {peak:.1f} MB"


def _peak(act: Callable[[], object]) -> float:
    tracemalloc.start()
    act()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def _write(round_id: int, who: str, out: BytesIO) -> None:
    with database.reading() as session:
        actor = user_named(session, who)
        screening_sheet.write_sheet(session, round_id, (actor and actor.department_id) or 0, out)


def _filled(content: bytes, reason: str = "") -> bytes:
    book = load_workbook(BytesIO(content))
    page = book.worksheets[0]
    for row in range(2, page.max_row + 1):
        page.cell(row, 7).value = "通过"
        page.cell(row, 9).value = reason or None
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _touched(content: bytes) -> bytes:
    return _filled(content, "已复核")


def _propose(round_id: int, who: str, content: bytes) -> int:
    with database.transaction() as session:
        actor = user_named(session, who)
        assert actor is not None
        batch_id = screening_sheet.receive(session, round_id, "甄别.xlsx", content, actor)
        screening_sheet.propose(session, batch_id, screening_sheet.read_sheet(content), actor)
        return batch_id


def _apply(batch_id: int, who: str) -> None:
    with database.transaction() as session:
        actor = user_named(session, who)
        assert actor is not None
        screening_sheet.apply_proposal(session, batch_id, actor)


def _hand_in(round_id: int, who: str) -> None:
    with database.transaction() as session:
        actor = user_named(session, who)
        assert actor is not None
        screening_handin.hand_in(session, round_id, actor)


def _decide(round_id: int, meeting_id: int, ids: Sequence[int]) -> None:
    with database.transaction() as session:
        actor = user_named(session, "xiaozu1")
        assert actor is not None
        rows = [Decision(one, "approve") for one in ids]
        assert len(group_review.decide(session, round_id, meeting_id, rows, actor).changed) == len(ids)


def pages(times: Times, round_id: int) -> None:
    """The matrix and a department's board: milliseconds and statements of a page."""
    with database.reading() as session:
        actor = user_named(session, "renhang1")
        assert actor is not None
        office = actor.department_id or 0

    def show_matrix() -> None:
        with database.reading() as session:
            columns = [one.id for one in offices(session, session.get_one(ScreeningRound, round_id))]
            matrix(session, round_id, columns, MatrixFilter())

    def show_board() -> None:
        with database.reading() as session:
            board(session, round_id, office, BoardFilter())
            board_counts(session, round_id, office)

    for name, act in (("matrix page", show_matrix), ("board page", show_board)):
        act()
        with counted(database.bound().reader) as tally:
            times.run(name, 1, act)
        times.notes[name] = f"{len(tally.statements)} statements"


if __name__ == "__main__":
    main()
