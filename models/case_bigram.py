"""Room case, pairs of characters: finds a name or a number among a million cases without reading them all.

A row a case holds its pairs of characters; SQLite indexes them by a full-text table, PostgreSQL by GIN. Every hit is
compared again with what was typed, so a pair too many costs time and never a wrong line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    column,
    event,
    func,
    inspect,
    literal,
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
        Index("ix_case_bigram_ending", "ending", postgresql_ops={"ending": "varchar_pattern_ops"}),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True, autoincrement=False)
    pairs: Mapped[list[str]] = mapped_column(Pairs)
    # The number from its end, for its last digits.
    ending: Mapped[str] = mapped_column(String(24))


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
_KEPT = cast(Table, CaseBigram.__table__)
_FTS = table(_SHADOW, column("rowid", Integer))


def is_meant(item: Any, _name: str | None, kind: str, is_reflected: bool, found: object) -> bool:
    """For alembic: an index that only one database has is missing on no other."""
    is_conditional = kind == "index" and not is_reflected and getattr(item, "_ddl_if", None) is not None
    return not (is_conditional and found is None)


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


def pairs_of(name: str) -> list[str]:
    """What a name is found by: its characters, and each with the next."""
    return list(dict.fromkeys([*_singles(name), *_doubles(name)]))


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


def held(words: str, limit: int) -> Select[int] | None:
    """The ids of cases whose name may contain the words or whose number begins or ends with them, `limit` of each.

    None when the words have nothing that the index could know.
    """
    parts = [part.limit(limit).subquery() for part in _parts(words)]
    if not parts:
        return None
    one, *others = (select(part.c[0].label("id")) for part in parts)
    found = one.union(*others).subquery() if others else one.subquery()
    return select(found.c.id)


def _parts(words: str) -> Iterator[Select[int]]:
    if pairs := list(dict.fromkeys(_doubles(words))) or list(_singles(words)):
        yield _named(pairs)
    if words.isascii() and words.isalnum():
        yield select(CaseFile.id).where(_beginning(CaseFile.__table__.c.number, words.upper()))
        yield select(_KEPT.c.case_id).where(_beginning(_KEPT.c.ending, words.upper()[::-1]))


def _named(pairs: list[str]) -> Select[int]:
    if bound().is_sqlite:
        match = text(f"{_SHADOW} MATCH :line").bindparams(line=" AND ".join(pairs))
        return select(_FTS.c.rowid).where(match)
    holds = _KEPT.c.pairs.op("@>", is_comparison=True)(literal(pairs, postgresql.ARRAY(Text)))
    return select(_KEPT.c.case_id).where(holds)


def _beginning(words: ColumnElement[str], start: str) -> ColumnElement[bool]:
    """As an index knows it: a range on SQLite, whose LIKE folds letters; a pattern on PostgreSQL, whose order is a language's."""
    return words.between(start, f"{start}\uffff") if bound().is_sqlite else words.like(f"{start}%")


def write_rows(connection: Connection, cases: Iterable[tuple[int, str, str]]) -> None:
    """Keep id, number and name of cases findable; what was kept of them before is replaced."""
    rows = [
        {"case_id": row_id, "pairs": pairs_of(name), "ending": number[::-1].upper()}
        for row_id, number, name in cases
    ]
    if not rows:
        return
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    put = make(_KEPT)
    connection.execute(
        put.on_conflict_do_update(
            index_elements=["case_id"], set_={"pairs": put.excluded.pairs, "ending": put.excluded.ending}
        ),
        rows,
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
