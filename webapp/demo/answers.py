"""Room demo, answers: what the offices type at each step of an invented case, as a JSON body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from models.reason import reasons_for
from webapp.demo.applications import Wish

Answers = dict[str, Any]
RATE = "4.2"
REMEDY = "对决定有异议的，可向本机构办公室申诉，办公电话0477-8000000。"
NOTES = {
    "reject_hrss": ("H04", "申请人名下有一笔未结清的经营性贷款，不在政策豁免范围。"),
    "reject_guarantor": ("G01", "实地走访两次，经营场所均未营业，店面已转租他人。"),
    "reject_bank": ("B03", "现有负债较高，月均还款额超过月均纯利润的70%。"),
    "reject_payout": ("B04", "放款当日查询，营业执照已注销。"),
}
MISSING = {
    "group_proof": ("缺少与所选人群类别一致的证明", "由发证单位出具，原件扫描1份"),
    "premises_proof": ("租赁合同已过期", "提供在有效期内的租赁合同，1份"),
    "credit_report": ("查询日期超过30日", "重新查询，查询日期在30日以内，1份"),
}


def accept(wish: Wish, on: date) -> Answers:
    """受理."""
    return {"result": "complete", "opinion": "材料齐全，符合法定形式。"}


def missing(materials: Iterable[str]) -> list[dict[str, str]]:
    """What is wrong with these materials, as a notice lists it."""
    return [
        {"material": code, "problem": MISSING[code][0], "requirement": MISSING[code][1]} for code in materials
    ]


def ask(*materials: str) -> Callable[[Wish, date], Answers]:
    """一次性告知 with these materials."""

    def answers(wish: Wish, on: date) -> Answers:
        return {
            "result": "incomplete",
            "items": missing(materials),
            "delivery_method": "direct",
            "delivered_on": on.isoformat(),
        }

    return answers


def supplement(wish: Wish, on: date) -> Answers:
    """补正."""
    return {"statement": "已按告知书逐项补齐材料。", "confirmed": True}


def qualify(wish: Wish, on: date) -> Answers:
    """资格审核通过."""
    return {"decision": "pass", "opinion": "申请人属于重点就业群体，经营真实，符合贷款条件。"}


def guarantee(wish: Wish, on: date) -> Answers:
    """尽职调查通过."""
    is_surety = wish.security == "surety"
    return {
        "decision": "pass",
        "method": "site",
        "first_repayment_source": "日常经营收入，近6个月流水稳定。",
        "guarantee_amount": wish.amount,
        "counter_guarantee": "surety" if is_surety else "none",
        "opinion": "实地走访，经营正常，同意担保。",
    }


def investigate(wish: Wish, on: date) -> Answers:
    """贷前调查通过."""
    return {
        "decision": "pass",
        "method": "site",
        "first_repayment_source": "日常经营收入，可覆盖到期本息。",
        "credit_queried_on": on.isoformat(),
        "opinion": "信用记录良好，同意进入审批。",
    }


def approve_loan(wish: Wish, on: date) -> Answers:
    """银行受理与审批."""
    return {
        "accepted_on": on.isoformat(),
        "decision": "pass",
        "approved_amount": wish.amount,
        "approved_term": wish.term,
        "lpr_tenor": "1y",
        "rate": RATE,
        "guarantee_type": wish.security or "credit",
        "counter_guarantee": wish.security or "none",
        "opinion": "同意发放。",
    }


def register(wish: Wish, on: date) -> Answers:
    """抵押登记办妥."""
    return {
        "outcome": "done",
        "procedure": "mortgage" if wish.security == "mortgage" else "counter_guarantee",
        "certificate_number": f"示例不动产证明第{on:%m%d}号",
        "completed_on": on.isoformat(),
    }


def extend(wish: Wish, on: date) -> Answers:
    """申请延期."""
    return {
        "outcome": "extend",
        "procedure": "mortgage",
        "extension_days": 5,
        "extension_reason": "不动产登记中心系统升级，抵押登记需顺延办理。",
    }


def approve_extension(wish: Wish, on: date) -> Answers:
    """批准延期."""
    return {"decision": "approve", "opinion": "情况属实，同意延期。"}


def pay(application: Mapping[str, Any]) -> Callable[[Wish, date], Answers]:
    """放款 with the licence as it was applied for."""

    def answers(wish: Wish, on: date) -> Answers:
        is_person = wish.kind != "small_enterprise"
        name = application["name" if is_person else "enterprise_name"]
        return {
            "outcome": "paid",
            "licence_status": "active",
            "licence_name": application["business_name" if is_person else "enterprise_name"],
            "licence_operator": application["name" if is_person else "legal_name"],
            "licence_address": application["business_address"],
            "contract_number": f"示例借字{on:%Y%m%d}",
            "signed_on": on.isoformat(),
            "rate": RATE,
            "account_bank": "示例银行示例支行",
            "account_name": name,
            "account_number": application["account_number"],
            "disbursed_on": on.isoformat(),
            "receipt_number": f"示例借据{on:%Y%m%d}",
            "repayment_method": "monthly_interest",
        }

    return answers


def refuse(kind: str) -> Callable[[Wish, date], Answers]:
    """A refusal at a review, with the reasons of `kind` in NOTES."""

    def answers(wish: Wish, on: date) -> Answers:
        code, text = NOTES[kind]
        return {
            "decision": "fail",
            "outcome": "refused",
            "accepted_on": on.isoformat(),
            "licence_status": "cancelled",
            "method": "site",
            "first_repayment_source": "经营收入不稳定。",
            "reason_codes": [code],
            "reason_text": text,
            "opinion": "不符合条件。",
        }

    return answers


def notify(kind: str) -> Callable[[Wish, date], Answers]:
    """不符合条件通知 for a refusal of `kind`."""

    def answers(wish: Wish, on: date) -> Answers:
        code, text = NOTES[kind]
        clauses = {reason.code: reason.clause for stage in _STAGES for reason in reasons_for(stage)}
        return {
            "reason_codes": [code],
            "reason_text": text,
            "clause": clauses[code],
            "can_reapply": True,
            "remedy": REMEDY,
            "delivery_method": "direct",
            "delivered_on": on.isoformat(),
        }

    return answers


_STAGES = ("hrss", "guarantor", "bank")
