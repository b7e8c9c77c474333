"""Finished cases to replay, and drawings changed as an owner would change them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import now, today
from models.case import CaseFile
from models.database import reading, transaction
from models.pause import PauseKind
from models.people import User
from models.replay import Finding, ReplayLine, ReplayRun, ReplayStatus
from models.workflow import ProcessDefinition
from processes import pause, withdrawal, worklist
from processes.engine.definition import parse_definition
from processes.replay_case import Line, Period, Replay, habits_in, replay_all
from processes.replay_compare import Side
from processes.replay_habits import Habits
from processes.workflow import newest_definition
from tests.walk import ITEMS
from tests.world import World, answers, on

KEY = "combined_review"
LATE_ENOUGH = date(2026, 12, 1)
PERIOD = (date(2026, 1, 1), LATE_ENOUGH)


def accepted(world: World, day: date, **over: Any) -> int:
    """A case submitted and accepted on that day."""
    with on(day):
        case_id = world.submitted(**over)
        world.complete(case_id, "acceptance", answers("acceptance"))
    return case_id


def reviewed(world: World, case_id: int, day: date, **over: Any) -> None:
    """The qualification review is done on that day."""
    with on(day):
        given = answers("qualification_review", late_reason="材料核实用时较长", **over)
        world.complete(case_id, "qualification_review", given)


def paid(world: World, case_id: int, day: date) -> None:
    """Everything after the review, on one day."""
    late = {"late_reason": "登记排期"}
    with on(day):
        for element in ("due_diligence", "pre_loan_investigation"):
            world.complete(case_id, element, answers(element, **late))
        world.complete(case_id, "bank_acceptance", answers("bank_acceptance", accepted_on=day, **late))
        given = answers("disbursement", signed_on=day, disbursed_on=day, **late)
        world.complete(case_id, "disbursement", given)


def paused(world: World, case_id: int, begins: date, ends: date) -> None:
    """The review stands still after one day, up to and including another."""
    asked = pause.Asked(PauseKind.SUPPLEMENT, "缺少场地证明", 10, ITEMS)
    task_id = world.open_tasks(case_id)["qualification_review"]
    with on(begins), transaction() as session:
        clerk = world.user(session, "renshe2")
        worklist.claim(session, task_id, clerk)
        pause_id = pause.ask(session, task_id, asked, clerk).id
    with on(ends), transaction() as session:
        pause.resume(session, pause_id, today(), "材料已补齐", world.user(session, "renshe2"))


def withdrawn(world: World, case_id: int, day: date) -> None:
    """The window withdraws it."""
    with on(day), transaction() as session:
        withdrawal.withdraw(session, case_id, world.user(session, "renshe1"), "不再需要")


def history(world: World) -> dict[str, int]:
    """What happened in the spring of 2026, by name; 7 working days were never exceeded."""
    monday, april = date(2026, 3, 2), date(2026, 4, 2)
    cases = {
        name: accepted(world, monday)
        for name in ("quick", "slow", "paused", "paused long", "refused", "taken")
    }
    # Over 清明节: 4 to 6 April are off; 10 April is the fifth working day.
    cases |= {name: accepted(world, april) for name in ("holiday", "holiday long")}
    cases["large"] = accepted(world, monday, kind="small_enterprise")
    for name, day in (("quick", 6), ("slow", 10), ("large", 4)):
        reviewed(world, cases[name], date(2026, 3, day))
    for name, day in (("paused", 11), ("paused long", 12)):
        paused(world, cases[name], date(2026, 3, 3), date(2026, 3, 5))
        reviewed(world, cases[name], date(2026, 3, day))
    for name, day in (("holiday", 10), ("holiday long", 13)):
        reviewed(world, cases[name], date(2026, 4, day))
    for name in ("quick", "slow", "paused", "paused long"):
        paid(world, cases[name], date(2026, 3, 13))
    for name in ("holiday", "holiday long", "large"):
        withdrawn(world, cases[name], date(2026, 4, 14))
    refuse(world, cases["refused"], date(2026, 3, 4))
    withdrawn(world, cases["taken"], date(2026, 3, 3))
    return cases


def refuse(world: World, case_id: int, day: date) -> None:
    """The review says no, and the notice goes out the next day."""
    reviewed(world, case_id, day, decision="fail", reason_codes=["H01"], reason_text="不符")
    next_day = day + timedelta(days=1)
    with on(next_day):
        world.complete(case_id, "refusal_notice_hrss", answers("refusal_notice", delivered_on=next_day))


def kept(session: Session, owner: User) -> dict[str, int]:
    """A run of his with one line, as addresses name them."""
    row, case_id = newest_definition(session, KEY), session.scalars(select(CaseFile.id)).first()
    assert case_id is not None
    run = ReplayRun(
        owner_id=owner.id, key=KEY, name=row.name, definition_id=row.id, bpmn=row.bpmn, decisions=row.decisions,
        spec_json=row.spec_json, from_on=PERIOD[0], to_on=PERIOD[1], status=ReplayStatus.DONE,
        counts={"found": {}, "habits": Habits().plain()}, created_at=now(),
    )  # fmt: skip
    session.add(run)
    session.flush()
    details = {"lacks": "", "version": row.id}
    line = ReplayLine(run_id=run.id, case_id=case_id, findings=[Finding.LACKING], details=details)
    session.add(line)
    session.flush()
    return {"run_id": run.id, "line_id": line.id}


def version() -> ProcessDefinition:
    """The version in force."""
    with reading() as session:
        return newest_definition(session, KEY)


def replayed(bpmn: str, decisions: Mapping[str, str] | None = None) -> dict[int, Line]:
    """Case → what a replay on that drawing says of it."""
    with on(LATE_ENOUGH), reading() as session:
        tables = newest_definition(session, KEY).decisions | dict(decisions or {})
        definition = parse_definition(bpmn.encode(), {name: text.encode() for name, text in tables.items()})
        period = Period(*PERIOD, now())
        habits = habits_in(session, KEY, period)
        return {
            line.case.id: line
            for line in replay_all(session, Replay(Side(definition, bpmn), habits), KEY, period, 4)
        }


def shorter(bpmn: str, days: int = 5) -> str:
    """The qualification review has fewer days."""
    return changed(bpmn, "working_days(7, accepted_on)", f"working_days({days}, accepted_on)")


def changed(bpmn: str, old: str, new: str) -> str:
    """One text replaced; it must be there."""
    assert old in bpmn, old
    return bpmn.replace(old, new)


_CHECK = """<bpmn:userTask id="site_check" name="担保现场核查">
<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="form" value="due_diligence" />
<spiffworkflow:property name="status" value="investigating" />
<spiffworkflow:property name="permission" value="task:work" />
</spiffworkflow:properties></bpmn:extensionElements>
<bpmn:incoming>flow_is_qualified__investigations_open</bpmn:incoming>
<bpmn:outgoing>flow_site_check</bpmn:outgoing></bpmn:userTask>
<bpmn:sequenceFlow id="flow_site_check" sourceRef="site_check" targetRef="investigations_open" />
<bpmn:parallelGateway id="investigations_open">
<bpmn:incoming>flow_site_check</bpmn:incoming>"""


def with_check(bpmn: str) -> str:
    """After the review the guarantor checks the site before anybody investigates."""
    flow = "flow_is_qualified__investigations_open"
    bpmn = changed(
        bpmn,
        f'<bpmn:parallelGateway id="investigations_open">\n      <bpmn:incoming>{flow}</bpmn:incoming>',
        _CHECK,
    )
    bpmn = re.sub(rf'(id="{flow}"[^>]*targetRef=")investigations_open"', r'\1site_check"', bpmn)
    lane = "<bpmn:flowNodeRef>due_diligence</bpmn:flowNodeRef>"
    return _unpictured(changed(bpmn, lane, f"{lane}<bpmn:flowNodeRef>site_check</bpmn:flowNodeRef>"))


def without_step(bpmn: str, step: str, before: str, after: str) -> str:
    """A step is deleted with its deadline, and what came before it goes straight to what came after."""
    gone = [step, f"{step}_due", f"{step}_due_reported"]
    for element in gone:
        bpmn = re.sub(rf'<bpmn:(\w+) id="{element}".*?</bpmn:\1>', "", bpmn, flags=re.S)
        bpmn = bpmn.replace(f"<bpmn:flowNodeRef>{element}</bpmn:flowNodeRef>", "")
    flows = (f"flow_{step}__{after}", f"flow_{step}_due__{step}_due_reported")
    for flow in flows:
        bpmn = re.sub(rf'<bpmn:sequenceFlow id="{flow}"[^>]*/>', "", bpmn)
    kept = f"flow_{before}__{step}"
    bpmn = bpmn.replace(f">{flows[0]}</bpmn:incoming>", f">{kept}</bpmn:incoming>")
    return _unpictured(re.sub(rf'(id="{kept}"[^>]*targetRef="){step}"', rf'\1{after}"', bpmn))


def _unpictured(bpmn: str) -> str:
    """Without shapes: the engine asks for none."""
    return re.sub(r"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "", bpmn, flags=re.S)
