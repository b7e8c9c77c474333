"""Room fields, chosen: one of a list, several of a list, yes or no, and the box that confirms."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import widgets
from wtforms.fields import BooleanField, SelectField
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are behind 3.3
    Choice,
    SelectChoice,
)
from wtforms.validators import ValidationError

from forms.context import FormContext, Options
from forms.fields import MALFORMED, Asked, as_text

_YES = {"yes", "true", "y", "on", "1"}
_NO = {"no", "false", "n", "off", "0"}


def yes_or_no(text: str) -> str:
    """The canonical "yes" or "no" of what a page or a JSON body sends; other text stays as it is."""
    word = text.strip().lower()
    if word in _YES:
        return "yes"
    return "no" if word in _NO else text


class Offered(Asked):
    """A question with a closed list of answers; `source` names the `FormContext` list that fills it."""

    verb = "选择"
    unchosen: ClassVar[bool] = False
    choices: Any

    def __init__(
        self, label: str, *, options: Options = (), source: str = "", empty: str = "请选择", **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.source, self.empty = source, empty
        self.offer(options)

    def offer(self, options: Options) -> None:
        """Set the list to choose from."""
        self.options = list(options)
        first = [SelectChoice("", self.empty)] if self.unchosen else []
        self.choices = [*first, *(SelectChoice(value, label) for value, label in self.options)]

    def take(self, context: FormContext) -> None:
        """Fill the list from the context; while the context is silent the declared list stays."""
        offered = getattr(context, self.source) if self.source else ()
        if offered:
            self.offer(offered)


class ChoiceField(Offered, SelectField):
    """One value of a closed list."""

    kind = "select"
    unchosen = True

    def settle(self) -> None:
        """Only values of the list; the typed value stays in `raw`."""
        if self.raw not in dict(self.options):
            raise ValidationError(f"“{self.label.text}”的选项无效，请重新选择")
        self.data = self.raw


class RadioField(ChoiceField):
    """One value of a short list, all of it in sight."""

    kind = "radio"
    unchosen = False
    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.RadioInput()


class YesNoField(RadioField):
    """是 or 否; the answer is a bool, or None when nothing was chosen."""

    blank: ClassVar[object] = None

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, options=(("yes", "是"), ("no", "否")), **kwargs)

    def process_data(self, value: Any) -> None:
        """A stored bool becomes the chosen radio."""
        self.raw = yes_or_no(as_text(value))
        self.data = self.raw or None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Pages send yes and no, JSON bodies true and false."""
        super().process_formdata(valuelist)
        if valuelist:
            self.data = self.raw = yes_or_no(self.raw)

    def answer(self) -> object:
        """True, False or None."""
        return {"yes": True, "no": False}.get(self.raw)


class ChoicesField(Offered, SelectField):
    """Several values of a closed list, as check boxes."""

    kind = "checks"
    blank: ClassVar[object] = []
    widget: Any = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()
    raws: list[str]

    def process_data(self, value: Any) -> None:
        """Start from a stored list."""
        self.raws = [str(item) for item in value] if isinstance(value, list | tuple) else []
        self.raw, self.data = "、".join(self.raws), list(self.raws)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep every value that was sent, once."""
        self.raws = [item for item in dict.fromkeys(map(str, valuelist)) if item]
        self.raw, self.data = "、".join(self.raws), list(self.raws)
        if not all(isinstance(item, str) for item in valuelist):
            raise ValueError(MALFORMED)

    def iter_choices(self) -> Any:
        """Each option, ticked when it was sent."""
        return [Choice(value, label, value in self.raws, {}) for value, label in self.options]

    def settle(self) -> None:
        """Only values of the list."""
        if set(self.raws) - set(dict(self.options)):
            raise ValidationError(f"“{self.label.text}”含有无效选项，请重新选择")
        self.data = list(self.raws)

    def chosen(self) -> set[str]:
        """Every ticked value."""
        return set(self.raws)

    def answer(self) -> object:
        """The chosen values in the order sent; an empty list when none."""
        return list(self.raws)

    def typed(self) -> object:
        """The values sent."""
        return list(self.raws)


class BooleanConfirm(Asked, BooleanField):
    """A box that confirms a sentence; `required` means it must be ticked."""

    kind = "checkbox"
    blank: ClassVar[object] = False
    verb = "勾选"

    def process_data(self, value: Any) -> None:
        """Start from a stored bool."""
        self.raw = "yes" if value is True or yes_or_no(as_text(value)) == "yes" else ""
        self.data = bool(self.raw)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """A box that is not ticked is not sent at all."""
        sent = valuelist[0] if valuelist else ""
        if not isinstance(sent, str):
            self.raw, self.data = "", False
            raise ValueError(MALFORMED)
        self.raw = "" if yes_or_no(sent) == "no" else yes_or_no(sent)
        self.data = self.raw == "yes"

    def _value(self) -> str:
        return "yes"

    def settle(self) -> None:
        """Ticked is "yes"; anything else that is not empty was not sent by our page."""
        if self.raw != "yes":
            raise ValidationError(f"“{self.label.text}”的内容无效，请勾选或留空")
        self.data = True
