"""The commands of a README, as they stand there."""

import re

from tests.shape.sources import CHECKOUT

READMES = ("README.md", "README.zh-CN.md")


def blocks(readme: str) -> list[list[str]]:
    """The lines of every ```sh block, in order."""
    text = (CHECKOUT / readme).read_text("utf-8")
    return [found.splitlines() for found in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


def commands(readme: str) -> list[str]:
    return [line for block in blocks(readme) for line in block]


def to_paste(readme: str) -> list[str]:
    """What is to be pasted beside a running demonstration: everything but make."""
    return [line for line in commands(readme) if not line.startswith("make ")]
