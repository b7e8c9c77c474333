"""Room cli, office: the first regions and departments of a new installation."""

from __future__ import annotations

import click

from models.database import transaction
from processes.people import add_department, add_region, region_coded
from webapp.cli.group import Group

regions = Group("region", help="行政区划。")
departments = Group("department", help="机构。")


@regions.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--parent", default="", help="上级行政区划代码；最上级不填。")
def add_a_region(code: str, name: str, parent: str) -> None:
    """新增地区：CODE 行政区划代码，NAME 名称。"""
    with transaction() as session:
        add_region(session, code, name, parent, None)
    click.echo(f"已新增地区 {name}（{code}）。")


@departments.command("add")
@click.argument("name")
@click.argument("kind")
@click.argument("region")
@click.option("--phone", default="", help="办公电话。")
def add_an_office(name: str, kind: str, region: str, phone: str) -> None:
    """新增机构：NAME 全称，KIND 类型（如 hrss），REGION 行政区划代码。"""
    with transaction() as session:
        add_department(session, kind, name, region_coded(session, region).id, phone, None)
    click.echo(f"已新增机构 {name}。")
