"""Room policy: adds dated parameter sets and LPR quotes; what cases were accepted under is never changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.credit_policy import SCHEME as CREDIT_SCHEME
from models.credit_policy import credit_rules_from
from models.people import Permission, User
from models.policy import LprQuote, PolicySet, Rules, policy_sets, rules_from
from models.refusal import NotFound, Refusal

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,29}")


@dataclass(frozen=True)
class NewSet:
    """A set as it is typed: who names it, from when it holds, on what paper it rests, its rules."""

    code: str
    name: str
    effective_from: date
    source: str
    values: dict[str, Any]


def add_set(session: Session, model_id: int, new: NewSet, actor: User) -> PolicySet:
    """Add a set after the model of an existing one (its scheme); the set before it ends the day before.

    Cases keep the set of their 受理日 (D-43): no row that a case uses is changed except its last day.
    Raises Refusal with the field that is wrong, NotFound for an unknown model.
    """
    actor.require(Permission.POLICY_MANAGE)
    scheme = policy_set(session, model_id).scheme
    values = _values(session, scheme, new)
    _check(session, scheme, new)
    row = PolicySet(
        code=new.code,
        name=new.name,
        scheme=scheme,
        effective_from=new.effective_from,
        effective_to=_end_before_next(session, scheme, new.effective_from),
        source=new.source,
        values=values,
    )
    _end_previous(session, row, actor)
    session.add(row)
    session.flush()
    noted = {"code": row.code, "from": row.effective_from, "source": row.source, **row.values}
    audit.record(session, "policy.added", f"新增政策参数“{row.name}”", actor=actor, new=noted)
    return row


def add_quote(
    session: Session,
    published_on: date,
    one_year: Decimal,
    five_year: Decimal | None,
    source: str,
    actor: User,
) -> LprQuote:
    """Add one publication of the LPR, %/yr. Raises Refusal when that day already has one."""
    actor.require(Permission.POLICY_MANAGE)
    if session.scalars(select(LprQuote).where(LprQuote.published_on == published_on)).first() is not None:
        raise Refusal("该日期的LPR已登记。", "published_on")
    row = LprQuote(published_on=published_on, one_year=one_year, five_year=five_year, source=source)
    session.add(row)
    session.flush()
    new = {"published_on": published_on, "one_year": one_year, "five_year": five_year, "source": source}
    audit.record(session, "lpr.added", f"登记 {published_on.isoformat()} 公布的LPR", actor=actor, new=new)
    return row


def policy_set(session: Session, set_id: int) -> PolicySet:
    """A set by its id. Raises NotFound."""
    found = session.get(PolicySet, set_id)
    if found is None:
        raise NotFound("未找到该政策参数。")
    return found


def _values(session: Session, scheme: str, new: NewSet) -> dict[str, Any]:
    """The rules of a scheme as its row keeps them. Raises Refusal for what is missing or no number."""
    if scheme == CREDIT_SCHEME:
        return credit_rules_from(new.values).as_json()
    rules = _numbered(session, rules_from(new.values))
    codes = [code for code, _label in rules.groups]
    if len(set(codes)) != len(codes):
        raise Refusal("人群类别的代码不得重复。", "groups")
    return rules.as_json()


def _check(session: Session, scheme: str, new: NewSet) -> None:
    if not _CODE.fullmatch(new.code):
        raise Refusal("代码应为 2 至 30 位字母、数字、点、横线或下划线。", "code")
    if session.scalars(select(PolicySet).where(PolicySet.code == new.code)).first() is not None:
        raise Refusal("该代码已存在。", "code")
    same_day = select(PolicySet).where(
        PolicySet.scheme == scheme, PolicySet.effective_from == new.effective_from
    )
    if session.scalars(same_day).first() is not None:
        raise Refusal("已有政策参数自该日起生效。", "effective_from")


def _numbered(session: Session, rules: Rules) -> Rules:
    """The rules with a code (g1, g2 …) for every new group; no set has ever used it for another one."""
    used = {code for row in policy_sets(session) for code, _label in row.values.get("groups", [])}
    used |= {code for code, _label in rules.groups}
    free = (code for code in (f"g{number}" for number in count(1)) if code not in used)
    return replace(rules, groups=[[code or next(free), label] for code, label in rules.groups])


def _end_before_next(session: Session, scheme: str, start: date) -> date | None:
    """The last day of a set that starts on `start`: the day before the next one, if there is one."""
    following = session.scalars(
        select(PolicySet.effective_from)
        .where(PolicySet.scheme == scheme, PolicySet.effective_from > start)
        .order_by(PolicySet.effective_from)
        .limit(1)
    ).first()
    return following - timedelta(days=1) if following else None


def _end_previous(session: Session, row: PolicySet, actor: User) -> None:
    last_day = row.effective_from - timedelta(days=1)
    earlier = select(PolicySet).where(
        PolicySet.scheme == row.scheme,
        PolicySet.effective_from < row.effective_from,
        PolicySet.effective_to.is_(None) | (PolicySet.effective_to > last_day),
    )
    for before in session.scalars(earlier).all():
        old = {"code": before.code, "to": before.effective_to}
        before.effective_to = last_day
        summary = f"政策参数“{before.name}”至 {last_day.isoformat()} 止"
        new = {"code": before.code, "to": last_day}
        audit.record(session, "policy.ended", summary, actor=actor, old=old, new=new)
