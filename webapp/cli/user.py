"""Room cli, user: accounts and tokens."""

from __future__ import annotations

import click

from models.database import transaction
from models.people import user_named
from models.refusal import NotFound
from processes.login import create_token
from processes.people import Place, add_user, department_named
from webapp.cli.group import Group

group = Group("user", help="账号。")
tokens = Group("token", help="接口令牌。")


@group.command("add")
@click.argument("username")
@click.argument("name")
@click.argument("role")
@click.option("--department", default="", help="所属机构全称；申请人不填。")
@click.option("--phone", default="", help="手机，接收短信提醒。")
@click.option("--email", default="", help="电子邮箱，接收邮件提醒。")
@click.option("--password", default="", help="初始密码；不填则自动生成并显示一次。")
def add(
    username: str, name: str, role: str, *, department: str, phone: str, email: str, password: str
) -> None:
    """新建账号：USERNAME 登录名，NAME 姓名，ROLE 角色。首次登录须修改密码。"""
    with transaction() as session:
        office = department_named(session, department).id if department else None
        place = Place(name, role, office, phone=phone, email=email)
        _user, first = add_user(session, username, place, None, password)
    click.echo(f"已新建账号 {username}，首次登录须修改密码。")
    if not password:
        click.echo(f"初始密码：{first}")


@tokens.command("create")
@click.argument("user")
@click.option("--days", default=365, type=click.IntRange(1, 730), help="有效天数，默认 365。")
def create(user: str, days: int) -> None:
    """为 USER 创建接口令牌；令牌只显示这一次。"""
    with transaction() as session:
        found = user_named(session, user)
        if found is None or not found.is_active:
            raise NotFound(f"没有在用的账号 {user}。")
        token = create_token(session, found, days)
    click.echo(token)
