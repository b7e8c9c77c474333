"""Room seed: a fresh database: official calendar, policies, drawings; and the sample county's people."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar import seed_calendar
from models.people import Department, DepartmentKind, Region, Role, User
from models.policy import seed_policies
from processes.login import hash_password
from processes.shipped import publish_shipped

SAMPLE_PASSWORD = "duoshen-demo-2026"  # noqa: S105  printed on the login page of training databases only

REGIONS = (
    ("150600", "鄂尔多斯市", None),
    ("150627", "伊金霍洛旗", "150600"),
    ("150621", "达拉特旗", "150600"),
)
DEPARTMENTS = (
    ("hrss", DepartmentKind.HRSS, "伊金霍洛旗人力资源和社会保障局", "150627"),
    ("guarantor", DepartmentKind.GUARANTOR, "伊金霍洛旗创业担保中心", "150627"),
    ("bank", DepartmentKind.BANK, "伊金霍洛农村商业银行", "150627"),
    ("bank2", DepartmentKind.BANK, "伊金霍洛旗邮政储蓄支行", "150627"),
    ("hrss_dlt", DepartmentKind.HRSS, "达拉特旗人力资源和社会保障局", "150621"),
    ("guarantor_dlt", DepartmentKind.GUARANTOR, "达拉特旗融资担保公司", "150621"),
    ("bank_dlt", DepartmentKind.BANK, "达拉特农村商业银行", "150621"),
    ("finance", DepartmentKind.FINANCE, "伊金霍洛旗财政局", "150627"),
    ("center", DepartmentKind.FINANCE_CENTER, "伊金霍洛旗金融服务中心", "150627"),
    ("group", DepartmentKind.LEADING_GROUP, "伊金霍洛旗县域金融工程领导小组", "150627"),
    ("central_bank", DepartmentKind.CENTRAL_BANK, "人民银行伊金霍洛旗支行", "150627"),
    ("credit_center", DepartmentKind.CREDIT_CENTER, "伊金霍洛旗发改委社会信用管理中心", "150627"),
    ("police", DepartmentKind.ECONOMIC_POLICE, "伊金霍洛旗公安经侦大队", "150627"),
    ("court", DepartmentKind.COURT, "伊金霍洛旗法院", "150627"),
    ("procuratorate", DepartmentKind.PROCURATORATE, "伊金霍洛旗检察院", "150627"),
    ("tax", DepartmentKind.TAX, "伊金霍洛旗税务局", "150627"),
    ("market", DepartmentKind.MARKET, "伊金霍洛旗市场监管局", "150627"),
    ("industry", DepartmentKind.INDUSTRY, "伊金霍洛旗工信局", "150627"),
    ("commerce", DepartmentKind.COMMERCE, "伊金霍洛旗工商联", "150627"),
    ("operations", DepartmentKind.OPERATIONS, "伊金霍洛旗大数据中心", "150627"),
)
USERS = (
    ("shenqing", "赵一", Role.APPLICANT, None),
    ("renshe1", "钱二", Role.CLERK, "hrss"),
    ("renshe2", "孙三", Role.CLERK, "hrss"),
    ("renshe0", "李四", Role.SUPERVISOR, "hrss"),
    ("danbao1", "周五", Role.CLERK, "guarantor"),
    ("danbao0", "吴六", Role.SUPERVISOR, "guarantor"),
    ("yinhang1", "郑七", Role.CLERK, "bank"),
    ("yinhang2", "王捌", Role.CLERK, "bank"),
    ("yinhang0", "冯九", Role.SUPERVISOR, "bank"),
    ("youchu1", "陈十", Role.CLERK, "bank2"),
    ("youchu2", "褚十一", Role.CLERK, "bank2"),
    ("youchu0", "卫十二", Role.SUPERVISOR, "bank2"),
    ("dlt_renshe1", "蒋十三", Role.CLERK, "hrss_dlt"),
    ("dlt_danbao1", "沈十四", Role.CLERK, "guarantor_dlt"),
    ("dlt_yinhang1", "韩十五", Role.CLERK, "bank_dlt"),
    ("dlt_yinhang2", "杨十六", Role.CLERK, "bank_dlt"),
    ("jinrong1", "吕甲", Role.CLERK, "center"),
    ("jinrong2", "施乙", Role.CLERK, "center"),
    ("jinrong0", "张丙", Role.SUPERVISOR, "center"),
    ("xiaozu1", "孔丁", Role.CLERK, "group"),
    ("xiaozu0", "曹戊", Role.SUPERVISOR, "group"),
    ("renhang1", "严己", Role.CLERK, "central_bank"),
    ("renhang0", "华庚", Role.SUPERVISOR, "central_bank"),
    ("xinyong1", "金辛", Role.CLERK, "credit_center"),
    ("jingzhen1", "魏壬", Role.CLERK, "police"),
    ("fayuan1", "陶癸", Role.CLERK, "court"),
    ("jiancha1", "姜子", Role.CLERK, "procuratorate"),
    ("shuiwu1", "戚丑", Role.CLERK, "tax"),
    ("shuiwu0", "谢寅", Role.SUPERVISOR, "tax"),
    ("shichang1", "邹卯", Role.CLERK, "market"),
    ("gongxin1", "喻辰", Role.CLERK, "industry"),
    ("gongshang1", "柏巳", Role.CLERK, "commerce"),
    ("caizheng1", "何廿二", Role.CLERK, "finance"),
    ("caizheng2", "吕廿三", Role.CLERK, "finance"),
    ("lingdao", "朱十七", Role.MANAGER, "finance"),
    ("liucheng", "秦十八", Role.PROCESS_OWNER, "operations"),
    ("liucheng2", "杨廿一", Role.PROCESS_OWNER, "operations"),
    ("shenji", "尤十九", Role.AUDITOR, "finance"),
    ("guanli", "许二十", Role.ADMINISTRATOR, "operations"),
    ("lingdao2", "郑廿四", Role.MANAGER, "finance"),
)


def seed_rules(session: Session, training: bool) -> None:
    """What every installation needs before its first case."""
    seed_calendar(session, training)
    seed_policies(session)
    publish_shipped(session)


def seed_sample_county(session: Session) -> None:
    """Regions, departments and one user of every role, all with SAMPLE_PASSWORD (training only)."""
    regions: dict[str, Region] = {}
    for code, name, parent in REGIONS:
        regions[code] = Region(code=code, name=name, parent_id=regions[parent].id if parent else None)
        session.add(regions[code])
        session.flush()
    departments: dict[str, Department] = {}
    for key, kind, name, region in DEPARTMENTS:
        departments[key] = Department(kind=kind.value, name=name, region_id=regions[region].id)
        session.add(departments[key])
    session.flush()
    password_hash = hash_password(SAMPLE_PASSWORD)
    for username, name, role, key_of in USERS:
        session.add(
            User(
                username=username,
                name=name,
                role=role.value,
                password_hash=password_hash,
                department_id=departments[key_of].id if key_of else None,
            )
        )
    session.flush()


def department_ids(session: Session) -> dict[str, int]:
    """Key of the sample county → department id."""
    ids = {name: id_ for id_, name in session.execute(select(Department.id, Department.name))}
    return {key: ids[name] for key, _kind, name, _region in DEPARTMENTS if name in ids}
