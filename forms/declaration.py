"""Room declaration, F3: “信保贷”申报表 step by step, of a firm or of a 个体工商户 (B-01…B-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from forms.base import BaseForm, RowForm, RowsField
from forms.choice_fields import BooleanConfirm, ChoiceField, RadioField
from forms.fields import LongText, TextField
from forms.identity_fields import PhoneField, ResidentIdField, UsccField
from forms.number_fields import CountField, MoneyField, StrictDateField
from forms.review import AcceptanceForm
from forms.task import TaskForm
from models.declaration import DebtSecurity, DeclarationChannel
from models.enterprise_size import INDUSTRIES
from models.vocabulary import DeliveryMethod, LicenceStatus, LoanPurpose, TaxGrade

RECOMMENDED = f"channel={DeclarationChannel.RECOMMENDED.value}"


class FirmForm(BaseForm):
    """主体信息 step: who declares, and where it is registered and works (B-06)."""

    region = ChoiceField("申报地区", required=True, source="regions")
    enterprise_name = TextField("企业（个体工商户）名称", required=True, hint="与营业执照一致")
    uscc = UsccField("统一社会信用代码", required=True)
    registered_on = StrictDateField("注册日期", required=True, past=True)
    registered_address = TextField("注册地址", required=True, max_length=200, hint="与营业执照一致")
    premises_address = TextField("固定经营场所地址", required=True, max_length=200, hint="须附经营场所证明")
    operating_status = ChoiceField("经营状态", required=True, options=LicenceStatus.choices())
    legal_name = TextField("法定代表人（经营者）姓名", required=True, max_length=50)
    legal_id_number = ResidentIdField("法定代表人（经营者）身份证号", required=True)
    legal_phone = PhoneField("法定代表人（经营者）电话", required=True)
    contact_name = TextField("联系人", max_length=50)
    contact_phone = PhoneField("联系人电话")


class OperationForm(BaseForm):
    """经营与纳税 step: the figures of the size standard and of the tax record (B-06, B-08)."""

    industry = ChoiceField("所属行业", required=True, options=INDUSTRIES, hint="决定企业划型标准")
    headcount = CountField("从业人员（人）", required=True, maximum=999_999)
    revenue = MoneyField("上年营业收入（元）", required=True)
    assets = MoneyField("资产总额（元）", required=True)
    products = LongText("主要产品和经营情况", required=True, max_length=1000)
    tax_authority = TextField("主管税务机关", required=True, hint="填写全称")
    first_taxed_on = StrictDateField("首次纳税日期", required=True, past=True, hint="须有1年及以上纳税记录")
    tax_paid = MoneyField("上年纳税额（元）")
    tax_grade = ChoiceField(
        "纳税信用等级", required=True, options=TaxGrade.choices(),
        hint="不低于B级；个体工商户未评级的，提供主管税务机关的书面意见",
    )  # fmt: skip


class Debt(RowForm):
    """现有贷款余额和担保情况, one line."""

    lender = TextField("贷款机构", required=True)
    balance = MoneyField("余额（元）", required=True)
    due_on = StrictDateField("到期日")
    security = ChoiceField("担保方式", required=True, options=DebtSecurity.choices())


class NeedForm(BaseForm):
    """融资需求 step."""

    debts = RowsField("现有贷款", Debt, hint="没有的不填")
    amount = MoneyField("拟申请“信保贷”金额（元）", positive=True, hint="尚未确定的不填")
    purpose = ChoiceField("用途", required=True, options=LoanPurpose.choices(), hint="只能用于生产经营")
    purpose_text = LongText("用途说明")


class DeclarationPromiseForm(BaseForm):
    """申报与承诺 step: recommended or by itself, the day of the credit report, the promises (B-10)."""

    channel = RadioField("申报方式", required=True, options=DeclarationChannel.choices())
    recommender = TextField("推荐单位", required=True, visible_when=RECOMMENDED, hint="填写推荐单位全称")
    recommendation = LongText("推荐意见", required=True, visible_when=RECOMMENDED)
    reported_on = StrictDateField(
        "征信报告查询日期", required=True, past=True, hint="提交之日起倒推30日以内；中国人民银行出具"
    )
    query_authorised = BooleanConfirm(
        "授权各审核部门、合作金融机构和担保公司查询本企业（户）和法定代表人（经营者）的信用信息",
        required=True,
    )
    truthful = BooleanConfirm("承诺所填内容和所交材料真实，“信保贷”资金只用于生产经营", required=True)
    signature = TextField("签名", required=True, max_length=50)
    signed_on = StrictDateField("签署日期", required=True, past=True)


class FormCheckForm(AcceptanceForm):
    """形式审查: complete, or the one complete list of what is missing; whether it passes is the departments'."""

    last = ("items", "delivery_method", "delivered_on", "opinion", "late_reason")
    bulk_only: ClassVar[Mapping[str, tuple[str, ...]]] = {"result": ("in_order",)}

    result = RadioField(
        "审查结论",
        required=True,
        options=(("in_order", "申报齐全，列入下一轮甄别"), ("incomplete", "申报不齐全，一次性告知补正")),
    )
    opinion = LongText("审查意见")


class ResultNoticeForm(TaskForm):
    """甄别结果告知书 (N9): the result with its reasons."""

    reason_text = LongText(
        "未通过的原因", required=True, max_length=1000, hint="写明具体事实，申请人将看到全文"
    )
    clause = TextField("依据条款", required=True, max_length=200)
    remedy = LongText("咨询渠道", required=True, hint="写办公机构名称和办公电话，不写个人")
    delivery_method = ChoiceField("送达方式", required=True, options=DeliveryMethod.choices())
    delivered_on = StrictDateField("送达日期", past=True, hint="尚未送达的不填")
