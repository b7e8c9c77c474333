"""Room cli, documents: the PDFs of Word and Excel materials, and the program that makes them."""

from __future__ import annotations

import click

from models.case import case_numbered
from models.conversion import ConversionState
from models.database import reading, transaction
from models.document import documents_of
from models.people import Permission
from models.refusal import Refusal
from processes import conversion, converter
from webapp.cli.group import Group, Stop, acting

group = Group("documents", help="材料转换为 PDF。")


@group.command("converter")
def show_converter() -> None:
    """检查本机的 Office 文件转换程序，输出程序位置和版本；不能使用时说明原因，退出码为 1。"""
    if converter.is_off():
        raise Stop("已停用 Office 文件转换（DUOSHEN_OFFICE_CONVERTER 为空）。")
    try:
        told = converter.version()
    except converter.Unconverted as fault:
        raise Stop(fault.reason) from fault
    click.echo(f"{converter.program()}\t{told}")


@group.command("convert")
@click.argument("number", metavar="NUMBER")
@click.option("--by", required=True, metavar="USER", help="以谁的名义（登录名）。")
def convert(number: str, by: str) -> None:
    """把案卷 NUMBER 中尚无 PDF 的 Word、Excel 材料交后台转换，逐行列出编号、文件名、状态。"""
    with reading() as session:
        actor = acting(session, by)
        actor.require(Permission.CASE_READ)
        wanted = [
            row for row in documents_of(session, case_numbered(session, number, actor)) if row.is_office
        ]
    for row in wanted:
        try:
            with transaction() as session:
                found = conversion.wish(session, row.id, acting(session, by)).conversion
                told = ConversionState(found.state).label if found else ""
        except Refusal as refusal:
            told = refusal.message
        click.echo(f"{row.id}\t{row.file_name}\t{told}")
