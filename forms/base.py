"""Room base: the form every page and every JSON body goes through; the only room that knows Flask-WTF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms.meta import DefaultMeta

from forms.context import FormContext
from forms.fields import Asked
from forms.payload import formdata_from_json, to_json
from forms.rows import Questions, RowForm, RowsField

__all__ = [
    "BaseForm", "FormContext", "RowForm", "RowsField", "errors_by_field", "formdata_from_json", "to_json",
]  # fmt: skip

_EXPIRED = "页面停留时间过长或已失效，请刷新后重新提交"
_FROM_REQUEST = object()


class BaseForm(Questions, FlaskForm):
    """Declared questions and nothing else; Chinese sentences; CSRF for pages, `csrf=False` for REST."""

    class Meta(FlaskForm.Meta):
        locales = ("zh",)

        def get_translations(self, form: Any) -> Any:
            """WTForms' own Chinese sentences, without asking the running app."""
            return DefaultMeta.get_translations(self, form)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """A JSON body that reaches a page counts as an empty form (an array would be a 500)."""
            try:
                return super().wrap_formdata(form, formdata)
            except (TypeError, ValueError):
                return None

    context: FormContext | None = None
    last: ClassVar[tuple[str, ...]] = ()
    """Inherited questions that belong to the end of the page."""

    @classmethod
    def declared(cls) -> frozenset[str]:
        """The names of questions that are asked without being attributes of the class."""
        return frozenset()

    def __init__(self, formdata: Any = _FROM_REQUEST, *, csrf: bool = True, **kwargs: Any) -> None:
        if not csrf:
            kwargs["meta"] = {"csrf": False, **(kwargs.get("meta") or {})}
        if formdata is not _FROM_REQUEST:
            kwargs["formdata"] = formdata
        super().__init__(**kwargs)
        for name in (name for name in self.last if name in self._fields):
            self._fields[name] = self._fields.pop(name)

    def bind(self, context: FormContext) -> BaseForm:
        """Receive today, the choices and the case facts; needed before `validate()`."""
        self.context = context
        self.take(context)
        for name, limit in context.limits.items():
            if isinstance(self._fields.get(name), Asked):
                _add_hint(self._fields[name], f"现行政策上限：{limit}")
        return self

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check each question, then the rules between them; RuntimeError when the form was never bound."""
        if self.context is None:
            raise RuntimeError("bind(context) before validate()")
        super().validate(extra_validators)
        token = self._fields.get("csrf_token")
        if token is not None and token.errors:
            token.errors = [_EXPIRED]
        self.check()
        return not self.errors


def _add_hint(field: Any, text: str) -> None:
    field.description = f"{field.description}；{text}" if field.description else text


def errors_by_field(form: BaseForm) -> dict[str, list[str]]:
    """Every Chinese sentence by field name; sub-table fields as `guarantors-0-id_number`."""
    return form.faults()
