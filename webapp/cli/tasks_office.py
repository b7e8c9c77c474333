"""Room cli, office: a step given on, delegated, set aside or put before others by a person's name; a leaver's steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from models.database import DbSession, transaction
from models.people import Permission, User, user_named
from models.refusal import Refusal
from models.task_review import ReviewKind, waiting_for
from processes import delegation, handover, reassignment, set_aside, submission, task_review
from webapp import review_door
from webapp.cli.group import act_as, acting
from webapp.cli.tasks import group

commands = group
Verb = Callable[[DbSession, int, User], object]
_BY = click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
_ID = click.argument("task_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
_REVIEW = click.argument("review_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
_USER = click.argument("username", metavar="USER")


@group.command("reassign")
@_ID
@_USER
@click.option("--reason", required=True, help="转办理由。")
@_BY
def reassign(task_id: int, username: str, reason: str, by: str) -> None:
    """转办：将编号为 ID 的事项转给 USER（登录名）。"""
    act_as(by, lambda db, actor: reassignment.reassign(db, task_id, _id(db, username), reason, actor))
    click.echo("已转办。")


@group.command("delegate")
@_ID
@_USER
@click.option("--question", required=True, help="委派事项。")
@_BY
def delegate(task_id: int, username: str, question: str, by: str) -> None:
    """委派：请 USER（登录名）代为办理编号为 ID 的事项，交回后由本人提交。"""
    act_as(by, lambda db, actor: delegation.delegate(db, task_id, _id(db, username), question, actor))
    click.echo("已委派。")


@group.command("hand-back")
@_ID
@click.option("--opinion", required=True, help="办理意见。")
@_BY
def hand_back(task_id: int, opinion: str, by: str) -> None:
    """交回他人委派的编号为 ID 的事项。"""
    act_as(by, lambda db, actor: delegation.hand_back(db, task_id, opinion, actor))
    click.echo("已交回。")


def _at_once(name: str, verb: Verb, done: str, about: str) -> None:
    """A command for what asks nothing but which step."""

    @group.command(name, help=about)
    @_ID
    @_BY
    def act(task_id: int, by: str) -> None:
        act_as(by, lambda db, actor: verb(db, task_id, actor))
        click.echo(done)


_at_once("take-back", delegation.take_back, "已收回。", "收回编号为 ID 的事项的委派。")
_at_once("take-up", set_aside.take_up, "已恢复。", "恢复办理编号为 ID 的事项。")
_at_once(
    "unsubmit",
    submission.withdraw_submission,
    "已撤回提交。",
    "撤回提交：编号为 ID 的事项尚在等待会签的提交内容，恢复为暂存。",
)


@group.command("set-aside")
@_ID
@click.argument("until", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--reason", required=True, help="挂起理由。")
@_BY
def put_aside(task_id: int, until: datetime, reason: str, by: str) -> None:
    """挂起编号为 ID 的事项，到 UNTIL（年-月-日）自动回到待办；时限照常计算。"""
    act_as(by, lambda db, actor: set_aside.set_aside(db, task_id, until.date(), reason, actor))
    click.echo("已挂起。")


@group.command("ask")
@_ID
@_USER
@click.option("--when", type=click.Choice(["before", "after"]), required=True, help="提交前，或提交后会签。")
@click.option("--question", required=True, help="会签事项。")
@_BY
def ask(task_id: int, username: str, when: str, question: str, by: str) -> None:
    """加签：就编号为 ID 的事项请 USER（登录名）会签。"""

    def act(session: DbSession, actor: User) -> int:
        person = _id(session, username)
        return task_review.add_reviewer(session, task_id, person, ReviewKind(when), question, actor).id

    click.echo(f"已加签，会签编号 {act_as(by, act)}。")


@group.command("reviews")
@_BY
def reviews(by: str) -> None:
    """逐行列出待会签的事项：会签编号、案卷、环节、会签事项。"""
    with transaction() as session:
        for row in waiting_for(session, acting(session, by)):
            absent = f"（代{row.absent}）" if row.absent else ""
            click.echo(f"{row.review_id}\t{row.number}\t{row.step}{absent}\t{row.asked_by}：{row.question}")


@group.command("answer")
@_REVIEW
@click.argument("decision", type=click.Choice(["agree", "disagree"]))
@click.option("--opinion", default="", help="说明；不同意的必填。")
@_BY
def answer(review_id: int, decision: str, opinion: str, by: str) -> None:
    """答复会签编号为 ID 的会签：agree 同意，disagree 不同意。"""
    settled = review_door.answer(review_id, decision == "agree", opinion, _actor(by))
    click.echo(settled.words or "会签意见已送出。")


@group.command("unask")
@_REVIEW
@_BY
def unask(review_id: int, by: str) -> None:
    """减签：撤销会签编号为 ID 的会签。"""
    click.echo(review_door.remove(review_id, _actor(by)).words or "已减签。")


@group.command("hand-over")
@_USER
@click.option(
    "--to", "successor", default="", metavar="USER", help="接办人（登录名）；不填则退回部门待签收。"
)
@click.option("--reason", required=True, help="移交理由。")
@_BY
def hand_over(username: str, successor: str, reason: str, by: str) -> None:
    """离职移交：USER（登录名）的全部在办事项；逐行列出结果。"""
    with transaction() as session:
        leaver, to = _id(session, username), _id(session, successor) if successor else None
        actor = acting(session, by)
        found = handover.hand_over(session, leaver, to, reason, actor)
        # Administrators read numbers and no case.
        shown = found if actor.may(Permission.CASE_READ) else []
    for one in shown:
        click.echo(f"{one.number}\t{one.step}\t{one.outcome}")
    done = len([one for one in found if one.is_handed_over])
    click.echo(f"已移交 {done} 项，其余 {len(found) - done} 项。")


def _actor(by: str) -> User:
    with transaction() as session:
        return acting(session, by)


def _id(session: DbSession, username: str) -> int:
    found = user_named(session, username)
    if found is None:
        raise Refusal(f"没有账号 {username}。")
    return found.id
