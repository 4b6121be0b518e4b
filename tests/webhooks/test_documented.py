"""docs/webhooks.md and its Chinese page: the message is signed as it says, and what is to be pasted works."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import orjson
import pytest

from gateway.cli.webhook import webhook
from gateway.feed import SHOWN
from gateway.settings.callers import Caller
from gateway.settings.reading import declared
from gateway.webhooks.letters import content_of
from gateway.webhooks.signed import key_of, signed_headers
from mappings.source import read
from tests.shape.sources import CHECKOUT

PAGES = [(CHECKOUT / "docs" / name).read_text("utf-8") for name in ("webhooks.md", "webhooks.zh-CN.md")]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the one of the published examples
CALLER = 'caller: guichi\ntitle: 模拟\nspeaks_for: ["341702"]\nkeys: []\nrights: {}\n'


def blocks(kind: str, page: str = PAGES[0]) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def message() -> tuple[dict[str, str], bytes]:
    """Headers and body of what it shows."""
    [shown] = blocks("http")
    head, body = shown.strip().split("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()[1:]), body.encode()


def test_both_pages_show_the_same_examples() -> None:
    for kind in ("yaml", "sh", "http", "python"):
        assert blocks(kind) == blocks(kind, PAGES[1])


def test_what_arrives_is_signed_and_shaped_as_it_is_sent() -> None:
    headers, body = message()
    known = {name: value for name, value in headers.items() if name.startswith("webhook-")}
    assert known == signed_headers(
        key_of(SECRET), headers["webhook-id"], int(headers["webhook-timestamp"]), body
    )
    said = orjson.loads(body)
    assert orjson.dumps(content_of(said["data"])) == body
    assert set(said["data"]) <= {"cursor", "kind", "at", *SHOWN}


def test_the_check_that_it_shows_believes_what_is_right_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    exec(blocks("python")[0], names)
    check, (headers, body), now_s = names["is_from_tongban"], message(), 1795305600 + 9
    assert check(SECRET, headers, body, now_s)
    assert not check(SECRET, headers, body + b" ", now_s)
    assert not check(SECRET, headers, body, now_s + 600)
    assert not check("whsec_" + "A" * 32, headers, body, now_s)
    assert not check(SECRET, headers | {"webhook-id": "evt_1_44"}, body, now_s)


def test_the_configuration_that_it_shows_can_be_read() -> None:
    caller = declared(Caller, read("guichi.yaml", CALLER + blocks("yaml")[0]))
    assert caller.webhook
    assert caller.webhook.url.startswith("https://")


def test_the_secret_that_it_has_made_is_one(tmp_path: Path) -> None:
    subprocess.run(["sh", "-c", blocks("sh")[0]], cwd=tmp_path, check=True)
    made = tmp_path / "guichi-webhook"
    assert len(key_of(made.read_text().strip())) == 32
    assert made.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("line", blocks("sh")[1].splitlines())
def test_the_commands_that_it_shows_are_understood(line: str) -> None:
    program, group, command, *words = shlex.split(line)
    assert (program, group) == ("tongban", "webhook")
    found = webhook.commands[command]
    assert isinstance(found, click.Command)
    found.make_context(command, words)
