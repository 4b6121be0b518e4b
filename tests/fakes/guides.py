"""Made-up guides (办事指南) of the two simulated platforms, as their interface documents have them."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

Texts = Mapping[str, str]

# 岭南 (interface.md 6): 办件类型 1 承诺件 2 即办件; 必要性 0 必要 1 非必要 2 容缺后补; 是否 1 是 2 否
LINGNAN: Mapping[str, Mapping[str, object]] = {
    "11440232MB2D06811W4000117051000": {
        "sxmc": "建设工程消防设计审查", "sxjbbm": "000117051000", "sxssbm": "11440232MB2D06811W4000117051000",
        "sxbb": "3", "sxlx": "01", "bjlx": "1", "tbfw": "2,3", "xscj": "4", "fwdx": "2,3,4",
        "sszt": {"dm": "11440232MB2D06811W", "mc": "模拟岭南一县住房和城乡建设局", "xz": "1"},
        "cnsx": "7", "cnsxdw": "G", "fdsx": "20", "fdsxdw": "G", "sfsf": "1", "dxccs": "1",
        "dxcyy": "需现场核验图纸原件", "bgsj": "工作日 9:00—17:00", "bldd": "模拟岭南一县政务服务中心",
        "zxdh": "0751-0000001", "jddh": "0751-0000002", "sltj": "建设单位依法成立。", "bllc": "申请—受理—审查—决定",
        "sdyj": ["《模拟消防条例》第八条"],
        "qx": [{"mc": "新建工程"}, {"mc": "改建工程", "sm": "含装修"}],
        "clxx": [
            {"clbm": "LN-01", "clmc": "消防设计审查申请表", "cllx": "2", "clxs": "3", "bxx": "0", "yjfs": "1",
             "fyjfs": "0", "xrdj": "C", "lyqd": "申请人自备", "qx": []},
            {"clbm": "LN-02", "clmc": "设计单位资质证明", "cllx": "1", "clxs": "1", "bxx": "2", "yjfs": "0",
             "fyjfs": "1", "xrdj": "B", "lyqd": "政府部门核发", "qx": []},
            {"clbm": "LN-03", "clmc": "原工程竣工图", "cllx": "3", "clxs": "3", "bxx": "0", "yjfs": "1",
             "fyjfs": "0", "xrdj": "C", "lyqd": "申请人自备", "qx": ["改建工程"]},
        ],
        "sfxm": [{"xmmc": "模拟审查费", "bz": "每件 100 元", "yj": "《模拟收费办法》", "jm": "2"}],
        "cjwt": [{"wt": "可以邮寄材料吗？", "da": "可以，邮资自理。"}], "spjg": [{"mc": "消防设计审查意见书"}],
    },
    "11440232007340216X4002014007000": {
        "sxmc": "失业登记", "sxjbbm": "002014007000", "sxssbm": "11440232007340216X4002014007000", "sxbb": "5",
        "sxlx": "20", "bjlx": "2", "tbfw": "1", "xscj": "4", "fwdx": "1",
        "sszt": {"dm": "11440232007340216X", "mc": "模拟岭南一县人力资源和社会保障局", "xz": "1"},
        "cnsx": "1", "cnsxdw": "G", "sfsf": "2", "dxccs": "0", "bgsj": "工作日 9:00—17:00",
        "bldd": "模拟岭南一县政务服务中心", "zxdh": "0751-0000003", "jddh": "0751-0000004",
        "sltj": "有劳动能力的失业人员。", "bllc": "申请—登记", "sdyj": ["《模拟就业规定》第三条"], "qx": [],
        "clxx": [
            {"clbm": "LN-11", "clmc": "居民身份证", "cllx": "1", "clxs": "3", "bxx": "0", "yjfs": "1", "fyjfs": "0",
             "xrdj": "A", "lyqd": "政府部门核发", "qx": []},
        ],
        "sfxm": [], "cjwt": [], "spjg": [],
    },
}  # fmt: skip

# 桂山 (interface.md 8): 必要性 0 否 1 是 2 容缺; the lists are XML documents in strings, STATUS≠1 is deleted
GUISHAN: Mapping[str, tuple[Texts, Mapping[str, list[Texts]]]] = {
    "11450000007566021J200200603100001": (
        {
            "SXMC": "开具户籍类证明", "SXJBBM": "002006031000", "SXDM": "11450000007566021J200200603100001",
            "SXBB": "6", "SXLX": "20", "BJLX": "1", "TBFW": "1^2", "XSCJ": "2", "FWDX": "1",
            "SSZTDM": "11450000007566021J", "SSZT": "模拟桂山区公安厅", "CNSX": "1", "CNSXDW": "工作日",
            "FDSX": "3", "FDSXDW": "日", "SFSF": "0", "DXCCS": "0", "BGSJ": "工作日 8:30—17:30",
            "BLDD": "模拟桂山区公安厅办证大厅", "ZXDH": "0771-0000001", "JDDH": "0771-0000002",
            "SLTJ": "本人或者受托人申请。", "SDYJ": "《模拟户口规定》第二条",
        },
        {
            "CL_XML": [
                {"CLBM": "GS-01", "CLMC": "居民身份证", "MUST": "1", "CLXS": "3", "CLLX": "1", "YJFS": "1",
                 "FYJFS": "0", "STATUS": "1"},
                {"CLBM": "GS-02", "CLMC": "授权委托书", "MUST": "0", "CLXS": "1", "CLLX": "3", "YJFS": "1",
                 "FYJFS": "0", "QX": "委托办理", "STATUS": "1"},
                {"CLBM": "GS-03", "CLMC": "居住地证明", "MUST": "1", "CLXS": "1", "CLLX": "1", "YJFS": "1",
                 "FYJFS": "0", "STATUS": "0"},
            ],
            "QX_XML": [{"QXMC": "本人办理", "STATUS": "1"}, {"QXMC": "委托办理", "STATUS": "1"}],
            "WT_XML": [{"WT": "当天能取吗?", "DA": "能。", "STATUS": "1"}],
        },
    ),
}  # fmt: skip


def nodes(rows: list[Texts]) -> str:
    """The rows as the document in a string: `node` with `key[@label]`, declaring gb2312."""
    inside = "".join(
        "<node>"
        + "".join(f"<key label={quoteattr(name)}>{escape(text)}</key>" for name, text in row.items())
        + "</node>"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="gb2312"?><DATA>{inside}</DATA>'
