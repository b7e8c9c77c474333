"""Room proposal: what an author says when he puts a drawing forward, and what the second person says of it."""

from __future__ import annotations

from forms.base import BaseForm
from forms.choice_fields import BooleanConfirm, RadioField
from forms.fields import LongText
from forms.number_fields import StrictDateField

AGREES, RETURNS = "agree", "return"


class ProposalForm(BaseForm):
    """送审."""

    reason = LongText("修改原因", required=True, max_length=500, hint="5 至 500 个字，写明依据和改了什么")
    effective_on = StrictDateField(
        "生效日期", hint="自该日零时起，新案卷按新版本办理；不填的，自发布之时起。在办案卷仍按原版本"
    )


class ClocksForm(BaseForm):
    """Who publishes what takes a statutory clock away, or makes it longer, says that he may."""

    clocks_confirmed = BooleanConfirm(
        "我已核对取消或延长的法定时限、取消的办理部门，确认有依据", required=True
    )


class LateProposalForm(ProposalForm):
    """送审, although somebody else has published since the draft was begun."""

    confirmed = BooleanConfirm("我已对照最新版本，确认本草稿将替代其中的改动", required=True)


class DecisionForm(BaseForm):
    """审核 by the second person."""

    decision = RadioField("审核结论", required=True, options=[(AGREES, "同意并发布"), (RETURNS, "退回修改")])
    comment = LongText("审核意见", max_length=500, hint="退回的必须填写，5 至 500 个字")


class ClocksDecisionForm(DecisionForm):
    """审核 of what takes a statutory clock away, or makes it longer."""

    clocks_confirmed = BooleanConfirm(
        "我已核对取消或延长的法定时限、取消的办理部门，确认有依据",
        required=True,
        visible_when=f"decision={AGREES}",
    )


def proposal_form(is_late: bool, has_clocks: bool) -> type[BaseForm]:
    """What the author is asked."""
    if has_clocks:
        return _LateClocksForm if is_late else _ClocksProposalForm
    return LateProposalForm if is_late else ProposalForm


def decision_form(has_clocks: bool) -> type[BaseForm]:
    """What the second person is asked."""
    return ClocksDecisionForm if has_clocks else DecisionForm


class _ClocksProposalForm(ProposalForm, ClocksForm):
    """送审 without a second person, of what changes a statutory clock."""


class _LateClocksForm(LateProposalForm, ClocksForm):
    """The same, although somebody else has published meanwhile."""


class VersionReasonForm(BaseForm):
    """Why a version is taken back, or four eyes are switched."""

    reason = LongText(
        "原因", required=True, max_length=500, hint="5 至 500 个字，记入审计日志并通知其他流程负责人"
    )
