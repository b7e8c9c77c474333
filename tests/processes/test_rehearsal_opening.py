"""The facts with which a rehearsal begins: an ordinary case of the house, nothing made up for any other."""

from __future__ import annotations

from models.calendar import now
from models.database import reading
from processes.engine.definition import parse_definition
from processes.rehearsal_asked import Questions
from processes.rehearsal_opening import opening_facts
from tests.processes.engine.hostile_conditions import asking
from tests.world import World


def test_a_business_that_people_start_is_rehearsed_without_the_facts_of_a_loan(world: World) -> None:
    """What no such case has is not made up; a process of the house keeps its ordinary case."""
    condition = "amount > 5 and age > 18 and received_on != null"
    for startable, expected in (("yes", {"received_on"}), ("", {"received_on", "amount", "age"})):
        bpmn = asking(condition, startable=startable)
        questions = Questions(parse_definition(bpmn, {}), bpmn.decode())
        with reading() as session:
            assert opening_facts(session, questions, now()).keys() == expected
