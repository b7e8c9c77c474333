"""Room demo, play: carries out one act of a story through the public verbs, at its own instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from forms.application import application_answers, fill
from forms.base import errors_by_field
from forms.registry import TASK_FORMS
from models.calendar import today
from models.case import CaseFile
from models.database import DbSession
from models.material import material_label, required_materials
from models.pause import PauseKind, pauses_of
from models.people import DepartmentKind, User, department_choices, region_choices, user_named
from models.workflow import UserTask, open_tasks_of
from processes import case as cases
from processes import document, pause, withdrawal, worklist
from processes.seed import DEPARTMENTS, REGIONS
from webapp.context import application_context, task_context
from webapp.demo import acts, applications, files
from webapp.demo.answers import missing
from webapp.demo.names import Names
from webapp.demo.plan import Story

LATE = "材料核实用时较长，已向申请人说明。"
# What a half-finished draft already holds.
_BEGUN = 12


@dataclass
class Player:
    """One story on its way; `fields` is the application as it was typed."""

    story: Story
    names: Names
    case_id: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def open(self, session: DbSession) -> None:
        """Type the application, attach the materials, submit; a draft stops half-way."""
        actor = _user(session, self.story.opened_by or self._post("window"))
        form = applications.write(self.story.wish, self.names, self._ids(session), today())
        kind = self.story.wish.kind
        if self.story.is_draft:
            begun = dict(list(form.fields.items())[-_BEGUN:])
            cases.create_draft(session, "startup_loan", kind, begun, actor)
            return
        self.fields = application_answers(kind, form.fields, application_context(session))
        case = cases.create_draft(session, "startup_loan", kind, self.fields, actor)
        self.case_id = case.id
        words = [word for word, _days in acts.parse(self.story.acts) if not word.startswith(acts.PAUSE)]
        absent = {code for word in words for code in acts.asked_by(word)}
        for material in required_materials(kind, form.fields):
            if material.code not in absent:
                self._attach(session, material.code, actor)
        cases.submit(session, case.id, actor)

    def do(self, session: DbSession, word: str) -> None:
        """Carry out one word of the plan."""
        if word == acts.WITHDRAW:
            actor = _user(session, self.story.opened_by or self._post("window"))
            withdrawal.withdraw(session, self.case_id, actor, "资金已另行解决，不再申请。")
        elif word.startswith(f"{acts.CLAIM}:"):
            self._claim(session, word.removeprefix(f"{acts.CLAIM}:"))
        elif word.partition(":")[0] in (acts.PAUSE, acts.INSPECT, acts.RESUME):
            self._stand_still(session, word)
        else:
            self._complete(session, word)

    def _claim(self, session: DbSession, element: str) -> None:
        actor = _user(session, self._post(acts.CLAIMED_BY[element]))
        worklist.claim(session, self._task(session, element).id, actor)

    def _stand_still(self, session: DbSession, word: str) -> None:
        """Pause the qualification review, ask its head for an inspection, or count on."""
        actor = _user(session, self._post("reviewer"))
        if word == acts.RESUME:
            for code in self.asked:
                self._attach(session, code, actor)
            (standing,) = [row for row in pauses_of(session, self._case(session)) if row.is_open]
            pause.resume(session, standing.id, today(), "材料已补齐，继续审核。", actor)
            return
        self.asked = list(acts.asked_by(word))
        items = missing(self.asked)
        asked = (
            pause.Asked(PauseKind.SUPPLEMENT, "审核中发现部分材料不符合要求。", 10, items)
            if items
            else pause.Asked(PauseKind.INSPECTION, "经营场所与登记地址不一致，需实地核查。", 5)
        )
        pause.ask(session, self._task(session, "qualification_review").id, asked, actor)

    def _complete(self, session: DbSession, word: str) -> None:
        act = acts.act_for(word, self.fields)
        actor = _user(session, self._post(act.post))
        task = self._task(session, act.element)
        if word == acts.ANSWER:
            for code in self.asked:
                self._attach(session, code, actor)
        answers = self._checked(session, task, act.answer(self.story.wish, today()))
        worklist.complete(session, task.id, actor, answers)
        self.asked = list(acts.asked_by(word)) or self.asked

    def _checked(self, session: DbSession, task: UserTask, answers: dict[str, Any]) -> dict[str, object]:
        """The answers as the step's own form accepts them."""
        context = task_context(session, task, self._case(session))
        late = {"late_reason": LATE} if context.overdue else {}
        form = fill(TASK_FORMS[task.form_key], {**answers, **late}, context)
        if not form.validate():
            raise ValueError(f"{task.form_key}: {errors_by_field(form)}")
        return form.answers()

    def _task(self, session: DbSession, element: str) -> UserTask:
        rows = session.query(UserTask).where(open_tasks_of(self._case(session))).all()
        return next(task for task in rows if task.element_id == element)

    def _case(self, session: DbSession) -> CaseFile:
        return session.get_one(CaseFile, self.case_id)

    def _attach(self, session: DbSession, code: str, actor: User) -> None:
        is_card = code.endswith("id_card")
        content, ending = (files.sample_png(), "png") if is_card else (files.sample_pdf(), "pdf")
        document.add(session, self.case_id, code, f"{material_label(code)}.{ending}", content, actor)

    def _post(self, post: str) -> str:
        if post == "applicant":
            return self.story.opened_by or self._post("window")
        return acts.POSTS[self.story.bank][post]

    def _ids(self, session: DbSession) -> dict[str, str]:
        banks = {label: id_ for id_, label in department_choices(session, DepartmentKind.BANK)}
        regions = {label: id_ for id_, label in region_choices(session)}
        bank = next(name for key, _kind, name, _region in DEPARTMENTS if key == self.story.bank)
        region = next(name for code, name, _parent in REGIONS if code == self.story.wish.region)
        return {"bank": str(banks[bank]), "region": str(regions[region])}


def _user(session: DbSession, username: str) -> User:
    found = user_named(session, username)
    if found is None:
        raise LookupError(username)
    return found
