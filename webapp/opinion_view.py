"""Room review: opinions and loan terms in the words of the forms they were typed into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forms.application import fill
from forms.context import FormContext
from forms.registry import TASK_FORMS
from models.loan import Extension, Loan
from models.money import format_amount
from models.reason import REASON_LABELS
from models.review import Opinion
from models.vocabulary_loan import CounterGuarantee, GuaranteeType, LprTenor, Procedure, RepaymentMethod
from processes.steps import result_words
from webapp.answer_view import Answer, answers_of

# The question whose answer is the result itself, whatever the form calls it.
_VERDICTS = ("decision", "result", "outcome")


@dataclass(frozen=True)
class OpinionView:
    """One opinion as the offices read it."""

    step: str
    result: str
    who: str
    on: str
    reasons: list[str]
    texts: list[str]
    answers: list[Answer]
    # 已退回重办 or 已撤回: kept as history, no longer a ground for anything. Empty: it counts.
    fell: str = ""

    @property
    def is_superseded(self) -> bool:
        """Whether it counts no more."""
        return bool(self.fell)


def opinion_views(
    opinions: list[Opinion], context: FormContext, fell: Mapping[int, str]
) -> list[OpinionView]:
    """Every opinion with its details under the labels of its form; `fell`: tasks that no longer count, and how so."""
    return [replace(_view(one, context), fell=fell.get(one.task_id, "")) for one in opinions]


def _view(opinion: Opinion, context: FormContext) -> OpinionView:
    return OpinionView(
        step=opinion.step,
        result=result_words(opinion.result),
        who=opinion.actor.display_name,
        on=opinion.decided_on.isoformat(),
        reasons=[REASON_LABELS.get(code, str(code)) for code in opinion.reason_codes],
        texts=[text for text in (opinion.reason_text, opinion.opinion) if text],
        answers=_details(opinion, context),
    )


def _details(opinion: Opinion, context: FormContext) -> list[Answer]:
    form_class = TASK_FORMS.get(opinion.form_key)
    if form_class is None:
        return []
    form = fill(form_class, {**opinion.details, **dict.fromkeys(_VERDICTS, opinion.result)}, context)
    # What was not kept is not shown: the preset of a question is nobody's opinion.
    kept = {form[name].label.text for name in opinion.details if name in form and name not in _VERDICTS}
    return [answer for answer in answers_of(form) if answer.label in kept]


def loan_answers(loan: Loan) -> list[Answer]:
    """The terms the bank has approved, and the payout once it has happened."""
    return [Answer(label, text) for label, text in _loan_lines(loan) if text]


def _loan_lines(loan: Loan) -> Iterator[tuple[str, str]]:
    yield "批准金额（元）", format_amount(loan.approved_amount)
    yield "批准期限（月）", str(loan.term_months)
    yield "年利率（%）", f"{loan.rate:.2f}（{LprTenor.title_of(loan.lpr_tenor)} {loan.lpr:.2f}）"
    yield "贷款方式", GuaranteeType.title_of(loan.guarantee_type)
    yield "反担保", CounterGuarantee.title_of(loan.counter_guarantee)
    yield "要求反担保的理由", loan.exception_reason
    yield "手续", Procedure.title_of(loan.procedure) if loan.procedure else ""
    yield "权证或登记编号", loan.procedure_certificate
    yield "借款合同号", loan.contract_number
    yield "合同签订日", loan.signed_on.isoformat() if loan.signed_on else ""
    yield "放款日", loan.disbursed_on.isoformat() if loan.disbursed_on else ""
    yield "借据号", loan.receipt_number
    yield "还款方式", RepaymentMethod.title_of(loan.repayment_method) if loan.repayment_method else ""


def extension_answers(extension: Extension) -> list[Answer]:
    """A request for more time, as the head of the bank's office decides on it."""
    return [
        Answer("手续类型", Procedure.title_of(extension.procedure)),
        Answer("申请延长", f"{extension.working_days} 个工作日"),
        Answer("原截止日", extension.old_due_on.isoformat()),
        Answer("延期原因", extension.reason),
    ]
