"""Room login: user name and password, and the change of one's own password."""

from __future__ import annotations

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from forms.base import BaseForm


class LoginForm(BaseForm):
    """登录."""

    username = StringField(
        "用户名",
        [
            InputRequired("请填写用户名"),
            Length(max=40, message="用户名过长"),
            Regexp(r"[^\x00]*\Z", message="用户名含有不可见的控制字符"),
        ],
    )
    password = PasswordField("密码", [InputRequired("请填写密码"), Length(max=200, message="密码过长")])


class PasswordForm(BaseForm):
    """修改密码."""

    current = PasswordField(
        "当前密码", [InputRequired("请填写当前密码"), Length(max=200, message="密码过长")]
    )
    password = PasswordField("新密码", [InputRequired("请填写新密码"), Length(max=128, message="密码过长")])
    repeat = PasswordField(
        "再次输入新密码",
        [InputRequired("请再次输入新密码"), EqualTo("password", "两次输入的新密码不一致")],
    )
