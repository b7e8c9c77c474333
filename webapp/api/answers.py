"""Room answers: the forms of the pages filled from JSON; what a form does not ask is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.application import declared_fields, fill
from forms.base import BaseForm, FormContext, errors_by_field
from models.calendar import today
from webapp.api.body import FieldFaults


def cleaned(
    form: type[BaseForm], fields: Mapping[str, Any], context: FormContext | None = None
) -> dict[str, Any]:
    """The cleaned answers. Raises FieldFaults for names the form does not have and for wrong values."""
    return checked(form, fields, context).answers()


def checked(form: type[BaseForm], fields: Mapping[str, Any], context: FormContext | None = None) -> BaseForm:
    """The form, filled and without fault. Raises as `cleaned`."""
    if unknown := sorted(set(fields) - declared_fields(form)):
        raise FieldFaults({name[:64]: ["没有这一填报项。"] for name in unknown})
    filled = fill(form, fields, context or FormContext(today=today()))
    if not filled.validate():
        raise FieldFaults(errors_by_field(filled))
    return filled
