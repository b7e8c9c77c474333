"""Room people: adds and changes departments and users; every change ends the sessions it concerns."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import audit
from models.identity import check_email, check_phone, mask_email, mask_phone
from models.people import Department, DepartmentKind, Permission, Region, Role, User, user_named
from models.refusal import NotFound, Refusal
from models.saved_filter import SavedFilter
from processes.login import close_all_sessions, hash_password, is_password_of

_USERNAME = re.compile(r"[a-z][a-z0-9_.-]{2,39}")
_REGION = re.compile(r"[0-9]{6,12}")


@dataclass(frozen=True)
class Place:
    """Who a person is in the house, and where he is reached. `role` is the value or the Chinese title."""

    name: str
    role: str
    department_id: int | None
    is_active: bool = True
    phone: str = ""
    email: str = ""


def add_user(
    session: Session, username: str, place: Place, actor: User | None, password: str = ""
) -> tuple[User, str]:
    """A new account and its first password, which must be changed at the first login.

    `actor` is empty for the command line of the server itself. Raises Refusal with the field that is wrong.
    """
    _may_manage(actor)
    if not _USERNAME.fullmatch(username):
        raise Refusal("用户名应为 3 至 40 位小写字母、数字、点、横线或下划线，以字母开头。", "username")
    if user_named(session, username) is not None:
        raise Refusal(f"用户名 {username} 已存在。", "username")
    role = _checked(session, place)
    first = password or secrets.token_urlsafe(12)
    user = User(
        username=username,
        name=place.name.strip(),
        role=role.value,
        department_id=place.department_id,
        password_hash=hash_password(first),
        must_change_password=True,
        **_reached(place),
    )
    session.add(user)
    session.flush()
    summary = f"新增用户 {username}（{role.label}）"
    audit.record(session, "user.added", summary, actor=actor, new={"username": username, **_logged(place)})
    return user, first


def change_user(session: Session, user_id: int, place: Place, actor: User) -> User:
    """Change a person's name, role, department or activity; his sessions end so that it holds at once."""
    _may_manage(actor)
    user = _user(session, user_id)
    role = _checked(session, place)
    if user.id == actor.id and (role.value != user.role or not place.is_active):
        raise Refusal("不能修改自己的角色或停用自己。", "role")
    old = Place(user.name, user.role, user.department_id, user.is_active, user.phone, user.email)
    reached = _reached(place)
    if place.department_id != user.department_id:
        # A condition of the inbox that he shared stays his own; his old office does not use it any more.
        shared = update(SavedFilter).where(SavedFilter.owner_id == user.id)
        session.execute(shared.values(department_id=None))
    user.name, user.role = place.name.strip(), role.value
    user.department_id, user.is_active = place.department_id, place.is_active
    user.phone, user.email = reached["phone"], reached["email"]
    close_all_sessions(session, user.id)
    summary = f"修改用户 {user.username}"
    audit.record(session, "user.changed", summary, actor=actor, old=_logged(old), new=_logged(place))
    return user


def change_password(session: Session, user_id: int, current: str, password: str) -> None:
    """Change one's own password; every session of the person ends. Raises Refusal at the field."""
    user = session.get_one(User, user_id)
    if not is_password_of(user, current):
        raise Refusal("当前密码不正确。", "current")
    if password == current:
        raise Refusal("新密码不得与当前密码相同。", "password")
    user.password_hash, user.must_change_password = hash_password(password), False
    close_all_sessions(session, user.id)
    audit.record(session, "user.password_changed", f"{user.username} 修改密码", actor=user)


def reset_password(session: Session, user_id: int, actor: User) -> str:
    """A new first password for a person; returns it once."""
    _may_manage(actor)
    user = _user(session, user_id)
    first = secrets.token_urlsafe(12)
    user.password_hash, user.must_change_password = hash_password(first), True
    user.failed_logins, user.locked_until = 0, None
    close_all_sessions(session, user.id)
    audit.record(session, "user.password_reset", f"重置 {user.username} 的密码", actor=actor)
    return first


def add_region(session: Session, code: str, name: str, parent: str, actor: User | None) -> Region:
    """Add a region (行政区划) under the one with the code `parent`, if any. Raises Refusal."""
    _may_manage(actor)
    if not _REGION.fullmatch(code):
        raise Refusal("行政区划代码应为 6 至 12 位数字。", "code")
    if not 2 <= len(name.strip()) <= 60:
        raise Refusal("地区名称应为 2 至 60 个字。", "name")
    if session.scalars(select(Region).where(Region.code == code)).first() is not None:
        raise Refusal(f"行政区划代码 {code} 已存在。", "code")
    above = region_coded(session, parent).id if parent else None
    region = Region(code=code, name=name.strip(), parent_id=above)
    session.add(region)
    session.flush()
    audit.record(
        session, "region.added", f"新增地区 {name}", actor=actor, new={"code": code, "parent": parent}
    )
    return region


def region_coded(session: Session, code: str) -> Region:
    """The region of that code. Raises Refusal."""
    found = session.scalars(select(Region).where(Region.code == code)).first()
    if found is None:
        raise Refusal(f"没有行政区划代码为 {code} 的地区。", "region")
    return found


def add_department(
    session: Session, kind: str, name: str, region_id: int, phone: str, actor: User | None
) -> Department:
    """Add an office. Raises Refusal for a name that exists, an unknown kind or region."""
    _may_manage(actor)
    if kind not in {member.value for member in DepartmentKind}:
        raise Refusal("请选择机构类型。", "kind")
    _check_name(session, name, None)
    if session.get(Region, region_id) is None:
        raise Refusal("请选择所属地区。", "region")
    department = Department(kind=kind, name=name.strip(), region_id=region_id, phone=phone)
    session.add(department)
    session.flush()
    new = {"kind": kind, "name": name, "region": region_id}
    audit.record(session, "department.added", f"新增机构 {name}", actor=actor, new=new)
    return department


def change_department(
    session: Session, department_id: int, name: str, phone: str, is_active: bool, actor: User
) -> Department:
    """Rename an office or take it out of use; running cases keep it."""
    _may_manage(actor)
    department = session.get(Department, department_id)
    if department is None:
        raise NotFound("未找到该机构。")
    _check_name(session, name, department)
    old = {"name": department.name, "phone": department.phone, "active": department.is_active}
    department.name, department.phone, department.is_active = name.strip(), phone, is_active
    new = {"name": name, "phone": phone, "active": is_active}
    audit.record(session, "department.changed", f"修改机构 {name}", actor=actor, old=old, new=new)
    return department


def department_named(session: Session, name: str) -> Department:
    """The active office of that name. Raises Refusal."""
    found = session.scalars(select(Department).where(Department.name == name, Department.is_active)).first()
    if found is None:
        raise Refusal(f"没有机构“{name}”。" if name else "请写明所属机构。", "department")
    return found


def _reached(place: Place) -> dict[str, str]:
    """Telephone and e-mail in their usual spelling. Raises Refusal at the field."""
    found = {}
    for field, text, check in (("phone", place.phone, check_phone), ("email", place.email, check_email)):
        try:
            found[field] = check(text) if text.strip() else ""
        except Refusal as refusal:
            raise Refusal(refusal.message, field) from refusal
    return found


def _logged(place: Place) -> dict[str, Any]:
    """As the log keeps it: where a person is reached is his own affair."""
    return {**asdict(place), "phone": mask_phone(place.phone), "email": mask_email(place.email)}


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("未找到该用户。")
    return user


def _may_manage(actor: User | None) -> None:
    if actor is not None:
        actor.require(Permission.PEOPLE_MANAGE)


def _checked(session: Session, place: Place) -> Role:
    """The role, when name, role and department fit together. Raises Refusal."""
    if not 1 <= len(place.name.strip()) <= 40:
        raise Refusal("姓名应为 1 至 40 个字。", "name")
    role = next((known for known in Role if place.role in (known.value, known.label)), None)
    if role is None:
        names = "、".join(f"{known.value}（{known.label}）" for known in Role)
        raise Refusal(f"没有角色“{place.role}”。可用的角色：{names}。", "role")
    if role is Role.APPLICANT and place.department_id is not None:
        raise Refusal("申请人不属于任何机构。", "department")
    department = session.get(Department, place.department_id) if place.department_id else None
    if role is not Role.APPLICANT and department is None:
        raise Refusal("请选择所属机构。", "department")
    return role


def _check_name(session: Session, name: str, own: Department | None) -> None:
    if not 2 <= len(name.strip()) <= 80:
        raise Refusal("机构名称应为 2 至 80 个字。", "name")
    other = session.scalars(select(Department).where(Department.name == name.strip())).first()
    if other is not None and other is not own:
        raise Refusal("该机构名称已存在。", "name")
