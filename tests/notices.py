"""Texts of notices for the tests: real ones word for word in their arrangements, and an invented one for 2027."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from models.calendar_draft import WEEKDAYS, NoticeDay

HEAD = """国务院办公厅关于{year}年
部分节假日安排的通知
{number}

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
TAIL = """
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，遇有重大突发事件，要按规定及时报告并妥善处置。
国务院办公厅
{year}年11月4日
"""
_ITEMS = {
    2008: """一、元旦：2007年12月30日—2008年1月1日放假，共3天。其中，1月1日（星期二）为法定节假日，12月30日（星期日）为公休日，\
12月29日（星期六）公休日调至12月31日（星期一），12月29日（星期六）上班。
二、春节：2月6日—12日（农历除夕至正月初六）放假，共7天。其中，2月6日（除夕）、2月7日（春节）、2月8日（正月初二）为法定节假日，\
2月9日（星期六）、2月10日（星期日）照常公休，2月2日（星期六）、2月3日（星期日）两个公休日调至2月11日（星期一）、2月12日（星期二），\
2月2日、2月3日上班。
三、清明节：4月4日—6日放假，共3天。
四、“五一”国际劳动节：5月1日—3日放假，共3天。5月4日（星期日）上班。
五、端午节：6月7日—9日放假，共3天。
六、中秋节：9月13日—15日放假，共3天。
七、国庆节：9月29日—10月5日放假，共7天。9月27日（星期六）、9月28日（星期日）上班。""",
    2017: """一、元旦：1月1日放假，1月2日（星期一）补休。
二、春节：1月27日至2月2日放假调休，共7天。1月22日（星期日）、2月4日（星期六）上班。
三、清明节：4月2日至4日放假调休，共3天。4月1日（星期六）上班。
四、劳动节：5月1日放假，与周末连休。
五、端午节：5月28日至30日放假调休，共3天。5月27日（星期六）上班。
六、中秋节、国庆节：10月1日至8日放假调休，共8天。9月30日（星期六）上班。""",
    2019: """一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。
二、春节：2月4日至10日放假调休，共7天。2月2日（星期六）、2月3日（星期日）上班。
三、清明节：4月5日放假，与周末连休。
四、劳动节：5月1日放假。
五、端午节：6月7日放假，与周末连休。
六、中秋节：9月13日放假，与周末连休。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，\
安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
    # INVENTED for the tests: no notice for 2027 was published when this was written. Statutory dates are right.
    2027: """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至12日（农历正月初七、周五）放假调休，共8天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。""",
}
NUMBERS = {2026: "国办发明电〔2025〕7号", 2027: "国办发明电〔2026〕0号（测试用，非真实文件）"}
YEARS = sorted(set(_ITEMS) - {2027})


def notice(year: int) -> str:
    """The whole text of a notice."""
    number = NUMBERS.get(year, f"国办发明电〔{year - 1}〕1号")
    return HEAD.format(year=year, number=number) + _ITEMS[year] + TAIL.format(year=year - 1)


def written(year: int, days: Iterable[NoticeDay]) -> str:
    """The official wording of any days: an item a holiday, spans of days off, then the make-up days."""
    items: dict[str, list[NoticeDay]] = {}
    for row in sorted(days):
        items.setdefault(row.name, []).append(row)
    lines = [
        f"{_NUMERALS[number]}、{name}：{_item(rows)}" for number, (name, rows) in enumerate(items.items())
    ]
    return (
        HEAD.format(year=year, number=f"国办发明电〔{year - 1}〕1号")
        + "\n".join(lines)
        + TAIL.format(year=year - 1)
    )


_NUMERALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]


def _item(rows: list[NoticeDay]) -> str:
    off = [row.day for row in rows if row.kind == "off"]
    work = [row.day for row in rows if row.kind == "work"]
    spans: list[list[date]] = []
    for day in off:
        if spans and (day - spans[-1][-1]).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    told = "、".join(
        _day(span[0]) if len(span) == 1 else f"{_day(span[0])}至{_day(span[-1])}" for span in spans
    )
    return f"{told}放假调休，共{len(off)}天。" * bool(off) + f"{'、'.join(map(_day, work))}上班。" * bool(
        work
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"
