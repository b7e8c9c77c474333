"""Room case, pairs of characters: finds a name or a number among a million cases without reading them all.

A row a case holds its pairs of characters; SQLite indexes them by a full-text table, PostgreSQL by GIN. Every hit is
compared again with what was typed, so a pair too many costs time and never a wrong line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    and_,
    column,
    event,
    func,
    inspect,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from models.case import CaseFile
from models.database import Base, bound
from models.keyset import containing

_LIMIT = 100
# What more cases have is no help in finding one.
COMMON = 20_000
_SHADOW = "case_bigram_fts"


class Pairs(TypeDecorator[list[str]]):
    """Words of ASCII letters and digits: an array on PostgreSQL, a line of text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        is_server = dialect.name == "postgresql"
        return dialect.type_descriptor(postgresql.ARRAY(Text) if is_server else Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str] | None:
        return value.split() if isinstance(value, str) else value


class CaseBigram(Base):
    """What a case is found by; written in the transaction that gives it its name (`_follow`)."""

    __tablename__ = "case_bigram"
    __table_args__ = (
        Index("ix_case_bigram_pairs", "pairs", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True, autoincrement=False)
    pairs: Mapped[list[str]] = mapped_column(Pairs)


# SQLite: the index over the rows, and what keeps it in step with them.
INDEX_SQLITE = (
    "CREATE VIRTUAL TABLE case_bigram_fts USING fts5("
    "pairs, content='case_bigram', content_rowid='case_id', detail='none', columnsize=0, tokenize='ascii')",
    "CREATE TRIGGER case_bigram_added AFTER INSERT ON case_bigram BEGIN "
    "INSERT INTO case_bigram_fts(rowid, pairs) VALUES (new.case_id, new.pairs); END",
    "CREATE TRIGGER case_bigram_removed AFTER DELETE ON case_bigram BEGIN "
    "INSERT INTO case_bigram_fts(case_bigram_fts, rowid, pairs) VALUES ('delete', old.case_id, old.pairs); END",
    "CREATE TRIGGER case_bigram_changed AFTER UPDATE ON case_bigram BEGIN "
    "INSERT INTO case_bigram_fts(case_bigram_fts, rowid, pairs) VALUES ('delete', old.case_id, old.pairs); "
    "INSERT INTO case_bigram_fts(rowid, pairs) VALUES (new.case_id, new.pairs); END",
)
_FTS = table(_SHADOW, column("rowid", Integer))


def is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """For alembic: the tables of SQLite's own index are none of the models'."""
    return not (kind == "table" and (name or "").startswith(_SHADOW))


def _index(_table: object, connection: Connection, **_options: object) -> None:
    for statement in INDEX_SQLITE if connection.dialect.name == "sqlite" else ():
        connection.exec_driver_sql(statement)


def _drop_index(_table: object, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_SHADOW}")


event.listen(CaseBigram.__table__, "after_create", _index)
event.listen(CaseBigram.__table__, "before_drop", _drop_index)


def pairs_of(number: str, name: str) -> list[str]:
    """Everything a case is found by: characters and pairs of its name, beginnings and ends of its number."""
    plain = number.lower()
    ends = range(1, len(plain) + 1)
    found = [
        *_singles(name),
        *_doubles(name),
        *(f"h{plain[:n]}" for n in ends),
        *(f"t{plain[-n:]}" for n in ends),
    ]
    return list(dict.fromkeys(found))


def _letters(words: str) -> list[str]:
    """What counts of a name: letters and digits in any script, as their code in hexadecimal digits."""
    return [f"{ord(letter):x}" for letter in words.upper() if letter.isalnum()]


def _singles(words: str) -> Iterator[str]:
    return (f"u{letter}" for letter in _letters(words))


def _doubles(words: str) -> Iterator[str]:
    letters = _letters(words)
    return (f"p{one}x{other}" for one, other in pairwise(letters))


def matching(words: str) -> ColumnElement[bool]:
    """Criterion on CaseFile: its name contains the words, or its number begins or ends with them; all when empty.

    For lists that are led by something else, as the inbox is by its tasks: what more than COMMON cases have in
    common is compared line by line. models/case_search.py, which is led by nothing else, asks `is_common` itself.
    """
    words = tidied(words)
    if not words:
        return true()
    few = held(words, COMMON + 1)
    if few is None:
        return literally(words)
    many = select(func.count()).select_from(few.subquery()).scalar_subquery() > COMMON
    return and_(literally(words), or_(many, CaseFile.id.in_(few)))


def tidied(words: str) -> str:
    """What was typed, as it is looked for."""
    return words.strip().replace("\0", "")[:_LIMIT]


def is_common(session: Session, words: str) -> bool:
    """Whether so many cases have it that a list of them all costs more than looking through the newest."""
    few = held(words, COMMON + 1)
    return few is None or (session.scalar(select(func.count()).select_from(few.subquery())) or 0) > COMMON


def literally(words: str) -> ColumnElement[bool]:
    """The same, letter by letter and without the index."""
    pattern = containing(words)
    named = CaseFile.applicant_name.ilike(pattern, escape="\\")
    if not (words.isascii() and words.isalnum()):
        return named
    upper = words.upper()
    return or_(named, CaseFile.number.like(f"{upper}%"), CaseFile.number.like(f"%{upper}"))


def _asked(words: str) -> list[list[str]]:
    """Alternatives, each a list of what must all be there; empty: nothing that the index could know."""
    alternatives = [list(dict.fromkeys(_doubles(words))) or list(_singles(words))]
    if words.isascii() and words.isalnum():
        alternatives += [[f"h{words.lower()}"], [f"t{words.lower()}"]]
    return [one for one in alternatives if one]


def held(words: str, limit: int) -> Select[int] | None:
    """The ids of cases that hold all pairs of the words; None when the words have none."""
    alternatives = _asked(words)
    if not alternatives:
        return None
    if bound().is_sqlite:
        line = " OR ".join(f"({' AND '.join(one)})" for one in alternatives)
        return select(_FTS.c.rowid).where(text(f"{_SHADOW} MATCH :line").bindparams(line=line)).limit(limit)
    pairs = CaseBigram.__table__.c.pairs
    holds = (pairs.op("@>", is_comparison=True)(_array(one)) for one in alternatives)
    return select(CaseBigram.case_id).where(or_(*holds)).limit(limit)


def _array(words: list[str]) -> Any:
    return postgresql.array(words, type_=Text)


def write_rows(connection: Connection, cases: Iterable[tuple[int, str, str]]) -> None:
    """Keep id, number and name of cases findable; what was kept of them before is replaced."""
    rows = [{"case_id": row_id, "pairs": pairs_of(number, name)} for row_id, number, name in cases]
    if not rows:
        return
    kept: Table = CaseBigram.__table__  # type: ignore[assignment]
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    put = make(kept)
    connection.execute(
        put.on_conflict_do_update(index_elements=["case_id"], set_={"pairs": put.excluded.pairs}), rows
    )


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context: object) -> None:
    """Whatever gives a case its number or name, by whichever verb, makes it findable in the same transaction."""
    changed = [row for row in session.dirty if isinstance(row, CaseFile) and _is_renamed(row)]
    fresh = [row for row in session.new if isinstance(row, CaseFile)]
    cases = [(row.id, row.number, row.applicant_name) for row in [*fresh, *changed]]
    if cases:
        write_rows(session.connection(), cases)


def _is_renamed(case: CaseFile) -> bool:
    state: Any = inspect(case)
    return any(state.attrs[name].history.has_changes() for name in ("number", "applicant_name"))
