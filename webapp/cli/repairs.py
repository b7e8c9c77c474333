"""Room cli, repairs: steps sent back and recalled; what stands still, tokens moved and facts corrected by two people."""

from __future__ import annotations

import click

from models.database import DbSession, reading
from models.people import User
from models.repair_list import MOVE, waiting_for
from models.sending_back import Mode
from models.token_move import Verdict
from processes import broken, fact_correction, recall, sending_back, token_repair, worklist
from processes.repairable import case_named, is_correctable, is_repairable
from webapp.cli.group import Group, act_as, acting
from webapp.cli.tasks import group as tasks
from webapp.repair_page import case_facts

group = Group("repairs", help="案卷修复：停滞的案卷、流程位置调整、事实更正。")
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
_ID = click.argument("task_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
_KEY = click.argument("key", metavar="ID", type=click.IntRange(1, 2**31 - 1))
_REASON = click.option("--reason", required=True, help="理由。")
_MODES = click.Choice([Mode.IN_ORDER.value, Mode.DIRECT.value])


@tasks.command("targets")
@_ID
@_BY
def targets(task_id: int, by: str) -> None:
    """逐行列出编号为 ID 的事项可以退回的环节，或者不能退回的原因。"""
    with reading() as session:
        actor = acting(session, by)
        task = worklist.task_for(session, task_id, actor)
        for one in sending_back.targets_for(session, task, actor):
            click.echo(f"{one.element_id}\t{one.name}\t{one.refused or one.clock}")


@tasks.command("send-back")
@_ID
@click.argument("target")
@click.option(
    "--mode", type=_MODES, default=Mode.IN_ORDER.value, help="in_order 依次重新办理，direct 办妥后直接送回。"
)
@_REASON
@click.option("--late-reason", default="", help="超期原因；该事项已超期的必填。")
@_BY
def send_back(task_id: int, target: str, mode: str, reason: str, late_reason: str, by: str) -> None:
    """退回：将编号为 ID 的事项退回 TARGET（环节标识，见 tasks targets）。"""
    late = {"late_reason": late_reason}
    row = act_as(
        by, lambda db, actor: sending_back.send_back(db, task_id, target, mode, reason, actor, **late)
    )
    click.echo(f"已退回“{row.to_step}”。")


@tasks.command("recall")
@_ID
@_BY
def recall_task(task_id: int, by: str) -> None:
    """撤回本人刚办结的编号为 ID 的事项（其后环节尚无人打开、签收）。"""
    row = act_as(by, lambda db, actor: recall.recall(db, task_id, actor))
    click.echo(f"已撤回“{row.to_step}”。")


@group.command("list")
@_BY
def list_repairs(by: str) -> None:
    """逐行列出停滞的案卷和原因，以及待复核的事项。"""
    with reading() as session:
        actor = acting(session, by)
        for one in broken.broken(session, actor):
            click.echo(f"{one.number}\t{one.kind.label}\t{one.what}\t{one.why}\t{one.timer_id or ''}")
        for row in waiting_for(session, is_repairable(actor), is_correctable(actor)):
            click.echo(f"{row.number}\t待复核\t{row.title} {row.id}\t{row.reason}\t{row.author}")


@group.command("retry")
@_KEY
@_BY
def retry(key: int, by: str) -> None:
    """重试编号为 ID 的停滞的计时器。"""
    act_as(by, lambda db, actor: broken.retry(db, key, actor))
    click.echo("已重试。")


@group.command("places")
@click.argument("number")
@_BY
def places(number: str, by: str) -> None:
    """逐行列出案卷 NUMBER 的流程图中可以处于的位置（* 为现在的位置）和可以更正的事实。"""
    with reading() as session:
        facts = case_facts(session, number, acting(session, by))
    for one in facts.choices:
        click.echo(f"{'*' if one.is_here else ' '}\t{one.key}\t{one.title}")
    for fact in facts.facts:
        click.echo(f"=\t{fact.name}\t{fact.title}\t{fact.value}")


@group.command("move")
@click.argument("number")
@click.argument("place", nargs=-1, required=True)
@_REASON
@_BY
def move(number: str, place: tuple[str, ...], reason: str, by: str) -> None:
    """提出将案卷 NUMBER 的流程位置调整为 PLACE…（见 repairs places），由另一人复核。"""

    def act(session: DbSession, actor: User) -> int:
        case = case_named(session, number, actor)
        return token_repair.propose(session, case.id, place, reason, actor).id

    click.echo(f"已提出，编号 {act_as(by, act)}，待另一人复核。")


@group.command("correct")
@click.argument("number")
@click.argument("fact")
@click.argument("value")
@_REASON
@_BY
def correct(number: str, fact: str, value: str, reason: str, by: str) -> None:
    """提出将案卷 NUMBER 的事实 FACT（见 repairs places）更正为 VALUE，由另一人复核。"""

    def act(session: DbSession, actor: User) -> int:
        case = case_named(session, number, actor)
        return fact_correction.propose(session, case.id, fact, value, reason, actor).id

    click.echo(f"已提出，编号 {act_as(by, act)}，待另一人复核。")


_KIND = click.argument("kind", type=click.Choice([MOVE, "correction"]))


@group.command("agree")
@_KIND
@_KEY
@_BY
def agree(kind: str, key: int, by: str) -> None:
    """复核同意并执行编号为 ID 的流程位置调整（move）或者事实更正（correction）。"""
    verb = token_repair.agree if kind == MOVE else fact_correction.agree
    status = act_as(by, lambda db, actor: verb(db, key, actor).status)
    click.echo(f"{Verdict.title_of(status)}。")


@group.command("refuse")
@_KIND
@_KEY
@_REASON
@_BY
def refuse(kind: str, key: int, reason: str, by: str) -> None:
    """复核不同意编号为 ID 的流程位置调整（move）或者事实更正（correction）。"""
    verb = token_repair.refuse if kind == MOVE else fact_correction.refuse
    status = act_as(by, lambda db, actor: verb(db, key, reason, actor).status)
    click.echo(f"{Verdict.title_of(status)}。")


@group.command("withdraw")
@_KIND
@_KEY
@_BY
def withdraw(kind: str, key: int, by: str) -> None:
    """收回本人提出、尚未复核的流程位置调整（move）或者事实更正（correction）。"""
    verb = token_repair.withdraw if kind == MOVE else fact_correction.withdraw
    status = act_as(by, lambda db, actor: verb(db, key, actor).status)
    click.echo(f"{Verdict.title_of(status)}。")
