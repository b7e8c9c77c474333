"""Room lint: what the check can say of a process whose cases the house opens; part of the one table of codes."""

from __future__ import annotations

_BUSINESS = "本流程是系统内置业务，"
_MISSING = {
    "house-missing-form": (
        _BUSINESS
        + "缺少表单“{form}”（随软件提供的图中为“{step}”）：后续环节、告知书和台账要读取它的办理结果。"
        "请保留使用该表单的环节。"
    ),
    "house-missing-message": (
        _BUSINESS + "没有等待消息“{message}”的事件：系统发来该消息时案卷不会有反应（如申请人撤回申请）。"
        "请保留等待该消息的事件。"
    ),
    "house-missing-act": _BUSINESS
    + "缺少抛出“{act}”的事件：系统不会办理该事项，关联的业务不能继续。请保留该事件。",
    "house-missing-ending": (
        _BUSINESS
        + "缺少办结状态“{title}”（{status}）的终止事件：其他业务和统计按该状态判断结果。请保留该结束。"
    ),
    "house-general-status": _BUSINESS
    + "不能使用自绘业务的状态“{title}”（{status}）：办理结果无法被业务和统计识别。请改用本业务的状态。",
}
_WARNED = {
    "house-clock-gone": "法定时限“{name}”（{key}）被删除，随软件提供的依据为：{clause}。请确认有权取消该时限。",
    "house-missing-lane": _BUSINESS + "缺少泳道“{lane}”：该部门将不再参与办理。请确认可以由其他部门办理。",
    "house-clock-longer": (
        "法定时限“{name}”（{key}）由 {old} 改为 {new}，可能长于随软件提供的依据：{clause}。请确认有权作此改动。"
    ),
    "house-uncalled": "该流程不是系统内置业务，也没有设置为可由人直接发起（startable）：发布后没有人能建立它的案卷。",
}

HOUSE = {"内置业务": {**_MISSING, **_WARNED}}
HOUSE_WARNINGS = frozenset(_WARNED)
# What the one who publishes must confirm in so many words: the law may forbid it.
TO_CONFIRM = frozenset(("house-clock-gone", "house-clock-longer", "house-missing-lane"))
