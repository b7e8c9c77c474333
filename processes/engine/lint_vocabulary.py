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
    "intermediateThrowEvent": ("signalEventDefinition",),
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
    "preScript": "不允许脚本",
    "postScript": "不允许脚本",
}


@dataclass(frozen=True)
class Problem:
    """One reason why a drawing may not be published; the message is for the process owner."""

    element_id: str
    message: str
