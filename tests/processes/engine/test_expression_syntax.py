"""What process owners are told about text that may not be deployed."""

import pytest

from processes.engine.expression import ExpressionError, compile_expression

REFUSED = [
    ("", "不能为空", None),
    (" \n", "不能为空", None),
    ("a（1）", "（ 请改为半角 (", 1),
    ("金额＞3", "＞ 请改为半角 >", 2),
    ("kind == “个人”", '“ 请改为半角 "', 8),
    ("a = 1", "判断相等请写 ==", 2),
    ("a && b", "“并且”请写 and", 3),
    ("a || b", "“或者”请写 or", 3),
    ("!a", "“不”请写 not", 0),
    ("'abc", "引号没有配对", 0),
    ("金 + (1", "括号没有配对", 4),
    ("1)", "括号没有配对", 1),
    ("1or 2", "空格", 0),
    ("0x1for x", "数字写法不正确", 0),
    ("a is None", "请改用 ==", 0),
    ("a is not None", "请改用 !=", 0),
    ("金额 > lambda: 1", "写法不正确", None),
    ("金额 + f'{a}'", "带格式的文本", 5),
    ("+1", "不能使用这种写法", 0),
    ("{'a': 1}", "字典的写法", 0),
    ("f(a=1, a=2)", "参数名重复", 0),
    ("a[1 + 1]", "只能写一个常量或一个名称", 0),
    ("a[b.c]", "只能写一个常量或一个名称", 0),
    ("a[1:2]", "只能写一个常量或一个名称", 0),
    ("a # b", "不能使用注释", 2),
    ("a # b\nand c", "不能使用注释", 2),
    ("'a\\n'", "反斜杠", 2),
    ("'''a'b'''#'", "三个引号", 0),
    ("1\nor 2)", "括号没有配对", 6),
    ("2026-02-30", "日期或时刻不存在", None),
    ("2026-05-12T25:00", "日期或时刻不存在", None),
    ("P999999999999Y", "时长或次数过大", None),
    ("R800000000/PT1S", "时长或次数过大", None),
    ("1000000000000000001", "数字过大", 0),
    ("1e400", "数字过大", 0),
    ("1e-41", "小数位数过多", 0),
    ("1j", "数字写法不正确", 0),
    ("b'a'", "只能使用文本、数字", 0),
    ("...", "只能使用文本、数字", 0),
    ("1 + __class__", "不能以下划线开头", 4),
    ("a.__class__", "不能以下划线开头", 0),
    ("f(_a=1)", "不能以下划线开头", 2),
    ("a; b", "写法不正确", 1),
    ("import os", "写法不正确", None),
]


@pytest.mark.parametrize(("text", "part", "position"), REFUSED)
def test_text_that_may_not_be_deployed_is_explained(text: str, part: str, position: int | None) -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text)
    assert part in raised.value.message
    if position is not None:
        assert raised.value.position == position
        assert f"第 {position + 1} 个字符" in raised.value.message
