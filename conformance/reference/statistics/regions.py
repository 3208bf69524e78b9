"""Table 14-2: the regions of users, by abbreviation."""

from __future__ import annotations

from types import MappingProxyType

NAMES = MappingProxyType(
    {
        "OT": "其他",
        "BJ": "北京",
        "TJ": "天津",
        "CQ": "重庆",
        "SH": "上海",
        "GD": "广东",
        "HI": "海南",
        "GX": "广西",
        "YN": "云南",
        "SX": "山西",
        "HE": "河北",
        "NM": "内蒙古",
        "NX": "宁夏",
        "LN": "辽宁",
        "JL": "吉林",
        "HL": "黑龙江",
        "JS": "江苏",
        "ZJ": "浙江",
        "JX": "江西",
        "SD": "山东",
        "FJ": "福建",
        "AH": "安徽",
        "SC": "四川",
        "XZ": "西藏",
        "SN": "陕西",
        "QH": "青海",
        "XJ": "新疆",
        "GS": "甘肃",
        "GZ": "贵州",
        "HB": "湖北",
        "HN": "湖南",
        "HA": "河南",
        "HK": "香港",
        "MO": "澳门",
        "TW": "台湾",
    }
)
"""Abbreviation to name. Lists show the name (13.2), distributions the abbreviation (13.4)."""

_ABBREVIATIONS = {name: abbreviation for abbreviation, name in NAMES.items()}


def abbreviations(asked: tuple[str, ...]) -> frozenset[str]:
    """What a region filter selects: each element is a name or an abbreviation (table 13-9).

    An element that table 14-2 does not have selects nobody.
    """
    return frozenset(_ABBREVIATIONS.get(element, element) for element in asked)
