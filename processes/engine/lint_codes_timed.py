"""Room lint: what the check can say of timers, promises and decision tables; part of the one table of codes."""

from __future__ import annotations

_TIMERS = {
    "timer-value": "计时器“{name}”的“{text}”不正确：{reason}。",
    "timer-trial": "计时器“{name}”的“{text}”用样例数据试算不出日期：{reason}",
    "timer-written": "计时器应写且只写一个日期、时长或循环。",
    "timer-cancel": "cancelActivity 应写 true 或 false。",
    "timer-cron": "计时器“{name}”不能使用 cron 写法：{instead}。",
    "timer-cycle": "循环计时器不能用在这里：{instead}；其他位置请改用日期或时长。",
    "timer-statutory-cycle": "法定时限不能是循环计时器；催办请另画一个不中断任务的边界事件。",
    "timer-host": "边界事件应附着在用户任务上。",
    "gateway-events": "事件网关只能等待其中一个事件先到。",
    "gateway-exits": "事件网关至少应有两个出口。",
    "gateway-catch": "事件网关之后只能是中间捕获事件。",
    "gateway-timers": ("事件网关之后只能有一个计时器；请保留先到期的一个，另一个改为任务上的边界事件。"),
    "gateway-messages": "事件网关之后不能有两个相同的消息。",
    "deadline-twice": "一个环节只能有一个法定时限。",
    "deadline-clause": "法定时限“{name}”没有写明依据条款（clause）。",
    "deadline-step": "法定时限“{name}”应附着在用户任务上。",
    "deadline-days": "法定时限“{name}”应以 working_days(…) 或 calendar_days(…) 计算。",
    "deadline-length": "法定时限“{name}”的代码或依据过长：代码不超过40个字符，名称不超过60字，依据不超过120字。",
    "clause-days": "“{name}”的文字写明“{said}”，而时限为 {length}，请核对依据和名称。",
    "warnings-unreadable": "{reason}",
    "warnings-misplaced": "“{name}”不是法定时限，不能写预警设置（warnings）。",
}
_PROMISE = {
    "promise-days": "承诺办结时限“{text}”应为1至999的工作日数。",
    "promise-missing": "写有承诺依据或起算事实，但没有承诺办结时限（promise）。",
    "promise-clause": "承诺办结时限应写明依据（promise_clause，不超过{limit}字）。",
    "promise-from": "承诺办结时限的起算事实“{name}”不是已声明的名称。",
    "promise-begin": "没有任何部门环节的时限从“{name}”起算，无法核对承诺。",
    "promise-ways": "路径过多，无法核对承诺办结时限。",
    "promise-variable": "时限“{keys}”不是固定的天数，无法与承诺办结时限核对。",
    "promise-exceeded": "承诺 {promise} 个工作日，少于各环节时限之和 {total}：{shown}。",
}

# The texts may lag behind the numbers; only people can say which of them is right.
TIMED_WARNINGS = frozenset(("clause-days",))
TIMED = {"计时器和时限": _TIMERS, "承诺办结时限": _PROMISE}
