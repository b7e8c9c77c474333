"""Room reason: the closed list of refusal reasons, each with its clause, for every body that may refuse."""

from __future__ import annotations

from dataclasses import dataclass

from models.refusal import Refusal
from models.vocabulary import ReasonStage


@dataclass(frozen=True)
class Reason:
    """One reason code: its title for letters, the clause it rests on, the stage that may use it."""

    code: str
    label: str
    clause: str
    stage: str


_NOTICE = "内人社发〔2021〕22号"
_SUBSIDY = "财金〔2020〕21号"
_ENTERPRISE = f"{_SUBSIDY}（小微企业贷款条件）"
_OTHER_LOANS = "财金〔2018〕22号"
_DILIGENCE = f"{_NOTICE}第二部分（担保机构尽职调查）"
_BANK_DUTY = f"{_NOTICE}第二部分（严格贷前审核）"

REASONS: tuple[Reason, ...] = (
    Reason("H01", "不属于政策规定的重点就业群体", f"{_SUBSIDY}（贷款对象范围）", "hrss"),
    Reason("H02", "申请时或贷款到期时不在法定劳动年龄内", f"{_SUBSIDY}（贷款对象范围）", "hrss"),
    Reason("H03", "未办理营业执照或未从事合法经营", f"{_SUBSIDY}（贷款条件）", "hrss"),
    Reason("H04", "本人或配偶有政策规定以外的未结清贷款", f"{_OTHER_LOANS}（其他贷款限制）", "hrss"),
    Reason("H05", "享受创业担保贷款贴息次数已达上限", f"{_SUBSIDY}（贴息次数）", "hrss"),
    Reason("H06", "企业规模不属于小型、微型企业", "工信部联企业〔2011〕300号", "hrss"),
    Reason("H07", "新招用符合条件人员比例未达到规定", f"{_SUBSIDY}（小微企业吸纳就业比例）", "hrss"),
    Reason("H08", "存在拖欠职工工资或欠缴社会保险费等违法违规记录", _ENTERPRISE, "hrss"),
    Reason("H09", "劳动合同期限不足1年", _ENTERPRISE, "hrss"),
    Reason("H10", "申请材料或陈述不真实", f"{_NOTICE}第三部分（借款人主体资格审核）", "hrss"),
    Reason("G01", "经营项目不实或经营场所不存在", _DILIGENCE, "guarantor"),
    Reason("G02", "第一还款来源不足以偿还贷款本息", f"{_NOTICE}第一部分（聚焦第一还款来源）", "guarantor"),
    Reason("G03", "存在重大未结诉讼或被列为失信被执行人", _DILIGENCE, "guarantor"),
    Reason("G04", "实际经营者与申请人不一致，涉嫌借用他人名义", f"{_NOTICE}第五部分第（五）项", "guarantor"),
    Reason("G05", "申请人已停止经营", f"{_NOTICE}第五部分第（五）项", "guarantor"),
    Reason("G06", "资金用途不属于生产经营", _DILIGENCE, "guarantor"),
    Reason("G07", "担保基金可担保余额不足", f"{_NOTICE}第四部分（担保基金放大倍数）", "guarantor"),
    Reason("B01", "信用报告存在不良记录", _BANK_DUTY, "bank"),
    Reason("B02", "收入和现金流不足以按期偿还本息", f"{_NOTICE}第一部分（聚焦第一还款来源）", "bank"),
    Reason("B03", "负债水平过高", _BANK_DUTY, "bank"),
    Reason("B04", "营业执照已注销、吊销或处于停业、经营异常状态", f"{_NOTICE}第五部分第（五）项", "bank"),
    Reason("B05", "营业执照信息与实际情况不符", f"{_NOTICE}第五部分第（五）项", "bank"),
    Reason("B06", "涉嫌假借他人名义申请贷款", f"{_NOTICE}第五部分第（五）项", "bank"),
    Reason("B07", "放款账户户名与借款人不一致", f"{_NOTICE}第五部分第（五）项", "bank"),
    Reason("B08", "反担保、抵押或质押手续未能办妥", f"{_NOTICE}第二部分（办理反担保、抵押等手续）", "bank"),
    Reason("B09", "借款人未按约定签订合同或放弃贷款", _BANK_DUTY, "bank"),
)

REASON_LABELS = {reason.code: reason.label for reason in REASONS}
_BY_CODE = {reason.code: reason for reason in REASONS}


def reasons_for(stage: str) -> list[Reason]:
    """The reasons that the body of `stage` (a `ReasonStage` value) may give, in the published order."""
    wanted = ReasonStage(stage).value
    return [reason for reason in REASONS if reason.stage == wanted]


def reason_choices(stage: str) -> list[tuple[str, str]]:
    """(code, title) pairs of `reasons_for(stage)`, for forms."""
    return [(reason.code, reason.label) for reason in reasons_for(stage)]


def reason_by_code(code: str) -> Reason:
    """The reason behind a stored code; `Refusal` when the list does not know it."""
    if code not in _BY_CODE:
        raise Refusal(f"不予通过原因代码“{code}”不存在", "reason_codes")
    return _BY_CODE[code]
