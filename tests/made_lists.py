"""Two made-up lists of items whose codes have nothing in common, and which of them belong together."""

import csv
from pathlib import Path

from gateway.items.item import Item

HERE, THERE = "370900", "520300"
OURS = {
    "A-01": "取水许可证延续",
    "A-02": "社团变更登记",
    "A-03": "【省集中企保系统】工伤保险待遇变更",
    "A-04": "公共場所衛生許可（縣級）",
    "A-05": "采矿权注销登记",
    "A-06": "农机事故责任认定",
    "A-07": "图书馆讲座服务",
}
THEIRS = {
    "B-01": "取水许可证延续审批",
    "B-02": "取水许可证变更审批",
    "B-03": "社会团体变更登记",
    "B-04": "社会团体注销登记",
    "B-05": "工伤保险待遇变更",
    "B-06": "公共场所卫生许可",
    "B-07": "公共场所卫生许可注销",
    "B-08": "采矿权注销审批",
    "B-09": "探矿权注销登记",
    "B-10": "农业机械事故认定",
    "B-11": "三级运动员称号授予",
}
TOGETHER = {"A-01": "B-01", "A-02": "B-03", "A-03": "B-05", "A-04": "B-06", "A-05": "B-08", "A-06": "B-10"}
HEADINGS = ("division", "code", "kind", "name", "local_code", "state")


def items(division: str, names: dict[str, str]) -> list[Item]:
    return [Item(division, code, kind="local", name=name, local_code=code) for code, name in names.items()]


def write_lists(folder: Path) -> Path:
    """Both lists as one file for `tongban item import`."""
    path = folder / "lists.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for item in (*items(HERE, OURS), *items(THERE, THEIRS)):
            writer.writerow((item.division, item.code, item.kind, item.name, item.local_code, item.state))
    return path
