"""The network's installation in a folder: declared platforms, items of every place, agreements, callers."""

import csv
import json
import re
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from tests.demo.network.places import BASIC, CIXI, COUNTIES, EVERY_ITEM, PLACES, PLATFORMS, VERSION
from tests.fakes.fixtures import CATALOGUE
from tests.fakes.server import Simulator
from tests.installation import CALLER_YAML, EXAMPLES, SECRETS

SQLITE = "sqlite:///state/tongban.db"
CONF = """\
name: network.tongban.example/log
database: {database}
platforms: [{folder}]
catalogue: [items.csv]
bounds: {{lease_margin_s: "1", wait_s: "5", open_requests: "256"}}
"""
AGREEMENT = """\
agreement: {name}
title: {title}
document: 模通办〔2026〕{number}号
between: [["330282"], {others}]
modes: [full_online, collect_for]
powers: [receive, verify_originals]
valid_from: 2026-01-01
sign_within: {{days: 2}}
openings: [{{batch: 2026-1, items: ["*"], valid_from: 2026-01-01}}]
"""
CALLERS = {"cixi": [CIXI], "qianyun": [each.division for each in COUNTIES]}
SIGN_WITHIN_DAYS = 2  # working days, in both agreements


def key_of(caller: str) -> str:
    return f"network-key-of-{caller}"


def write(folder: Path, running: Mapping[str, Simulator], database: str = SQLITE) -> Path:
    """Its conf folder."""
    conf = folder / "conf"
    for part in ("callers", "platforms", "agreements"):
        (conf / part).mkdir(parents=True)
    (conf / "gateway.yaml").write_text(CONF.format(folder=folder / "declared", database=database), "utf-8")
    for name, standing in PLATFORMS.items():
        _declare(folder / "declared", name)
        if name in running:
            text = f"platform: {name}\naddress: {running[name].address}\n{standing.conf}"
            (conf / "platforms" / f"{name}.yaml").write_text(text, "utf-8")
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret)
    _write_callers(conf / "callers")
    _write_agreements(conf / "agreements")
    _write_items(folder / "items.csv")
    return conf


def _declare(folder: Path, name: str) -> None:
    """The example's dialect under the name of the network's platform, for the divisions that it serves."""
    standing = PLATFORMS[name]
    shutil.copytree(EXAMPLES / standing.example, folder / name)
    for path in (folder / name).rglob("*.yaml"):
        path.write_text(path.read_text("utf-8").replace(standing.example, name), "utf-8")
    served = [place.division for place in PLACES.values() if place.platform == name]
    serves = "serves: " + json.dumps([{"division": division} for division in served]) + "\n"
    declaration = folder / name / "platform.yaml"
    text = re.sub(r"(?m)^serves:.*\n(  - .*\n)*", serves, declaration.read_text("utf-8"))
    text = re.sub(r"(?m)^title: .*$", f"title: {standing.title}", text)
    if standing.follow:
        text = text.replace("  case.progress:\n", f"  case.progress:\n    follow: {standing.follow}\n")
    declaration.write_text(text, "utf-8")
    for table, rows in (standing.tables or {}).items():
        with (folder / name / "tables" / f"{table}.yaml").open("a", encoding="utf-8") as file:
            file.write(rows)


def _write_callers(folder: Path) -> None:
    for name, speaks_for in CALLERS.items():
        digest = sha256(key_of(name).encode()).hexdigest()
        text = CALLER_YAML.format(
            name=name, title=f"模拟接入方 {name}", speaks_for=json.dumps(speaks_for), digest=digest
        )
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def _write_agreements(folder: Path) -> None:
    """跨省通办 with the three provinces, and 省内通办 with 常山."""
    for number, (name, title, others) in enumerate(
        (
            ("across", "模拟慈溪市与十五地跨省通办协议", ["520000", "360000", "340000"]),
            ("within", "模拟慈溪市与常山县省内通办协议", ["330822"]),
        ),
        1,
    ):
        text = AGREEMENT.format(name=name, title=title, number=number, others=json.dumps(others))
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def _write_items(path: Path) -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        columns = next(csv.reader(lines))
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, columns, restval="")
        rows.writeheader()
        for place, item in EVERY_ITEM:
            code = place.code(item)
            rows.writerow({
                "division": place.division, "code": code, "kind": "handling", "name": item,
                "basic_code": BASIC[item], "implementation_code": code[:31], "handling_code": code, "type": "20",
                "level": "4", "unit": place.unit(item), "unit_name": f"{place.name}{item}主管局",
                "service_objects": "1", "version": VERSION, "state": "in_use", "valid_from": "2020-01-01",
            })  # fmt: skip
