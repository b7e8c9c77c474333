"""Room schema: JSON Schema (2020-12) of a form, so that a REST caller reads what the page shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from forms.base import BaseForm
from forms.rows import Questions, RowForm, RowsField

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_DATE_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def json_schema(form: BaseForm | type[BaseForm]) -> Schema:
    """The schema of a form's JSON body; a bound form also lists the choices that come from the context.

    Beyond the dialect: `x-visible-when` repeats the page's condition. A question that is mandatory while
    visible stands in `allOf` as if/then.
    """
    filled: Any = form(None, csrf=False) if isinstance(form, type) else form
    return {"$schema": DIALECT, **_object(filled, type(filled).__doc__ or "")}


def flat_schema(forms: Iterable[type[BaseForm]]) -> Schema:
    """The questions of several forms, such as the steps of an application, as one flat object."""
    merged: Schema = {
        "type": "object",
        "properties": {},
        "required": [],
        "allOf": [],
        "additionalProperties": False,
    }
    for form in forms:
        schema = json_schema(form)
        merged["properties"] |= schema["properties"]
        merged["required"] += schema.get("required", [])
        merged["allOf"] += schema.get("allOf", [])
    return {key: value for key, value in merged.items() if value not in ([], {})}


def _object(form: Questions, description: str) -> Schema:
    questions = list(form.questions())
    schema: Schema = {
        "type": "object",
        "properties": {question.short_name: _property(question) for question in questions},
        "additionalProperties": False,
    }
    required = [q.short_name for q in questions if q.wanted and not q.visible_when and not _preset(q)]
    conditions = [_condition(form, q) for q in questions if q.wanted and q.visible_when and not _preset(q)]
    return (
        schema
        | ({"description": description.strip()} if description else {})
        | ({"required": required} if required else {})
        | ({"allOf": conditions} if conditions else {})
    )


def _preset(question: Any) -> bool:
    return bool(question.default) and not isinstance(question, RowsField)


def _condition(form: Questions, question: Any) -> Schema:
    name, _, values = question.visible_when.partition("=")
    source: Any = form._fields[name]
    words: list[Any] = values.split("|")
    if source.kind == "radio" and set(dict(source.options)) == {"yes", "no"}:
        words = [word == "yes" for word in words]
    then: Schema = {"required": [question.short_name]}
    if isinstance(question, RowsField):
        then["properties"] = {question.short_name: {"minItems": 1}}
    return {"if": {"properties": {name: {"enum": words}}, "required": [name]}, "then": then}


def _property(question: Any) -> Schema:
    schema: Schema = {"title": question.label.text}
    if question.description:
        schema["description"] = question.description
    if question.visible_when:
        schema["x-visible-when"] = question.visible_when
    if _preset(question):
        schema["default"] = question.default
    return schema | _shape(question)


def _shape(question: Any) -> Schema:
    shape = _SHAPES[question.kind](question)
    if question.wanted and not question.visible_when and shape["type"] == "string" and "oneOf" not in shape:
        shape["minLength"] = 1
    return shape


def _text(question: Any) -> Schema:
    return {"type": "string", "maxLength": question.flags.maxlength}


def _money(question: Any) -> Schema:
    return {"type": "string", "pattern": r"^([0-9]{1,10}(\.[0-9]{1,2})?)?$"}


def _number(question: Any) -> Schema:
    return {"type": "string", "pattern": rf"^([0-9]{{1,12}}(\.[0-9]{{1,{question.places}}})?)?$"}


def _count(question: Any) -> Schema:
    return {"type": "integer", "minimum": question.minimum, "maximum": question.maximum}


def _date(question: Any) -> Schema:
    return {"type": "string", "format": "date", "pattern": _DATE_PATTERN}


def _options(question: Any) -> list[Schema]:
    return [{"const": value, "title": label} for value, label in question.options]


def _choice(question: Any) -> Schema:
    if {value for value, _ in question.options} == {"yes", "no"}:
        return {"type": "boolean"}
    options = _options(question)
    if question.kind == "select" and not question.wanted:
        options.append({"const": "", "title": "未选择"})
    return {"type": "string", "oneOf": options} if options else {"type": "string"}


def _choices(question: Any) -> Schema:
    options = _options(question)
    items: Schema = {"type": "string", "oneOf": options} if options else {"type": "string"}
    schema: Schema = {"type": "array", "items": items, "uniqueItems": True}
    return schema | ({"minItems": 1} if question.wanted and not question.visible_when else {})


def _confirm(question: Any) -> Schema:
    return {"type": "boolean", "const": True} if question.wanted else {"type": "boolean"}


def _rows(question: RowsField) -> Schema:
    row: RowForm = question.blank_row().form
    schema: Schema = {"type": "array", "items": _object(row, ""), "maxItems": question.max_entries}
    return schema | ({"minItems": 1} if question.wanted and not question.visible_when else {})


_SHAPES: dict[str, Callable[[Any], Schema]] = {
    "text": _text,
    "textarea": _text,
    "resident_id": _text,
    "uscc": _text,
    "holder_number": _text,
    "phone": _text,
    "account": _text,
    "postcode": _text,
    "money": _money,
    "number": _number,
    "percent": _number,
    "count": _count,
    "date": _date,
    "select": _choice,
    "radio": _choice,
    "checks": _choices,
    "checkbox": _confirm,
    "rows": _rows,
}
