"""The envelope cut open at its texts is byte for byte what zeep writes, for every text."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.build import build
from adapters.coherence import declare
from adapters.errors import NotSent, Unencodable
from adapters.message import Access
from adapters.soap import SoapAdapter, _serialized
from mappings.source import read

FOLDER = Path(__file__).parents[2] / "mappings" / "examples" / "sim-gx"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("&<>\r\n\t\"']"), max_size=40)


class Nowhere:
    """No network at all: writing an envelope needs none."""

    async def exchange(self, request, **limits):
        raise NotSent("nowhere")


@pytest.fixture(scope="module")
def call():
    files = {"contract/service.wsdl": (FOLDER / "contract" / "service.wsdl").read_text("utf-8")}
    platform = declare(read("platform.yaml", (FOLDER / "platform.yaml").read_text("utf-8")).tree)
    access = Access("http://127.0.0.1:9/x", {}, {"licence": "L"})
    adapter = build(
        platform, access=access, transport=Nowhere(), clock_ms=lambda: 0, random=bytes, contract=files
    )
    assert isinstance(adapter, SoapAdapter)
    return adapter._calls["case.submit"]


def by_zeep(call, values):
    try:
        return _serialized(replace(call, envelope=None), values)
    except Unencodable:
        return Unencodable


@given(licence=TEXTS, information=TEXTS)
def test_every_text_is_written_as_zeep_writes_it_or_left_to_zeep(call, licence, information):
    assert call.envelope is not None
    values = {"licence": licence, "information": information}
    written = call.envelope.written(values)
    zeeps = by_zeep(call, values)
    assert written == zeeps if written is not None else True
    if zeeps is Unencodable:
        assert written is None


def test_ordinary_texts_do_not_need_zeep(call):
    assert call.envelope.written({"licence": "L", "information": "<A>张三 & 李四</A>"}) is not None
