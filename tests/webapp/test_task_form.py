"""The form of a task before it is sent: drafts, prefilled answers, rows without script, assigning."""

from __future__ import annotations

import re

from models.database import reading
from tests.webapp.knock import SignIn, number_of
from tests.world import World, answers

JSON = {"Accept": "application/json"}


def go(world: World, case_id: int, *elements: str) -> None:
    for element in elements:
        world.complete(case_id, element, answers(element))


def form_page(sign_in: SignIn, world: World, case_id: int, who: str) -> str:
    """The page with the form of the only open task, claimed by that person."""
    (task_id,) = world.open_tasks(case_id).values()
    client = sign_in(who)
    client.post(f"/tasks/{task_id}/claim")
    answer = client.get(f"/tasks/{task_id}", follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_a_draft_is_kept_for_its_writer_alone(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    client = sign_in("renshe1")
    typed = {"result": "incomplete", "opinion": "写了一半", "items-0-problem": "缺页"}
    answer = client.post(f"/tasks/{task_id}/draft", data=typed, headers=JSON)
    assert answer.status_code == 200
    kept = {"saved_at": "2026-03-02 09:00", "message": "已暂存 2026-03-02 09:00", "revision": 1}
    assert answer.json == kept
    client.post(f"/tasks/{task_id}/claim")
    page = client.get(f"/cases/{number_of(case_id)}").text
    assert "已载入您于 2026-03-02 09:00 暂存的内容" in page
    assert "写了一半" in page
    assert "缺页" in page
    assert f'data-autosave-url="/tasks/{task_id}/draft"' in page
    client.post(f"/tasks/{task_id}/release")
    assert "写了一半" not in form_page(sign_in, world, case_id, "renshe2")


def test_the_draft_button_works_without_script(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    client = sign_in("renshe1")
    answer = client.post(f"/tasks/{task_id}/draft", data={"opinion": "一半"})
    assert answer.location == f"/cases/{number_of(case_id)}?task={task_id}#form"
    assert "已暂存" in client.get(answer.location).text


def test_rows_grow_and_shrink_without_script(world: World, sign_in: SignIn) -> None:
    task_id = world.open_tasks(world.submitted())["acceptance"]
    client = sign_in("renshe1")
    rows = {"items-0-problem": "第一", "items-1-problem": "第二", "opinion": "意见"}
    page = client.post(f"/tasks/{task_id}", data={**rows, "add_row": "items"})
    assert page.status_code == 200
    assert 'name="items-2-problem"' in page.text
    assert "意见" in page.text
    remove = re.findall(r'name="remove_row" value="([^"]+)"', page.text)
    page = client.post(f"/tasks/{task_id}", data={**rows, "remove_row": remove[0]})
    assert "第一" not in page.text
    assert "第二" in page.text
    assert 'id="err-sum"' not in page.text


def test_acceptance_starts_with_the_whole_list_of_what_is_missing(world: World, sign_in: SignIn) -> None:
    page = form_page(sign_in, world, world.submitted(), "renshe1")
    chosen = re.findall(r'<option selected value="(\w+)">', page)
    assert chosen == [
        "id_card",
        "household_register",
        "business_licence",
        "group_proof",
        "credit_report",
        "premises_proof",
    ]
    assert re.search(r'<input[^>]*name="delivered_on"[^>]*value="2026-03-02"', page)


def test_the_bank_starts_with_what_was_applied_for(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance", "qualification_review", "due_diligence", "pre_loan_investigation")
    page = form_page(sign_in, world, case_id, "yinhang2")
    assert re.search(r'<input[^>]*name="approved_amount"[^>]*value="80000.00"', page)
    assert re.search(r'<input[^>]*name="approved_term"[^>]*value="24"', page)
    assert re.search(r'<input[^>]*name="accepted_on"[^>]*value="2026-03-02"', page)
    assert "现行政策上限：300,000.00 元" in page
    assert "1年期LPR 3.00%，上限 4.50%" in page
    # up to the free amount no counter-guarantee can even be chosen.
    assert re.findall(r'name="counter_guarantee"[^>]*value="(\w+)"', page) == ["none"]


def test_the_payout_starts_with_the_account_applied_for(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(
        world,
        case_id,
        "acceptance",
        "qualification_review",
        "due_diligence",
        "pre_loan_investigation",
        "bank_acceptance",
    )
    page = form_page(sign_in, world, case_id, "yinhang2")
    assert re.search(r'<input[^>]*name="account_name"[^>]*value="赵一"', page)
    assert re.search(r'<input[^>]*name="rate"[^>]*value="4.5"', page)
    assert re.search(r'<input[^>]*name="licence_name"[^>]*value=""', page)


def test_the_notice_starts_with_the_reasons_of_the_refusal(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    go(world, case_id, "acceptance")
    no = answers(
        "qualification_review", decision="fail", reason_codes=["H01", "H04"], reason_text="经核实不符"
    )
    world.complete(case_id, "qualification_review", no)
    page = form_page(sign_in, world, case_id, "renshe1")
    assert set(re.findall(r'<input[^>]* checked[^>]*name="reason_codes"[^>]*value="(\w+)"', page)) == {
        "H01",
        "H04",
    }
    assert "经核实不符" in page
    assert "财金〔2018〕22号（其他贷款限制）" in page
    # Only the reasons of the body that refuses.
    assert 'value="B01"' not in page


def test_the_head_gives_a_task_to_one_of_his_people(world: World, sign_in: SignIn) -> None:
    case_id = world.submitted()
    task_id = world.open_tasks(case_id)["acceptance"]
    with reading() as session:
        ids = {name: world.user(session, name).id for name in ("renshe2", "danbao1")}
    head = sign_in("renshe0")
    offered = re.findall(r'<option value="(\d+)">', head.get(f"/cases/{number_of(case_id)}").text)
    assert str(ids["renshe2"]) in offered
    assert str(ids["danbao1"]) not in offered
    assert head.post(f"/tasks/{task_id}/assign", data={"assignee": ids["danbao1"]}).status_code == 422
    assert head.post(f"/tasks/{task_id}/assign", data={"assignee": "²"}).status_code == 422
    assert sign_in("renshe1").post(f"/tasks/{task_id}/assign", data={}).status_code == 403
    assert (
        sign_in("danbao0").post(f"/tasks/{task_id}/assign", data={"assignee": ids["danbao1"]}).status_code
        == 404
    )
    assert head.post(f"/tasks/{task_id}/assign", data={"assignee": ids["renshe2"]}).status_code == 302
    assert number_of(case_id) in sign_in("renshe2").get("/tasks").text
    assert head.post(f"/tasks/{task_id}/release").status_code == 302
    assert number_of(case_id) not in sign_in("renshe2").get("/tasks").text
