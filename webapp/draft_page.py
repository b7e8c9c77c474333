"""Room draft: what the selects of the editor's panel offer, what the check found, and who else draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models.case_status import CaseStatus
from models.draft import ProcessDraft
from models.drawn_field import FieldKind
from models.people import DepartmentKind, Permission
from models.reminder import Recipient
from processes import words
from processes.acts import ACTS
from processes.catalogue import MESSAGES
from processes.draft import Neighbour
from processes.engine.drawing import URGENT
from processes.engine.expression import FUNCTIONS
from processes.engine.lint import Problem, known
from processes.engine.tables_read import decision_names
from processes.engine.xml import XmlRefused
from processes.facts import FACTS, functions
from processes.steps import ROUTING
from processes.worklist import form_keys
from webapp.pages import moment

Options = list[dict[str, str]]
_PERMISSIONS = {
    Permission.TASK_WORK: "部门内经办人员均可办理",
    Permission.TASK_ASSIGN: "部门负责人办理",
    Permission.EXTENSION_APPROVE: "部门负责人办理（延期审批）",
}
_JUST_NOW = 3


def options(draft: ProcessDraft) -> dict[str, Options]:
    """Every list that the panel offers, by name; each entry has a value and what it is called."""
    forms = form_keys()
    return {
        "lanes": [{"value": lane, "label": lane} for lane in known(forms).lanes],
        "departments": _pairs(
            (kind.value, kind.label) for kind in DepartmentKind if kind is not DepartmentKind.OPERATIONS
        ),
        "forms": _named(forms, words.FORMS),
        "statuses": _pairs((each.value, each.label) for each in CaseStatus if not each.is_final),
        "endings": _pairs((each.value, each.label) for each in CaseStatus if each.is_final),
        "permissions": _pairs((each.value, label) for each, label in _PERMISSIONS.items()),
        "priorities": _pairs((("", "普通"), (URGENT, "急件"))),
        "decisions": _pairs(decisions_of(draft.decisions)),
        "facts": _named(FACTS, words.FACTS),
        "routing": _named(ROUTING, words.RESULTS),
        "functions": _named([*functions(), *FUNCTIONS], words.FUNCTIONS),
        "messages": _named(MESSAGES, words.MESSAGES),
        "acts": _named(ACTS, words.ACTS),
        "recipients": _pairs((each.value, each.label) for each in Recipient),
        "kinds": _pairs((each.value, each.label) for each in FieldKind),
    }


def _named(values: Iterable[str], titles: Mapping[str, str]) -> Options:
    """The names with their words, those first that have some, in the order of the words."""
    order = {name: index for index, name in enumerate(titles)}
    ranked = sorted(set(values), key=lambda name: (order.get(name, len(order)), name))
    return _pairs((name, f"{titles.get(name, '')}（{name}）" if name in titles else name) for name in ranked)


def _pairs(pairs: Iterable[tuple[str, str]]) -> Options:
    return [{"value": value, "label": label} for value, label in pairs]


def decisions_of(tables: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Id and name of every decision of the draft's tables."""
    return [pair for name in sorted(tables) for pair in _decisions(str(tables[name]))]


def _decisions(text: str) -> list[tuple[str, str]]:
    try:
        return [(one, f"{name}（{one}）") for one, name in decision_names(text.encode())]
    except XmlRefused:
        return []


def as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """What the page marks and lists."""
    return [
        {
            "code": each.code,
            "element": each.element_id,
            "message": each.message,
            "path": list(each.path),
            "severity": each.severity,
        }
        for each in problems
    ]


def kept(draft: ProcessDraft, others: Iterable[Neighbour], steps: int) -> dict[str, Any]:
    """What the page shows after a saving: when, as which revision, who else draws, how far one can step back."""
    return {
        "revision": draft.revision,
        "name": draft.name,
        "saved_at": moment(draft.saved_at)[11:],
        "neighbours": [warning(each) for each in others],
        "steps": steps,
    }


def warning(other: Neighbour) -> str:
    """That somebody else draws the same process."""
    if other.minutes < _JUST_NOW:
        return f"{other.name}正在修改同一流程的另一份草稿，请先与其商量。"
    return f"{other.name}也有同一流程的草稿，{_ago(other.minutes)}打开过。"


def _ago(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} 分钟前"
    return f"{minutes // 60} 小时前" if minutes < 24 * 60 else f"{minutes // (24 * 60)} 天前"
