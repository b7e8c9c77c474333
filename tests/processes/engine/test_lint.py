"""One bad drawing a rule; the shipped drawing is clean; the check is stopped when it takes too long."""

from __future__ import annotations

from pathlib import Path

import pytest

from processes.engine import child, lint
from processes.engine.lint import check, check_in_child
from processes.workflow import DEFINITIONS, SHIPPED
from processes.worklist import form_keys
from tests.processes.engine.bad_drawings import CLOSED, FORMS, RULES, branched, node, sound, work
from tests.processes.engine.drawings import (
    drawing,
    line,
    properties,
    start,
)


def found(bpmn: bytes, decisions: dict[str, bytes] | None = None) -> list[str]:
    return [f"{problem.element_id}: {problem.message}" for problem in check(bpmn, decisions or {}, FORMS)]


def test_sound_drawings_are_clean() -> None:
    assert found(sound()) == []
    assert found(branched()) == []


@pytest.mark.parametrize("key", SHIPPED)
def test_the_shipped_drawings_are_clean_also_in_the_child(key: str) -> None:
    tables = {name: (DEFINITIONS / name).read_bytes() for name in SHIPPED[key]}
    bpmn = (DEFINITIONS / f"{key}.bpmn").read_bytes()
    assert check(bpmn, tables, form_keys()) == []
    assert check_in_child(bpmn, tables, form_keys()) == []


REFUSED_KINDS = (
    "scriptTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "manualTask",
    "task",
    "callActivity",
    "subProcess",
    "transaction",
    "adHocSubProcess",
    "inclusiveGateway",
    "complexGateway",
)


@pytest.mark.parametrize("kind", REFUSED_KINDS)
def test_elements_the_engine_does_not_execute_well_are_refused_with_advice(kind: str) -> None:
    (first, *_rest) = found(node(kind))
    assert first.startswith(f"odd: 图中的 {kind}：")
    assert "请" in first or "不" in first


@pytest.mark.parametrize(
    "definition",
    ["link", "compensate", "escalation", "error", "cancel", "conditional"],
)
def test_event_definitions_the_engine_ignores_are_refused(definition: str) -> None:
    problems = found(node("intermediateThrowEvent", f"<bpmn:{definition}EventDefinition />"))
    assert any(f"{definition}EventDefinition：" in problem for problem in problems)


@pytest.mark.parametrize(("bpmn", "message"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_each_rule_refuses_its_bad_drawing(bpmn: bytes, message: str) -> None:
    problems = found(bpmn)
    assert any(message in problem for problem in problems), problems


def test_too_many_elements_are_refused() -> None:
    many = [work(f"w{number}") for number in range(201)]
    chain = line("begin", *(f"w{number}" for number in range(201)), "finish")
    assert any("不得超过 200 个" in problem for problem in found(drawing(start(), *many, CLOSED, *chain)))


def test_the_child_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing that makes the engine think for ever costs us a bounded time."""
    monkeypatch.setattr(child, "CPU_SECONDS", 0)
    (problem,) = check_in_child(sound(), {}, FORMS)
    assert "未能在规定的时间和内存内完成" in problem.message


def test_words_of_the_house_are_not_invented_by_the_lint() -> None:
    words = lint.known(FORMS)
    assert {"working_days", "calendar_days"} <= set(words.functions)
    assert words.statuses["refused"] and not words.statuses["submitted"]
    assert Path(child._ROOT, "processes").is_dir()
    assert "form" in properties(form="x")


def test_what_follows_from_a_missing_flow_is_one_problem_that_names_all_of_it() -> None:
    island = sound(work("c"), work("b"), work("a"), *line("a", "b", "c"))
    unreached = [one for one in check(island, {}, FORMS) if one.code == "flow-unreached"]
    assert [(one.element_id, one.path) for one in unreached] == [("a", ("a", "b", "c"))]
    assert "3 个元素：“a”、“b”、“c”" in unreached[0].message


def test_an_element_without_a_name_is_called_by_what_it_is() -> None:
    bare = sound(task=work(form="")).replace(b'id="work" name="work"', b'id="work"')
    drawn = bare.replace(b'"work"', b'"Activity_1ejjdoo"').replace(b">work<", b">Activity_1ejjdoo<")
    (said,) = [one.message for one in check(drawn, {}, FORMS) if one.code == "step-form-none"]
    assert said == "请为环节“未命名的用户任务（Activity_1ejjdoo）”选择办理表单。"
