"""Room lint: what the check can say of steps, connections, soundness and texts; part of the one table of codes."""

from __future__ import annotations

_STEPS = {
    "lane-space": "泳道引用中有多余的空白，该环节会失去泳道。",
    "lane-count": "环节“{step}”应在且只在一条泳道内。",
    "lane-none": "环节“{step}”所在的泳道没有名称，请为该泳道选择办理部门。",
    "lane-unknown": "泳道“{lane}”不是已知的部门类型。",
    "step-form-none": "请为环节“{step}”选择办理表单。",
    "step-form": "环节“{step}”的表单“{form}”不存在。",
    "step-status-none": "请为环节“{step}”选择案卷状态。",
    "step-status": "环节“{step}”的案卷状态“{status}”不是办理中的状态。",
    "step-permission": "环节“{step}”的权限“{permission}”不存在。",
    "step-separation": "岗位分离所指的环节“{other}”不存在。",
    "step-behalf": "申请人环节“{step}”应写明代办部门（on_behalf）。",
    "step-name": "环节名称不得超过100字。",
    "step-priority": "环节“{step}”的优先级（priority）只能留空或写 {urgent}。",
    "end-status": "终止事件的案卷状态“{status}”不是办结状态。",
    "end-plain": "写有办结状态的结束事件应为终止事件。",
    "end-none": "流程没有办结的终止事件。",
    "message-unknown": "没有人会发出消息“{message}”。",
    "act-unknown": "没有名为“{act}”的系统动作。",
    "wait-status": "等待事件的案卷状态“{status}”不是办理中的状态。",
}
_FIELDS = {
    "field-unreadable": "环节“{step}”：{reason}",
    "field-count": "环节“{step}”有{count}个字段，最多{limit}个。",
    "field-none": "环节“{step}”的自绘表单没有任何字段。",
    "field-reserved": "字段名称“{field}”已由系统使用，请换一个名称。",
    "field-kind": ("字段“{field}”在别的环节是“{other}”，在环节“{step}”是“{kind}”：同名字段的类型应当相同。"),
    "field-visible": ("字段“{field}”的显示条件“{condition}”所指的“{name}”不是本环节排在前面的字段。"),
    "field-visible-value": (
        "字段“{field}”的显示条件“{condition}”应写成“字段=选项值”，"
        "所指字段应为单选、多选或是否，值应为它的选项。"
    ),
    "field-blank": (
        "条件“{text}”要比较字段“{field}”，但该字段可以不填，不填时条件无法计算：请把它设为必填，"
        "或先判断 {field} != null and …。"
    ),
    "field-board": "环节“{step}”由多件一并办理（board），不能有字段。",
    "field-misplaced": "只有用户任务可以有字段。",
    "field-twice": "字段“{field}”重复。",
    "start-word": "业务发起（startable）只能留空或写 {word}。",
    "start-own": "该流程的案卷由系统按业务规则建立，不能由人直接发起（startable）。",
    "start-form": (
        "由人发起的业务只能使用自绘字段：环节“{step}”的内置表单“{form}”要读写它自己业务的数据，请改用自绘字段。"
    ),
    "start-fact": (
        "由人发起的业务没有申请表和政策参数，“{text}”所用的“{name}”永远没有值，案卷会停住；"
        "请在环节中画一个自绘字段，改用该字段。"
    ),
    "start-act": "由人发起的业务不能使用系统动作“{act}”，它要读写其他业务的数据。",
    "start-series": "案卷编号字头（series）“{series}”应为两个大写英文字母，且未被其他业务使用。",
    "start-documentation": "流程说明不得超过{limit}字。",
}
_FLOWS = {
    "flow-dangling": "连线的起点或终点不存在。",
    "flow-start": "流程应有且只有一个开始事件。",
    "flow-forks": "并行分支不得超过 {limit} 处。",
    "flow-ways": (
        "并行分支组合出 {count} 条以上的路径，引擎会越来越慢；请减少前后相接的并行段或每段的分支（最多 {limit} 条）。"
    ),
    "flow-condition": "只有排他网关的出口条件才会被计算，请删除此条件或改用排他网关。",
    "flow-no-entry": "该元素没有入口连线，不会被执行。",
    "flow-entry": "该事件不能有入口连线。",
    "flow-merge": "多条连线进入同一元素，请在前面加一个网关合并。",
    "flow-after-end": "结束事件不能有出口连线。",
    "flow-no-exit": "该元素没有出口连线。",
    "flow-split": "多条连线离开同一元素，请在后面加一个网关分支。",
    "flow-single-condition": "只有一个出口的网关不能写条件。",
    "flow-no-default": "排他网关没有默认出口；条件都不成立时案卷会停住。",
    "flow-default-condition": "默认出口的条件不会被计算，请删除。",
    "flow-no-condition": "排他网关的非默认出口应写明条件。",
    "flow-unreached": "从开始事件不能到达该元素，案卷走不到这里；因此走不到的共 {count} 个元素：{names}。",
    "loop-automatic": "循环中没有需要等待的环节，会无休止地自动执行。",
    "loop-fixed": (
        "循环中只等待固定的日期“{text}”：日期一过，流程会无休止地自动执行。"
        "请改用从等待时起算的时长，如 P3D 或 working_days(3)，或在循环中画出由人办理的环节。"
    ),
    "loop-join": (
        "并行汇合“{name}”在循环之内：从第二轮起，引擎不等各分支到齐就放行。"
        "请把退回的连线画到各分支之内，由分支自己循环，不要跨过整个并行段退回。"
    ),
    "loop-piling": (
        "“{name}”不中断环节“{step}”，它的分支却又回到该环节：每触发一次，该环节就多出一份相同的待办，越积越多。"
        "请把这条分支画到结束事件为止；需要反复提醒的，请用循环计时器，如 every(3, working_days(1))。"
    ),
}
_SOUND = {
    "sound-dead-end": (
        "按标出的路径走，并行汇合“{name}”永远等不齐各入口，案卷会停住。"
        "请用排他网关汇合只走其一的分支，并行网关只汇合同时走的分支。"
    ),
    "sound-twice": (
        "按标出的路径走，“{name}”会同时出现两份，同一环节要办两次。"
        "并行的分支请先用并行网关汇合；不中断任务的边界事件的分支请画到结束事件为止。"
    ),
    "sound-open": ("按标出的路径走，案卷再没有待办环节，却没有办结。请让该路径到达写有办结状态的终止事件。"),
    "sound-endless": "按标出的路径走到“{name}”以后，案卷无论怎样办理都不能办结。请画出离开循环的出口。",
    "sound-never": "“{name}”永远等不齐各入口，它和后面的环节都不会被执行。",
    "sound-many": (
        "流程并行的组合超过 {limit} 种，不能证明案卷总能办结；请减少同时进行的分支，或把分支内的多个环节合并。"
    ),
}
_TEXTS = {
    "expression-wrong": "表达式“{text}”不正确：{reason}",
    "expression-name": "表达式“{text}”中的“{name}”不是已声明的名称。",
    "expression-function": "表达式“{text}”中的函数“{name}”不存在。",
}
_CONDITIONS = {
    "condition-trial": (
        "条件“{text}”中的“{part}”怎样填写都无法计算：{reason}。案卷走到这里会停住；请核对所用名称是数字、文本还是日期，改用同类的值。"
    ),
    "condition-truth": (
        "条件“{text}”的结果是{kind}，不是“是”或“否”，引擎会把它当作成立或不成立；请写成比较，如“amount > 5”。"
    ),
    "condition-kind": "条件“{text}”：“{name}”是{kind}，却与{wrong}比较，永远不会相同；{instead}。",
    "condition-list": "条件“{text}”：“{name}”是多选，不会等于一个值；请写成 '选项' in {name}。",
    "condition-choice": "条件“{text}”中的“{value}”不是“{name}”的选项，永远不会选到；选项有：{choices}。",
    "condition-sometimes": (
        "条件“{text}”在 {example} 时无法计算（{reason}），那时提交会被退回；请先判断再计算，如“n != 0 and …”。"
    ),
    "condition-unset": (
        "“{text}”要用“{name}”，但走到这里之前没有环节或决策表给出它，案卷会停住；"
        "请先画出给出它的环节（{forms}），或改用自绘字段。"
    ),
    "condition-unset-ways": (
        "“{text}”要用“{name}”，但有的路径到这里之前没有环节或决策表给出它，沿该路径案卷会停住；请核对各条路径。"
    ),
    "condition-unasked": "条件“{text}”要用字段“{name}”，但走到这里之前没有环节填写它；请把该字段移到前面的环节。",
}

DRAWN = {
    "环节和泳道": _STEPS,
    "自绘字段和发起": _FIELDS,
    "连线、网关和循环": _FLOWS,
    "走得通、办得结": _SOUND,
    "表达式": _TEXTS,
    "条件": _CONDITIONS,
}
# What is worth saying and stops no publication.
CONDITION_WARNINGS = frozenset(("condition-sometimes", "condition-unset-ways"))
