"""docs/inward.md, in both languages: what is shown compiles and does what is said; every key and every reason."""

import json
import re

import pytest

from adapters.inward.declared import Call, Inward, Part, Told
from adapters.inward.reading import by_rest, came
from adapters.inward.writing import rest_answer
from adapters.message import Request
from gateway.inward.reasons import REASONS
from gateway.inward.replies import reply_of
from gateway.releases.compiled import CALLED_IN, Release, compile_release
from gateway.settings.platforms import ChannelAccess
from gateway.settings.reading import declared
from mappings.bundle import gather
from mappings.source import read
from tests.shape.sources import CHECKOUT

PAGES = ("inward.md", "inward.zh-CN.md")
MODELS = {"Inward": Inward, "Call": Call, "Part": Part, "Told": Told}
SUBMIT = """\
mapping: sim-page/case.submit
from: canonical/case@1
to: sim-page/case@1
fields: {no: numbers_ours}
examples:
  - given: {numbers_ours: "1"}
    expect: {no: "1"}
  - given: {}
    refuse: ["no: numbers_ours is absent"]
"""


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return (CHECKOUT / "docs" / request.param).read_text("utf-8")


def shown(page: str) -> Release:
    """The platform on the page, with the one mapping that it does not speak of."""
    files = {
        path: text.partition("\n")[2]
        for path, text in re.findall(r"```yaml\n# (sim-page/\S+)(\n.*?)```", page, re.DOTALL)
    }
    assert len(files) == 5
    return compile_release({**gather([]), **files, "sim-page/case.submit.yaml": SUBMIT})


def section(page: str, title: str) -> str:
    return page.split(f"\n### {title}\n")[1].split("\n## ")[0].split("\n### ")[0]


def test_the_message_that_is_shown_is_read_and_answered_as_it_is_shown(page: str) -> None:
    platform = shown(page).platforms["sim-page"]
    message, answer = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert platform.declared.inward
    call = platform.declared.inward.calls["case.notify"]
    request = Request("POST", None, {"Content-Type": "application/json"}, message.encode())  # type: ignore[arg-type]
    said = came(call, by_rest(call, request, "/notices"))
    [notice] = [platform.mappings["case.notify.in"](each) for each in said.singly]
    assert (notice["ours"], notice["state"]) == ("1", "accepted")
    reply = reply_of(["unknown_number"], at_ms=0, said=said.document, records=said.records)
    told = rest_answer(call, reply["outcome"], platform.mappings["case.notify.in.reply"](reply))
    assert json.loads(told.body) == json.loads(answer)


def test_the_lines_for_conf_are_right(page: str) -> None:
    text = re.findall(r"```yaml\n(inward: .*?)```", page, re.DOTALL)[0]
    source = read("conf", text.replace("inward: ", "", 1))
    assert declared(ChannelAccess, source).speaks_for == ("44023*",)


@pytest.mark.parametrize("title", MODELS)
def test_every_key_is_explained_and_no_other(page: str, title: str) -> None:
    cells = re.findall(r"^\| ([^|]+) \|", section(page, title), re.MULTILINE)
    keys = [key for cell in cells for key in re.findall(r"`([^`]+)`", cell)]
    assert sorted(keys) == sorted(MODELS[title].model_fields)


def test_every_reason_stands_there_with_its_words(page: str) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (taken|refused|later|barred) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE
    )
    assert {name: (outcome, zh, en) for name, outcome, zh, en in rows} == dict(REASONS)


def test_every_operation_stands_there(page: str) -> None:
    for operation, schema in CALLED_IN.items():
        assert re.search(rf"^\| `{operation}` \| `{schema}`", page, re.MULTILINE)


def test_the_canonical_reasons_are_these() -> None:
    from mappings.canonical.schema import schema

    assert set(schema("canonical/reply@1")["$defs"]["why"]["enum"]) == set(REASONS)
