"""A drawing that cannot be rehearsed says where it is wrong, in words, and leads there."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from models.database import reading, transaction
from processes.draft import create_draft
from processes.workflow import newest_definition
from tests.world import World


def test_the_wrong_table_is_named_and_one_click_away(
    world: World, sign_in: Callable[[str], FlaskClient]
) -> None:
    with reading() as session:
        version = newest_definition(session, "combined_review")
        tables, bpmn = dict(version.decisions), version.bpmn
    tables["counter_guarantee.dmn"] = tables["counter_guarantee.dmn"].replace('"FIRST"', '"ANY"')
    with transaction() as session:
        draft = create_draft(session, world.user(session, "liucheng"), bpmn=bpmn, decisions=tables).id
    page = sign_in("liucheng").post(f"/admin/rehearsals/drafts/{draft}")
    assert page.status_code == 422
    assert f'<a href="/admin/drafts/{draft}/tables/counter_guarantee.dmn">决策表“反担保规则”</a>' in page.text
    assert f'href="/admin/drafts/{draft}"' in page.text


def test_somebody_elses_draft_leads_to_what_was_sent_in(
    world: World, sign_in: Callable[[str], FlaskClient]
) -> None:
    with transaction() as session:
        version = newest_definition(session, "combined_review").id
        draft = create_draft(session, world.user(session, "liucheng"), based_on=version).id
    page = sign_in("liucheng2").get(f"/admin/drafts/{draft}")
    assert page.status_code == 404 and "未找到该草稿" in page.text and "送审与发布</a> " in page.text
