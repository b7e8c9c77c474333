"""Room application, parts: the sub-tables of F1 and F2, and the steps that both forms share."""

from __future__ import annotations

from decimal import Decimal

from forms.base import BaseForm, RowForm, RowsField
from forms.choice_fields import BooleanConfirm, ChoiceField, RadioField, YesNoField
from forms.fields import LongText, TextField
from forms.identity_fields import AccountField, HolderNumberField, PhoneField, ResidentIdField
from forms.number_fields import CountField, MoneyField, NumberField, PercentField, StrictDateField
from models.identity import add_months
from models.vocabulary import ApplicantGroup, Channel, Education, HouseholdKind, LoanPurpose, WaiverGround
from models.vocabulary_loan import (
    REAL_ESTATE_KINDS,
    CollateralKind,
    GuaranteeType,
    GuarantorKind,
    LandNature,
    OtherLoanKind,
    OwnershipKind,
    SignatureState,
)

RECOMMENDED = "channel=" + "|".join(kind.value for kind in Channel if kind is not Channel.DIRECT)
REAL_ESTATE = "kind=" + "|".join(kind.value for kind in REAL_ESTATE_KINDS)
CONTRACT_MONTHS = 12
SHARES = Decimal(100)


class Guarantor(RowForm):
    """保证人 (F1 tab002…tab020)."""

    name = TextField("姓名", required=True, max_length=50)
    id_number = HolderNumberField("证件号码", required=True, hint="自然人填身份证号，法人填统一社会信用代码")
    phone = PhoneField("手机", required=True)
    address = TextField("家庭住址", max_length=200)
    kind = ChoiceField("担保人类型", required=True, options=GuarantorKind.choices())
    employer = TextField("工作单位")
    employer_phone = PhoneField("单位电话")
    position = TextField("职务", max_length=50)
    annual_income = MoneyField("年收入（元）")
    debt = MoneyField("现有负债（元）")
    dependants = CountField("供养人口", maximum=99)
    monthly_repayment = MoneyField("每月偿还金额（元）")
    guarantee_amount = MoneyField("担保额度（元）", required=True, positive=True)
    signature_state = ChoiceField("签字情况", options=SignatureState.choices())


class Collateral(RowForm):
    """抵质押物 (F1 tad002…tad022)."""

    kind = ChoiceField("资产类别", required=True, options=CollateralKind.choices())
    name = TextField("名称", required=True)
    certificate_number = TextField("证号", required=True)
    valuation = MoneyField("估价（元）", required=True, positive=True)
    owner_name = TextField("权属人姓名", required=True, max_length=50)
    owner_id_number = HolderNumberField("权属人证件编码", required=True)
    owner_phone = PhoneField("权属人手机")
    owner_employer_phone = PhoneField("权属人单位电话")
    owner_address = TextField("权属人家庭住址", max_length=200)
    ownership = ChoiceField("资产权属", options=OwnershipKind.choices())
    area = NumberField("面积（㎡）", required=True, visible_when=REAL_ESTATE)
    land_nature = ChoiceField(
        "土地属性", required=True, visible_when=REAL_ESTATE, options=LandNature.choices()
    )
    purchase_value = MoneyField("购买价值（元）", hint="林权、宅基地、房地产、土地必填")
    purchased_on = StrictDateField("购买时间", past=True, hint="林权、宅基地、房地产、土地必填")
    region = TextField("区域")
    township = TextField("乡镇街道")
    detailed_address = TextField("详细地址", max_length=200)
    signature_state = ChoiceField("签字情况", options=SignatureState.choices())

    def check(self) -> None:
        """What was paid and when is mandatory for land and buildings (F1)."""
        if self.value("kind") not in set(REAL_ESTATE_KINDS):
            return
        for name in ("purchase_value", "purchased_on"):
            if self.value(name) is None and not self._fields[name].errors:
                self.fault(name, f"该资产类别必须填写“{self._fields[name].label.text}”")


class Shareholder(RowForm):
    """股东 (F2)."""

    name = TextField("股东名称", required=True)
    id_number_or_uscc = HolderNumberField(
        "身份证号或统一社会信用代码", required=True, hint="自然人填身份证号，单位填统一社会信用代码"
    )
    contribution = MoneyField("出资额（元）", required=True)
    share = PercentField("出资比例（%）", required=True, maximum=SHARES, hint="各股东合计应为100%")


class Employee(RowForm):
    """吸纳人员认定表 row (F2)."""

    name = TextField("姓名", required=True, max_length=50)
    id_number = ResidentIdField("身份证号", required=True)
    education = ChoiceField("文化程度", options=Education.choices())
    household_kind = ChoiceField("户口性质", options=HouseholdKind.choices())
    category = ChoiceField("人员类别", required=True, source="groups", options=ApplicantGroup.choices())
    contract_from = StrictDateField("劳动合同起", required=True)
    contract_to = StrictDateField("劳动合同止", required=True, hint="合同期限不少于12个月")
    insured_from = StrictDateField("社保缴纳起始", past=True)
    registration_number = TextField("就业登记编号", max_length=50)

    def check(self) -> None:
        """A contract counts from 12 months on: 2026-03-01 to 2027-02-28 is one year."""
        begin, end = self.value("contract_from"), self.value("contract_to")
        if begin and end and (end - begin).days + 1 < (add_months(begin, CONTRACT_MONTHS) - begin).days:
            self.fault("contract_to", "劳动合同期限不得少于12个月")


class OtherLoan(RowForm):
    """其他贷款明细 of the applicant and the spouse."""

    holder = ChoiceField("借款人", required=True, options=(("self", "本人（本企业）"), ("spouse", "配偶")))
    kind = ChoiceField("贷款种类", required=True, options=OtherLoanKind.choices())
    lender = TextField("贷款机构", required=True)
    balance = MoneyField("未结清余额（元）", required=True)
    due_on = StrictDateField("到期日")


class Partner(RowForm):
    """合伙人 beside the applicant."""

    name = TextField("姓名", required=True, max_length=50)
    id_number = ResidentIdField("身份证号", required=True)
    phone = PhoneField("手机", required=True)


class ChannelPart(BaseForm):
    """申请渠道 (A-09), first on both forms."""

    channel = ChoiceField("申请渠道", required=True, options=Channel.choices())
    recommender = TextField("推荐单位", required=True, visible_when=RECOMMENDED, hint="填写推荐单位全称")


class LoanForm(BaseForm):
    """贷款 step of F1 and F2."""

    amount = MoneyField("创业担保贷款金额（元）", required=True, positive=True)
    commercial_amount = MoneyField("组合商业贷款金额（元）", hint="没有的填0或不填")
    total_amount = MoneyField(
        "申请贷款总金额（元）", required=True, positive=True, hint="等于以上两项金额之和"
    )
    term_months = CountField("贷款期限（月）", required=True, minimum=1, maximum=60)
    purpose = ChoiceField("贷款用途", required=True, options=LoanPurpose.choices(), hint="只能用于生产经营")
    purpose_text = LongText("用途说明", required=True, hint="写明购买什么、支付给谁、金额大约多少")
    bank = ChoiceField("意向银行", required=True, source="banks")
    region = ChoiceField("贷款申请区", required=True, source="regions")
    township = TextField("街道/乡镇")
    guarantee_type = RadioField(
        "贷款方式", required=True, options=GuaranteeType.choices(), default=GuaranteeType.CREDIT.value
    )
    loan_ordinal = CountField("第几次享受创业担保贷款", required=True, minimum=1, maximum=3)
    outstanding_debt = MoneyField("未结清债务（元）", hint="没有的填0或不填")
    other_loans = RowsField("其他贷款明细", OtherLoan, hint="本人及配偶所有未结清的贷款，没有的不填")

    def check(self) -> None:
        """The total is the sum of its two parts."""
        amount, total = self.value("amount"), self.value("total_amount")
        if amount is None or total is None or self._fields["commercial_amount"].errors:
            return
        if total != amount + (self.value("commercial_amount") or Decimal(0)):
            self.fault("total_amount", "申请贷款总金额应等于创业担保贷款金额与组合商业贷款金额之和")


class GuaranteeForm(BaseForm):
    """反担保 step of F1 and F2."""

    waiver_claimed = YesNoField(
        "是否免反担保", required=True, hint="个人10万元以下（含）创业担保贷款一律免除反担保"
    )
    waiver_ground = ChoiceField(
        "免反担保依据", options=WaiverGround.choices(), visible_when="waiver_claimed=yes",
        hint="个人10万元以下（含）的不选",
    )  # fmt: skip
    waiver_evidence_text = LongText(
        "依据说明", visible_when="waiver_claimed=yes", hint="荣誉名称、级别、授予单位和日期，或认定银行和日期"
    )
    guarantors = RowsField("保证人", Guarantor, hint="免反担保的不填")
    collaterals = RowsField("抵质押物", Collateral, hint="免反担保的不填")


PROMISES = ("truthful", "credit_query_authorised", "signature", "signed_on")


class PromiseForm(BaseForm):
    """承诺, the end of both forms."""

    truthful = BooleanConfirm(
        "本人承诺所填内容和所交材料真实，贷款资金只用于生产经营，不用于消费等其他支出", required=True
    )
    credit_query_authorised = BooleanConfirm("本人授权经办银行和担保机构查询信用报告", required=True)
    signature = TextField("签名", required=True, max_length=50)
    signed_on = StrictDateField("签署日期", required=True, past=True)


class AccountForm(PromiseForm):
    """账户与承诺 step of F1."""

    last = PROMISES
    account_bank = TextField("开户行", required=True)
    account_name = TextField("户名", required=True, hint="应与申请人姓名一致")
    account_number = AccountField("账号", required=True)
    is_social_card = YesNoField("是否社会保障卡账户", hint="可选，不是必须")
