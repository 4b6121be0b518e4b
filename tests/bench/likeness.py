"""What suggesting and covering cost: two made-up lists, each in a process of its own.

python -m tests.bench.likeness [--items 20000] [--rows 600000]
"""

import argparse
import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson

from gateway.items.item import Item
from gateway.items.likeness.coverage import cover
from gateway.items.likeness.propose import prepared, propose
from gateway.items.likeness.stored import Pair
from gateway.items.tables import items
from gateway.store.database import open_connection
from gateway.store.migrate import upgrade

HERE, THERE = "370900", "520300"
ASKED_S, ASKED_MB = 600, 1500  # for 20,000 x 20,000


def _parts(text: str) -> list[str]:
    """Words between blanks; - is none."""
    return [word.replace("-", "") for word in text.split()]


_WHOSE = _parts("""
    - 个人 单位 国家重点保护 县级 地方 临时 一级 二级 外商投资 民办 农村 城镇 水生
    陆生
""")
_WHAT = _parts("""
    取水许可 采矿权登记 探矿权登记 公共场所卫生许可 医疗机构执业登记 护士执业注册
    野生动物人工繁育许可 林木采伐许可 道路货物运输经营许可 食品经营许可 社会团体登记
    民办非企业单位登记 社会保险费补缴申报 工伤保险待遇申领 失业保险金申领 户外广告设置审批
    城市道路挖掘审批 建设工程规划许可证核发 建设用地规划许可证核发 动物诊疗许可证核发
    兽药经营许可证核发 农药经营许可证核发 种畜禽生产经营许可证核发 娱乐场所经营许可
    营业性演出审批 出版物零售单位设立审批 教师资格认定 残疾人证办理 户口登记 居住证办理
    烟草专卖零售许可证核发 特种设备使用登记 计量标准器具核准 燃气经营许可证核发
    危险废物经营许可 排污许可证核发 水产苗种生产审批 渔业捕捞许可审批 水土保持方案审批
    河道采砂许可 档案查询 婚姻登记 收养登记 慈善组织认定 律师执业许可 公证员执业审批
    司法鉴定人登记 人力资源服务许可 劳务派遣经营许可
""")
_HOW = _parts("""
    - 新办 变更 延续 注销 补办 换发 （法定代表人变更） （地址变更） （县级） 年度审验
    信息查询 备案 初审 （名称变更） （遗失补办） 恢复 暂停 转让 政策咨询 （个人）
    （单位） （首次申领） 到期换证 撤销 复查 进度查询 现场核验
""")


@dataclass(frozen=True)
class Cost:
    """Seconds, and the most memory that the process had, in MB."""

    seconds: float
    most_mb: float
    found: int


def names(count: int, seed: int) -> list[str]:
    """So many, in an order of their own; beyond the 20,000 that the parts give, numbered again."""
    parts = ["".join(each) for each in itertools.product(_WHOSE, _WHAT, _HOW)]
    random.Random(seed).shuffle(parts)
    return [
        parts[place % len(parts)] + (str(place // len(parts)) if place >= len(parts) else "")
        for place in range(count)
    ]


def listed(division: str, count: int, seed: int) -> list[Item]:
    return [
        Item(division, f"{division}-{place}", kind="local", name=name, local_code=f"{division}-{place}")
        for place, name in enumerate(names(count, seed))
    ]


def suggesting(count: int) -> Cost:
    begun = time.monotonic()
    here, there = prepared(listed(HERE, count, 1)), prepared(listed(THERE, count, 2))
    found = sum(1 for _ in propose(here, there, least=0.25, told=lambda done, total: None))
    return Cost(time.monotonic() - begun, _most_mb(), found)


def covering(folder: Path, rows: int) -> Cost:
    """A tenth of the rows over there; every hundredth item is national on both sides."""
    address = f"sqlite:///{folder}/catalogue.db"
    upgrade(address)
    with closing(open_connection(address)) as connection:
        connection.begin()
        for division, count in ((HERE, rows), (THERE, rows // 10)):
            rows_of = _rows(division, count)
            while some := list(itertools.islice(rows_of, 5000)):
                connection.run_many(items.insert(), some)
        connection.commit()
        begun, after = time.monotonic(), ""
        counted: Counter[str] = Counter()
        while True:
            found, after = cover(connection, Pair(HERE, THERE), date(2026, 11, 22), after)
            counted.update(each.standing for each in found)
            if not after:
                return Cost(time.monotonic() - begun, _most_mb(), sum(counted.values()))


def _rows(division: str, count: int):
    for place, name in enumerate(names(min(count, 20_000), 3) * (count // 20_000 + 1)):
        if place == count:
            return
        code = f"{division}-{place:07}"
        basic = f"0001{place:08}" if place % 100 == 0 else ""
        item = Item(division, code, kind="local", name=name, basic_code=basic, local_code=code)
        yield item._asdict() | {"source": "", "local_key": code}


def _most_mb() -> float:
    """Of this program alone: what `getrusage` tells begins with the memory of whoever started it."""
    (line,) = (
        each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024


def alone(what: str, count: int) -> Cost:
    """In a process of its own, so that memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.likeness", "--only", what, "--items", str(count), "--rows", str(count)],
        stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return Cost(**orjson.loads(done.stdout))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--items", type=int, default=20_000)
    asked.add_argument("--rows", type=int, default=600_000)
    asked.add_argument("--only", choices=("suggesting", "covering"))
    options = asked.parse_args()
    if options.only == "suggesting":
        print(orjson.dumps(suggesting(options.items)).decode())
    elif options.only == "covering":
        with tempfile.TemporaryDirectory() as folder:
            print(orjson.dumps(covering(Path(folder), options.rows)).decode())
    else:
        for what, count in (("suggesting", options.items), ("covering", options.rows)):
            cost = alone(what, count)
            print(f"{what} {count}: {cost.seconds:.1f} s, at most {cost.most_mb:.0f} MB, {cost.found} found")


if __name__ == "__main__":
    main()
