"""Room lint, house: a process whose cases the house opens keeps what the house's Python waits for and asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from models.case_status import CaseStatus
from processes.engine.drawing import Drawing
from processes.engine.lint_codes import problem
from processes.engine.lint_vocabulary import Problem
from processes.house_contracts import GENERAL_STATUSES, Clock, Contract, clocks_of

ContractOf = Callable[[str], Contract | None]


def check_house(drawing: Drawing, contract_of: ContractOf) -> Iterator[Problem]:
    """What is missing of the contract stops a publication; a clock that is gone or longer is for people to judge."""
    contract = contract_of(drawing.key)
    if contract is None:
        if not drawing.is_startable:
            yield problem("house-uncalled", drawing.key)
        return
    yield from _missing(drawing, contract)
    yield from _general(drawing)
    yield from _clocks(drawing, contract.clocks)


def _missing(drawing: Drawing, contract: Contract) -> Iterator[Problem]:
    key = drawing.key
    forms = {step.form_key for step in drawing.steps.values()}
    for form in _gone(contract.forms, forms):
        yield problem("house-missing-form", key, form=form, step=contract.forms[form])
    for lane in _gone(contract.lanes, drawing.lanes):
        yield problem("house-missing-lane", key, lane=lane)
    for message in _gone(contract.messages, drawing.messages.values()):
        yield problem("house-missing-message", key, message=message)
    for act in _gone(contract.acts, drawing.acts.values()):
        yield problem("house-missing-act", key, act=act)
    for status in _gone(contract.endings, drawing.endings.values()):
        yield problem("house-missing-ending", key, status=status, title=CaseStatus(status).label)


def _gone(wanted: Collection[str], found: Collection[str]) -> list[str]:
    return sorted(set(wanted) - set(found))


def _general(drawing: Drawing) -> Iterator[Problem]:
    said = {step.element_id: step.status for step in drawing.steps.values()}
    for element_id, status in {**said, **drawing.waits, **drawing.endings}.items():
        if status in GENERAL_STATUSES:
            title = CaseStatus(status).label
            yield problem("house-general-status", element_id, status=status, title=title)


def _clocks(drawing: Drawing, wanted: Collection[Clock]) -> Iterator[Problem]:
    found = list(clocks_of(drawing))
    for clock in wanted:
        same = [one for one in found if (one.form_key, one.key) == (clock.form_key, clock.key)]
        said = {"name": clock.name, "key": clock.key, "clause": clock.clause}
        if not same:
            yield problem("house-clock-gone", drawing.key, **said)
        for one in same:
            if not any(w.allows(one) for w in wanted if (w.form_key, w.key) == (one.form_key, one.key)):
                yield problem(
                    "house-clock-longer", drawing.key, old=clock.expression, new=one.expression, **said
                )
