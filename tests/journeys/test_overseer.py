"""The journey of a leader: from a number to its rows, an order in bulk, the office answers, the leader ends it; on a phone too."""

from __future__ import annotations

from datetime import date

import pytest

from models.database import reading, transaction
from processes import hall
from tests.journeys.conftest import NARROW, WIDE, Town
from tests.journeys.person import Person
from tests.journeys.test_clock import faults
from tests.world import answers
from webapp import handlers_board

pytestmark = [pytest.mark.browser, pytest.mark.once]


def test_a_leader_finds_what_stands_and_orders_it(town: Town) -> None:
    case_id = town.verbs.submitted()
    town.verbs.complete(case_id, "acceptance", answers("acceptance"))
    town.verbs.submitted()
    town.it_is(date(2026, 3, 20))
    leader = town.person("lingdao")
    leader.goes_to("/board")
    assert not faults(leader, NARROW, WIDE)
    _says_where_it_scrolls(leader)
    leader.page.get_by_role("link", name="超期 6—10 日 2").click()
    leader.sees("督查清单：待办环节 2 项")
    assert not faults(leader, NARROW, WIDE)
    leader.presses("批量督办")
    leader.sees("请勾选要处理的事项")
    leader.page.get_by_label("选择本页全部").check()
    leader.sees("已选 2 项")
    leader.submits("批量督办")
    leader.fills({"text": "请于期限内办结", "due_on": "2026-03-31"})
    assert not faults(leader, NARROW)
    leader.submits("确定督办")
    leader.sees("督办〔2026〕00001号")
    leader.goes_to("/board/cases?window=over")
    leader.submits("导出 Excel（2 行）")
    leader.sees("等待后台生成")
    handlers_board.write_export(1)
    leader.page.get_by_role("link", name="下载 Excel").wait_for()
    assert not faults(leader, NARROW)
    _answers_and_closes(town, leader)


def _answers_and_closes(town: Town, leader: Person) -> None:
    head = town.person("renshe0")
    head.goes_to("/supervisions?state=waiting")
    assert not faults(head, NARROW)
    head.page.get_by_role("link", name="督办〔2026〕00001号").click()
    head.submits("答复督办")
    head.sees("请填写“答复”")
    head.fills({"answer": "已责成经办人三日内办结"})
    head.submits("答复督办")
    assert not faults(head, NARROW, WIDE)
    leader.goes_to("/supervisions?state=answered")
    leader.page.get_by_role("link", name="督办〔2026〕00001号").click()
    leader.fills({"closing": "已落实"})
    leader.submits("办结督办")
    leader.sees("已办结")


def _says_where_it_scrolls(leader: Person) -> None:
    for width, is_narrow in ((390, True), (1366, False)):
        leader.page.set_viewport_size({"width": width, "height": 768})
        assert leader.page.get_by_text("表格可左右滑动").first.is_visible() == is_narrow


def test_a_hall_screen_is_opened_and_read(town: Town) -> None:
    town.verbs.submitted()
    with reading() as session:
        region = town.verbs.user(session, "guanli").department
        assert region is not None
    with transaction() as session:
        _row, secret = hall.open_screen(session, "大屏", region.region_id, town.verbs.user(session, "guanli"))
    chief = town.person("guanli")
    chief.goes_to("/admin/halls")
    assert not faults(chief, NARROW, WIDE)
    chief.goes_to(f"/hall/{secret}")
    chief.sees("今日收件")
    assert not faults(chief, NARROW, WIDE)
