"""Answers to drawn fields: encrypted rows in one place for every form, facts of their own that shadow nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict

from forms.dynamic import DrawnForm, drawn_form
from models.audit import AuditEvent
from models.case import CaseFile
from models.database import reading, transaction
from models.drawn_answer import DrawnAnswer, latest_values
from models.refusal import Refusal
from models.workflow import UserTask
from processes import general
from processes.engine.expression import FUNCTIONS, evaluate
from processes.facts import CaseFacts
from processes.publication import Publication, store
from tests.drawn import GOOD, ending, every_kind, field, process, step, unforeseen, with_a_question
from tests.examples import example_context
from tests.world import World, answers

REGISTERED: dict[str, Any] = {
    "topic": "创业市集", "guests": 8, "fee": Decimal("999.50"), "held_on": date(2026, 3, 20), "is_open": True,
    "sponsor": "91150627MA0N12345Q",
}  # fmt: skip


def _published(world: World, bpmn: bytes, tables: Mapping[str, bytes] | None = None) -> None:
    with transaction() as session:
        store(session, bpmn, tables or {}, world.user(session, "liucheng"), Publication())


def _started(world: World, key: str = "venue_event") -> int:
    with transaction() as session:
        return general.start_case(session, key, "示例事项", None, world.user(session, "renshe1")).id


def test_answers_are_rows_that_nobody_reads_in_the_file(world: World) -> None:
    _published(world, unforeseen())
    case_id = _started(world)
    world.complete(case_id, "register", REGISTERED, "renshe1")
    with reading() as session:
        rows = session.scalars(select(DrawnAnswer).order_by(DrawnAnswer.id)).all()
        assert {row.field: row.value for row in rows} == REGISTERED
        assert [row.text for row in rows] == [
            "创业市集", "8", "999.50 元", "2026-03-20", "是", "91150627MA0N12345Q",
        ]  # fmt: skip
        assert {row.label for row in rows} >= {"活动名称", "参加人数"}
        raw = b"".join(bytes(found) for (found,) in session.execute(text("SELECT content FROM drawn_answer")))
        assert "创业市集".encode() not in raw and b"91150627MA0N12345Q" not in raw


def test_the_facts_know_the_latest_answer_and_nothing_before(world: World) -> None:
    _published(world, unforeseen())
    case_id = _started(world)
    names = frozenset(REGISTERED) | {"amount"}
    with reading() as session:
        facts = CaseFacts(session, session.get_one(CaseFile, case_id), drawn=names)
        assert all(facts[name] is None for name in REGISTERED)
        assert "guests" in facts and "stranger" not in facts
        with pytest.raises(KeyError):
            facts["stranger"]
    world.complete(case_id, "register", {**REGISTERED, "fee": None}, "renshe1")
    with transaction() as session:
        case, task = session.get_one(CaseFile, case_id), session.scalars(select(UserTask)).first()
        assert task is not None
        for name, value in (("guests", 9), ("amount", 5)):
            content = {"value": value, "kind": "integer", "text": str(value)}
            session.add(
                DrawnAnswer(
                    case_id=case.id, task_id=task.id, element_id="register", field=name, label="x",
                    content=content, actor_id=task.done_by_id, recorded_at=task.done_at,
                )
            )  # fmt: skip
        session.flush()
        facts = CaseFacts(session, case, drawn=names)
        assert (facts["guests"], facts["fee"], facts["held_on"]) == (9, None, date(2026, 3, 20))
        assert facts["amount"] is None  # a fact of the house is not shadowed
        assert latest_values(session, case)["is_open"] is True
        assert set(facts) >= names and len(facts) == len(set(facts))


CONDITIONS = {
    "of_money > 5000.5": False,
    "of_money >= 5000.50": True,
    "of_percent * 2 == 25": True,
    "of_integer + 1 == 13": True,
    'of_date < date("2026-03-01")': True,
    "days_between(of_date, received_on) == 2": True,
    'of_choice == "a"': True,
    '"b" in of_choices and "a" not in of_choices': True,
    "not of_yes_no": True,
    'of_text == "示例文字"': True,
    'folded == ""': True,
    "why_yes != null": True,
}


def test_conditions_ask_for_every_kind(world: World) -> None:
    described = [
        field(
            one.name,
            one.label,
            one.kind.value,
            required=one.is_required,
            choices=[list(c) for c in one.choices],
        )
        for one in every_kind()
    ]
    bpmn = process(
        "kinds",
        "各类字段",
        {"人社部门": ["begin", "ask", "later", "finish"]},
        [
            '<bpmn:startEvent id="begin" />',
            step("ask", "填", *described),
            step("later", "后", field("x")),
            ending("finish"),
        ],
        "begin > ask\nask > later\nlater > finish",
    )
    _published(world, bpmn)
    case_id = _started(world, "kinds")
    form: Any = drawn_form(DrawnForm, every_kind())(MultiDict(GOOD), csrf=False).bind(example_context())
    assert form.validate()
    world.complete(case_id, "ask", form.answers(), "renshe1")
    with reading() as session:
        names = frozenset(one.name for one in every_kind())
        facts = CaseFacts(session, session.get_one(CaseFile, case_id), drawn=names)
        found = {text: evaluate(text, facts, FUNCTIONS) for text in CONDITIONS}
    assert found == CONDITIONS


def test_a_built_in_form_carries_more_questions(world: World) -> None:
    """受理审查 of 创业担保贷款 with one more question: its own step still decides, and the answer is kept."""
    question = field("visited", "是否已电话核实", "yes_no", required=True)
    _published(world, *with_a_question("acceptance", question))
    case_id = world.submitted()
    world.complete(case_id, "acceptance", {**answers("acceptance"), "extra_visited": True})
    assert set(world.open_tasks(case_id)) == {"qualification_review"}
    with reading() as session:
        row = session.scalars(select(DrawnAnswer)).one()
        assert (row.field, row.value, row.text, row.element_id) == ("visited", True, "是", "acceptance")
        line = session.scalars(select(AuditEvent).where(AuditEvent.action == "task.completed")).one()
        assert line.new["answers"]["是否已电话核实"] == "是" and "extra_visited" not in line.new["answers"]


def test_a_condition_that_cannot_be_computed_stops_the_step_only(world: World) -> None:
    """Unchecked on purpose: the gateway compares what nobody was asked yet."""
    bpmn = process(
        "odd_order",
        "颠倒",
        {"人社部门": ["begin", "ask", "which", "later", "finish", "other"]},
        [
            '<bpmn:startEvent id="begin" />',
            step("ask", "先填", field("one", required=True)),
            '<bpmn:exclusiveGateway id="which" />',
            step("later", "后填", field("sum", kind="money", required=True)),
            ending("finish"),
            ending("other"),
        ],
        "begin > ask\nask > which\nwhich > other : sum > 5\nwhich > later : *\nlater > finish",
    )
    _published(world, bpmn)
    case_id = _started(world, "odd_order")
    with pytest.raises(Refusal, match="没有提交") as told:
        world.complete(case_id, "ask", {"one": "甲"}, "renshe1")
    assert "空值和数字。所填内容" in told.value.message and "。。" not in told.value.message
    assert set(world.open_tasks(case_id)) == {"ask"}
    with reading() as session:
        assert session.scalars(select(DrawnAnswer)).all() == []
