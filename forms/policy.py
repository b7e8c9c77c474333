"""Room policy: a dated parameter set and a publication of the LPR, as they are typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from forms.base import BaseForm, RowForm, RowsField
from forms.choice_fields import ChoiceField, ChoicesField, YesNoField
from forms.fields import HiddenText, LongText, TextField
from forms.number_fields import CountField, MoneyField, PercentField, StrictDateField


class GroupRow(RowForm):
    """One group of persons the set supports; a new one gets its code when the set is added."""

    code = HiddenText("代码", max_length=40)
    label = TextField("名称", required=True, max_length=60)


class PolicyForm(BaseForm):
    """新增政策参数: amounts in 元, terms in months, points in BP, shares in %."""

    code = TextField("代码", required=True, max_length=30, hint="例如 2026-yjhl")
    name = TextField("名称", required=True, max_length=100)
    effective_from = StrictDateField(
        "生效日期", required=True, hint="自该日起受理的申请适用；已受理的申请不变"
    )
    source = LongText("文件依据", required=True, hint="文号和名称")
    personal_limit = MoneyField("个人贷款上限（元）", required=True, positive=True)
    personal_term = CountField("个人贷款期限上限（月）", required=True, minimum=1, maximum=120)
    partnership_percent = CountField("合伙合计上浮后比例（%）", required=True, minimum=100, maximum=300)
    enterprise_limit = MoneyField("小微企业贷款上限（元）", required=True, positive=True)
    enterprise_term = CountField("小微企业贷款期限上限（月）", required=True, minimum=1, maximum=120)
    hiring_percent = CountField("新招用人员占比（%）", required=True, minimum=0, maximum=100)
    hiring_percent_large = CountField("较大企业新招用人员占比（%）", required=True, minimum=0, maximum=100)
    large_staff = CountField("较大企业的职工人数（超过）", required=True, minimum=1, maximum=10_000)
    contract_months = CountField("劳动合同最短期限（月）", required=True, minimum=1, maximum=120)
    rate_points = CountField("利率加点上限（BP）", required=True, minimum=0, maximum=1000)
    subsidised_loans = CountField("累计享受次数上限", required=True, minimum=1, maximum=20)
    counter_guarantee_free = MoneyField("免除反担保的个人贷款额度（元）", required=True)
    minimum_age = CountField("最低年龄（周岁）", required=True, minimum=16, maximum=60)
    supplement_days = CountField("补正期限（工作日）", required=True, minimum=1, maximum=60)
    extension_days = CountField("延期上限（工作日）", required=True, minimum=0, maximum=60)
    groups = RowsField("支持的人群", GroupRow, required=True, max_entries=40)

    def rule_values(self) -> dict[str, Any]:
        """The rules of the set in the shape of its row."""
        own = ("code", "name", "effective_from", "source")
        values = {name: value for name, value in self.answers().items() if name not in own}
        rows: Any = values["groups"]
        return {**values, "groups": [[row["code"] or "", row["label"]] for row in rows]}


class CreditPolicyForm(BaseForm):
    """新增“信保贷”政策参数: amounts in 元, rates in %/yr, points in BP, terms in the days that are named."""

    code = TextField("代码", required=True, max_length=30, hint="例如 2027-xbd")
    name = TextField("名称", required=True, max_length=100)
    effective_from = StrictDateField("生效日期", required=True, hint="利率类参数按合同签订日适用")
    source = LongText("文件依据", required=True, hint="文号和名称")
    enterprise_limit = MoneyField("中小微企业贷款上限（元）", required=True, positive=True)
    sole_trader_limit = MoneyField("个体工商户贷款上限（元）", required=True, positive=True)
    line_months = CountField("额度期限上限（月）", required=True, minimum=1, maximum=60)
    rate_points = CountField("LPR加点上限（BP）", required=True, maximum=1000)
    benchmark_percent = CountField("相当于基准贷款利率的上限（%）", required=True, minimum=100, maximum=300)
    fee_cap = PercentField("年化担保费率上限（%）", required=True, maximum=Decimal(10))
    total_rate_target = PercentField(
        "综合利率引导目标（%）", required=True, maximum=Decimal(30), hint="超过时仅提示"
    )
    has_rate_exceptions = YesNoField("利率可以例外超上限", required=True, hint="开放后，超上限须写明理由")
    enterprise_target = CountField("中小微企业目标户数", required=True, maximum=100_000)
    sole_trader_target = CountField("个体工商户目标户数", required=True, maximum=100_000)
    window_months = ChoicesField(
        "申报月份", required=True, options=[(str(month), f"{month}月") for month in range(1, 13)]
    )
    tax_months = CountField("最短纳税记录（月）", required=True, maximum=120)
    evidence_days = CountField("征信查询结果有效期（自然日）", required=True, minimum=1, maximum=365)
    opinion_days = CountField("甄别意见提醒（工作日）", required=True, minimum=1, maximum=60)
    result_days = CountField("结果告知时限（工作日）", required=True, minimum=1, maximum=60)
    notice_days = CountField("公示期（工作日）", required=True, minimum=1, maximum=60)
    objection_days = CountField("异议核实时限（工作日）", required=True, minimum=1, maximum=60)
    investigation_days = CountField("贷款调查提醒（工作日）", required=True, minimum=1, maximum=60)
    report_days = CountField("逾期报告时限（工作日）", required=True, minimum=1, maximum=30)
    demand_day = CountField("发放催收通知书的逾期日数（自然日）", required=True, minimum=2, maximum=365)
    consent_days = CountField("代偿审批时限（工作日）", required=True, minimum=1, maximum=60)
    payment_days = CountField("代偿付款时限（工作日）", required=True, minimum=1, maximum=60)
    statement_days = CountField("黑名单陈述期限（工作日）", required=True, minimum=1, maximum=60)
    supplement_days = CountField("补正期限（工作日）", required=True, minimum=1, maximum=60)
    day_count = ChoiceField("计息年天数", required=True, options=[("360", "360 天"), ("365", "365 天")])

    def rule_values(self) -> dict[str, Any]:
        """The rules of the set in the shape of its row."""
        own = ("code", "name", "effective_from", "source")
        values: dict[str, Any] = {k: value for k, value in self.answers().items() if k not in own}
        months = sorted(int(month) for month in values["window_months"])
        exceptions = int(bool(values["has_rate_exceptions"]))
        return {**values, "window_months": months, "has_rate_exceptions": exceptions}


class LprForm(BaseForm):
    """登记 LPR."""

    published_on = StrictDateField("公布日期", required=True, past=True)
    one_year = PercentField("1年期（%）", required=True, maximum=Decimal(30))
    five_year = PercentField("5年期以上（%）", maximum=Decimal(30))
    source = TextField("来源", required=True, max_length=200, hint="公告名称或网址")
