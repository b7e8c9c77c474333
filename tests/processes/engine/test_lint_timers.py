"""Timers that may be drawn, and a bad one for every rule, each with the words that refuse it."""

from __future__ import annotations

import pytest

from tests.processes.engine.bad_drawings import CLOSED, sound, work
from tests.processes.engine.drawings import catch, drawing, end, flow, gateway, line, start, timer
from tests.processes.engine.test_lint import found

LATE = end("late") + flow("due", "late")
MESSAGE = '<bpmn:message id="m1" name="withdrawal" />'


def boundary(expression: str, kind: str = "timeDate", cancel: bool = False, **values: str) -> bytes:
    return sound(timer("due", "work", expression, cancel, kind, **values), LATE)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("working_days(7)", "timeDate"),
        ("calendar_days(60, received_on)", "timeDate"),
        ("working_days(supplement_days, max(received_on, accepted_on))", "timeDate"),
        ("received_on", "timeDate"),
        ("accepted_on or received_on", "timeDate"),
        ("date('2027-05-01') if is_person else working_days(3)", "timeDate"),
        ("working_days(3).due_on", "timeDate"),
        ("2027-05-01", "timeDate"),
        ("'2027-05-01T09:30:00+08:00'", "timeDate"),
        ("P3D", "timeDuration"),
        ("PT2H", "timeDuration"),
        ("P1M", "timeDate"),
        ("R3/P1D", "timeCycle"),
        ("every(3, working_days(1))", "timeCycle"),
        ("every(2, calendar_days(7, received_on))", "timeCycle"),
    ],
)
def test_good_timers(expression: str, kind: str) -> None:
    assert found(boundary(expression, kind)) == []


@pytest.mark.parametrize(
    ("expression", "kind", "words"),
    [
        ("soon", "timeDate", "“soon”不是已声明的名称"),
        ("working_day(3)", "timeDate", "函数“working_day”不存在"),
        ("7", "timeDate", "应为日期、时长"),
        ("'三天后'", "timeDate", "“三天后”不是日期或时长"),
        ("2027-13-01", "timeDate", "日期或时刻不存在"),
        ("P1W2D3", "timeDuration", "不是已声明的名称"),
        ("amount", "timeDate", "应为日期、时长"),
        ("true", "timeDate", "应为日期、时长"),
        ("received_on == accepted_on", "timeDate", "应为日期、时长"),
        ("received_on or 3", "timeDate", "应为日期、时长"),
        ("working_days(0)", "timeDate", "天数应为1至"),
        ("working_days(-3)", "timeDate", "天数应为1至"),
        ("working_days(2.5)", "timeDate", "天数应为1至"),
        ("working_days(received_on, 3)", "timeDate", "天数应为1至"),
        ("working_days(3, amount)", "timeDate", "起算日应为日期"),
        ("working_days(3, start=received_on)", "timeDate", "参数请直接写值"),
        ("R3/P1D", "timeDate", "循环只能写在循环计时器"),
        ("every(3, working_days(1))", "timeDate", "循环只能写在循环计时器"),
        ("P1D", "timeCycle", "请写次数和间隔，如 R3/P1D"),
        ("R31/P1D", "timeCycle", "最多30次"),
        ("PT0S", "timeDuration", "时长应大于零"),
        ("R30/P0DT0H", "timeCycle", "时长应大于零"),
        ("9999-12-31", "timeDate", "不是日期或时长"),
        ("R/P1D", "timeCycle", "不正确"),
        ("every(31, working_days(1))", "timeCycle", "次数应为1至30"),
        ("every(3, 'P1D')", "timeCycle", "every 需要次数"),
        ("0 8 * * 1-5", "timeCycle", "不能使用 cron 写法"),
    ],
)
def test_what_is_no_time_is_found_before_it_is_published(expression: str, kind: str, words: str) -> None:
    assert any(one.startswith("due: ") and words in one for one in found(boundary(expression, kind)))


def between(inside: str) -> bytes:
    return drawing(start(), inside, work(), CLOSED, *line("begin", "wait", "work", "finish"))


def either(first: str, second: str, kind: str = "") -> bytes:
    return drawing(
        start(),
        f'<bpmn:eventBasedGateway id="which"{kind} />',
        *(first, second, work(), gateway("both"), CLOSED),
        *line("begin", "which", "one", "both", "work", "finish"),
        *line("which", "two", "both"),
        outside=MESSAGE,
    )


TWO_WORDS = either(catch("one", message="m1"), catch("two", message="m1"))
NO_DATE = boundary("working_days(3)").replace(b"</bpmn:timeDate>", b"</bpmn:timeDate><bpmn:timeDuration />")


@pytest.mark.parametrize(
    ("bpmn", "words"),
    [
        (between(catch("wait", "working_days(3)")), ""),
        (between(catch("wait", "R3/P1D", "timeCycle")), "wait: 循环计时器不能用在这里：请写次数和间隔"),
        (boundary("R3/P1D", "timeCycle", cancel=True), "due: 循环计时器不能用在这里"),
        (
            boundary("every(3, working_days(1))", "timeCycle", deadline="review", clause="第二条"),
            "due: 法定时限不能是循环计时器",
        ),
        (either(catch("one", "P3D"), catch("two", message="m1")), ""),
        (either(catch("one", "P3D"), catch("two", "P1D")), "which: 事件网关之后只能有一个计时器"),
        (TWO_WORDS, "which: 事件网关之后不能有两个相同的消息"),
        (either(catch("one", "P3D"), work("two")), "which: 事件网关之后只能是中间捕获事件"),
        (
            either(catch("one", "P3D"), catch("two", message="m1"), ' eventGatewayType="Parallel"'),
            "which: 事件网关只能等待其中一个事件先到",
        ),
        (NO_DATE, "due: 计时器应写且只写一个"),
        (
            boundary("P1D").replace(b'cancelActivity="false"', b'cancelActivity="0"'),
            "due: cancelActivity 应写",
        ),
        (
            sound().replace(
                b'<bpmn:startEvent id="begin" />',
                b'<bpmn:startEvent id="begin"><bpmn:timerEventDefinition><bpmn:timeDate>2027-05-01'
                b"</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:startEvent>",
            ),
            "begin: 开始事件不能使用计时器：案卷由人提交申请启动；请在开始事件之后画中间捕获事件",
        ),
    ],
)
def test_where_a_timer_may_stand(bpmn: bytes, words: str) -> None:
    problems = found(bpmn)
    assert any(one.startswith(words) for one in problems) if words else problems == []
