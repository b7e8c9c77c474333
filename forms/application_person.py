"""Room application, F1: 个人创业担保贷款申请表 for persons, partnerships and sole traders, step by step."""

from __future__ import annotations

from forms.application_parts import AccountForm, ChannelPart, GuaranteeForm, LoanForm, Partner
from forms.base import BaseForm, RowsField
from forms.choice_fields import ChoiceField, RadioField, YesNoField
from forms.fields import TextField
from forms.identity_fields import PhoneField, PostcodeField, ResidentIdField, UsccField
from forms.number_fields import CountField, MoneyField, NumberField, StrictDateField
from models.enterprise_size import INDUSTRIES
from models.vocabulary import ApplicantGroup, Education, HouseholdKind, Marital

__all__ = [
    "AccountForm", "ApplicantForm", "BusinessForm", "GuaranteeForm", "HouseholdForm", "LoanForm",
    "PartnershipApplicantForm",
]  # fmt: skip

MARRIED = f"marital={Marital.MARRIED.value}"


class ApplicantForm(ChannelPart):
    """申请人 step."""

    name = TextField("姓名", required=True, max_length=50)
    id_number = ResidentIdField("身份证号", required=True)
    nationality = TextField("民族", max_length=20)
    education = ChoiceField("文化程度", options=Education.choices())
    household_kind = ChoiceField("户口性质", options=HouseholdKind.choices())
    phone = PhoneField("联系电话", required=True)
    registered_address = TextField("户籍地址", max_length=200)
    address = TextField("现居住地址", required=True, max_length=200)
    service_address = TextField(
        "法律（诉讼）文书送达地址", required=True, max_length=200, hint="按此地址寄送的文书视为送达"
    )
    group = ChoiceField(
        "人群类别", required=True, source="groups", options=ApplicantGroup.choices(), hint="须与证明材料一致"
    )


class PartnershipApplicantForm(ApplicantForm):
    """申请人 step of a partnership: the applicant and the other partners."""

    partners = RowsField("其他合伙人", Partner, required=True)

    def check(self) -> None:
        """Each partner once."""
        seen = [self.value("id_number")]
        for row in self._fields["partners"].filled():  # type: ignore[attr-defined]  # a RowsField
            if row.value("id_number") in seen:
                row.fault("id_number", "合伙人不得重复填报")
            seen.append(row.value("id_number"))
        if any(row.errors for row in self._fields["partners"].filled()):  # type: ignore[attr-defined]  # as above
            self.fault("partners", "请核对其他合伙人的身份证号")


class HouseholdForm(BaseForm):
    """配偶与家庭 step."""

    marital = RadioField("婚姻状况", required=True, options=Marital.choices())
    spouse_name = TextField("配偶姓名", required=True, max_length=50, visible_when=MARRIED)
    spouse_id_number = ResidentIdField("配偶身份证号", required=True, visible_when=MARRIED)
    spouse_phone = PhoneField("配偶手机号码", required=True, visible_when=MARRIED)
    spouse_employer = TextField("配偶工作单位", visible_when=MARRIED)
    uses_spouse_licence = YesNoField("是否以配偶执照贷款", visible_when=MARRIED, hint="选“是”须提供结婚证")
    family_size = CountField("家庭人口数", minimum=1, maximum=50)
    family_income = MoneyField("家庭月均收入（元）")


class BusinessForm(BaseForm):
    """经营 step."""

    business_name = TextField("个体工商户/企业名称", required=True, hint="与营业执照一致")
    uscc = UsccField("统一社会信用代码", required=True)
    licensed_on = StrictDateField("营业执照注册时间", required=True, past=True)
    business_scope = TextField("经营项目", required=True, max_length=200)
    industry = ChoiceField("所属行业", options=INDUSTRIES)
    business_address = TextField("经营地址", required=True, max_length=200)
    business_phone = PhoneField("经营地电话")
    postcode = PostcodeField("邮政编码")
    floor_area = NumberField("营业面积（㎡）")
    rent = MoneyField("月租金（元）")
    total_investment = MoneyField("总投资（元）")
    own_funds = MoneyField("自有资金（元）", hint="不超过总投资")
    monthly_sales = MoneyField("月销售收入（元）")
    monthly_profit = MoneyField("月纯利润（元）")
    staff_count = CountField("员工人数（不含申请人）", required=True, maximum=99_999)
    new_staff_count = CountField("本年新招人数", maximum=99_999, hint="不超过员工人数")

    def check(self) -> None:
        """A part is never larger than its whole."""
        own, total = self.value("own_funds"), self.value("total_investment")
        if own is not None and total is not None and own > total:
            self.fault("own_funds", "自有资金不得大于总投资")
        new, staff = self.value("new_staff_count"), self.value("staff_count")
        if new is not None and staff is not None and new > staff:
            self.fault("new_staff_count", "本年新招人数不得大于员工人数")
