"""A mode that an agreement names and in which nothing can pass is a finding of `tongban check`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.declared import check
from tests.installation import Installation

AGREEMENT = """\
agreement: one
title: 模拟协议
document: 模通办〔2026〕1号
between: [["330282"], ["440232"]]
modes: [full_online, collect_for, joint]
powers: [{power}]
valid_from: 2026-01-01
openings: [{{batch: b1, items: ["*"], valid_from: 2026-01-01}}]
"""


@pytest.mark.parametrize("power, idle", [("serve", ["collect_for", "joint"]), ("receive", [])])
def test_a_mode_without_the_power_that_it_uses_is_told_of(
    tmp_path: Path, power: str, idle: list[str]
) -> None:
    installation = Installation(tmp_path)
    installation.write()
    (installation.conf / "agreements").mkdir(exist_ok=True)
    (installation.conf / "agreements" / "one.yaml").write_text(AGREEMENT.format(power=power))
    done = CliRunner().invoke(check, ["--conf", str(installation.conf)], standalone_mode=False)
    told = done.stdout.splitlines()
    assert (done.return_value, len(told)) == (1 if idle else 0, len(idle)), done.output
    for line, mode in zip(told, idle, strict=True):
        assert (
            line.startswith("conf/agreements/one.yaml:1:1: ")
            and f"mode {mode} " in line
            and "receive" in line
        )
