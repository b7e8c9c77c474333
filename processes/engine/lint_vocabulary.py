"""Room lint: which elements of BPMN the engine executes correctly, and what to use instead of the others."""

from __future__ import annotations

from dataclasses import dataclass

STARTS, TASKS = ("startEvent",), ("userTask", "businessRuleTask")
CATCHING = ("intermediateCatchEvent", "boundaryEvent")
EVENTS = (*STARTS, *CATCHING, "intermediateThrowEvent", "endEvent")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "eventBasedGateway")
NODES = (*EVENTS, *TASKS, *GATEWAYS)
# What stops an automatic run: a person or an event.
WAITING = ("userTask", *CATCHING)

ALLOWED = frozenset(
    (
        *NODES,
        *("definitions", "collaboration", "participant", "process", "laneSet", "lane", "flowNodeRef"),
        *("sequenceFlow", "conditionExpression", "incoming", "outgoing", "message", "signal"),
        *("messageEventDefinition", "signalEventDefinition", "terminateEventDefinition"),
        *("timerEventDefinition", "timeDate", "timeDuration", "timeCycle"),
        *("extensionElements", "documentation", "textAnnotation", "text", "association"),
    )
)
ALLOWED_EXTENSIONS = frozenset(("properties", "property", "calledDecisionId"))

# Which event definitions each kind of event may carry; anything else is ignored or broken in the engine.
DEFINITIONS: dict[str, tuple[str, ...]] = {
    "startEvent": (),
    "endEvent": ("terminateEventDefinition",),
    "intermediateThrowEvent": ("signalEventDefinition", "messageEventDefinition"),
    "intermediateCatchEvent": ("timerEventDefinition", "messageEventDefinition"),
    "boundaryEvent": ("timerEventDefinition", "messageEventDefinition", "signalEventDefinition"),
}
MUST_HAVE = ("intermediateThrowEvent", *CATCHING)

TITLES = {
    "signalEventDefinition": "信号",
    "messageEventDefinition": "消息",
    "timerEventDefinition": "计时器",
    "terminateEventDefinition": "终止",
    "startEvent": "开始事件",
    "endEvent": "结束事件",
    "intermediateCatchEvent": "中间捕获事件",
    "intermediateThrowEvent": "中间抛出事件",
    "boundaryEvent": "边界事件",
    "userTask": "用户任务",
    "process": "流程",
}
HINTS = {
    "startEvent": "：案卷由人提交申请启动；请在开始事件之后画中间捕获事件",
    "endEvent": "，引擎会忽略它；请在结束前使用中间抛出事件",
}
INSTEAD = {
    "scriptTask": "不允许脚本，请改用用户任务或决策表",
    "serviceTask": "不允许服务调用，请改用用户任务",
    "sendTask": "请改用中间抛出事件（信号）",
    "receiveTask": "请改用中间捕获事件（消息）",
    "manualTask": "请改用用户任务",
    "task": "请改用用户任务",
    "callActivity": "不能调用其他流程，请直接画出各环节",
    "subProcess": "子流程会丢失泳道，请直接画出各环节",
    "transaction": "子流程会丢失泳道，请直接画出各环节",
    "adHocSubProcess": "请直接画出各环节",
    "inclusiveGateway": "请改用排他网关或并行网关",
    "complexGateway": "请改用排他网关或并行网关",
    "multiInstanceLoopCharacteristics": "请为每个部门分别画任务，用并行网关连接",
    "standardLoopCharacteristics": "请用排他网关画出循环",
    "linkEventDefinition": "会被忽略，请用连线直接连接",
    "compensateEventDefinition": "会被忽略，请画出撤销的环节",
    "escalationEventDefinition": "请改用信号",
    "errorEventDefinition": "请改用排他网关",
    "cancelEventDefinition": "请改用信号",
    "conditionalEventDefinition": "请改用排他网关",
    "childLaneSet": "泳道不能嵌套",
    "dataObject": "数据对象会使引擎的解析停不下来，请改用自绘字段或案卷事项",
    "dataObjectReference": "数据对象会使引擎的解析停不下来，请改用自绘字段或案卷事项",
    "dataStoreReference": "请改用自绘字段或案卷事项",
    "dataInputAssociation": "数据关联会使引擎的解析停不下来，请删除",
    "dataOutputAssociation": "数据关联会使引擎的解析停不下来，请删除",
    "ioSpecification": "请改用自绘字段或案卷事项",
    "potentialOwner": "办理人由泳道和权限决定，请删除",
    "humanPerformer": "办理人由泳道和权限决定，请删除",
    "script": "不允许脚本，请改用决策表或条件",
    "messageFlow": "引擎不执行消息流，请用中间抛出事件或连线表示",
    "import": "不能引用其他文件，请把内容画在本图内",
    "group": "引擎不认识分组，请改用文字注释",
    "serviceTaskOperator": "不允许服务调用，请删除",
    "messagePayload": "消息不能带表达式，请删除",
    "payloadExpression": "信号和消息不能带表达式，请删除",
    "unitTests": "脚本测试不会运行，请用决策表的用例",
    "preScript": "不允许脚本",
    "postScript": "不允许脚本",
}

# What an element may say of itself in its properties; “field:” stands before the name of a drawn field.
PROPERTIES: dict[str, dict[str, str]] = {
    "process": {
        "promise": "承诺办结的工作日数",
        "promise_from": "承诺从哪个日期事项起算",
        "promise_clause": "承诺的依据",
        "warnings": "预警设置，如 2=handler; daily=supervisor",
        "startable": "yes 表示可由人直接发起",
        "series": "案卷编号字头，两个大写字母",
    },
    "userTask": {
        "form": "表单；drawn 表示只有自绘字段",
        "status": "在办时的案卷状态",
        "permission": "所需权限；不写为 task:work",
        "not_same_as": "岗位分离：不能与这些环节同一人，逗号分隔",
        "on_behalf": "申请人环节由哪类部门代办",
        "decision": "办理时参考的决策表",
        "result": "办理结果的名称",
        "refused_by": "退回意见取自哪个环节",
        "board": "在哪张看板上办理",
        "priority": "urgent 为急件",
        "field:": "自绘字段，值为 JSON：label、kind、required、help、visible_when、choices",
    },
    "boundaryEvent": {
        "deadline": "法定时限的代码；以 working_days(…) 或 calendar_days(…) 计算",
        "clause": "法定时限的依据条款",
        "warnings": "该时限的预警设置",
    },
    "endEvent": {"status": "办结时的案卷状态（终止事件）"},
    "intermediateCatchEvent": {"status": "等待期间的案卷状态"},
}


@dataclass(frozen=True)
class Problem:
    """One reason why a drawing may not be published; the message is for the process owner."""

    element_id: str
    message: str
    code: str = ""
    # The elements that lead to it, in order, for the editor to mark.
    path: tuple[str, ...] = ()
    severity: str = "error"

    @property
    def is_warning(self) -> bool:
        """Whether it may be published all the same."""
        return self.severity != "error"
