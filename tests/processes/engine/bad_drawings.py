"""A bad drawing for every rule of the lint, each with the words that refuse it."""

from __future__ import annotations

from tests.processes.engine.drawings import (
    LOOP,
    drawing,
    end,
    flow,
    gateway,
    line,
    start,
    timer,
    user,
)

CLOSED = end("finish", '<bpmn:terminateEventDefinition id="t1" />', status="refused")
FORMS = ["acceptance", "supplement"]


def work(element: str = "work", inside: str = "", **values: str) -> str:
    return user(element, inside, **{"status": "submitted", **values})


def sound(*more: str, task: str = "", outside: str = "", lane: str = "人社部门", tail: str = "") -> bytes:
    """A small drawing that is clean, with something added."""
    return drawing(
        start(),
        task or work(),
        tail or CLOSED,
        *line("begin", "work", "finish"),
        *more,
        outside=outside,
        lane=lane,
    )


def branched(
    default: str = 'default="f_choose_finish"', more: str = "acceptance_complete", left: str = ""
) -> bytes:
    return drawing(
        start(),
        gateway("entry"),
        work(),
        f'<bpmn:exclusiveGateway id="choose" {default} />',
        CLOSED,
        *line("begin", "entry", "work", "choose"),
        flow("choose", "finish", left),
        flow("choose", "entry", more),
    )


def node(kind: str, inside: str = "") -> bytes:
    """A sound drawing with one more element between begin and work."""
    return drawing(
        start(),
        f'<bpmn:{kind} id="odd" name="odd">{inside}</bpmn:{kind}>',
        work(),
        CLOSED,
        *line("begin", "odd", "work", "finish"),
    )


SIGNAL = '<bpmn:signal id="s1" name="stop" />'
GOOD_TIMER = "working_days(5, received_on)"
LATE = end("late") + flow("due", "late")
DEADLINE = {"deadline": "review", "clause": "第二条"}
MI = "<bpmn:multiInstanceLoopCharacteristics />"
RULES: list[tuple[str, bytes, str]] = [
    (
        "a signal at the end is ignored",
        sound(tail=end("finish", '<bpmn:signalEventDefinition signalRef="s1" />'), outside=SIGNAL),
        "finish: 结束事件不能使用信号",
    ),
    (
        "a start that waits",
        sound().replace(
            b'<bpmn:startEvent id="begin" />',
            b'<bpmn:startEvent id="begin"><bpmn:timerEventDefinition /></bpmn:startEvent>',
        ),
        "begin: 开始事件不能使用计时器",
    ),
    ("a throw event of nothing", node("intermediateThrowEvent"), "odd: 中间抛出事件没有触发条件"),
    ("multi-instance", sound(task=work(inside=MI)), "work: 图中的 multiInstanceLoopCharacteristics"),
    (
        "a script before the task",
        sound(
            task='<bpmn:userTask id="work" name="w"><bpmn:extensionElements><spiffworkflow:preScript>a = 1'
            "</spiffworkflow:preScript></bpmn:extensionElements></bpmn:userTask>"
        ),
        "work: 图中的 preScript：不允许脚本",
    ),
    ("reserved id", sound().replace(b'"begin"', b'"Start"'), "Start: 标识 Start 由系统保留"),
    ("duplicate id", sound(work("begin")), "begin: 标识 begin 重复"),
    ("odd id", sound().replace(b'"begin"', b'"1 a"'), "1 a: 标识只能由"),
    ("no lane", sound().replace(b"<bpmn:flowNodeRef>work</bpmn:flowNodeRef>", b""), "work: 环节“work”应在"),
    (
        "two lanes",
        sound().replace(b"<bpmn:flowNodeRef>begin<", b"<bpmn:flowNodeRef>work<"),
        "work: 环节“work”应在且只在一条泳道内",
    ),
    (
        "space in a lane",
        sound().replace(b">work</bpmn:flow", b"> work </bpmn:flow"),
        "work: 泳道引用中有多余的空白",
    ),
    ("unknown lane", sound(lane="信访部门"), "work: 泳道“信访部门”不是已知的部门类型"),
    ("applicant without an office", sound(lane="申请人"), "work: 申请人环节“work”应写明代办部门"),
    ("unknown form", sound(task=work(form="poem")), "work: 环节“work”的表单“poem”不存在"),
    ("closed status", sound(task=work(status="refused")), "work: 环节“work”的案卷状态“refused”"),
    ("unknown permission", sound(task=work(permission="all")), "work: 环节“work”的权限“all”不存在"),
    ("unknown separation", sound(task=work(not_same_as="gone")), "work: 岗位分离所指的环节“gone”不存在"),
    (
        "no clause",
        sound(timer("due", "work", GOOD_TIMER, deadline="review"), LATE),
        "due: 法定时限“due”没有写明依据",
    ),
    ("a bare date", sound(timer("due", "work", "received_on", **DEADLINE), LATE), "due: 法定时限“due”应以"),
    (
        "two clocks on one step",
        sound(
            timer("due", "work", GOOD_TIMER, **DEADLINE),
            timer("due2", "work", GOOD_TIMER, **DEADLINE),
            LATE,
            end("late2") + flow("due2", "late2"),
        ),
        "work: 一个环节只能有一个法定时限",
    ),
    ("timer on nothing", sound(timer("due", "begin", GOOD_TIMER), LATE), "due: 边界事件应附着在用户任务上"),
    (
        "terminate without status",
        sound(tail=end("finish", "<bpmn:terminateEventDefinition />")),
        "finish: 终止事件",
    ),
    ("no ending", sound(tail=end()), ": 流程没有办结的终止事件"),
    (
        "status without terminate",
        sound(tail=end(status="refused")),
        "finish: 写有办结状态的结束事件应为终止事件",
    ),
    (
        "a message nobody sends",
        sound(
            '<bpmn:boundaryEvent id="due" attachedToRef="work"><bpmn:messageEventDefinition messageRef="m1" />'
            "</bpmn:boundaryEvent>",
            LATE,
            outside='<bpmn:message id="m1" name="poem" />',
        ),
        "due: 没有人会发出消息“poem”",
    ),
    ("no default", branched(default=""), "choose: 排他网关没有默认出口"),
    ("default of another", branched(default='default="f_begin_entry"'), "choose: 排他网关没有默认出口"),
    ("condition on the default", branched(left="is_person"), "f_choose_finish: 默认出口的条件不会被计算"),
    ("no condition", branched(more=""), "f_choose_entry: 排他网关的非默认出口应写明条件"),
    (
        "condition behind a step",
        sound().replace(
            b'targetRef="finish">',
            b'targetRef="finish"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">paid'
            b"</bpmn:conditionExpression>",
        ),
        "f_work_finish: 只有排他网关的出口条件才会被计算",
    ),
    ("bad expression", branched(more="qualified = 1"), "f_choose_entry: 表达式“qualified = 1”不正确"),
    ("code", branched(more="__import__(1)"), "f_choose_entry: 表达式“__import__(1)”不正确"),
    ("unknown name", branched(more="approved"), "“approved”不是已声明的名称"),
    ("unknown function", branched(more="vote(1)"), "f_choose_entry: 表达式“vote(1)”中的函数“vote”不存在"),
    ("unknown name in a timer", sound(timer("due", "work", "working_days(x)"), LATE), "“x”不是已声明的名称"),
    (
        "a table that is not there",
        drawing(
            start(),
            work(),
            '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements><spiffworkflow:calledDecisionId>gone'
            "</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>",
            CLOSED,
            *line("begin", "work", "rule", "finish"),
        ),
        "rule: 决策表“gone”没有随流程一起提供",
    ),
    ("a table a step names", sound(task=work(decision="gone")), "work: 决策表“gone”没有随流程一起提供"),
    (
        "automatic loop",
        drawing(
            start(),
            work(),
            gateway("first"),
            gateway("second", default="f_second_finish"),
            CLOSED,
            *line("begin", "work", "first", "second"),
            flow("second", "first", "is_person"),
            flow("second", "finish"),
        ),
        "循环中没有需要等待的环节",
    ),
    (
        "merge without a gateway",
        LOOP.replace(b'targetRef="entry"', b'targetRef="work"'),
        "work: 多条连线进入同一元素",
    ),
    ("split without a gateway", sound(work("more"), flow("work", "more")), "work: 多条连线离开同一元素"),
    ("unreachable", sound(work("alone")), "alone: 从开始事件不能到达该元素"),
    ("dead end", drawing(start(), work(), CLOSED, *line("begin", "work")), "work: 该元素没有出口连线"),
    ("dangling flow", sound(flow("work", "gone")), "f_work_gone: 连线的起点或终点不存在"),
    ("two starts", sound(start("again"), flow("again", "work")), ": 流程应有且只有一个开始事件"),
    ("a process of another file", b"<html/>", ": 不是 BPMN 2.0 文件"),
    ("a document type", b"<!DOCTYPE a><a/>", "DOCTYPE"),
    (
        "two processes",
        sound(outside='<bpmn:process id="other" isExecutable="true" />'),
        "只有一个可执行的流程",
    ),
    (
        "a name too long",
        sound(task=work().replace('name="work"', f'name="{"长" * 101}"')),
        "环节名称不得超过100字",
    ),
    (
        "an attribute the schema does not know",
        sound().replace(b"<bpmn:laneSet", b'<bpmn:laneSet odd="1"'),
        ": ",
    ),
]
