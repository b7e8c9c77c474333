"""The administrator's pages of offices and users."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.audit import AuditEvent
from models.database import reading
from models.people import Department, User, user_named
from tests.webapp.api import Caller

SignIn = Callable[[str], FlaskClient]
NEW = {"username": "xinren1", "name": "新人一", "role": "clerk"}


def user(username: str) -> User:
    with reading() as session:
        found = user_named(session, username)
    assert found is not None
    return found


def office(name: str) -> str:
    with reading() as session:
        return str(session.scalars(select(Department.id).where(Department.name == name)).one())


def events(action: str) -> list[AuditEvent]:
    with reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_lists_show_every_office_and_the_users_looked_for(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    page = client.get("/admin/people").text
    assert "伊金霍洛农村商业银行" in page
    assert "renshe1" in page
    found = client.get("/admin/people?q=danbao").text
    assert "danbao1" in found
    assert "renshe1" not in found
    assert "没有符合条件的用户" in client.get("/admin/people?q=%25%00").text


def test_a_new_user_gets_a_first_password_once_and_must_change_it(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("guanli")
    data = {**NEW, "department": office("伊金霍洛农村商业银行")}
    shown = client.post("/admin/people/users/new", data=data)
    assert shown.headers["Cache-Control"] == "no-store"
    match = re.search(r"<code>([^<]+)</code>", shown.text)
    assert match is not None
    first = match[1]
    assert first not in client.get("/admin/people").text
    newcomer = app.test_client()
    assert newcomer.post("/login", data={"username": "xinren1", "password": first}).status_code == 302
    assert newcomer.get("/tasks").location == "/password"
    (event,) = events("user.added")
    assert first not in str(event.new)


def test_faults_are_shown_at_their_field_and_nothing_typed_is_lost(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    place = {"department": office("伊金霍洛农村商业银行")}
    for over, message in (
        ({"username": "renshe1"}, "已存在"),
        ({"username": "坏"}, "用户名应为"),
        ({"username": "a\0bc"}, "控制字符"),
        ({"name": ""}, "姓名"),
        ({"role": "king"}, "无效"),
        ({"department": ""}, "请选择所属机构"),
        ({"department": "999"}, "无效"),
        ({"role": "applicant"}, "申请人不属于任何机构"),
    ):
        answer = client.post("/admin/people/users/new", data={**NEW, **place, **over})
        assert answer.status_code == 422, over
        assert message in answer.text, over
    assert 'value="xinren1"' in answer.text


def test_a_change_of_role_ends_sessions_and_tokens(sign_in: SignIn, caller: Callable[[str], Caller]) -> None:
    clerk, program, client = sign_in("renshe1"), caller("renshe1"), sign_in("guanli")
    here = user("renshe1")
    data = {
        "name": here.name,
        "role": "supervisor",
        "department": str(here.department_id),
        "is_active": "yes",
    }
    assert client.post(f"/admin/people/users/{here.id}", data=data).status_code == 302
    assert clerk.get("/tasks").location.startswith("/login")
    program.get("/tasks", 401)
    (event,) = events("user.changed")
    assert (event.old["role"], event.new["role"]) == ("clerk", "supervisor")


def test_a_user_is_put_out_of_use_but_never_oneself(app: Flask, sign_in: SignIn) -> None:
    client, here, me = sign_in("guanli"), user("renshe1"), user("guanli")
    data = {"name": here.name, "role": here.role, "department": str(here.department_id)}
    assert client.post(f"/admin/people/users/{here.id}", data=data).status_code == 302
    assert not user("renshe1").is_active
    mine = {"name": me.name, "role": me.role, "department": str(me.department_id)}
    answer = client.post(f"/admin/people/users/{me.id}", data=mine)
    assert answer.status_code == 422
    assert "不能修改自己的角色或停用自己" in answer.text


def test_a_reset_password_is_shown_once_and_ends_sessions(app: Flask, sign_in: SignIn) -> None:
    clerk, client = sign_in("renshe1"), sign_in("guanli")
    shown = client.post(f"/admin/people/users/{user('renshe1').id}/password")
    match = re.search(r"<code>([^<]+)</code>", shown.text)
    assert match is not None
    assert clerk.get("/tasks").location.startswith("/login")
    assert (
        app.test_client().post("/login", data={"username": "renshe1", "password": match[1]}).status_code
        == 302
    )


def test_offices_are_added_renamed_and_put_out_of_use(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    with reading() as session:
        region = str(session.scalars(select(Department.region_id)).first())
    data = {"kind": "bank", "region": region, "name": "示例村镇银行", "phone": "0477-8000001"}
    assert client.post("/admin/people/departments/new", data=data).status_code == 302
    again = client.post("/admin/people/departments/new", data=data)
    assert (again.status_code, "该机构名称已存在" in again.text) == (422, True)
    path = f"/admin/people/departments/{office('示例村镇银行')}"
    assert client.post(path, data={"name": "示例银行二部", "phone": ""}).status_code == 302
    with reading() as session:
        row = session.get_one(Department, int(office("示例银行二部")))
    assert not row.is_active
    assert client.post(path, data={"name": "", "phone": ""}).status_code == 422
    (event,) = events("department.changed")
    assert (event.old["name"], event.new["name"]) == ("示例村镇银行", "示例银行二部")


def test_where_a_person_is_reached_is_kept_and_shown_masked(sign_in: SignIn) -> None:
    client, here = sign_in("guanli"), user("renshe1")
    data = {"name": here.name, "role": here.role, "department": str(here.department_id), "is_active": "yes"}
    path = f"/admin/people/users/{here.id}"
    for over, message in (
        ({"email": "a@b"}, "电子邮箱格式不正确"),
        ({"email": "a@b.cn\nBcc: c@d.cn"}, "控制字符"),
        ({"email": "张@例.cn"}, "电子邮箱格式不正确"),
        ({"email": f"{'a' * 110}@example.gov.cn"}, "不能超过120个字"),
        ({"phone": "123"}, "联系电话应为"),
    ):
        answer = client.post(path, data={**data, **over})
        assert (answer.status_code, message in answer.text) == (422, True), over
    reached = {"phone": "138 0000 0001", "email": "ｒenshe1@example.gov.cn"}
    assert client.post(path, data={**data, **reached}).status_code == 302
    assert (user("renshe1").phone, user("renshe1").email) == ("13800000001", "renshe1@example.gov.cn")
    page = client.get("/admin/people?q=renshe1").text
    assert "138****0001" in page
    assert "r***@example.gov.cn" in page
    assert "renshe1@" not in page
    (event,) = events("user.changed")
    assert (event.old["email"], event.new["email"]) == ("", "r***@example.gov.cn")
    assert 'value="renshe1@example.gov.cn"' in client.get(path).text
    client.post(path, data={**data, "phone": "", "email": ""})
    assert (user("renshe1").phone, user("renshe1").email) == ("", "")


def test_unknown_rows_are_not_found(sign_in: SignIn) -> None:
    client = sign_in("guanli")
    for path in ("users/9999", "departments/9999", "users/99999999999"):
        assert client.get(f"/admin/people/{path}").status_code == 404
    assert client.post("/admin/people/users/9999/password").status_code == 404
