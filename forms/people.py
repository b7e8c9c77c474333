"""Room people: what the administrator types about offices and users."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import BooleanConfirm, ChoiceField
from forms.fields import TextField
from forms.identity_fields import EmailField, PhoneField
from models.people import DepartmentKind, Role

ROLES = [(role.value, role.label) for role in Role]


class ChangeDepartmentForm(BaseForm):
    """修改机构; kind and region stay, for cases depend on them."""

    name = TextField("机构名称", required=True, max_length=80)
    phone = TextField("办公电话", max_length=30, hint="印在通知书上")
    is_active = BooleanConfirm("在用", hint="停用后不再分到新案卷，在办案卷不受影响")


class DepartmentForm(BaseForm):
    """新增机构."""

    kind = ChoiceField(
        "机构类型", required=True, options=[(kind.value, kind.label) for kind in DepartmentKind]
    )
    region = ChoiceField("所属地区", required=True, source="regions")
    name = TextField("机构名称", required=True, max_length=80, hint="使用全称")
    phone = TextField("办公电话", max_length=30, hint="印在通知书上")


class ChangeUserForm(BaseForm):
    """修改用户."""

    name = TextField("姓名", required=True, max_length=40)
    role = ChoiceField("角色", required=True, options=ROLES, hint="一人一个角色；修改后须重新登录")
    department = ChoiceField("所属机构", source="departments", hint="申请人不填")
    phone = PhoneField("手机", hint="选填；接收短信提醒")
    email = EmailField("电子邮箱", max_length=120, hint="选填；接收邮件提醒")
    is_active = BooleanConfirm("在用", hint="停用后不能登录")


class UserForm(BaseForm):
    """新增用户."""

    username = TextField(
        "用户名", required=True, max_length=40, hint="3 至 40 位小写字母、数字、点、横线或下划线，以字母开头"
    )
    name = TextField("姓名", required=True, max_length=40)
    role = ChoiceField("角色", required=True, options=ROLES, hint="一人一个角色")
    department = ChoiceField("所属机构", source="departments", hint="申请人不填")
    phone = PhoneField("手机", hint="选填；接收短信提醒")
    email = EmailField("电子邮箱", max_length=120, hint="选填；接收邮件提醒")
