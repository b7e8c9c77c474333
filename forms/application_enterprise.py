"""Room application, F2: 小微企业创业担保贷款申请表, step by step."""

from __future__ import annotations

from typing import Any

from forms.application_parts import (
    PROMISES,
    SHARES,
    ChannelPart,
    Employee,
    GuaranteeForm,
    LoanForm,
    PromiseForm,
    Shareholder,
)
from forms.base import BaseForm, RowsField
from forms.choice_fields import ChoiceField, YesNoField
from forms.fields import TextField
from forms.identity_fields import AccountField, PhoneField, ResidentIdField, UsccField
from forms.number_fields import CountField, MoneyField, StrictDateField
from models.enterprise_size import INDUSTRIES
from models.vocabulary import Marital, TaxGrade

__all__ = [
    "EnterpriseAccountForm", "EnterpriseForm", "EnterpriseLoanForm", "GuaranteeForm", "OwnersForm",
    "StaffingForm",
]  # fmt: skip

MAX_EMPLOYEES = 200


class EnterpriseForm(ChannelPart):
    """企业 step."""

    enterprise_name = TextField("企业名称", required=True, hint="与营业执照一致")
    uscc = UsccField("统一社会信用代码", required=True)
    founded_on = StrictDateField("成立日期", required=True, past=True)
    registered_capital = MoneyField("注册资本（元）")
    registered_address = TextField("注册地址", required=True, max_length=200)
    business_address = TextField("经营地址", required=True, max_length=200)
    industry = ChoiceField("所属行业", required=True, options=INDUSTRIES, hint="决定企业划型标准")
    revenue = MoneyField("上年营业收入（元）", required=True)
    assets = MoneyField("资产总额（元）", required=True)
    headcount = CountField("从业人员（人）", required=True, maximum=999_999)
    bank_debt = MoneyField("银行负债额（元）", hint="没有的填0或不填")
    tax_grade = ChoiceField("纳税信用等级", options=TaxGrade.choices())


class OwnersForm(BaseForm):
    """法定代表人与股东 step."""

    legal_name = TextField("法定代表人姓名", required=True, max_length=50)
    legal_id_number = ResidentIdField("法定代表人身份证号", required=True)
    legal_phone = PhoneField("法定代表人手机", required=True)
    legal_marital = ChoiceField("法定代表人婚姻状况", options=Marital.choices())
    legal_address = TextField("法定代表人居住地址", max_length=200)
    shareholders = RowsField("股东", Shareholder, required=True, hint="出资比例合计应为100%")

    def check(self) -> None:
        """All shares together are exactly 100 %."""
        rows: list[dict[str, Any]] = self.value("shareholders") or []
        if rows and sum(row["share"] for row in rows) != SHARES:
            self.fault("shareholders", "股东出资比例合计应为100%")


class StaffingForm(BaseForm):
    """吸纳就业 step."""

    employee_count = CountField("在职职工人数", required=True, maximum=999_999)
    hired_count = CountField(
        "前1年内新招用符合条件人数", required=True, maximum=999_999, hint="与下方名单人数一致"
    )
    wage_arrears = YesNoField("是否拖欠职工工资", required=True)
    insurance_arrears = YesNoField("是否欠缴社会保险费", required=True)
    employees = RowsField("新招用人员名单", Employee, max_entries=MAX_EMPLOYEES, hint="每人只填一次")

    def check(self) -> None:
        """The hired are part of the staff, and each of them is listed once."""
        hired, staff = self.value("hired_count"), self.value("employee_count")
        if hired is not None and staff is not None and hired > staff:
            self.fault("hired_count", "新招用人数不得大于在职职工人数")
        if self._fields["employees"].errors:
            return
        listed = [row["id_number"] for row in self.value("employees") or []]
        if len(set(listed)) < len(listed):
            self.fault("employees", "名单中有重复的身份证号，每人只能填报一次")
        if hired is not None and len(listed) != min(hired, MAX_EMPLOYEES):
            self.fault("employees", f"名单有{len(listed)}人，与新招用人数{hired}人不一致")


class EnterpriseLoanForm(LoanForm):
    """贷款 step of F2."""

    wants_subsidy = YesNoField("是否申请贴息", required=True)


class EnterpriseAccountForm(PromiseForm):
    """账户与承诺 step of F2; without a separate loan account the basic account is used."""

    last = PROMISES
    basic_account_bank = TextField("基本户开户行", required=True)
    basic_account_name = TextField("基本户户名", required=True, hint="应与企业名称一致")
    basic_account_number = AccountField("基本户账号", required=True)
    account_bank = TextField("放款账户开户行", hint="与基本户相同的不填")
    account_name = TextField("放款账户户名", hint="与基本户相同的不填；应与企业名称一致")
    account_number = AccountField("放款账户账号", hint="与基本户相同的不填")
