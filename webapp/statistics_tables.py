"""Room statistics, tables: the figures as tables with their definitions: what page, workbook and REST door all show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from models.money import format_amount
from models.statistics import Figures, Kept, Work
from models.statistics_asked import Asked
from models.statistics_classes import ClassBy, Classes, Line
from models.statistics_days import class_titles, percent
from webapp.statistics_asks import Asks, class_asks, flow_asks, spread_asks, term_asks, work_asks

Cell = str | int | float | Decimal | None
ROLLING = "按系统当日记录统计：工作日日历以后调整、案卷迁移或者退回，不改变已过去期间的数字。"
_OPEN_LATE = (
    "已办结中按时只看办完的环节，须与未办结已超期一并看：未办结已超期为期末已超过最后一日、仍未办完的环节"
    "（此刻的逐件清单见督查看板）；期内没有办完一件的，按时显示为“—”。"
)
TOLD = {
    "flow": "收件：期内提交、开始办理的案卷；办结：期内办理终结的案卷（含放款、不符合条件、撤回、未补正）。每月数以该月月末为准。",
    "flow_own": "到达：期内转到本部门的环节；办结：期内本部门办完的环节。"
    "期内退回重办的，到达和办结都只计重办后的一次；因退回等终止的环节计入到达，不计入办结。每月数以该月月末为准。",
    "terms": "按时率＝按时÷（按时＋超期）。按时：期内在最后一日（含当日）前办完；超期：期内最后一日已过而未办完，"
    "无论以后是否办完。终止的时限不计；撤回、逾期未补正的案卷，其承诺办结时限不计。"
    "申请人自己的时限（如补正）单列，不计入按时率合计和各月数。用时按该时限的日种计算，扣除暂停计时。规定日数不含批准的延期。",
    "steps": "用时：环节到达次日起至办完当日的工作日数，扣除该环节时限暂停计时的日数；当日办完为 0。中位：半数在此日数内办完；"
    "P90：九成在此日数内办完。累计用时＝各件用时之和，占比最大的为瓶颈。由申请人办理的环节不计。"
    + _OPEN_LATE,
    "spread": "按用时（工作日，扣除暂停计时）分档的件数；色越深件数越多。",
    "departments": "各部门期内办完的环节；按时：环节时限最后一日（含当日）前办完，没有时限的视为按时。"
    "不含由申请人办理的环节。" + _OPEN_LATE,
    "classes": "期内办结的创业担保贷款案卷，按办结当时的申请和审批内容分类（内人社发〔2021〕22号 分类统计）。"
    "放款：已发放贷款的案卷及其审批金额；"
    "终止：撤回和逾期未补正。放款率＝放款÷办结。",
}


@dataclass(frozen=True)
class Column:
    """One column: its title, and what its values are: text, number, percent or money."""

    title: str
    kind: str = "number"
    # The name of the value behind the REST door.
    name: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it stands on the right."""
        return self.kind != "text"

    def words(self, value: Cell) -> str:
        """A value as people read it."""
        if value is None:
            return "—"
        if self.kind == "percent":
            return f"{value}%"
        return format_amount(Decimal(value)) if self.kind == "money" else str(value)


@dataclass(frozen=True)
class Table:
    """One table with its definition, and the chart that shows it."""

    id: str
    title: str
    told: str
    columns: Sequence[Column]
    rows: list[list[Cell]]
    # Of each row, by the name of the column: which records stand behind the value.
    asks: Sequence[Asks] = field(default=(), compare=False)
    chart: dict[str, Any] | None = field(default=None, compare=False)

    @property
    def lines(self) -> list[list[tuple[Column, str, Asked | None]]]:
        """Rows as people read them, each value with its column and, where there is something, what is behind it."""
        return [
            [
                (column, column.words(value), self.behind(n, column, value))
                for column, value in self._pairs(row)
            ]
            for n, row in enumerate(self.rows)
        ]

    def behind(self, row: int, column: Column, value: Cell) -> Asked | None:
        """The records behind a value; None for nothing, and for what no records stand behind."""
        is_nothing = value is None or (value == 0 and column.kind != "percent" and "_days" not in column.name)
        return None if is_nothing or row >= len(self.asks) else self.asks[row].get(column.name)

    def _pairs(self, row: Sequence[Cell]) -> list[tuple[Column, Cell]]:
        return list(zip(self.columns, row, strict=True))


def _text(title: str, name: str) -> Column:
    return Column(title, "text", name)


@dataclass(frozen=True)
class Late:
    """Steps over their term and not done at the end of the period: by process and step, and by office."""

    steps: Counter[tuple[str, str]]
    departments: Counter[int | None]


_RATE = Column("按时率", "percent", "rate")
# Of finished work alone: never without what is open and late beside it.
_DONE = (
    Column("办结（件）", name="done"),
    Column("其中超期（件）", name="late"),
    Column("已办结中按时", "percent", "rate"),
    Column("未办结已超期（件）", name="open_late"),
)
_MEDIAN, _P90 = Column("中位（日）", name="median_days"), Column("P90（日）", name="p90_days")
_PROCESS = _text("流程", "process")


def figures_tables(found: Figures, late: Late) -> list[Table]:
    """Every table of the page, in its order."""
    return [_flow(found), _terms(found), _steps(found, late), _spread(found), _departments(found, late)]


def _flow(found: Figures) -> Table:
    came, left = ("到达", "办结") if found.is_one_department else ("收件", "办结")
    columns = (
        _text("月份", "month"),
        Column(f"{came}（件）", name="opened"),
        Column(f"{left}（件）", name="closed"),
        Column("按时（项）", name="met"),
        Column("超期（项）", name="missed"),
        _RATE,
    )
    rows: list[list[Cell]] = [[m.title, m.opened, m.closed, m.met, m.missed, m.rate] for m in found.months]
    told = TOLD["flow_own" if found.is_one_department else "flow"]
    return Table("flow", f"{came}与{left}趋势", told, columns, rows, flow_asks(found))


def _terms(found: Figures) -> Table:
    columns = (
        _PROCESS,
        _text("时限", "term"),
        Column("规定（日）", name="allowed_days"),
        Column("按时（项）", name="met"),
        Column("超期（项）", name="missed"),
        _RATE,
        _MEDIAN,
        _P90,
    )
    rows, asks = [_term(term) for term in found.terms], [term_asks(term) for term in found.terms]
    return Table("terms", "各阶段时限按时率", TOLD["terms"], columns, rows, asks)


def _term(term: Kept) -> list[Cell]:
    days = term.days
    return [
        term.process,
        f"{term.title}（申请人时限）" if term.is_applicants else term.title,
        term.allowed_days,
        term.met,
        term.missed,
        term.rate,
        days.median,
        days.p90,
    ]


def _steps(found: Figures, late: Late) -> Table:
    columns = (
        _PROCESS,
        _text("环节", "step"),
        *_DONE,
        _MEDIAN,
        _P90,
        Column("累计用时（日）", name="total_days"),
        Column("占比", "percent", "share"),
    )
    rows: list[list[Cell]] = [
        [
            step.process,
            *_work(step, late.steps[step.process_key, step.element_id]),
            step.days.total,
            percent(step.days.total, found.total_days),
        ]
        for step in found.bottlenecks
    ]
    asks = [work_asks(step) for step in found.bottlenecks]
    return Table("steps", "环节用时和瓶颈", TOLD["steps"], columns, rows, asks)


def _work(work: Work, open_late: int) -> list[Cell]:
    return [work.title, work.number, work.late, work.rate, open_late, work.days.median, work.days.p90]


def _spread(found: Figures) -> Table:
    titles = class_titles()
    columns = (
        _PROCESS,
        _text("环节", "step"),
        *(Column(title, name=f"class_{n}") for n, title in enumerate(titles)),
    )
    steps = [step for step in found.steps if step.number]
    rows: list[list[Cell]] = [[step.process, step.title, *step.days.classes()] for step in steps]
    return Table("spread", "用时分布", TOLD["spread"], columns, rows, [spread_asks(step) for step in steps])


def _departments(found: Figures, late: Late) -> Table:
    columns = (_text("部门", "department"), *_DONE, _MEDIAN, _P90)
    rows = [_work(one, late.departments[one.department_id]) for one in found.departments]
    asks = [work_asks(one) for one in found.departments]
    return Table("departments", "部门比较", TOLD["departments"], columns, rows, asks)


def classes_tables(found: Classes) -> list[Table]:
    """One table a criterion, each with the common sum as its last row."""
    return [_classes(by, lines, found.total) for by, lines in found.tables.items()]


def _classes(by: ClassBy, lines: Iterable[Line], total: Line) -> Table:
    columns = (
        _text(by.label, "title"),
        Column("办结（件）", name="closed"),
        Column("放款（件）", name="paid"),
        Column("放款金额（元）", "money", "amount"),
        Column("户均（元）", "money", "mean"),
        Column("不符合条件（件）", name="refused"),
        Column("终止（件）", name="withdrawn"),
        Column("放款率", "percent", "rate"),
    )
    known = list(lines)
    rows, asks = [_line(one) for one in [*known, total]], class_asks(by.value, [one.title for one in known])
    return Table(by.value, f"按{by.label}", TOLD["classes"], columns, rows, asks)


def _line(line: Line) -> list[Cell]:
    numbers: list[Cell] = [
        line.closed,
        line.paid,
        line.amount,
        line.mean,
        line.refused,
        line.withdrawn,
        line.rate,
    ]
    return [line.title, *numbers]


def with_charts(tables: Iterable[Table], make: Callable[[Table], dict[str, Any] | None]) -> list[Table]:
    """The tables with what draws them."""
    return [replace(table, chart=make(table)) for table in tables]
