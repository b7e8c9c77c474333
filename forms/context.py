"""Room context: the facts a form needs from outside, so that no form ever asks a table or a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class FormContext:
    """What `form.bind()` takes: today, the choices that come from tables, and the facts of the case."""

    today: date
    banks: Options = ()
    regions: Options = ()
    groups: Options = ()
    reasons: Options = ()
    recommenders: Options = ()
    materials: Options = ()
    departments: Options = ()
    meetings: Options = ()
    people: Options = ()
    absentees: Options = ()
    limits: Mapping[str, object] = field(default_factory=dict)
    """Field name → upper limit of the policy set in force; shown as a hint, never checked here."""
    overdue: bool = False
    """The task's clock has run out: 超期原因 is asked for and required."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Facts of the case: `counter_guarantee_allowed` (False hides it, A-02), `exception_required` (A-05)."""
