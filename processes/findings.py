"""Room findings: the rows of a decision table applied to a case, shown beside a form; the person decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import CaseFile
from models.refusal import Refusal
from models.scheme import Scheme
from models.workflow import ProcessInstance
from processes.engine.decision import Row, examine
from processes.engine.expression import ExpressionError
from processes.facts import CaseFacts
from processes.workflow import definition_of, instance_of

WORDS = {"ok": "符合", "over": "不符合", "soon": "请核实"}


@dataclass(frozen=True)
class Finding:
    """One rule of a decision table applied to a case: a shape (ok, over, soon), a word, the clause."""

    code: str
    level: str
    word: str
    requirement: str
    clause: str


def findings_of(session: Session, case: CaseFile, decision: str) -> list[Finding]:
    """The findings of a decision of the version on which the case runs; its table is named after it."""
    definition = definition_of(session, instance_of(session, case).definition_id)
    facts = CaseFacts(session, case, drawn=definition.drawing.field_names)
    try:
        return findings_in(definition.decisions[f"{decision}.dmn"], facts)
    except (ExpressionError, Refusal) as fault:
        if case.kind is not Scheme.GENERAL:
            raise
        # An owner's own table that asks for what is not known yet.
        return [Finding("", "soon", WORDS["soon"], f"检查表目前不能计算：{fault.message}", "")]


def findings_of_many(session: Session, decision: str, known: Sequence[CaseFacts]) -> list[list[Finding]]:
    """As `findings_of`, for cases whose facts have been gathered; each by the version on which it runs."""
    ids = [facts.case.id for facts in known]
    query = select(ProcessInstance.case_id, ProcessInstance.definition_id).where(
        ProcessInstance.case_id.in_(ids)
    )
    version = {row.case_id: row.definition_id for row in session.execute(query)}
    name = f"{decision}.dmn"
    found = []
    for facts in known:
        definition = definition_of(session, version[facts.case.id])
        facts.drawn = definition.drawing.field_names
        found.append(findings_in(definition.decisions[name], facts))
    return found


def findings_in(table: str, facts: CaseFacts) -> list[Finding]:
    """Every row that concerns this kind of applicant, in drawn order."""
    return [_finding(row.matched, row.outputs) for row in rows_for(table, facts)]


def rows_for(table: str, facts: CaseFacts) -> list[Row]:
    """The rows of a table less those whose code belongs to the other kind of applicant."""
    others = _OTHERS.get(facts.case.form_kind, "P")
    return [row for row in examine(table, facts) if not str(row.outputs.get("code", "")).startswith(others)]


# The first letter of the codes that say nothing about this kind: E enterprises, P persons, T 个体工商户.
_OTHERS = {
    "person": "E",
    "partnership": "E",
    "sole_trader": "E",
    "small_enterprise": "P",
    "credit_enterprise": "T",
    "credit_sole_trader": "E",
}


def _finding(is_broken: bool, outputs: Mapping[str, Any]) -> Finding:
    level = "ok" if not is_broken else ("over" if outputs.get("level") == "block" else "soon")
    code, requirement, clause = (str(outputs.get(name, "")) for name in ("code", "requirement", "clause"))
    return Finding(code, level, WORDS[level], requirement, clause)
