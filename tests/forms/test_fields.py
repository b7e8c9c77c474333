"""Each kind of question: what it takes, what it makes of it, and what it says when it refuses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from forms.base import BaseForm
from forms.choice_fields import BooleanConfirm, ChoiceField, ChoicesField, RadioField, YesNoField
from forms.fields import LongText, TextField
from forms.identity_fields import (
    AccountField,
    HolderNumberField,
    PhoneField,
    PostcodeField,
    ResidentIdField,
    UsccField,
)
from forms.number_fields import CountField, MoneyField, NumberField, PercentField, StrictDateField
from tests.examples import ENTERPRISE_USCC, HOLDER_USCC, PERSON_ID, example_context
from tests.forms.asking import one_field

TWO = (("a", "甲"), ("b", "乙"))


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (TextField("名"), "  e\u0301蒙古 ", "é蒙古"),
        (TextField("名"), "ᠮᠣᠩᠭᠣᠯ\u180e\u200dᠠ", "ᠮᠣᠩᠭᠣᠯ\u180e\u200dᠠ"),
        (LongText("说明"), "一\r\n二", "一\n二"),
        (MoneyField("金额"), "100,000.00", Decimal("100000.00")),
        (MoneyField("金额"), "８００００", Decimal("80000.00")),
        (NumberField("面积"), "98.60", Decimal("98.60")),
        (PercentField("利率"), "4.3500%", Decimal("4.3500")),
        (CountField("人数"), "007", 7),
        (CountField("人数", minimum=1, maximum=10), "１０", 10),
        (StrictDateField("日期"), "2028-02-29", date(2028, 2, 29)),
        (StrictDateField("日期", past=True), "2026-11-22", date(2026, 11, 22)),
        (ResidentIdField("身份证号"), " 11010519491231002x ", "11010519491231002X"),
        (UsccField("代码"), ENTERPRISE_USCC.lower(), ENTERPRISE_USCC),
        (HolderNumberField("证件"), PERSON_ID, PERSON_ID),
        (HolderNumberField("证件"), HOLDER_USCC, HOLDER_USCC),
        (PhoneField("电话"), "13900000000", "13900000000"),
        (AccountField("账号"), "6222 0000 0000 0000 001", "6222000000000000001"),
        (PostcodeField("邮编"), "017200", "017200"),
        (YesNoField("是否"), "yes", True),
        (YesNoField("是否"), "false", False),
        (YesNoField("是否"), "", None),
        (ChoiceField("选", options=TWO), "b", "b"),
        (RadioField("选", options=TWO), "", ""),
        (ChoicesField("选", options=TWO), "a", ["a"]),
        (BooleanConfirm("确认"), "yes", True),
        (BooleanConfirm("确认"), "", False),
        (MoneyField("金额"), " ", None),
    ],
)
def test_what_is_sound_is_cleaned(field: Any, text: str, value: object) -> None:
    question = one_field(field, text)
    assert question.errors in ([], ())
    assert question.answer() == value
    assert type(question.answer()) is type(value)


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        (TextField("姓名", required=True), " ", "请填写“姓名”"),
        (TextField("姓名", max_length=3), "一二三四", "“姓名”不能超过3个字，现有4个字"),
        (TextField("姓名"), "一\n二", "“姓名”含有不可见的控制字符，请删除后重新填写"),
        (MoneyField("金额"), "-1", "“金额”不能为负数"),
        (MoneyField("金额", positive=True), "0", "“金额”应当大于0元"),
        (NumberField("面积"), "1.234", "“面积”应当是数字，小数不超过2位"),
        (PercentField("利率"), "100", "“利率”不能大于99.9999"),
        (CountField("人数", minimum=1, maximum=10), "11", "“人数”应当在1到10之间"),
        (CountField("人数"), "1.5", "“人数”应当是整数，最多9位数字"),
        (CountField("人数"), "5²", "“人数”含有无法识别的字符，请用普通数字和字母填写"),
        (StrictDateField("日期"), "2026-02-30", "“日期”这一天不存在，请核对年月日"),
        (StrictDateField("开始"), "2026/1/1", "“开始”日期应当写作“年-月-日”，例如 2026-03-09"),
        (StrictDateField("日期"), "1899-12-31", "“日期”年份应当在1900年到2100年之间"),
        (StrictDateField("日期", past=True), "2026-11-23", "“日期”不能晚于今天"),
        (AccountField("账号"), "1234567", "账号应当是8至32位数字"),
        (PostcodeField("邮政编码"), "１２３", "邮政编码应当是6位数字"),
        (ChoiceField("用途", options=TWO, required=True), "", "请选择“用途”"),
        (ChoiceField("用途", options=TWO), "c", "“用途”的选项无效，请重新选择"),
        (ChoicesField("原因", options=TWO), "c", "“原因”含有无效选项，请重新选择"),
        (YesNoField("是否免除"), "maybe", "“是否免除”的选项无效，请重新选择"),
        (BooleanConfirm("本人承诺", required=True), "off", "请勾选“本人承诺”"),
        (BooleanConfirm("本人承诺"), "<b>", "“本人承诺”的内容无效，请勾选或留空"),
    ],
)
def test_what_is_refused_says_why(field: Any, text: str, message: str) -> None:
    assert one_field(field, text).errors == [message]


@pytest.mark.parametrize("text", ["150627199001010006", "15062719900230000X", "1", "91150627MA0A00014C"])
def test_a_wrong_resident_number_is_refused_once(text: str) -> None:
    errors = one_field(ResidentIdField("身份证号"), text).errors
    assert len(errors) == 1
    assert errors[0].count("身份证号") == 1


def test_a_birth_date_after_today_is_refused() -> None:
    class Form(BaseForm):
        number = ResidentIdField("身份证号")

    form = Form(MultiDict({"number": PERSON_ID}), csrf=False).bind(example_context(today=date(1989, 12, 31)))
    assert not form.validate()


@pytest.mark.parametrize("field", [TextField("名"), MoneyField("额"), YesNoField("否"), BooleanConfirm("认"),
                                   ChoicesField("选", options=TWO), StrictDateField("日")])  # fmt: skip
@pytest.mark.parametrize("value", [FileStorage(BytesIO(b"x"), "x.txt"), {"a": 1}, ["a"], 5, None])
def test_a_file_or_a_nested_value_is_a_message(field: Any, value: Any) -> None:
    form: Any = type("OneQuestion", (BaseForm,), {"answer": field})
    asked = form(MultiDict([("answer", value)]), csrf=False).bind(example_context())
    asked.validate()
    assert asked["answer"].errors == ["格式不正确，请按文本填写"]
    assert str(asked["answer"]())


def test_hidden_questions_are_neither_checked_nor_answered() -> None:
    class Form(BaseForm):
        outcome = RadioField("结果", options=TWO)
        amount = MoneyField("金额", required=True, visible_when="outcome=a")
        reason = TextField("原因", required=True, visible_when="outcome=b")

    form: Any = Form(MultiDict({"outcome": "b", "amount": "垃圾", "reason": "有"}), csrf=False).bind(
        example_context()
    )
    assert form.validate()
    assert form.answers() == {"outcome": "b", "amount": None, "reason": "有"}
    assert form.typed()["amount"] == "垃圾"
    assert form["amount"].flags.required
    assert "required" not in form["amount"]()


def test_stored_values_come_back_as_typed() -> None:
    class Form(BaseForm):
        amount = MoneyField("金额")
        day = StrictDateField("日期")
        is_card = YesNoField("是否")
        codes = ChoicesField("选", options=TWO)

    stored = {"amount": Decimal("80000.00"), "day": "2026-01-02", "is_card": False, "codes": ["b"]}
    form: Any = Form(None, csrf=False, data=stored).bind(example_context())
    assert form.typed() == {"amount": "80000.00", "day": "2026-01-02", "is_card": "no", "codes": ["b"]}
    assert form.validate()
    assert form.answers() == {**stored, "day": date(2026, 1, 2)}
    assert [option.checked for option in form["codes"]] == [False, True]
