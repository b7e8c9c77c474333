"""Room jobs: what stands still in the background, in one look, and letting it go on; for page, REST and command line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from models.calendar import real_now
from models.database import reading, transaction
from models.people import User
from models.refusal import Refusal
from models.timer import stalled
from models.vocabulary import Labelled
from models.worker import Outbox, Worker, letterbox, workers
from processes import background, outbox, timer, worker
from processes.channel import ways

LIMIT = 100
# Ids of jobs go into the log as they were asked for.
_LONGEST_ID = 200
# The jobs of webapp/handlers*.py, as an administrator reads them.
TITLES = {
    "deliver": "发送消息",
    "sweep": "补发消息",
    "reminders": "时限提醒",
    "remind": "时限提醒",
    "anchor": "审计锚点",
    "failover": "转移任务",
    "retention": "清理任务记录",
    "recount": "按新日历重算",
    "recount_case": "按新日历重算",
    "screening_prepare": "生成甄别名单",
    "screening_complete": "办理甄别意见",
    "council": "议事会议提醒",
    "migration_check": "核对案卷迁移",
    "migration_apply": "执行案卷迁移",
    "replay": "历史回放",
    "conversion": "转换材料为PDF",
    "board_export": "生成督查清单或统计明细",
    "supervisions": "督办提醒",
    "dossier": "制作卷宗",
    "dossiers": "清理过期卷宗",
    "close_months": "汇总上月统计",
    "weekly_digests": "统计周报",
    "weekly_digest": "统计周报",
}


class Kind(Labelled):
    """What can stand still."""

    TIMER = "timer", "停滞的计时器"
    MESSAGE = "message", "未能发出的消息"
    JOB = "job", "失败的后台任务"


@dataclass(frozen=True)
class Item:
    """One thing that stands still: what, of which case, since when, after how many tries, and why."""

    kind: Kind
    id: str
    what: str
    number: str
    since: datetime
    attempts: int | None
    reason: str


@dataclass(frozen=True)
class Machine:
    """One worker process and what is known of it."""

    row: Worker
    is_alive: bool

    @property
    def state(self) -> str:
        """As people read it."""
        if self.row.stopped_at is not None:
            return "已停止"
        return "运行中" if self.is_alive else "已失联"


@dataclass(frozen=True)
class Look:
    """The state of the background work."""

    machines: list[Machine]
    items: dict[Kind, list[Item]]
    waiting: int
    oldest: datetime | None

    @property
    def is_well(self) -> bool:
        """Somebody works and nothing stands still."""
        return self.is_worked and not any(self.items.values())

    @property
    def is_worked(self) -> bool:
        """Whether a worker process lives."""
        return any(machine.is_alive for machine in self.machines)


def look() -> Look:
    """Everything that an administrator needs to see, at most LIMIT of each kind."""
    with reading() as session:
        box = letterbox(session, LIMIT)
        machines = [Machine(row, row.is_alive(real_now())) for row in workers(session)]
        timers = [
            Item(
                Kind.TIMER,
                str(each.id),
                timer.drawn_name(session, each),
                each.number,
                each.due_at,
                each.attempts,
                each.fault,
            )
            for each in stalled(session, LIMIT)
        ]
    items = {Kind.TIMER: timers, Kind.MESSAGE: list(_messages(box.stalled)), Kind.JOB: list(_jobs())}
    return Look(machines, items, box.waiting, box.oldest)


def standing() -> list[tuple[Kind, list[Item]]]:
    """What stands still, for those who oversee cases: of messages no more than why they cannot leave."""
    found = look().items
    hidden = [replace(item, what="外发消息") for item in found[Kind.MESSAGE]]
    shown = {Kind.TIMER: found[Kind.TIMER], Kind.MESSAGE: hidden, Kind.JOB: found[Kind.JOB]}
    return [(kind, items) for kind, items in shown.items() if items]


def retry(kind: str, ids: Collection[str] | None, actor: User | None) -> int:
    """Let these go on, or with None all of the kind; how many. Raises Refusal for an unknown kind or id."""
    if kind not in {known.value for known in Kind}:
        raise Refusal("请选择要重试的事项种类。", "kind")
    wanted = [item.id for item in look().items[Kind(kind)]] if ids is None else list(ids)
    if kind == Kind.JOB:
        return _retry_jobs(wanted, actor)
    numbers = _numbers(wanted)
    with transaction() as session:
        verb = timer.retry if kind == Kind.TIMER else outbox.retry
        return verb(session, numbers, actor)


def _retry_jobs(ids: list[str], actor: User | None) -> int:
    """The log first: whoever sees the job run again finds who let it. Raises Refusal for what is no id."""
    if not all(text.isascii() and text.isprintable() and len(text) <= _LONGEST_ID for text in ids):
        raise Refusal("编号不正确。", "id")
    with transaction() as session:
        worker.record_retry(session, ids, actor)
    return background.retry(ids)


def _numbers(ids: Iterable[str]) -> list[int]:
    texts = list(ids)
    if not all(text.isascii() and text.isdigit() and len(text) <= 18 for text in texts):
        raise Refusal("编号应为数字。", "id")
    return [int(text) for text in texts]


def _messages(found: Iterable[tuple[Outbox, str]]) -> Iterable[Item]:
    titles = {name: way.title for name, way in ways().items()}
    for row, name in found:
        what = f"{titles.get(row.channel, row.channel)}：{name}，{row.subject}"
        yield Item(Kind.MESSAGE, str(row.id), what, "", row.created_at, row.attempts, row.fault)


def _jobs() -> Iterable[Item]:
    for each in background.failed(LIMIT):
        args = "，".join(str(arg) for arg in each.args)
        title = TITLES.get(each.name, each.name)
        what = f"{title}（{args}）" if args else title
        yield Item(Kind.JOB, each.id, what, "", each.at, None, each.reason)
