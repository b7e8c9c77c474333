"""Tests of what anybody may read without a login beside the notices: announcements, and the guide to 信保贷."""

from __future__ import annotations

from datetime import date

from flask import Flask

from models.database import transaction
from models.notice import NoticeKind
from processes import notice as notices
from tests.notice_board import Board
from tests.world import World, on


def test_announcements_and_the_guide_are_public(world: World, app: Flask) -> None:
    board, stranger = Board(world), app.test_client()
    with transaction() as session:
        firm = board.firm(session, 1)
        made = notices.announce(
            session, NoticeKind.BLACKLIST, firm.region_id, "通报", "列入<b>“黑名单”", subjects=[firm], case=None,
            actor=None,
        )  # fmt: skip
    shown = stranger.get(f"/public/notices/{made.id}").text
    assert firm.uscc in shown and "列入&lt;b&gt;" in shown and "提出异议" not in shown
    guide = stranger.get("/public/guide").text
    for words in (
        "5,000,000.00",
        "500,000.00",
        "130 个基点",
        "4.30%",
        "1.00%",
        "5月、12月",
        "征信报告",
        "旗金融服务中心",
        "旗法院",
    ):
        assert words in guide, words
    with on(date(2026, 5, 4)):
        assert "申报窗口开放中" in stranger.get("/public/guide").text
