"""Room dynamic: the form of a step with drawn fields: the same questions, sentences and rules, and no Python of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

from forms.base import BaseForm
from forms.choice_fields import ChoiceField, ChoicesField, RadioField, YesNoField
from forms.fields import LongText, TextField
from forms.identity_fields import PhoneField, ResidentIdField, UsccField
from forms.number_fields import CountField, MoneyField, PercentField, StrictDateField
from forms.task import TaskForm
from models.drawn_field import DrawnField, FieldKind

# Before the name of a field that is added to a built-in form (processes/drawn_answer.py: EXTRA).
EXTRA = "extra_"
HEADING = "补充事项"
# So many options are all in sight; a longer list folds.
_IN_SIGHT = 4
_HUNDRED = Decimal("100")
Made = Callable[..., Any]


class DrawnForm(TaskForm):
    """自绘表单：字段由流程图定义"""

    drawn: ClassVar[tuple[DrawnField, ...]] = ()
    prefix: ClassVar[str] = ""

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Ask the drawn questions; they are no attributes, so a name can hide nothing of the form's own."""
        _ask(self, self.drawn, self.prefix)
        super().process(*args, **kwargs)

    @classmethod
    def declared(cls) -> frozenset[str]:
        """The names of the drawn questions."""
        return frozenset(f"{cls.prefix}{field.name}" for field in cls.drawn)


@lru_cache(maxsize=512)
def drawn_form(built_in: type[BaseForm], fields: tuple[DrawnField, ...]) -> type[BaseForm]:
    """The built-in form with the drawn fields behind its own questions; without fields the form itself."""
    if not fields:
        return built_in
    is_extended = not issubclass(built_in, DrawnForm)
    bases = (DrawnForm, built_in) if is_extended else (built_in,)
    prefix = EXTRA if is_extended else ""
    own = [name for name in built_in.last if name not in TaskForm.last]
    asked = [f"{prefix}{field.name}" for field in fields]
    return type(
        f"Drawn{built_in.__name__}",
        bases,
        {
            "__doc__": built_in.__doc__,
            "drawn": fields,
            "prefix": prefix,
            "last": (*own, *asked, *TaskForm.last),
        },
    )


def _ask(form: Any, fields: tuple[DrawnField, ...], prefix: str) -> None:
    for position, field in enumerate(fields):
        name = f"{prefix}{field.name}"
        question = form.meta.bind_field(
            form, _question(field, prefix), {"name": name, "prefix": form._prefix}
        )
        question.heading = HEADING if prefix and not position else ""
        form._fields[name] = question


def _question(field: DrawnField, prefix: str) -> Any:
    condition = f"{prefix}{field.visible_when}" if field.visible_when else ""
    make, options = _MADE[field.kind](field)
    return make(field.label, required=field.is_required, hint=field.help, visible_when=condition, **options)


def _one(field: DrawnField) -> tuple[Made, Mapping[str, Any]]:
    make = RadioField if len(field.choices) <= _IN_SIGHT else ChoiceField
    return make, {"options": field.choices}


def _plainly(make: Made, **options: Any) -> Callable[[DrawnField], tuple[Made, Mapping[str, Any]]]:
    return lambda _field: (make, options)


_MADE: dict[FieldKind, Callable[[DrawnField], tuple[Made, Mapping[str, Any]]]] = {
    FieldKind.TEXT: _plainly(TextField),
    FieldKind.PARAGRAPH: _plainly(LongText, max_length=1000),
    FieldKind.INTEGER: _plainly(CountField),
    FieldKind.MONEY: _plainly(MoneyField),
    FieldKind.PERCENT: _plainly(PercentField, maximum=_HUNDRED),
    FieldKind.DATE: _plainly(StrictDateField),
    FieldKind.CHOICE: _one,
    FieldKind.CHOICES: lambda field: (ChoicesField, {"options": field.choices}),
    FieldKind.YES_NO: _plainly(YesNoField),
    FieldKind.RESIDENT_ID: _plainly(ResidentIdField),
    FieldKind.USCC: _plainly(UsccField),
    FieldKind.PHONE: _plainly(PhoneField),
}
