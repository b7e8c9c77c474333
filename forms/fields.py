"""Room fields: one class for each kind of thing that may be typed; hostile input ends as a message here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import widgets
from wtforms.fields import Field
from wtforms.validators import StopValidation, ValidationError

from forms.context import FormContext
from models.refusal import Refusal
from models.words import said

MALFORMED = "格式不正确，请按文本填写"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, NUL first of all
    "\u202a-\u202e\u2066-\u2069"  # direction overrides that make a text read as another
    "\ud800-\udfff\ufffe\uffff]"  # what UTF-8 or XML cannot carry
)
_EDGES = " \t\r\n\u3000\u00a0\ufeff\u200b"


def half_width(text: str) -> str:
    """Full-width digits, letters and signs in their ASCII form; unlike NFKC it leaves ² and ① alone."""
    return text.translate(_FULL_WIDTH).strip(_EDGES)


def as_text(value: object) -> str:
    """A stored or default value as the text a person would type."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def is_shown(visible_when: str, form: Any) -> bool:
    """Whether "field=value|value" holds for what was typed in `form`; an empty condition always does."""
    if not visible_when:
        return True
    name, _, values = visible_when.partition("=")
    source = form[name]
    return source.is_visible(form) and bool(source.chosen() & set(values.split("|")))


def _at(label: str, message: str) -> str:
    sentence = message.rstrip("。")
    return sentence if label in sentence else f"“{label}”{sentence}"


class Asked(Field):
    """A question: keeps what was typed in `raw`, and holds the cleaned value in `data` once validated.

    `visible_when` is "field=value|value": hidden, the question is neither checked nor answered.
    `required` holds only while the question is visible.
    """

    kind: ClassVar[str] = "text"
    blank: ClassVar[object] = ""
    verb: ClassVar[str] = "填写"

    def __init__(
        self,
        label: str,
        *,
        required: bool = False,
        hint: str = "",
        visible_when: str = "",
        render_kw: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        keywords: dict[str, Any] = {"autocomplete": "off", **(render_kw or {})}
        if required and visible_when:
            keywords["required"] = False
        super().__init__(label, description=hint, render_kw=keywords, **kwargs)
        self.visible_when = visible_when
        self.demand(required)

    def demand(self, required: bool) -> None:
        """Make the question mandatory or not; the flag draws the asterisk."""
        self.wanted = required
        if required:
            self.flags.required = True

    def take(self, context: FormContext) -> None:
        """Receive the context of the form; most questions need nothing from it."""

    def process_data(self, value: Any) -> None:
        """Start from a stored value or the default."""
        self.data = value
        self.raw = as_text(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed; a file or a nested value in a text field is an error, not a crash."""
        if not valuelist:
            return
        if not isinstance(valuelist[0], str):
            self.data, self.raw = None, ""
            raise ValueError(MALFORMED)
        self.data = self.raw = valuelist[0]

    def _value(self) -> str:
        """What the page shows again: exactly what was typed, as far as UTF-8 can carry it."""
        return self.raw.encode("utf-8", "replace").decode("utf-8")

    def is_blank(self) -> bool:
        """Nothing but space was typed, or what nobody can see; what must not be typed at all is still refused."""
        return not self.raw.strip(_EDGES) or not (said(self.raw) or _FORBIDDEN.search(self.raw))

    def chosen(self) -> set[str]:
        """The typed values that another question's `visible_when` may look at."""
        return {self.raw}

    def is_visible(self, form: Any) -> bool:
        """Whether `visible_when` holds for what was typed elsewhere in this form or row."""
        return is_shown(self.visible_when, form)

    def pre_validate(self, form: Any) -> None:
        """Check the question by itself; every failure is a Chinese sentence at this field."""
        if not self.is_visible(form):
            self.errors = []
            raise StopValidation()
        if self.process_errors:
            raise StopValidation()
        if self.is_blank():
            raise StopValidation(*self._missing())
        self.settle()

    def _missing(self) -> Sequence[str]:
        return [f"请{self.verb}“{self.label.text}”"] if self.wanted else []

    def settle(self) -> None:
        """Turn `raw` into `data`, or refuse it at this field."""
        try:
            self.data = self.parse(self.raw)
        except Refusal as refusal:
            raise ValidationError(_at(self.label.text, refusal.message)) from refusal

    def parse(self, text: str) -> object:
        """The cleaned value of a non-blank text; raises `Refusal`."""
        raise NotImplementedError

    def answer(self) -> object:
        """The plain value after validation; the blank value of this kind when nothing was typed."""
        return self.blank if self.is_blank() else self.data

    def typed(self) -> object:
        """What was typed, in the shape of a JSON body, for drafts that are saved unchecked."""
        return self.raw


class TextField(Asked):
    """One line of text: NFC, no control characters, at most `max_length` characters."""

    widget: Any = widgets.TextInput()
    pattern: ClassVar[re.Pattern[str]] = re.compile(_FORBIDDEN.pattern[:-1] + "\t\n\r]")

    def __init__(self, label: str, *, max_length: int = 100, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.max_length = max_length
        self.flags.maxlength = max_length

    def parse(self, text: str) -> object:
        """NFC text without outer space."""
        clean = text.strip(_EDGES).replace("\r\n", "\n")
        if len(clean) <= self.max_length * 4:
            clean = unicodedata.normalize("NFC", clean)
        if len(clean) > self.max_length:
            raise Refusal(f"不能超过{self.max_length}个字，现有{len(clean)}个字")
        if self.pattern.search(clean):
            raise Refusal("含有不可见的控制字符，请删除后重新填写")
        return self.examine(clean)

    def examine(self, text: str) -> object:
        """A further look at clean text, for kinds with a form of their own."""
        return text


class HiddenText(TextField):
    """A line that the page carries along and nobody types."""

    kind = "hidden"
    widget: Any = widgets.HiddenInput()


class LongText(TextField):
    """Several lines of text."""

    kind = "textarea"
    widget = widgets.TextArea()
    pattern = _FORBIDDEN

    def __init__(self, label: str, *, max_length: int = 500, **kwargs: Any) -> None:
        super().__init__(label, max_length=max_length, **{"render_kw": {"rows": 3}, **kwargs})
