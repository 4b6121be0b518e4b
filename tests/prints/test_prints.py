"""Prints as a person holds them: looked at in a real browser, their QR code read back off the picture."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
import segno

from audit import log as audit_log
from gateway.boot import Gateway
from gateway.model import Exchange
from gateway.prints.making import known, make
from gateway.prints.page import qr
from gateway.prints.stamp import PRINTS, Print, read, stamp
from tests.fakes.fixtures import case
from tests.faults.places import Place, submitted
from tests.prints import browser
from tests.prints.qr import modules, text_in, text_of

NASTY = '</td><script>document.title="x"</script>&"\''


@pytest_asyncio.fixture(scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    folder = tmp_path_factory.mktemp("prints") / "place"
    folder.mkdir()
    place = Place(folder)
    place.write(names=("sim-desk",))
    async with place.gateway() as started:
        yield started


@pytest_asyncio.fixture(scope="module")
async def exchange(gateway: Gateway) -> Exchange:
    document: dict[str, Any] = {**case("gd-person"), "division": "440283"}
    document["materials"][0]["name"] = NASTY
    return await submitted(gateway, document)


async def page(gateway: Gateway, exchange: Exchange, print_: Print) -> str:
    return await make(gateway.exchanges, exchange, print_, actor="W0007", contact="模拟运维 0550-0000000")


@pytest.mark.parametrize("print_", PRINTS)
async def test_a_browser_shows_it_and_its_code_reads_back(
    gateway: Gateway, exchange: Exchange, print_: Print, tmp_path: Path
) -> None:
    file = tmp_path / f"{print_}.html"
    file.write_text(await page(gateway, exchange, print_), encoding="utf-8")
    picture = browser.dark(browser.seen(file))
    said = text_in(picture)
    assert said == stamp(gateway.papers.vault, print_, exchange.id, exchange.ours).text
    found = await known(gateway.exchanges, said)
    assert found is not None and found[1].id == exchange.id and found[0].print == print_
    pdf = browser.printed(file)
    assert pdf.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


async def test_a_long_list_runs_over_several_sheets_of_paper(
    gateway: Gateway, exchange: Exchange, tmp_path: Path
) -> None:
    whole = await page(gateway, exchange, "handover")
    row = re.findall(r"<tr><td>2</td>.*?</tr>", whole)[0]
    file = tmp_path / "long.html"
    file.write_text(whole.replace(row, row * 80), encoding="utf-8")
    assert len(re.findall(rb"/Type\s*/Page\b", browser.printed(file))) > 2


@pytest.mark.parametrize("print_", PRINTS)
async def test_it_is_one_file_without_script_and_every_value_is_escaped(
    gateway: Gateway, exchange: Exchange, print_: Print
) -> None:
    tags: list[str] = []
    attributes: dict[str, str | None] = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            attributes.update(attrs)

    whole = await page(gateway, exchange, print_)
    Reader().feed(whole)
    assert not {"script", "img", "link", "iframe", "object"} & set(tags)
    assert not {"src", "href", "onload", "onclick"} & set(attributes)
    assert "&lt;/td&gt;&lt;script&gt;" in whole
    assert "url(" not in whole and "@import" not in whole


async def test_a_print_names_the_applicant_and_shows_only_a_trace_of_the_number(
    gateway: Gateway, exchange: Exchange
) -> None:
    person = case("gd-person")["applicant"]
    for print_ in PRINTS:
        whole = await page(gateway, exchange, print_)
        assert person["name"] in whole and person["id_number"] not in whole and person["mobile"] not in whole
        title = re.findall(r"<title>(.*?)</title>", whole)[0]
        assert person["name"] not in title and person["name"] not in stamp_text(gateway, exchange, print_)


def stamp_text(gateway: Gateway, exchange: Exchange, print_: Print) -> str:
    return stamp(gateway.papers.vault, print_, exchange.id, exchange.ours).text


async def test_every_print_has_its_entry_that_says_who_made_it(gateway: Gateway, exchange: Exchange) -> None:
    def made(connection: Any) -> list[dict[str, Any]]:
        entries = [orjson.loads(body) for _, body in audit_log.entries_of(connection, exchange.id)]
        return [each for each in entries if each["kind"] == "print.made"]

    before = await gateway.store.read(made)
    await page(gateway, exchange, "receipt")
    *_, last = after = await gateway.store.read(made)
    assert len(after) == len(before) + 1
    assert (last["actor"], last["print"], last["case"]) == ("W0007", "receipt", exchange.case_id)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RECEIPT", "HANDOVER"),
        ("TONGBAN", "TONGBEN"),
        (r"\d/", "0/"),
        (r".$", "G"),
        (r"-\w{4}$", "-0000"),
        (r"^", "x"),
    ],
)
async def test_what_was_not_made_here_is_not_genuine(
    gateway: Gateway, exchange: Exchange, old: str, new: str
) -> None:
    text = stamp_text(gateway, exchange, "receipt")
    assert await known(gateway.exchanges, re.sub(old, new, text, count=1)) is None


@pytest.mark.parametrize("length", [1, 14, 20, 26, 38, 42, 61, 62, 84, 106])
def test_a_code_drawn_here_is_the_one_of_the_standard_and_reads_back(length: int) -> None:
    for signs in ("ABC/-0", "abc/-0"):
        text = (signs * length)[: length if signs.isupper() else min(length, 100)]
        drawn = [
            [bool(bit) for bit in row] for row in segno.make_qr(text, error="m", boost_error=False).matrix
        ]
        assert text_of(drawn) == text
        scale, quiet = 3, 4
        size = len(drawn) + 2 * quiet
        dark = set(re.findall(r"M(\d+) (\d+)h1v1h-1z", qr(text)))
        picture = [
            [(str(x // scale), str(y // scale)) in dark for x in range(size * scale)]
            for y in range(size * scale)
        ]
        assert modules(picture) == drawn
        assert text_in(picture) == text


def test_a_text_of_another_kind_is_no_stamp() -> None:
    for text in ("", "TONGBAN", "https://example.org/", "TONGBAN/RECEIPT/1/AAAA-BBBB", "\x00"):
        assert read(text) is None
