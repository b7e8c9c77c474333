"""Room credit, blacklisting: proposal, statement, decision of the leading group and receipts (B-22, D-38, F11)."""

from __future__ import annotations

from typing import ClassVar

from forms.base import BaseForm
from forms.choice_fields import BooleanConfirm, ChoiceField, RadioField
from forms.fields import LongText, TextField
from forms.number_fields import StrictDateField
from forms.task import TaskForm
from models.blacklisting import BlacklistGround, StatementResult
from models.vocabulary import ApprovalResult


class ProposalForm(BaseForm):
    """建议列入信贷“黑名单”: one of three grounds, facts and evidence, and the day the firm was told."""

    ground = RadioField(
        "事由",
        required=True,
        options=BlacklistGround.choices(),
        hint="逾期、代偿本身不构成列入黑名单的事由",
    )
    facts = LongText("事实", required=True, max_length=2000)
    evidence = LongText("证据", required=True, max_length=2000, hint="逐项列明；文件在提出后上传到案卷")
    debts = LongText("涉及贷款与欠款", max_length=1000)
    collection = LongText("清收措施", max_length=1000)
    told_on = StrictDateField("告知当事人日期", required=True, past=True, hint="陈述期限自次日起计算")


class StatementForm(TaskForm):
    """听取当事人陈述: within the term, in its own words, or given up in writing."""

    result = RadioField("陈述情况", required=True, options=StatementResult.choices())
    stated_on = StrictDateField("陈述日期", required=True, past=True)
    statement = LongText(
        "陈述内容", required=True, max_length=4000, visible_when=f"result={StatementResult.STATED.value}"
    )


class BlacklistDecisionForm(TaskForm):
    """领导小组审议: decision with a meeting of the register (B-22, B-13)."""

    decision = RadioField(
        "审议结论",
        required=True,
        options=[
            (ApprovalResult.APPROVE.value, "同意列入信贷“黑名单”"),
            (ApprovalResult.REFUSE.value, "不予列入"),
        ],
        hint="列入后长期有效：不再受理该主体及其法定代表人（经营者）的“信保贷”和创业担保贷款",
    )
    meeting_id = ChoiceField("会议", required=True, source="meetings")
    reason = LongText("理由", required=True, max_length=2000, hint="应当回应当事人的陈述")


class CirculationForm(TaskForm):
    """确认通报已由各部门签收."""

    is_bulk: ClassVar[bool] = True

    confirmed = BooleanConfirm("已核对各部门签收情况", required=True)
    note = LongText("办理说明", max_length=500)


class ReceiptForm(BaseForm):
    """签收通报: what the department stops, or that it gives the firm nothing."""

    measures = LongText("停止的政策、资金扶持", required=True, max_length=500, hint="没有的，写“无”")


class PaperReceiptForm(ReceiptForm):
    """登记书面签收, by the center, for a department without an account here."""

    received_on = StrictDateField("签收日期", required=True, past=True)
    confirmed = BooleanConfirm("书面签收单已归档", required=True)


class BlacklistObjectionForm(BaseForm):
    """登记异议: what is said against a decision, and the answer to it; the decision stays in force."""

    objector = TextField("异议人", required=True, max_length=50)
    contact = TextField("联系方式", required=True, max_length=100)
    received_on = StrictDateField("收到日期", required=True, past=True)
    content = LongText("异议内容和依据", required=True, max_length=2000)
    reply = LongText("处理情况和答复", required=True, max_length=1000)
