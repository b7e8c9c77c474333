"""Room declaration, rules: between the steps of F3; shape only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from models.scheme import DECLARED
from models.subject import SubjectKind

PREFIXES = {SubjectKind.ENTERPRISE: "91", SubjectKind.SOLE_TRADER: "92"}


def is_declared(kind: str) -> bool:
    """Whether a form kind is one of F3."""
    return kind.startswith(DECLARED)


def declaration_faults(kind: str, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Faults of F3 that no single step can see; questions that are already faulty are not in `known`."""
    subject = SubjectKind(kind.removeprefix(DECLARED))
    uscc = str(known.get("uscc") or "")
    if uscc and not uscc.startswith(PREFIXES[subject]):
        yield (
            "uscc",
            f"{subject.label}的统一社会信用代码应以{PREFIXES[subject]}开头，请核对，或改选主体类型重新填报",
        )
    registered, taxed = known.get("registered_on"), known.get("first_taxed_on")
    if isinstance(registered, date) and isinstance(taxed, date) and taxed < registered:
        yield "first_taxed_on", "首次纳税日期不得早于注册日期"
