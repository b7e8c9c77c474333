"""Room drawn_field: a field that a process owner draws into a step, so that a form needs no Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

# Property of a step that holds one field: this, then its name; the value is JSON.
PREFIX = "field:"
# Form key of a step whose form consists of drawn fields alone.
DRAWN_FORM = "drawn"


class FieldKind(StrEnum):
    """The kinds of fields that the panel offers, with their Chinese titles."""

    label: str

    def __new__(cls, value: str, label: str = "") -> FieldKind:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    TEXT = "text", "单行文字"
    PARAGRAPH = "paragraph", "多行文字"
    INTEGER = "integer", "整数"
    MONEY = "money", "金额（元）"
    PERCENT = "percent", "百分比（%）"
    DATE = "date", "日期"
    CHOICE = "choice", "单选"
    CHOICES = "choices", "多选"
    YES_NO = "yes_no", "是或否"
    RESIDENT_ID = "resident_id", "居民身份证号码"
    USCC = "uscc", "统一社会信用代码"
    PHONE = "phone", "联系电话"


@dataclass(frozen=True)
class DrawnField:
    """One field as it is drawn. `name` is what conditions of the drawing ask for.

    `visible_when` is the name of another drawn field of the step and the value it must have,
    as `name=value`; empty: always shown. `choices` are (value, label) pairs.
    """

    name: str
    label: str
    kind: FieldKind
    is_required: bool = False
    help: str = ""
    visible_when: str = ""
    choices: tuple[tuple[str, str], ...] = field(default=())
