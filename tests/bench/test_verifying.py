"""The measuring of the auditor's commands works, on a log that is small."""

from tests.bench.verifying import measured


def test_every_command_is_measured_with_its_rate_and_its_memory() -> None:
    lines = measured(3_000)
    rows = [line for line in lines if line.startswith("| `")]
    assert lines[0].startswith("3,000 entries")
    assert [row.split("`")[1] for row in rows] == [
        "fsck --log-only", "fsck", "certificate", "verify-certificate", "export", "fsck --tiles", "compare",
    ]  # fmt: skip
    assert sum("asked" in line for line in lines) == 3
