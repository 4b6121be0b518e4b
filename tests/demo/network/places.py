"""慈溪 and the sixteen places that it handles cases with: who serves each, in which dialect, and with which items.

Twelve counties of one Guizhou-like platform, two places of one Jiangxi-like province (one of them a desk), 五河
(a desk) and, in the same province, 常山. Units, items, dialects and the divisions of the counties are made up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.fakes import gd, gd_form, gx, gx_form, strict, yh
from tests.fakes.checks import uscc_check
from tests.fakes.server import Simulator

CIXI = "330282"
_ORGANS = {"失业登记": "MB3R0016X", "开具户籍类证明": "MB3R0024K"}
BASIC = {"失业登记": "002014007000", "开具户籍类证明": "002006031000"}
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Place:
    """A division and who serves it.

    pushes:  its platform calls in when something happens; else it is asked.
    answers: it takes corrections and withdrawals from us, and gives results.
    lends:   it takes a case while a material is still owed (容缺后补), and the material later.
    """

    division: str
    name: str
    platform: str
    items: tuple[str, ...] = tuple(BASIC)
    pushes: bool = False
    answers: bool = False
    lends: bool = False

    @property
    def is_desk(self) -> bool:
        return self.platform == "net-desk"

    def unit(self, item: str) -> str:
        """Its authority for an item (统一社会信用代码)."""
        first17 = f"11{self.division}{_ORGANS[item]}"
        return first17 + uscc_check(first17)

    def code(self, item: str) -> str:
        """业务办理项编码, 33 characters; the first 31 are the implementation code."""
        return f"{self.unit(item)}4{BASIC[item]}01"


_DIGITS = "一二三四五六七八九十"
COUNTIES = tuple(
    Place(
        f"5204{21 + n}",
        f"模拟黔云{(*_DIGITS, '十一', '十二')[n]}县",
        "net-qy",
        pushes=True,
        answers=True,
        lends=True,
    )
    for n in range(12)
)
PARTNERS = (
    *COUNTIES,
    Place("361121", "模拟赣东一县", "net-gd", pushes=True, answers=True),
    Place("361122", "模拟赣东二县", "net-desk"),
    Place("340322", "模拟五河县", "net-desk"),
    Place("330822", "模拟常山县", "net-cs"),
)
HOME = Place(CIXI, "模拟慈溪市", "net-desk")
PLACES: Mapping[str, Place] = {each.division: each for each in (*PARTNERS, HOME)}
EVERY_ITEM = [(place, item) for place in PLACES.values() for item in place.items]


@dataclass(frozen=True, slots=True)
class Standing:
    """A platform of the network: which example's dialect it speaks, its simulator, the rest of its conf file.

    tables: rows that it has besides; follow: how often it is asked, where the example does not say.
    """

    example: str
    title: str
    conf: str = ""
    simulator: Callable[[], Simulator] | None = None
    tables: Mapping[str, str] | None = None
    follow: str = ""


def _qianyun() -> Simulator:
    """Twelve counties on one platform."""
    made = gd.simulator()
    assert isinstance(made.dialect, gd.Lingnan)
    made.dialect.items = {
        place.code(item)[:31]: gd_form.Item(item, VERSION, place.division, "2", "1")
        for place, item in EVERY_ITEM
        if place.platform == "net-qy"
    }
    return made


def _gandong() -> Simulator:
    made = gx.simulator()
    assert isinstance(made.dialect, gx.Guishan)
    place = PLACES["361121"]
    made.dialect.division = place.division
    made.dialect.items = {
        place.code(item): gx_form.Item(item, VERSION, organ(place, item), "1") for item in place.items
    }
    return made


def _changshan() -> Simulator:
    made = yh.simulator()
    assert isinstance(made.dialect, yh.Yuehai)
    place = PLACES["330822"]
    made.dialect.items = {
        place.code(item): strict.Item(item, VERSION, place.division) for item in place.items
    }
    return made


def organ(place: Place, item: str) -> str:
    """The code of a unit in the SOAP dialect's own table."""
    return f"{place.division}{10 * (1 + place.items.index(item)):06d}"


def _organs() -> dict[str, str]:
    """Rows of tables that the SOAP dialect keeps of its units."""
    place = PLACES["361121"]
    rows = {"organ": "", "organ_name": ""}
    for item in place.items:
        unit = place.unit(item)
        rows["organ"] += f'  - {{ours: "{unit}", theirs: "{organ(place, item)}"}}\n'
        rows["organ_name"] += f'  - {{ours: "{unit}", theirs: "{place.name}{item}主管局"}}\n'
    return rows


PLATFORMS: Mapping[str, Standing] = {
    "net-qy": Standing(
        "sim-gd", "模拟黔云省政务服务平台",
        "settings: {rid: demo-rid-0001}\nsecrets: {appkey: {file: appkey}}\n"
        'inward: {speaks_for: ["5204*"], settings: {rid: demo-rid-0001}, secrets: {appkey: {file: appkey}}}\n',
        _qianyun,
    ),
    "net-gd": Standing(
        "sim-gx", "模拟赣东省政务共享平台",
        "secrets: {licence: {file: licence}}\n"
        'inward: {speaks_for: ["361121"], secrets: {licence: {file: licence}}}\n',
        _gandong, _organs(),
    ),
    "net-cs": Standing(
        "sim-yh", "模拟常山县政务服务平台",
        "settings: {app_key: demo-yh-appkey}\nsecrets: {app_secret: {file: yh-appsecret}}\n", _changshan,
        follow="{first: 10m, most: 6h}",
    ),
    "net-desk": Standing("sim-desk", "模拟赣东二县、五河、慈溪政务服务中心（人工办理）"),
}  # fmt: skip
