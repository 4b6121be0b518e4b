"""A case uses files that were brought before: checked against what it says, sent as they are, kept with it."""

import base64
import copy
import random
from typing import Any

import pytest

from gateway.exchange.papers import Claim, Erased
from tests.web.people import case_of_somebody
from tests.web.service import Running
from tests.web.test_uploads import PDF, TUS, announced, bring, brought, digest_of

LARGE = b"%PDF-1.4\n" + random.Random(6).randbytes(1_500_000)


def file_of(document: dict[str, Any]) -> dict[str, Any]:
    file: dict[str, Any] = next(file for material in document["materials"] for file in material["files"])
    return file


def using(address: str, held: bytes, name: str = "gd-person", **values: Any) -> dict[str, Any]:
    """A case of somebody whose first file was brought before; with these values of the file changed."""
    document = copy.deepcopy(case_of_somebody(name))
    file = file_of(document)
    del file["content"]
    told = {"size": len(held), "digest": digest_of(held), "media_type": "application/pdf", "name": "证明.pdf"}
    file.update({**told, "upload": address.rpartition("/")[2], **values})
    return document


@pytest.mark.parametrize(
    ("name", "platform", "content"),
    [("gd-person", "sim-gd", PDF[:900]), ("gd-person", "sim-gd", LARGE), ("gx-person", "sim-gx", LARGE)],
)
async def test_a_brought_file_arrives_as_it_was(
    service: Running, key: str, name: str, platform: str, content: bytes
) -> None:
    caller = "cixi" if case_of_somebody(name)["receiving"]["division"] == "330282" else "guichi"
    document = using(await brought_by(service, caller, content), content, name)
    answer = await service.submit(document, key)
    assert answer.status == 201, answer.raw
    taken = service.platforms[platform].ledger.ask("select document from takings order by seq desc limit 1")
    assert base64.b64encode(content).decode() in taken[0][0]


async def brought_by(service: Running, caller: str, content: bytes) -> str:
    made = await announced(service, len(content), caller=caller)
    address = str(made.headers["Location"])
    answer = await service.ask(
        "PATCH", address, caller=caller, data=content, Upload_Offset="0", Tus_Resumable="1.0.0",
        Content_Type="application/offset+octet-stream",
    )  # fmt: skip
    assert answer.status == 204, answer.raw
    return address


async def test_every_fault_of_a_brought_file_is_told_at_its_place(service: Running, key: str) -> None:
    address = await brought(service)
    at = "/materials/0/files/0"
    for values, faults in (
        ({"size": 5}, {f"{at}/size": "size_differs"}),
        ({"digest": digest_of(b"another")}, {f"{at}/digest": "digest_differs"}),
        ({"media_type": "image/png"}, {f"{at}/media_type": "media_type_differs"}),
        ({"upload": "01M7ZWW09ZPQ7B0S6E9J3J6T4K"}, {f"{at}/upload": "upload_unknown"}),
        ({"content": "eA=="}, {f"{at}/upload": "two_contents"}),
    ):
        answer = await service.submit(using(address, PDF, **values), key)
        assert (answer.status, answer.code) == (422, "invalid_case")
        assert {each["path"]: each["code"] for each in answer.document["problems"]} == faults
    other = (await announced(service, len(PDF))).headers["Location"]
    await bring(service, other, 0, PDF[:7])
    answer = await service.submit(using(other, PDF), key)
    assert [(each["path"], each["code"]) for each in answer.document["problems"]] == [
        (f"{at}/upload", "upload_unfinished")
    ]


async def test_another_callers_file_cannot_be_used(service: Running, key: str) -> None:
    address = await brought_by(service, "cixi", PDF)
    answer = await service.submit(using(address, PDF), key)
    assert [each["code"] for each in answer.document["problems"]] == ["upload_unknown"]


async def test_one_file_serves_several_cases_and_taking_it_back_leaves_it_with_them(
    service: Running, key: str
) -> None:
    address = await brought(service)
    exchanges = []
    for number in range(2):
        answer = await service.submit(using(address, PDF), f"{key}-{number}")
        assert answer.status == 201
        exchanges.append(answer.document["exchange"])
    assert (await service.ask("DELETE", address, **TUS)).status == 204
    for exchange in exchanges:
        assert await material_of(service, exchange) == PDF


async def test_with_the_key_of_the_exchange_a_brought_file_is_erased_too(service: Running, key: str) -> None:
    address = await brought(service)
    exchange = (await service.submit(using(address, PDF), key)).document["exchange"]
    await service.ask("DELETE", address, **TUS)
    statement = "DELETE FROM body_keys WHERE exchange_id = ?"
    await service.gateway.store.write(lambda tx: tx.connection._driver.execute(statement, (exchange,)))
    with pytest.raises(Erased):
        await material_of(service, exchange)


async def test_a_repeat_under_the_same_key_is_the_same_exchange_after_the_upload_is_gone(
    service: Running, key: str
) -> None:
    address = await brought(service)
    document = using(address, PDF)
    first = await service.submit(document, key)
    await service.ask("DELETE", address, **TUS)
    again = await service.submit(document, key)
    assert (again.status, again.document["exchange"]) == (201, first.document["exchange"])


async def test_preflight_looks_at_a_brought_file_and_uses_nothing(service: Running) -> None:
    address = await brought(service)
    answer = await service.ask("POST", "/v1/preflight", body=using(address, PDF))
    assert answer.status == 200, answer.raw
    upload = await service.gateway.uploads.find("guichi", address.rpartition("/")[2])
    assert upload.used_ms == 0


async def material_of(service: Running, exchange_id: str) -> bytes:
    """The first file of an exchange, as its adapter would get it."""
    gateway = service.gateway
    exchange = await gateway.exchanges.look_up(exchange_id)
    route = await gateway.shelf.route_of(exchange)
    key = await gateway.papers.key_of(exchange_id)
    document = await gateway.papers.tree(exchange_id, "document", key)
    claim = Claim(exchange, route, key, await gateway.papers.message_of(exchange, key), 0)
    file = await gateway.papers.reader(claim)(file_of(document)["id"])
    return file if isinstance(file, bytes) else file.read(0, file.size)
