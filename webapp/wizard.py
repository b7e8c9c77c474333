"""Room application: one application as its steps: what is stored, what is wrong, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from werkzeug.datastructures import MultiDict

from forms.application import (
    Step,
    application_answers,
    declared_fields,
    fill,
    known_answers,
    step_for,
    steps_for,
    validate_application,
)
from forms.application_derived import derive
from forms.application_rules import is_exempt
from forms.base import BaseForm, FormContext, to_json
from forms.declaration_rules import is_declared
from forms.rows import RowsField
from models.case import CaseFile, case_numbered
from models.case_status import CaseStatus
from models.database import DbSession
from models.declaration import Window, window
from models.document import documents_of
from models.material import MaterialKind, published_materials, required_materials
from models.people import User
from models.review import supplements_of
from models.scheme import Scheme
from models.subject import SubjectKind
from processes.case import require_editable, save_application
from processes.declaration_warning import warnings
from processes.facts import policy_for
from webapp.context import context_of

MATERIALS, REVIEW = "materials", "review"
COUNTERED = ("guarantors", "collaterals")
Faults = Mapping[str, list[str]]


@dataclass(frozen=True)
class Mark:
    """One entry of the step list."""

    key: str
    title: str
    is_done: bool


class Wizard:
    """One application that its reader may change. Raises NotFound, Forbidden, Conflict when he may not."""

    def __init__(self, session: DbSession, number: str, user: User) -> None:
        self.session, self.user = session, user
        self.case: CaseFile = case_numbered(session, number, user)
        require_editable(session, self.case, user)
        self.kind = self.case.form_kind
        self.context = _context(session, self.case)

    @property
    def stored(self) -> Mapping[str, Any]:
        """What has been saved, as typed in a draft, as answers after submission."""
        return self.case.application

    @property
    def title(self) -> str:
        """What is applied for, and the kind of applicant."""
        kind = self.case.type_label
        return f"创业担保贷款申请（{kind}）" if self.case.kind is Scheme.STARTUP_LOAN else kind

    @cached_property
    def window(self) -> Window | None:
        """When a declaration of 信保贷 that is not handed in yet may be."""
        return window(self.session) if is_declared(self.kind) and self.is_draft else None

    @property
    def is_draft(self) -> bool:
        """Not submitted yet; otherwise 补正 is open."""
        return self.case.status == CaseStatus.DRAFT

    @cached_property
    def faults(self) -> Faults:
        """Every fault of what is saved, by field name."""
        return validate_application(self.kind, self.stored, self.context)

    @cached_property
    def known(self) -> dict[str, Any]:
        """The sound answers so far."""
        return known_answers(self.kind, self.stored, self.context)

    @cached_property
    def warnings(self) -> list[tuple[str, str]]:
        """What will stop a declaration that is not handed in yet, by question; it is saved all the same."""
        if not (is_declared(self.kind) and self.is_draft):
            return []
        return list(warnings(self.session, SubjectKind(self.case.applicant_type), self.known))

    def warnings_in(self, key: str) -> list[str]:
        """The warnings at the questions of one step."""
        own = declared_fields(step_for(self.kind, key).form)
        return [sentence for name, sentence in self.warnings if name in own]

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """What follows from the answers so far."""
        return derive(self.kind, self.known, self.context.today)

    @property
    def is_exempt(self) -> bool:
        """A personal application of at most 100,000.00 元 (A-02)."""
        return is_exempt(self.kind, self.known)

    @cached_property
    def files(self) -> dict[str, list[Any]]:
        """The materials handed in, by kind."""
        found: dict[str, list[Any]] = {}
        for document in documents_of(self.session, self.case):
            found.setdefault(document.kind, []).append(document)
        return found

    @cached_property
    def needed(self) -> list[MaterialKind]:
        """The materials that this application must bring (A-03)."""
        return required_materials(self.kind, self.known)

    @property
    def missing(self) -> list[MaterialKind]:
        """What is needed and not there yet."""
        return [kind for kind in self.needed if kind.code not in self.files]

    @property
    def others(self) -> list[MaterialKind]:
        """The rest of the published list: may be handed in, need not."""
        return [kind for kind in published_materials(self.kind) if kind not in self.needed]

    @cached_property
    def asked(self) -> list[Mapping[str, Any]]:
        """The items of the 补正 notice that is open now."""
        rounds = [] if self.is_draft else supplements_of(self.session, self.case)
        return rounds[-1].items if rounds else []

    def marks(self) -> list[Mark]:
        """The list of steps; a step is done when nothing in it is wrong."""
        marks = [Mark(step.key, step.title, not self.faults_in(step)) for step in steps_for(self.kind)]
        done = not self.missing
        return [*marks, Mark(MATERIALS, "材料", done), Mark(REVIEW, "检查提交", False)]

    def faults_in(self, step: Step, faults: Faults | None = None) -> dict[str, list[str]]:
        """The faults that belong to one step."""
        own = declared_fields(step.form)
        known = self.faults if faults is None else faults
        return {name: found for name, found in known.items() if name.partition("-")[0] in own}

    def asks(self, field: str | None) -> bool:
        """Whether a field is a question of the form."""
        name = (field or "").partition("-")[0]
        return any(name in declared_fields(step.form) for step in steps_for(self.kind))

    def step_of(self, field: str | None) -> Step:
        """The step in which a field is asked; the first one for a field of no step."""
        steps = steps_for(self.kind)
        name = (field or "").partition("-")[0]
        return next((step for step in steps if name in declared_fields(step.form)), steps[0])

    def shown(self, key: str) -> BaseForm:
        """The form of a step with what is saved."""
        return fill(step_for(self.kind, key).form, self.stored, self.context)

    def sent(self, key: str, data: MultiDict[str, str]) -> BaseForm:
        """The form of a step with what the page sends."""
        return step_for(self.kind, key).form(data, csrf=False).bind(self.context)

    def check(self, key: str, form: BaseForm) -> dict[str, list[str]]:
        """Put at its questions everything that is wrong in this step, rules across steps included."""
        form.validate()
        fields = {**self.stored, **form.typed()}
        faults = self.faults_in(
            step_for(self.kind, key), validate_application(self.kind, fields, self.context)
        )
        for name, messages in faults.items():
            blame(form, name, messages)
        return form.faults()

    def keep(self, form: BaseForm) -> None:
        """Save a step: a draft as typed, a submitted application only as sound answers (the caller has checked)."""
        fields = form.typed() if self.is_draft else self._sound(form)
        save_application(self.session, self.case.id, fields, self.user)
        for name in ("faults", "known", "warnings", "facts", "needed"):
            self.__dict__.pop(name, None)

    def _sound(self, form: BaseForm) -> Mapping[str, Any]:
        fields: dict[str, Any] = {**self.stored, **_object(to_json(form.answers()))}
        if validate_application(self.kind, fields, self.context):
            return fields
        return self.answers(fields)

    def answers(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The whole application cleaned, in the shape of JSON. Raises Refusal at the first fault."""
        return _object(to_json(application_answers(self.kind, fields, self.context)))


def around(marks: list[Mark], key: str) -> tuple[str | None, str | None]:
    """The keys of the steps before and after one."""
    keys = [mark.key for mark in marks]
    at = keys.index(key)
    return (keys[at - 1] if at else None), (keys[at + 1] if at + 1 < len(keys) else None)


def add_row(form: BaseForm, name: str) -> None:
    """One more empty row at the end of a sub-table, for pages without script."""
    field: Any = form[name] if name in form and isinstance(form[name], RowsField) else None
    if field is not None and len(field.entries) < field.max_entries:
        field.append_entry({}).form.take(form.context)


def without_row(data: MultiDict[str, str], row: str) -> MultiDict[str, str]:
    """What the page sent, less one row such as `guarantors-1`."""
    kept = [(key, value) for key, value in data.items(multi=True) if not key.startswith(f"{row}-")]
    return MultiDict(kept)


def blame(form: BaseForm, name: str, messages: list[str]) -> None:
    """Put sentences at a question, once; the rows of a sub-table count without the empty ones."""
    table, _, rest = name.partition("-")
    if table not in form:
        return
    index, _, cell = rest.partition("-")
    field: Any = form[table]
    if cell:
        rows = field.filled()
        if int(index) >= len(rows):
            return
        field.errors, field = [*field.errors, {cell: messages}], rows[int(index)][cell]
    field.errors = [*field.errors, *(message for message in messages if message not in field.errors)]


def _context(session: DbSession, case: CaseFile) -> FormContext:
    """The choices of today, and the limits of the policy set that governs the case."""
    context = context_of(session, case)
    if is_declared(case.form_kind):
        return context
    rules = policy_for(session, case).rules
    others = case.application.get("partners")
    partners = 1 + (len(others) if isinstance(others, list) else 0)
    limits = {
        "amount": f"{rules.limit_for(case.applicant_type, partners):,.2f} 元",
        "term_months": f"{rules.term_for(case.applicant_type)} 个月",
    }
    return replace(context, limits={**context.limits, **limits})


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("an application is an object")
    return value
