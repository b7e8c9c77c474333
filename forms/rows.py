"""Room rows: sub-tables of a form, each row a small form of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any, ClassVar

from wtforms import Form
from wtforms.fields import Field, FieldList, FormField

from forms.context import FormContext
from forms.fields import is_shown

_INDEX = re.compile(r"([0-9]{1,4})-")
Errors = dict[str, list[str]]


class Questions:
    """What a form and a row have in common: declared questions, their answers and their faults."""

    _fields: dict[str, Field]

    def questions(self) -> Iterator[Any]:
        """The declared questions, without the CSRF token."""
        return (field for field in self._fields.values() if hasattr(field, "wanted"))

    def take(self, context: FormContext) -> None:
        """Hand the context to every question."""
        for field in self.questions():
            field.take(context)

    def answers(self) -> dict[str, object]:
        """The cleaned values of the declared questions; a hidden question has its blank value."""
        return {
            field.short_name: field.answer() if field.is_visible(self) else copy(field.blank)
            for field in self.questions()
        }

    def typed(self) -> dict[str, object]:
        """What was typed, unchecked, in the shape of a JSON body."""
        return {field.short_name: field.typed() for field in self.questions()}

    def value(self, name: str) -> Any:
        """The answer to `name`, or None while it is missing, hidden or faulty."""
        field: Any = self._fields[name]
        if field.errors or not field.is_visible(self) or field.is_blank():
            return None
        return field.answer()

    def fault(self, name: str, message: str) -> None:
        """Put a Chinese sentence at the question `name`."""
        field: Any = self._fields[name]
        field.errors = [*field.errors, message]

    def check(self) -> None:
        """Rules between the questions of this form; called after each question was checked by itself."""

    def faults(self) -> Errors:
        """Every sentence by field name; sub-table fields as `guarantors-0-id_number`."""
        found: Errors = {}
        for field in self._fields.values():
            found.update(field.faults() if isinstance(field, RowsField) else _plain_faults(field))
        return found


def _plain_faults(field: Field) -> Errors:
    return {field.name: [str(error) for error in field.errors]} if field.errors else {}


class RowForm(Questions, Form):
    """One row of a sub-table."""

    class Meta:
        locales: ClassVar[tuple[str, ...]] = ("zh",)

    def is_blank(self) -> bool:
        """Nothing was typed in this row: it is neither checked nor kept."""
        return all(field.is_blank() for field in self.questions())

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each question, then the row."""
        if self.is_blank():
            return True
        if super().validate(extra_validators):
            self.check()
        return not self.errors


class RowsField(FieldList):  # type: ignore[type-arg]  # generic in the stubs only
    """A list of rows; too many rows are refused, not cut silently."""

    kind: ClassVar[str] = "rows"
    blank: ClassVar[list[object]] = []
    context: FormContext | None = None

    def __init__(
        self,
        label: str,
        row: type[RowForm],
        *,
        required: bool = False,
        hint: str = "",
        visible_when: str = "",
        max_entries: int = 20,
        **kwargs: Any,
    ) -> None:
        super().__init__(FormField(row), label, description=hint, max_entries=max_entries, **kwargs)
        self.row, self.wanted, self.visible_when = row, required, visible_when
        self.own_errors: list[str] = []
        self.surplus = 0
        if required:
            self.flags.required = True

    def is_visible(self, form: Any) -> bool:
        """Whether `visible_when` holds in this form."""
        return is_shown(self.visible_when, form)

    def demand(self, required: bool) -> None:
        """Make at least one row mandatory, or not."""
        self.wanted = required

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """Row numbers of the keys sent; ASCII digits only (int("²") raises)."""
        found = set()
        for key in formdata:
            match = _INDEX.match(key, len(prefix) + 1) if key.startswith(f"{prefix}-") else None
            if match:
                found.add(int(match[1]))
        self.surplus = max(0, len(found) - (self.max_entries or 0))
        return iter(found)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Rows from the page, or from a stored list of dicts; anything else stored counts as no rows."""
        rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list | tuple) else []
        super().process(formdata, rows[: self.max_entries])

    def take(self, context: FormContext) -> None:
        """Hand the context to every row, and to the empty row that the page clones."""
        self.context = context
        for entry in self.entries:
            entry.form.take(context)

    def blank_row(self) -> Any:
        """An empty row named `…-__index__-…` for the page's template element."""
        options = {"name": f"{self.name}-__index__", "id": f"{self.id}-__index__", "_meta": self.meta}
        this: Any = self
        entry: Any = this.meta.bind_field(this._form, self.unbound_field, options)
        entry.process(None, {})
        if self.context is not None:
            entry.form.take(self.context)
        return entry

    def filled(self) -> list[Any]:
        """The row forms in which something was typed."""
        return [entry.form for entry in self.entries if not entry.form.is_blank()]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Check the rows, their number, and that one is there when one is wanted."""
        self.own_errors = []
        if not self.is_visible(form):
            self.errors = []
            return True
        for entry in self.entries:
            entry.form.validate()
        if self.surplus:
            self.own_errors.append(f"“{self.label.text}”最多填写{self.max_entries}行，多出{self.surplus}行")
        if self.wanted and not self.filled():
            self.own_errors.append(f"请至少填写一行“{self.label.text}”")
        self.errors = self._all_errors()
        return not self.errors

    def _all_errors(self) -> list[Any]:
        rows = [entry.form.errors for entry in self.entries]
        return [*(rows if any(rows) else []), *self.own_errors]

    def faults(self) -> Errors:
        """Sentences of the list itself and of its rows' fields."""
        own = [error for error in self.errors if isinstance(error, str)]
        found: Errors = {self.name: own} if own else {}
        for entry in self.entries if self.errors else ():
            found.update(entry.form.faults())
        return found

    def is_blank(self) -> bool:
        """No row was filled in."""
        return not self.filled()

    def chosen(self) -> set[str]:
        """`filled` or `empty`, for `visible_when`."""
        return {"filled" if self.filled() else "empty"}

    def answer(self) -> object:
        """The filled rows as dicts."""
        return [row.answers() for row in self.filled()]

    def typed(self) -> object:
        """What was typed in the filled rows."""
        return [row.typed() for row in self.filled()]
