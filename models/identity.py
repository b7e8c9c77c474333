"""Room identity: numbers that name a person or an organisation, checked, and masked for other eyes."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.refusal import Refusal

Sex = Literal["男", "女"]

RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
LENGTH = 18
# Unicode categories: control (NUL included), format (zero-width, direction), lone surrogates.
INVISIBLE = frozenset({"Cc", "Cf", "Cs"})

# GB 32100-2015: registration authority and kind of organisation, the first two characters.
USCC_KINDS = {
    "11": "机关",
    "12": "事业单位",
    "13": "群众团体",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
}
COMPOUND_SURNAMES = frozenset(
    (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "长孙",
        "宇文",
        "司徒",
        "夏侯",
    )
)

_EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([1-9][0-9]{6,7})(-[0-9]{1,6})?")


@dataclass(frozen=True)
class ResidentId:
    """A checked 公民身份号码 (GB 11643-1999) and what it says about its holder."""

    number: str
    birth_on: date
    sex: Sex
    region_code: str


@dataclass(frozen=True)
class Uscc:
    """A 统一社会信用代码 (GB 32100-2015).

    `organisation_check_ok` (characters 9 to 17, GB 11714) is a warning only: genuine codes miss it.
    """

    number: str
    kind_label: str
    region_code: str
    organisation_check_ok: bool

    @property
    def is_check_ok(self) -> bool:
        """Whether the eighteenth character is the one that the standard computes."""
        return self.number[-1] == uscc_check_character(self.number[:-1])


def plain_number(text: str, field: str = "") -> str:
    """A 流水号, 借据号 or 凭证号 as it is kept and compared: as `normalize`, without blanks, up to 60 characters.

    Raises Refusal at `field`.
    """
    try:
        found = "".join(normalize(text).split())
    except Refusal as refusal:
        raise Refusal(refusal.message, field) from refusal
    if len(found) > 60:
        raise Refusal("编号不得超过 60 个字。", field)
    return found


def normalize(text: str) -> str:
    """NFKC (full-width to ASCII), without outer blanks, in capitals.

    Raises Refusal on NUL, control, invisible and broken characters inside.
    """
    found = unicodedata.normalize("NFKC", text).strip(" \t\r\n")
    if any(unicodedata.category(character) in INVISIBLE for character in found):
        raise Refusal("含有不可见的字符，请删除后重新输入。")
    return unicodedata.normalize("NFKC", found.upper())


def check_resident_id(text: str, on: date) -> ResidentId:
    """The 公民身份号码 in `text`, as it can exist on `on`. Raises Refusal with the reason."""
    number = normalize(text)
    if len(number) != LENGTH:
        raise Refusal(f"身份证号应为18位，现为{len(number)}位。")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise Refusal("身份证号前17位应为数字，末位应为数字或X。")
    birth_on = _birth_date(number[6:14])
    if birth_on > on:
        raise Refusal("身份证号中的出生日期晚于今日。")
    if number[-1] != resident_check_character(number[:-1]):
        raise Refusal("身份证号校验码不正确，请核对。")
    return ResidentId(number, birth_on, "男" if int(number[16]) % 2 else "女", number[:6])


def resident_check_character(body: str) -> str:
    """The check character that belongs to the first 17 digits of a 公民身份号码."""
    total = sum(int(digit) * weight for digit, weight in zip(body, RESIDENT_WEIGHTS, strict=True))
    return RESIDENT_CHECKS[total % 11]


def check_uscc(text: str) -> Uscc:
    """The 统一社会信用代码 in `text`, with its check character right. Raises Refusal with the reason."""
    code = read_uscc(text)
    if not code.is_check_ok:
        raise Refusal("统一社会信用代码校验码不正确，请核对营业执照。")
    return code


def read_uscc(text: str) -> Uscc:
    """The code in `text` by shape alone, for the recorded override of a failed check. Raises Refusal."""
    number = normalize(text)
    if len(number) != LENGTH:
        raise Refusal(f"统一社会信用代码应为18位，现为{len(number)}位。")
    wrong = next((character for character in number if character not in USCC_CHARACTERS), None)
    if wrong is not None:
        raise Refusal(f"统一社会信用代码含有不允许的字符“{wrong}”（不使用字母I、O、S、V、Z）。")
    if not re.fullmatch("[0-9]{6}", number[2:8]):
        raise Refusal("统一社会信用代码第3至8位应为数字（行政区划）。")
    kind = USCC_KINDS.get(number[:2], "其他组织")
    return Uscc(number, kind, number[2:8], number[16] == organisation_check_character(number[8:16]))


def uscc_check_character(body: str) -> str:
    """The check character that belongs to the first 17 characters of a 统一社会信用代码."""
    total = sum(USCC_CHARACTERS.index(c) * weight for c, weight in zip(body, USCC_WEIGHTS, strict=True))
    return USCC_CHARACTERS[(31 - total % 31) % 31]


def organisation_check_character(body: str) -> str:
    """The check character that belongs to the 8 characters of a 组织机构代码 (GB 11714)."""
    total = sum(int(c, 36) * weight for c, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def check_phone(text: str) -> str:
    """A mobile number, or a landline number with area code as 0477-8123456(-分机). Raises Refusal."""
    number = normalize(text).replace(" ", "")
    if _MOBILE.fullmatch(number):
        return number
    landline = _LANDLINE.fullmatch(number)
    if landline is None:
        raise Refusal("联系电话应为11位手机号码，或带区号的固定电话，例如0477-8123456。")
    return f"{landline[1]}-{landline[2]}{landline[3] or ''}"


def check_email(text: str) -> str:
    """An e-mail address of plain letters, at most 120 characters. Raises Refusal."""
    address = unicodedata.normalize("NFKC", text).strip()
    if len(address) > 120 or not _EMAIL.fullmatch(address):
        raise Refusal("电子邮箱格式不正确，例如 name@example.gov.cn。")
    return address


def age_on(birth_on: date, on: date) -> int:
    """Full years (周岁) on a date; 29 February counts as the last day of February (民法典 202).

    ValueError before birth.
    """
    if on < birth_on:
        raise ValueError("a date before birth")
    return on.year - birth_on.year - (on < add_months(birth_on, 12 * (on.year - birth_on.year)))


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` calendar months later, else the last day of that month (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class _Retirement:
    """A row of 渐进式延迟法定退休年龄: one month more for each `step` birth months, up to `cap` months."""

    base: int
    first_birth_month: tuple[int, int]
    step: int
    cap: int


# 全国人大常委会关于实施渐进式延迟法定退休年龄的决定, in force since 2025-01-01.
_MEN = _Retirement(base=60 * 12, first_birth_month=(1965, 1), step=4, cap=36)
_WOMEN_CADRES = _Retirement(base=55 * 12, first_birth_month=(1970, 1), step=4, cap=36)
_WOMEN_WORKERS = _Retirement(base=50 * 12, first_birth_month=(1975, 1), step=2, cap=60)


def working_age_limit_months(birth_on: date, sex: Sex, female_cadre: bool = False) -> int:
    """Upper limit of 法定劳动年龄 in months of age; `female_cadre`: 原法定退休年龄55周岁的女职工."""
    rule = _MEN if sex == "男" else _WOMEN_CADRES if female_cadre else _WOMEN_WORKERS
    year, month = rule.first_birth_month
    later = (birth_on.year - year) * 12 + birth_on.month - month
    return rule.base + (0 if later < 0 else min(later // rule.step + 1, rule.cap))


def working_age_ends_on(birth_on: date, sex: Sex, female_cadre: bool = False) -> date:
    """The day on which the upper limit of 法定劳动年龄 is reached."""
    return add_months(birth_on, working_age_limit_months(birth_on, sex, female_cadre))


def mask_id(number: str) -> str:
    """First six and last two characters: 150627**********05."""
    return _mask(number, 6, 2)


def mask_phone(number: str) -> str:
    """First three and last four digits of a mobile number; the last four of any other."""
    return _mask(number, 3 if _MOBILE.fullmatch(number) else 0, 4)


def mask_email(address: str) -> str:
    """The first letter and the domain: z***@example.gov.cn."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if address else ""


def mask_account(number: str) -> str:
    """The last four digits of a bank account."""
    return _mask(number, 0, 4)


def mask_name(name: str) -> str:
    """The surname of a person: 赵*, 欧阳**."""
    kept = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:kept] + "*" * max(len(name) - kept, 1) if name else ""


def _mask(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[-tail:]


def _birth_date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise Refusal("身份证号中的出生日期不存在。") from None
