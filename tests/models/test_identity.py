"""Room identity: published and synthetic numbers, every refusal with its reason, ages and masks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identity import (
    RESIDENT_CHECKS,
    USCC_CHARACTERS,
    Sex,
    add_months,
    age_on,
    check_phone,
    check_resident_id,
    check_uscc,
    mask_account,
    mask_email,
    mask_id,
    mask_name,
    mask_phone,
    normalize,
    read_uscc,
    resident_check_character,
    uscc_check_character,
    working_age_ends_on,
    working_age_limit_months,
)
from models.refusal import Refusal

TODAY = date(2026, 11, 22)
RESIDENTS = [
    ("11010519491231002X", date(1949, 12, 31), "女"),
    ("150627199001010005", date(1990, 1, 1), "女"),
    ("150627198506150009", date(1985, 6, 15), "女"),
    ("150627197803090001", date(1978, 3, 9), "女"),
    ("150627199511230008", date(1995, 11, 23), "女"),
    ("150627198812120000", date(1988, 12, 12), "女"),
]
CODES = [
    ("91110000101623741K", "企业", "110000"),
    ("911101066976941872", "企业", "110106"),
    ("91150627MA0A00014C", "企业", "150627"),
    ("91150627MA0A000227", "企业", "150627"),
    ("92150627MA0C00032A", "个体工商户", "150627"),
    ("92150627MA0C000405", "个体工商户", "150627"),
    ("91150627MA0A00057R", "企业", "150627"),
]


def resident(body: str) -> str:
    return body + resident_check_character(body)


@pytest.mark.parametrize(("number", "birth_on", "sex"), RESIDENTS)
def test_resident_ids(number: str, birth_on: date, sex: str) -> None:
    found = check_resident_id(number, TODAY)
    assert (found.number, found.birth_on, found.sex) == (number, birth_on, sex)
    assert found.region_code == number[:6]


def test_an_odd_sequence_is_male() -> None:
    assert check_resident_id(resident("15062719900101001"), TODAY).sex == "男"


@pytest.mark.parametrize(
    "text", ["11010519491231002x", " １１０１０５１９４９１２３１００２ｘ\n", "11010519491231002X\t"]
)
def test_lower_case_full_width_and_outer_blanks_are_accepted(text: str) -> None:
    assert check_resident_id(text, TODAY).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "应为18位，现为0位"),
        ("15062719900101000", "应为18位，现为17位"),
        ("150627900101000", "应为18位，现为15位"),
        ("1506271990010100055", "应为18位，现为19位"),
        ("15062719900101000A", "末位应为数字或X"),
        ("X50627199001010005", "前17位应为数字"),
        ("15062719900101000٥", "末位应为数字或X"),
        ("1506271990010100٠5", "前17位应为数字"),
        ("150627 19900101000", "前17位应为数字"),
        (resident("15062719900230000"), "出生日期不存在"),
        (resident("15062719901301000"), "出生日期不存在"),
        (resident("15062700000101000"), "出生日期不存在"),
        (resident("15062719010229000"), "出生日期不存在"),
        (resident("15062720261123000"), "晚于今日"),
        ("150627199001010006", "校验码不正确"),
        ("110105194912310020", "校验码不正确"),
        ("15062719900101000\x00", "不可见"),
        ("150627199001\u200b010005", "不可见"),
        ("15062719900101\n0005", "不可见"),
        ("15062719900101000\ud800", "不可见"),
    ],
)
def test_refused_resident_ids(text: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        check_resident_id(text, TODAY)


def test_born_today_is_not_later_than_today() -> None:
    assert check_resident_id(resident("15062720261122000"), TODAY).birth_on == TODAY


@given(st.sampled_from(RESIDENTS), st.integers(0, 17), st.sampled_from(RESIDENT_CHECKS))
def test_one_wrong_character_is_always_found(known: tuple[str, date, str], place: int, other: str) -> None:
    number = known[0]
    changed = number[:place] + other + number[place + 1 :]
    if changed == number:
        assert check_resident_id(changed, TODAY).number == number
    else:
        with pytest.raises(Refusal):
            check_resident_id(changed, TODAY)


@pytest.mark.parametrize(("number", "kind", "region"), CODES)
def test_codes(number: str, kind: str, region: str) -> None:
    found = check_uscc(f" {number.lower()} ")
    assert (found.number, found.kind_label, found.region_code) == (number, kind, region)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("91310115MA1H8R7C6D", "校验码不正确"),
        ("91150627MA0A00014", "应为18位，现为17位"),
        ("91150627MAOA00014C", "不允许的字符“O”"),
        ("9115A627MA0A00014C", "第3至8位应为数字"),
        ("91150627MA0A0001٤C", "不允许的字符"),
        ("91150627MA0A00014\x00", "不可见"),
    ],
)
def test_refused_codes(text: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        check_uscc(text)


def test_a_failed_check_can_still_be_read_for_an_override() -> None:
    found = read_uscc("91310115MA1H8R7C6D")
    assert (found.is_check_ok, found.number) == (False, "91310115MA1H8R7C6D")
    assert uscc_check_character(found.number[:-1]) == "7"
    assert read_uscc("91110000101623741K").is_check_ok


def test_the_organisation_check_is_a_warning() -> None:
    assert check_uscc("91110000101623741K").organisation_check_ok
    body = "91110000101623742"
    assert not check_uscc(body + uscc_check_character(body)).organisation_check_ok


def test_a_sum_divisible_by_31_has_the_check_character_0() -> None:
    bodies = (f"91150627MA0A{n:05}" for n in range(400))
    found = next(body for body in bodies if uscc_check_character(body) == "0")
    assert check_uscc(found + "0").number == found + "0"


@given(st.sampled_from(CODES), st.integers(0, 17), st.sampled_from(USCC_CHARACTERS))
def test_one_wrong_character_of_a_code_is_always_found(
    known: tuple[str, str, str], place: int, other: str
) -> None:
    changed = known[0][:place] + other + known[0][place + 1 :]
    if changed != known[0]:
        with pytest.raises(Refusal):
            check_uscc(changed)


@given(st.text())
def test_any_text_is_checked_or_refused(text: str) -> None:
    for check in (lambda value: check_resident_id(value, TODAY).number, check_uscc, check_phone):
        with pytest.raises(Refusal):
            check(text)


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])))
def test_normalize_twice_is_once_for_what_people_type(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
    assert once == once.strip(" ")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800000000", "13800000000"),
        ("１３８ ００００ ００００", "13800000000"),
        ("0477-8123456", "0477-8123456"),
        ("04778123456", "0477-8123456"),
        ("010-81234567-801", "010-81234567-801"),
        ("01081234567", "010-81234567"),
    ],
)
def test_phones(text: str, number: str) -> None:
    assert check_phone(text) == number


@pytest.mark.parametrize(
    "text", ["", "12800000000", "1380000000", "138000000000", "8123456", "0477-812", "+86"]
)
def test_refused_phones(text: str) -> None:
    with pytest.raises(Refusal, match="11位手机号码"):
        check_phone(text)


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("1990-01-01", "2025-12-31", 35),
        ("1990-01-01", "2026-01-01", 36),
        ("2000-02-29", "2025-02-27", 24),
        ("2000-02-29", "2025-02-28", 25),
        ("2000-02-29", "2024-02-28", 23),
        ("2026-11-22", "2026-11-22", 0),
    ],
)
def test_ages(birth: str, on: str, age: int) -> None:
    assert age_on(date.fromisoformat(birth), date.fromisoformat(on)) == age


def test_no_age_before_birth() -> None:
    with pytest.raises(ValueError, match="before birth"):
        age_on(TODAY, TODAY - timedelta(days=1))


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.integers(0, 100))
def test_an_age_is_reached_on_the_anniversary(birth_on: date, years: int) -> None:
    anniversary = add_months(birth_on, 12 * years)
    assert age_on(birth_on, anniversary) == years
    if years:
        assert age_on(birth_on, anniversary - timedelta(days=1)) == years - 1


# First and last birth month of the steps in the official tables: (born, sex, cadre, years, months).
RETIREMENT = [
    ("1964-12-31", "男", False, 60, 0),
    ("1965-01-01", "男", False, 60, 1),
    ("1965-04-30", "男", False, 60, 1),
    ("1965-05-01", "男", False, 60, 2),
    ("1976-08-31", "男", False, 62, 11),
    ("1976-09-01", "男", False, 63, 0),
    ("1999-01-01", "男", False, 63, 0),
    ("1969-12-31", "女", True, 55, 0),
    ("1970-01-01", "女", True, 55, 1),
    ("1981-08-31", "女", True, 57, 11),
    ("1981-09-01", "女", True, 58, 0),
    ("1974-12-31", "女", False, 50, 0),
    ("1975-01-01", "女", False, 50, 1),
    ("1975-03-01", "女", False, 50, 2),
    ("1984-10-31", "女", False, 54, 11),
    ("1984-11-01", "女", False, 55, 0),
]


@pytest.mark.parametrize(("born", "sex", "cadre", "years", "months"), RETIREMENT)
def test_working_age(born: str, sex: Sex, cadre: bool, years: int, months: int) -> None:
    assert working_age_limit_months(date.fromisoformat(born), sex, cadre) == years * 12 + months


def test_the_day_on_which_working_age_ends() -> None:
    assert working_age_ends_on(date(1965, 1, 31), "男") == date(2025, 2, 28)
    assert working_age_ends_on(date(1975, 3, 8), "女") == date(2025, 5, 8)
    assert working_age_ends_on(date(1970, 1, 1), "女", female_cadre=True) == date(2025, 2, 1)


def test_masks() -> None:
    assert mask_id("150627199001010005") == "150627**********05"
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("0477-8123456") == "********3456"
    assert [mask_email(text) for text in ("zhao@example.gov.cn", "")] == ["z***@example.gov.cn", ""]
    assert mask_account("6200000000001234") == "************1234"
    assert [mask_name(name) for name in ("赵一", "钱二三", "欧阳一", "欧阳", "赵", "")] == [
        "赵*",
        "钱**",
        "欧阳*",
        "欧*",
        "赵*",
        "",
    ]


@given(st.text(min_size=1))
def test_a_mask_always_hides_something(text: str) -> None:
    for mask in (mask_id, mask_phone, mask_account, mask_name):
        assert "*" in mask(text)
    assert len(mask_id(text)) == len(text)
