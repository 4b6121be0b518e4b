"""Code tables inside item codes, in the field's own terms."""


def _table(text: str) -> dict[str, str]:
    """Pairs of a code and its term, in turn, between blanks."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# GB/T 2260, first two digits; 00 is the national catalogue, 66 stands for the Corps in item lists.
PROVINCES = _table("""
    00 国家
    11 北京 12 天津 13 河北 14 山西 15 内蒙古
    21 辽宁 22 吉林 23 黑龙江
    31 上海 32 江苏 33 浙江 34 安徽 35 福建 36 江西 37 山东
    41 河南 42 湖北 43 湖南 44 广东 45 广西 46 海南
    50 重庆 51 四川 52 贵州 53 云南 54 西藏
    61 陕西 62 甘肃 63 青海 64 宁夏 65 新疆 66 新疆生产建设兵团
    71 台湾 81 香港 82 澳门
""")

# 事项类型, GB/T 39046-2020 annex A with its extension ranges, and the Guangdong additions 30-32 and 99.
TYPES = _table("""
    00 行政权力 01 行政许可 02 行政处罚 03 行政强制 04 行政征收 05 行政给付
    06 行政检查 07 行政确认 08 行政奖励 09 行政裁决 10 其他行政权力
    20 公共服务 30 政府内部审批 31 依申请便民服务 32 主题服务 99 其它类
""")
TYPES |= {str(number): "行政权力（扩展）" for number in range(11, 20)}
TYPES |= {str(number): "公共服务（扩展）" for number in range(21, 30)}

# 行使层级
LEVELS = _table("1 国家级 2 省级 3 市级 4 县级 5 镇（乡、街道）级 6 村（社区）级 7 分级管理")

# First two characters of a unified social credit code (GB 32100): those that carry out items …
UNIT_CLASSES = _table("""
    11 机关 12 事业单位 13 群众团体 19 其他（机构编制）
    51 社会团体 52 民办非企业单位 53 基金会 59 其他（民政）
    91 企业 92 个体工商户 93 农民专业合作社
""")
# … and the registering departments whose classes are possible, but unusual for an item (first character).
OTHER_DEPARTMENTS = frozenset("234678ANY")

# Letters of types in local codes (GB/T 39048 and provincial standards; the Inspur family writes them too)
TYPE_LETTERS = _table("""
    XK 行政许可 CF 行政处罚 QZ 行政强制 ZS 行政征收 JF 行政给付 JC 行政检查
    QR 行政确认 JL 行政奖励 CJ 行政裁决 QT 其他行政权力 GG 公共服务
""")
