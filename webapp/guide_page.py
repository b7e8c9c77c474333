"""Room guide, its page: what the public is told about 信保贷, every number out of the rules in force (B-25, F12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from models.calendar import today
from models.credit_policy import SCHEME, CreditRules, credit_rules
from models.database import DbSession
from models.declaration import Window, window
from models.material import MaterialKind, published_materials
from models.people import Department, DepartmentKind, all_departments
from models.policy import PolicySet, lpr_on, policy_on
from models.refusal import Refusal
from models.subject import SubjectKind
from models.vocabulary_loan import LprTenor
from processes.screening import screeners

OFFICES = (
    ("受理和咨询", (DepartmentKind.FINANCE_CENTER,)),
    ("担保公司", (DepartmentKind.GUARANTOR,)),
    ("合作金融机构", (DepartmentKind.BANK,)),
)


@dataclass(frozen=True)
class Station:
    """One step of the way: what, who, how long."""

    name: str
    who: str
    term: str


@dataclass(frozen=True)
class Offices:
    """The offices of one part of the work."""

    title: str
    rows: Sequence[Department]


class GuidePage:
    """The guide on a day."""

    def __init__(self, session: DbSession) -> None:
        self.session = session
        self.policy: PolicySet = policy_on(session, SCHEME, today())
        self.rules: CreditRules = credit_rules(self.policy)

    @cached_property
    def lpr(self) -> Decimal | None:
        """The 1-year LPR of today, %/yr; None while none is recorded."""
        try:
            return lpr_on(self.session, today(), LprTenor.ONE_YEAR.value)
        except Refusal:
            return None

    @property
    def rate_cap(self) -> Decimal | None:
        """The highest loan rate today, %/yr."""
        return None if self.lpr is None else self.rules.rate_cap(self.lpr, "lpr")

    @cached_property
    def window(self) -> Window:
        """Whether declarations are received today, and when next (B-11)."""
        return window(self.session)

    @property
    def stations(self) -> list[Station]:
        """The way of a firm from the declaration to the money (F12)."""
        rules = self.rules
        return [
            Station("推荐或自行申报", "企业、个体工商户；各镇、部门、金融机构", f"每年{self.window.season}"),
            Station(
                "形式审查", "金融服务中心", f"材料不齐的一次性告知，{rules.supplement_days} 个工作日内补正"
            ),
            Station(
                "信用甄别",
                "人民银行、公安、法院、税务等审核部门",
                f"每半年一次，{rules.opinion_days} 个工作日催办",
            ),
            Station("领导小组审核", "旗县域金融工程领导小组", "逐户审核"),
            Station("社会公示", "金融服务中心", f"{rules.notice_days} 个工作日，发布当日不计"),
            Station("确定为信用企业（户）", "金融服务中心", "公示期满次日起确认，推荐合作金融机构"),
            Station(
                "贷款申请和调查",
                "担保公司、合作金融机构",
                f"分别调查，{rules.investigation_days} 个工作日提醒",
            ),
            Station("签约、提款", "合作金融机构", f"额度内随借随还，期限不超过 {rules.line_months} 个月"),
        ]

    @property
    def materials(self) -> Iterator[tuple[str, Sequence[MaterialKind]]]:
        """What has to be handed in, for each kind of firm."""
        for kind in SubjectKind:
            yield kind.label, published_materials(f"credit_{kind.value}")

    @cached_property
    def offices(self) -> list[tuple[str, list[Offices]]]:
        """Region → its offices, wherever a 金融服务中心 works; names and office telephones only."""
        active = [one for one in all_departments(self.session) if one.is_active]
        regions = {
            one.region_id: one.region.name for one in active if one.kind == DepartmentKind.FINANCE_CENTER
        }
        return [
            (name, list(self._within(key, [one for one in active if one.region_id == key])))
            for key, name in regions.items()
        ]

    def _within(self, region_id: int, departments: Sequence[Department]) -> Iterator[Offices]:
        """Who screens is read from the drawing: its owner may add an office."""
        screening = [one.department_id for one in screeners(self.session, region_id)]
        by_id = {one.id: one for one in departments}
        parts = [(title, [one for one in departments if one.kind in kinds]) for title, kinds in OFFICES]
        parts.insert(1, ("信用甄别", [by_id[key] for key in screening if key in by_id]))
        return (Offices(title, rows) for title, rows in parts if rows)
